"""tiendo's own transport, decoder and ledger under a book that only counts; started with the settings of a worker in its environment.

It decodes as the product does, thus also checks every event against the contract, which no peer here does. It folds in
the process that reads: desks beside it serve the product's catalogue only.
"""

import sys
from collections.abc import Mapping, Sequence
from typing import Final

from models.book import Steps
from models.changes import Changes, Mark, PaneKey, PartKey, StoredBook
from models.days import day_of
from models.facts import DeadLetter, Event
from tests.support.counting_worker import PaneBook, work

VERSION: Final = "peers"
"""Of the engine: it must be registered with the provinces."""
MEASURE: Final = "events"


class ChannelBook(PaneBook):
    """One province's counts: a pane each, its bucket `level/channel`."""

    def apply(
        self,
        events: Sequence[Event | DeadLetter],
        _parts: Mapping[PartKey, bytes],
        *,
        next_offset: int,
        last_crc: int,
    ) -> Steps:
        """Count a batch; what the decoder refuses stands in no pane, and the comparison would show it."""
        yield
        base, self.mark = self.mark, Mark(next_offset, last_crc)
        changes, panes = Changes(self.province, base, self.mark), self.panes
        for event in events:
            if isinstance(event, DeadLetter):
                continue
            key = pane_of(event)
            if key not in panes:
                changes.new_panes.add(key)
            panes[key] = changes.panes[key] = panes.get(key, 0) + 1
        return changes


def pane_of(event: Event) -> PaneKey:
    """Return the pane that counts an event."""
    payload = {} if event.assertion is None else event.assertion.payload or {}
    level, channel = payload.get("procedure_online_level", 0), payload.get("intake_channel", "")
    return PaneKey(MEASURE, f"{level}/{channel}", event.agency, day_of(event.time))


def restore(province: str, stored: StoredBook) -> ChannelBook:
    """Return the book that the ledger holds."""
    return ChannelBook(province, stored.mark, stored.panes)


if __name__ == "__main__":
    sys.exit(work(VERSION, restore))
