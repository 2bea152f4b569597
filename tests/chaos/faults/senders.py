"""Senders that cannot be trusted: with wrong clocks, and with floods of what nobody can read."""

import asyncio
from dataclasses import dataclass
from functools import partial

from tests.chaos.flow import skewed
from tests.chaos.scene import Scene


@dataclass(frozen=True)
class ClockSkew:
    """Producers' clocks are hours off in either direction: some events seem to come from the future."""

    seconds: float = 4.0
    kind: str = "clock_skew"

    async def strike(self, scene: Scene) -> None:
        """Let all large senders be off for a while."""
        async with scene.flow.changed(partial(skewed, scene.chance)):
            await asyncio.sleep(self.seconds)


@dataclass(frozen=True)
class PoisonFlood:
    """A sender floods one province with records that nobody can read, of every reason."""

    records: int
    kind: str = "poison_flood"

    async def strike(self, scene: Scene) -> None:
        """Send them to a province that has some sound lines."""
        await scene.poison(self.records)
