"""A group that never comes to rest: workers join and leave every few seconds, as they should."""

import asyncio
from dataclasses import dataclass

from tests.chaos.scene import Scene


@dataclass(frozen=True)
class Churn:
    """Workers join and leave gracefully, some at a time when a rebalance is still on its way."""

    rounds: int = 2
    kind: str = "join_and_leave"

    async def strike(self, scene: Scene) -> None:
        """Let one join and one leave, a few times over."""
        for _ in range(self.rounds):
            joining = scene.worker()
            await joining.says("worker.started")
            await asyncio.sleep(scene.chance.uniform(0.2, 2.0))
            leaving = scene.taken()
            scene.join(joining)
            await scene.leave(leaving)
