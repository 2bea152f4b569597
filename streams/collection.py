"""When the garbage collector runs: between batches, never in them, and not over a loaded book.

A fold keeps thousands of young objects alive, which the collector would walk again and again though none of them forms a
cycle: those come from the libraries around it, some dozens a second when all services are there.
"""

import gc
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

YOUNG_SECONDS: Final = 30.0
"""How often what came since is walked: most of it is gone by then without the collector's help."""
YOUNG_OBJECTS: Final = 50_000
"""How many may come before that: what is left of a log that was caught up with takes a second to walk at once."""
FULL_SECONDS: Final = 300.0
"""How often the old generation is walked as well."""


class Collection:
    """The collector of this process, while a worker runs in it."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._young_at = self._full_at = clock()

    @contextmanager
    def governed(self) -> Iterator[None]:
        """Switch the automatic collection off for the length of a block."""
        was_on = gc.isenabled()
        gc.disable()
        try:
            yield
        finally:
            gc.unfreeze()
            if was_on:
                gc.enable()

    def loaded(self) -> None:
        """Leave what stands now out of later collections; what its owner drops is freed all the same.

        Not collected first: that takes a tenth of a second per province, and they are taken over together.
        """
        gc.freeze()

    def between_batches(self) -> None:
        """Collect what the batches left behind, when it is time."""
        now = self._clock()
        if now - self._full_at >= FULL_SECONDS:
            self._young_at = self._full_at = now
            gc.collect()
        elif now - self._young_at >= YOUNG_SECONDS or gc.get_count()[0] >= YOUNG_OBJECTS:
            self._young_at = now
            gc.collect(1)
