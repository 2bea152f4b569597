"""A worker that tallies the values of records, one pane each, and knows nothing about days.

`python -m tests.support.tally_worker [SECONDS]`: it takes so long for each batch.
"""

import sys
import time
from collections.abc import Mapping, Sequence
from functools import partial

from models.book import Steps
from models.changes import Changes, Mark, PaneKey, PartKey, StoredBook
from models.days import Day
from models.facts import DeadLetter, Event
from tests.support.counting_worker import PaneBook, work

KEYS = 50
POISON = b"poison"


def tally_key(value: bytes) -> PaneKey:
    """Return the pane that counts records of this value."""
    return PaneKey("tally", str(int(value) % KEYS), "A", Day(0))


class TallyBook(PaneBook):
    """Counts records by value; every record is a dead letter to the real decoder, which keeps its value."""

    seconds = 0.0

    def apply(
        self,
        events: Sequence[Event | DeadLetter],
        parts: Mapping[PartKey, bytes],
        *,
        next_offset: int,
        last_crc: int,
    ) -> Steps:
        """Count the batch."""
        yield
        time.sleep(self.seconds)
        base, self.mark = self.mark, Mark(next_offset, last_crc)
        changes = Changes(self.province, base, self.mark)
        for event in events:
            assert isinstance(event, DeadLetter)
            assert event.record.value is not None
            assert {} == parts
            if event.record.value == POISON:
                message = "the fold cannot take it"
                raise ArithmeticError(message)
            key = tally_key(event.record.value)
            self.panes[key] = changes.panes[key] = self.panes.get(key, 0) + 1
        return changes


def restore(seconds: float, province: str, stored: StoredBook) -> TallyBook:
    """Return the book that the ledger holds."""
    book = TallyBook(province, stored.mark, stored.panes)
    book.seconds = seconds
    return book


if __name__ == "__main__":
    sys.exit(work("tally", partial(restore, float(*sys.argv[1:]))))
