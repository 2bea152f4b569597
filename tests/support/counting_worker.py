"""Workers with the real transport and ledger under a book that only counts: what such books share, and how they are started.

They run as processes of their own (`python -m ...`), with the settings of a worker in their environment.
"""

import asyncio
from collections.abc import Mapping, Sequence

import uvloop

from models.changes import Amount, Mark, PaneKey, PartKey, PartRequest
from models.facts import DeadLetter, Event
from sinks.postgres.ledger import Ledger
from sinks.postgres.tending import Tending
from streams import logs
from streams.desks import LocalDesks
from streams.desks.desk import Restore
from streams.log_flood import OncePerMinute
from streams.metrics import Metrics
from streams.observation import Observation
from streams.settings import Settings, load_settings
from streams.worker import Told, Worker, until_signalled


class PaneBook:
    """A book that holds panes and reads no subjects; `apply` is its heirs'."""

    def __init__(self, province: str, mark: Mark, panes: Mapping[PaneKey, Amount]) -> None:
        self.mark = mark
        self.province = province
        self.panes = dict(panes)

    def homes(self, _events: Sequence[Event | DeadLetter]) -> set[PartRequest]:
        """Read nothing."""
        return set()

    def subjects(
        self, _events: Sequence[Event | DeadLetter], _homes: Mapping[PartKey, bytes]
    ) -> set[PartRequest]:
        """Read nothing."""
        return set()


def work(version: str, restore: Restore) -> int:
    """Run a worker until it is told to stop and return its exit status; `version` must be registered with the provinces."""
    logs.configure(json=True, filters=[OncePerMinute()])
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(_run(load_settings(), version, restore))


async def _run(settings: Settings, version: str, restore: Restore) -> int:
    ledger = Ledger(settings.dsn, version)
    tending = Tending(settings.dsn, version)
    told = Told(Observation(Metrics()), tending)
    try:
        worker = Worker(settings, ledger, LocalDesks(ledger, restore), told=told)
        return await until_signalled(worker.run)
    finally:
        await ledger.close()
        await tending.close()
