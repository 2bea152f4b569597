"""What a fault is."""

from typing import Protocol

from tests.chaos.scene import Scene


class Fault(Protocol):
    """Something that goes wrong."""

    @property
    def kind(self) -> str:
        """Return the name under which it is counted."""

    async def strike(self, scene: Scene) -> None:
        """Let it go wrong once; workers that it ends are no longer among the scene's."""
