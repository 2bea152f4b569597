"""tiendo's own transport, decoder and ledger under a book that only counts; started with the settings of a worker in its environment.

It decodes as the product does, thus also checks every event against the contract, which no peer here does. It folds in
the process that reads: desks beside it serve the product's catalogue only.
"""

import asyncio
import sys
from collections.abc import Mapping, Sequence
from typing import Final

import uvloop

from models.book import Steps
from models.changes import Amount, Changes, Mark, PaneKey, PartKey, PartRequest, StoredBook
from models.days import day_of
from models.facts import DeadLetter, Event
from sinks.postgres.ledger import Ledger
from streams import logs
from streams.desks import LocalDesks
from streams.log_flood import OncePerMinute
from streams.settings import Settings, load_settings
from streams.worker import Worker, until_signalled

VERSION: Final = "peers"
"""Of the engine: it must be registered with the provinces."""
MEASURE: Final = "events"


class CountingBook:
    """One province's counts: a pane each, its bucket `level/channel`."""

    def __init__(self, province: str, mark: Mark, panes: Mapping[PaneKey, Amount]) -> None:
        self.mark = mark
        self._province = province
        self._panes = dict(panes)

    def homes(self, _events: Sequence[Event | DeadLetter]) -> set[PartRequest]:
        """Read nothing."""
        return set()

    def subjects(
        self, _events: Sequence[Event | DeadLetter], _homes: Mapping[PartKey, bytes]
    ) -> set[PartRequest]:
        """Read nothing."""
        return set()

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
        changes, panes = Changes(self._province, base, self.mark), self._panes
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


def restore(province: str, stored: StoredBook) -> CountingBook:
    """Return the book that the ledger holds."""
    return CountingBook(province, stored.mark, stored.panes)


async def _run(settings: Settings) -> int:
    ledger = Ledger(settings.dsn, VERSION)
    try:
        return await until_signalled(Worker(settings, ledger, LocalDesks(ledger, restore)).run)
    finally:
        await ledger.close()


if __name__ == "__main__":
    logs.configure(json=True, filters=[OncePerMinute()])
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        sys.exit(runner.run(_run(load_settings())))
