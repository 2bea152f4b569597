"""A run as time passes: when each line is due, at wall-clock speed or faster, and never ahead of the clock.

The clock is the caller's: seconds since the epoch in UTC.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from models.days import VIETNAM
from streams.simulator.runs import Timed

_UTC_OFFSET: Final = VIETNAM.utcoffset(None).total_seconds()
"""A moment is a time on the clock of Việt Nam."""


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast simulated time passes, and where it begins."""

    began: float
    """When the run begins, by the clock."""
    skipped: float = 0.0
    """Seconds of the first day that are over by then: what arrives in them comes at once."""
    speed: float = 1.0
    """Simulated seconds in a second of the clock; 1 once simulated time has caught up with the clock."""

    def due(self, timed: Timed) -> float:
        """Return when a line is due, by the clock: not before it would really arrive."""
        passed = (timed.elapsed - self.skipped) / self.speed
        return max(self.began + passed, timed.arrival - _UTC_OFFSET)


def play(
    lines: Iterable[Timed], pace: Pace, clock: Callable[[], float], sleep: Callable[[float], None]
) -> Iterator[bytes]:
    """Yield each line when it is due; whoever is slow to take them gets the next ones at once."""
    for timed in lines:
        wait = pace.due(timed) - clock()
        if wait > 0:
            sleep(wait)
        yield timed.line
