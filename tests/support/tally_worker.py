"""A worker with the real transport and ledger whose book only tallies: values of records, one pane each, and nothing about days.

Started as a process (`python -m tests.support.tally_worker`) with the settings of a worker in its environment.
"""

import asyncio
import sys
from collections.abc import Mapping, Sequence

import uvloop

from models.book import Steps
from models.changes import Amount, Changes, Mark, PaneKey, PartKey, PartRequest, StoredBook
from models.days import Day
from models.facts import DeadLetter, Event
from sinks.postgres.ledger import Ledger
from streams import logs
from streams.desks import LocalDesks
from streams.log_flood import OncePerMinute
from streams.settings import Settings, load_settings
from streams.worker import Worker, until_signalled

KEYS = 50
POISON = b"poison"


def tally_key(value: bytes) -> PaneKey:
    """Return the pane that counts records of this value."""
    return PaneKey("tally", str(int(value) % KEYS), "A", Day(0))


class TallyBook:
    """Counts records by value; every record is a dead letter to the real decoder, which keeps its value."""

    def __init__(self, province: str, mark: Mark, panes: Mapping[PaneKey, Amount]) -> None:
        self.mark = mark
        self._province = province
        self._panes = dict(panes)
        self._nothing: set[PartRequest] = set()

    def homes(self, _events: Sequence[Event | DeadLetter]) -> set[PartRequest]:
        """Read nothing."""
        return self._nothing

    def subjects(
        self, _events: Sequence[Event | DeadLetter], _homes: Mapping[PartKey, bytes]
    ) -> set[PartRequest]:
        """Read nothing."""
        return self._nothing

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
        base, self.mark = self.mark, Mark(next_offset, last_crc)
        changes = Changes(self._province, base, self.mark)
        for event in events:
            assert isinstance(event, DeadLetter)
            assert event.record.value is not None
            assert {} == parts
            if event.record.value == POISON:
                message = "the fold cannot take it"
                raise ArithmeticError(message)
            key = tally_key(event.record.value)
            self._panes[key] = changes.panes[key] = self._panes.get(key, 0) + 1
        return changes


def restore(province: str, stored: StoredBook) -> TallyBook:
    """Return the book that the ledger holds."""
    return TallyBook(province, stored.mark, stored.panes)


async def _run(settings: Settings) -> int:
    ledger = Ledger(settings.dsn, "tally")
    try:
        return await until_signalled(Worker(settings, ledger, LocalDesks(ledger, restore)).run)
    finally:
        await ledger.close()


if __name__ == "__main__":
    logs.configure(json=True, filters=[OncePerMinute()])
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        sys.exit(runner.run(_run(load_settings())))
