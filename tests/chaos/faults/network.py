"""A network that loses what matters most: the COMMIT, or the answer to it."""

from dataclasses import dataclass

from tests.chaos.scene import Scene
from tests.support.proxy import Cut, cutting_proxy

CUTS = 3


@dataclass(frozen=True)
class CommitCut:
    """A worker behind a proxy that cuts its line at a COMMIT, some times in a row."""

    cut: Cut

    @property
    def kind(self) -> str:
        """Return what is lost."""
        return {Cut.AFTER: "commit_reply_lost", Cut.BEFORE: "commit_lost"}[self.cut]

    async def strike(self, scene: Scene) -> None:
        """Let a worker behind the proxy own provinces, and cut its lines."""
        async with cutting_proxy(scene.server.uri) as proxy:
            worker = scene.worker(proxy)
            await scene.leave(scene.taken())
            await worker.says("batch.committed")
            for number in range(CUTS):
                proxy.cut = self.cut
                await scene.must(lambda made=number + 1: proxy.cuts_made >= made, "a COMMIT is cut")
            scene.join(worker)
            await scene.recover()
            scene.workers.remove(worker)
            await scene.leave(worker)
