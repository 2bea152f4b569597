"""`tiendo worker`, but for a fuse: started as `python -m tests.chaos.worker STEP TIMES SIGNAL`, it ends or stands still at a step.

What runs is the product's own composition; only the parts that pass the steps are wrapped, from outside.
"""

import signal
import sys
from collections.abc import Sequence
from types import TracebackType
from typing import Any
from unittest.mock import patch

from asyncpg.transaction import Transaction

from models.changes import Changes, OutboxMessage
from models.facts import Record
from sinks.kafka import Publisher
from sinks.postgres.connection import Connection
from sinks.postgres.ledger import Claim, Ledger
from sinks.postgres.outbox import Outbox
from streams import relays, worker
from streams.cli.operate import configure
from streams.desks import Desk, Folded, LocalDesks
from streams.settings import load_settings
from tests.chaos.steps import Fuse, Step


def with_fuse(fuse: Fuse) -> "dict[Any, dict[str, type]]":
    """Return, by module, the classes that a worker with this fuse is made of."""

    class FusedLedger(Ledger):
        """Passes the steps of the commit."""

        async def commit(self, claim: Claim, changes: Changes) -> None:
            fuse.reached(Step.BEFORE_BEGIN)
            with patch.object(Transaction, "__aexit__", _leaving(fuse)):
                await super().commit(claim, changes)
            fuse.reached(Step.AFTER_COMMIT)

        async def _swap(self, connection: Connection, claim: Claim, changes: Changes) -> bool:
            fuse.reached(Step.AFTER_BEGIN)
            return await super()._swap(connection, claim, changes)

    class FusedDesk:
        """Passes the steps around a fold and a commit."""

        def __init__(self, desk: Desk) -> None:
            self._desk = desk
            self.load = desk.load
            self.upgrade = desk.upgrade

        async def fold(self, base: int, next_offset: int, records: Sequence[Record]) -> Folded:
            fuse.reached(Step.BEFORE_FOLD)
            return await self._desk.fold(base, next_offset, records)

        async def commit(self) -> None:
            await self._desk.commit()
            fuse.reached(Step.BEFORE_ACK)

    class FusedDesks:
        """Gives desks with the fuse."""

        def __init__(self, *arguments: Any) -> None:  # noqa: ANN401 - those of LocalDesks
            desks = LocalDesks(*arguments)
            self.ended = desks.ended
            self._desk = desks.desk

        def desk(self, province: str) -> Desk:
            return FusedDesk(self._desk(province))

    class FusedOutbox(Outbox):
        """Passes the last step of a relay."""

        async def mark_published(self, last: int) -> None:
            fuse.reached(Step.BEFORE_MARKED)
            await super().mark_published(last)

    class FusedPublisher(Publisher):
        """Passes the step before it."""

        async def publish(self, messages: Sequence[OutboxMessage]) -> None:
            fuse.reached(Step.BEFORE_PUBLISHED)
            await super().publish(messages)

    return {
        worker: {"Ledger": FusedLedger, "LocalDesks": FusedDesks},
        relays: {"Outbox": FusedOutbox, "Publisher": FusedPublisher},
    }


def _leaving(fuse: Fuse) -> Any:  # noqa: ANN401 - asyncpg's method
    leave = Transaction.__aexit__

    async def leaving(
        transaction: Transaction,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if kind is None:
            fuse.reached(Step.BEFORE_COMMIT)
        await leave(transaction, kind, error, trace)

    return leaving


def main(arguments: list[str]) -> int:
    """Run the worker; return its exit status, should the fuse never burn."""
    step, times, number = arguments
    for module, classes in with_fuse(Fuse(Step(step), int(times), signal.Signals[number])).items():
        for name, made in classes.items():
            setattr(module, name, made)
    settings = load_settings(fold_processes=0)
    configure(settings)
    return worker.main(settings)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
