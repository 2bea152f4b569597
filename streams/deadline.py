"""One time limit shared by all the steps of a shutdown, so that their sum is what the operator was promised."""

import time
from collections.abc import Callable


class Deadline:
    """A point in time that several waits run towards."""

    def __init__(self, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._end = clock() + seconds

    def remaining(self) -> float:
        """Return the seconds left, never below 0."""
        return max(0.0, self._end - self._clock())
