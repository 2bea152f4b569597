"""A filter for library loggers that repeat themselves: while a broker is away aiokafka writes some 95 lines a second.

A line is known by its logger and its template: the first of each minute passes and says how many like it were held back.
"""

import logging
import time
from collections.abc import Callable
from typing import Final

REPEAT_SECONDS: Final = 60.0
TEMPLATES: Final = 1_000
"""How many templates are remembered before the old ones are forgotten: some libraries write names into them."""
FLOODING: Final = ("aiokafka", "kafka", "faust", "mode")


class OncePerMinute(logging.Filter):
    """Passes a template of the flooding libraries once in `every` seconds; a handler's filter, so that it sees child loggers too."""

    def __init__(
        self, every: float = REPEAT_SECONDS, clock: Callable[[], float] = time.monotonic
    ) -> None:
        super().__init__()
        self._every = every
        self._clock = clock
        self._passed: dict[tuple[str, str], float] = {}
        self._held_back: dict[tuple[str, str], int] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        """Return whether the line is to be written."""
        if record.name.partition(".")[0] not in FLOODING:
            return True
        known = (record.name, str(record.msg))
        last, now = self._passed.get(known), self._clock()
        if last is not None and now - last < self._every:
            self._held_back[known] = self._held_back.get(known, 0) + 1
            return False
        if len(self._passed) >= TEMPLATES:
            self._passed = {one: at for one, at in self._passed.items() if now - at < self._every}
        self._passed[known] = now
        held_back = self._held_back.pop(known, 0)
        if held_back > 0:
            record.msg = f"{record.getMessage()} (and {held_back} like it in the last {now - (now if last is None else last):.0f} s)"
            record.args = None
        return True
