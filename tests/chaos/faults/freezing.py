"""Owners that stand still past their session and go on as if no time had passed: zombies, to be fenced."""

import asyncio
from dataclasses import dataclass

from tests.chaos.scene import Scene, commits, stopped
from tests.chaos.steps import Step

AWAKE_SECONDS = 3.0
"""How long a zombie may do what it can before it is asked to leave."""


@dataclass(frozen=True)
class Frozen:
    """A worker stands still at a random moment."""

    kind: str = "freeze"

    async def strike(self, scene: Scene) -> None:
        """Freeze one, let another take its provinces over, let it go on."""
        worker = scene.taken()
        await commits(worker)
        await asyncio.sleep(scene.chance.random())
        others = scene.join(scene.worker())
        worker.freeze()
        await commits(others, more=3)
        worker.thaw()
        await asyncio.sleep(AWAKE_SECONDS)
        await scene.leave(worker)


@dataclass(frozen=True)
class FrozenAt:
    """A worker stands still at a step of its commit, and goes on when the province is another's: the write must be refused."""

    step: Step

    @property
    def kind(self) -> str:
        """Return the step's name among the faults."""
        return f"freeze_{self.step}"

    async def strike(self, scene: Scene) -> None:
        """Put a fused worker in the place of another, wait until all that it owned has gone on without it, wake it."""
        worker = scene.fused(self.step, "SIGSTOP", times=scene.chance.randint(2, 4))
        await scene.leave(scene.taken())
        await scene.must(lambda: stopped(worker), f"the worker stands still {self.step}")
        scene.join(scene.worker())
        await scene.recover()
        worker.thaw()
        await worker.says("batch.dropped")
        await scene.leave(worker)
