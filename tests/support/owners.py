"""Doubles for the transport's owner: they count what was applied, under epochs and by compare and swap, as the ledger does."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import NoReturn

from faust.types import TP

from models.errors import Fenced
from streams.app import BatchingApp, build_app
from streams.batch import Batch
from streams.settings import Settings


@dataclass
class Row:
    """What a partition has come to."""

    next_offset: int = 0
    epoch: int = 0
    applied: list[bytes | None] = field(default_factory=list)
    batches: list[int] = field(default_factory=list)
    """Sizes of the batches applied."""


class CountingLedger:
    """The store that competing owners share."""

    def __init__(self) -> None:
        self.rows: defaultdict[str, Row] = defaultdict(Row)

    def applied(self, topic: str) -> list[bytes | None]:
        """Return the values applied to a topic, in order."""
        return self.rows[topic].applied


class CountingOwner:
    """One process's view of a CountingLedger."""

    def __init__(self, ledger: CountingLedger, name: str = "owner") -> None:
        self.ledger = ledger
        self.name = name
        self.epochs: dict[str, int] = {}
        self.handling: set[str] = set()
        self.claims: list[str] = []
        self.lost: list[str] = []
        self.gate = asyncio.Event()
        """Cleared: batches wait in `handle`, without looking whether they are alive."""
        self.gate.set()
        self.claim_gate = asyncio.Event()
        """Cleared: claims wait."""
        self.claim_gate.set()
        self.spoilt: list[tuple[str, int]] = []
        """(topic, offset) of what could not be read."""
        self.refused: set[str] = set()
        """Topics that this process is not to read."""

    async def take_over(self, tp: TP, alive: Callable[[], bool]) -> int | None:
        """Fence whoever owned it before."""
        if tp.topic in self.refused:
            return None
        await self.claim_gate.wait()
        if not alive():
            message = "no longer ours"
            raise Fenced(message)
        row = self.ledger.rows[tp.topic]
        row.epoch += 1
        self.epochs[tp.topic] = row.epoch
        self.claims.append(tp.topic)
        return row.next_offset

    async def unreadable(self, tp: TP, offset: int, alive: Callable[[], bool]) -> NoReturn:
        """Remember where a log is spoilt, and refuse it from then on."""
        assert alive()
        self.spoilt.append((tp.topic, offset))
        self.refused.add(tp.topic)
        message = "spoilt"
        raise Fenced(message)

    async def handle(self, batch: Batch) -> None:
        """Compare with the batch's base under our epoch, and swap."""
        topic = batch.tp.topic
        self.handling.add(topic)
        try:
            await self.gate.wait()
            row = self.ledger.rows[topic]
            if (row.next_offset, row.epoch) != (batch.base, self.epochs[topic]):
                self.lost.append(topic)
                message = f"at {row.next_offset} in epoch {row.epoch}, not {batch.base} in {self.epochs[topic]}"
                raise Fenced(message)
            row.applied += [record.value for record in batch.records]
            row.batches.append(len(batch.records))
            row.next_offset = batch.next_offset
        finally:
            self.handling.discard(topic)

    def released(self, tps: Iterable[TP]) -> None:
        """Forget nothing: the epoch decides."""


@asynccontextmanager
async def reading(
    settings: Settings, owner: CountingOwner, topics: Sequence[str]
) -> AsyncIterator[BatchingApp]:
    """Run a worker's transport in this process for the length of a block; an error that nobody decided about fails the test."""
    errors: list[BaseException] = []
    app = build_app(settings, owner, topics, errors.append)
    await app.start()
    try:
        yield app
    finally:
        await app.stop()
    assert [] == errors
    assert app.crash_reason is None


def transport_settings(bootstrap: str, group: str) -> Settings:
    """Return settings with which a test need not wait for long."""
    return Settings(
        kafka_bootstrap_servers=bootstrap,
        consumer_group=group,
        session_timeout_seconds=3.0,
        heartbeat_seconds=0.3,
        metadata_max_age_seconds=1.0,
    )
