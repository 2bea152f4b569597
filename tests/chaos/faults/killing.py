"""Deaths of workers: at any moment, at a named step, or of a part of them."""

import asyncio
from dataclasses import dataclass

from tests.chaos.scene import PATIENCE_SECONDS, Broken, Scene, commits, desks_of
from tests.chaos.steps import Step

MOMENT_SECONDS = 1.5
"""A random death comes so soon after a batch, or earlier."""
MESSAGES = 5
"""Dead letters at a time that a relay is given to die of."""


@dataclass(frozen=True)
class Killed:
    """A worker gets kill -9 at a random moment; its desk processes are left to find out."""

    kind: str = "kill"

    async def strike(self, scene: Scene) -> None:
        """Kill one that has committed something."""
        worker = scene.taken()
        await commits(worker)
        await asyncio.sleep(scene.chance.random() * MOMENT_SECONDS)
        worker.kill()


@dataclass(frozen=True)
class KilledAt:
    """A worker gets kill -9 at a named step."""

    step: Step

    @property
    def kind(self) -> str:
        """Return the step's name among the faults."""
        return f"kill_{self.step}"

    async def strike(self, scene: Scene) -> None:
        """Put a fused worker in the place of another, and wait until it has died of it."""
        worker = scene.fused(self.step, "SIGKILL", times=scene.chance.randint(1, 3))
        await scene.leave(scene.taken())
        status = await worker.ended(within=PATIENCE_SECONDS)
        if status != -9:
            raise Broken(
                f"the worker ended with {status} before {self.step}:\n{worker.text()[-4000:]}"
            )


@dataclass(frozen=True)
class RelayKilledAt:
    """A worker gets kill -9 at a step of one of its relays: between what Kafka has and what Postgres knows of it."""

    step: Step

    @property
    def kind(self) -> str:
        """Return the step's name among the faults."""
        return f"kill_{self.step}"

    async def strike(self, scene: Scene) -> None:
        """Leave a fused worker alone with all outboxes, and give it messages until it has died of them."""
        await scene.dismissed()
        worker = scene.fused(self.step, "SIGKILL", times=scene.chance.randint(1, 3))
        while worker.status is None:
            await scene.poison(MESSAGES)
            await asyncio.sleep(MOMENT_SECONDS)
        if worker.status != -9:
            raise Broken(
                f"the worker ended with {worker.status} before {self.step}:\n{worker.text()[-4000:]}"
            )


@dataclass(frozen=True)
class DeskKilled:
    """The process that folds for a worker gets kill -9: the worker ends by itself, with status 1."""

    kind: str = "kill_desk"

    async def strike(self, scene: Scene) -> None:
        """Kill the desk of a worker that has committed something."""
        worker = scene.worker(fold_processes="1")
        await worker.says("batch.committed")
        await asyncio.sleep(scene.chance.random() * MOMENT_SECONDS)
        for desk in desks_of(worker):
            desk.kill()
        status = await worker.ended()
        if status != 1:
            raise Broken(f"a worker without its desk ended with {status}:\n{worker.text()[-4000:]}")
