"""Services that go away: Postgres, its disk, the broker."""

import asyncio
from dataclasses import dataclass

from tests.chaos.scene import Scene


@dataclass(frozen=True)
class PostgresStopped:
    """Postgres is stopped at once, in the midst of what it does, and started again."""

    seconds: float = 2.0
    kind: str = "postgres_stopped"

    async def strike(self, scene: Scene) -> None:
        """Stop it, wait, start it."""
        await asyncio.to_thread(scene.server.stop_at_once)
        await asyncio.sleep(self.seconds * scene.chance.uniform(0.5, 1.5))
        await asyncio.to_thread(scene.server.start)


@dataclass(frozen=True)
class DiskFull:
    """No table of Postgres can grow for a while."""

    seconds: float = 4.0
    kind: str = "disk_full"

    async def strike(self, scene: Scene) -> None:
        """Fill the disk until Postgres has said so, and empty it."""
        before = scene.server.log().count("could not extend file")

        def refused() -> bool:
            return scene.server.log().count("could not extend file") > before

        with scene.server.full_disk():
            await scene.must(refused, "Postgres says that its disk is full")
            await asyncio.sleep(self.seconds)


@dataclass(frozen=True)
class BrokerStopped:
    """The broker is away for a while: stopped as an operator does it, or killed."""

    seconds: float
    kind: str = "broker_stopped"

    async def strike(self, scene: Scene) -> None:
        """Stop it, wait, start it."""
        end = scene.chance.choice((scene.kafka.stop, scene.kafka.kill))
        await asyncio.to_thread(end)
        await asyncio.sleep(self.seconds)
        await asyncio.to_thread(scene.kafka.start)
