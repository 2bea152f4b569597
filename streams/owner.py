"""Ownership of provinces: claim, load, and fold one batch after another into the ledger, as section 5 of the design says.

The book in memory is a cache of what Postgres holds under one claim: after anything but a commit that returned it is loaded again.
Whatever goes wrong with one province ends here; the others go on.
"""

import asyncio
import time
import traceback
from collections.abc import Awaitable, Callable, Collection, Coroutine, Iterable, Mapping, Sequence
from enum import StrEnum
from functools import partial
from typing import NamedTuple, ParamSpec, Protocol, TypeVar

import structlog
from faust.types import TP

from models.changes import Changes, Mark, PartKey, PartRequest, StoredBook
from models.envelope import decode
from models.errors import Fenced, Unavailable
from models.facts import DeadLetter, Event, Record
from models.topics import province_of
from sinks.postgres.ledger import Claim
from streams.batch import Batch
from streams.log_check import Fault, checksum
from streams.patience import Absence, patiently

log = structlog.get_logger(__name__)

Result = TypeVar("Result")
Arguments = ParamSpec("Arguments")


class Standing(StrEnum):
    """How a province stands in this process."""

    RELEASED = "released"
    """Another worker has it, or nobody yet."""
    CLAIMING = "claiming"
    """Assigned to this worker, which is taking it over."""
    READING = "reading"
    """Owned: its batches are applied as they come."""
    WAITING = "waiting"
    """A service is away: the batch is kept and tried again."""
    PARKED = "parked"
    """Not read: until an operator decides, or after a bug until this process is restarted."""


class Health(NamedTuple):
    """What an operator is told of a province."""

    standing: Standing
    detail: str
    next_offset: int | None
    """None before the first take-over."""
    moved_at: float
    """Reading of the monotonic clock when the standing or the offset last changed."""


class Fold(Protocol):
    """What is needed of a province's book."""

    @property
    def mark(self) -> Mark:
        """Say how far it has come."""

    def homes(self, events: Sequence[Event | DeadLetter], /) -> set[PartRequest]:
        """Say what to read first."""

    def subjects(
        self, events: Sequence[Event | DeadLetter], homes: Mapping[PartKey, bytes], /
    ) -> set[PartRequest]:
        """Say what to read then."""

    def apply(
        self,
        events: Sequence[Event | DeadLetter],
        parts: Mapping[PartKey, bytes],
        *,
        next_offset: int,
        last_crc: int,
    ) -> Changes:
        """Fold a batch and return the difference it makes."""


class ProvinceLedger(Protocol):
    """What is needed of the ledger."""

    async def claim(self, province: str) -> Claim:
        """Raise the epoch."""

    async def load(self, claim: Claim) -> StoredBook:
        """Read what the former owner left."""

    async def read_parts(
        self, province: str, requests: Collection[PartRequest]
    ) -> dict[PartKey, bytes]:
        """Read stored parts of subjects."""

    async def commit(self, claim: Claim, changes: Changes) -> None:
        """Write the difference, all or nothing."""

    async def park(self, claim: Claim, reason: str, detail: str) -> None:
        """Record that only an operator's decision goes on."""


class Means(NamedTuple):
    """What a province's owner works with."""

    ledger: ProvinceLedger
    restore: Callable[[StoredBook], Fold]
    find_fault: Callable[[str, Mark], Awaitable[Fault | None]]
    """(topic, mark) -> why the log must not be read on."""
    loaded: Callable[[], None]
    """Called after a book was loaded."""
    committed: Callable[[Changes, int, float], None]
    """Called after a commit with the changes, the number of records and the seconds they took."""
    folding: asyncio.Lock
    """Held by whoever folds: provinces take turns, side by side they would only contend for the interpreter."""


class ProvinceOwner:
    """One province in this process; its take-overs and batches come one after another."""

    def __init__(self, province: str, means: Means) -> None:
        self.province = province
        self._means = means
        self._claim: Claim | None = None
        self._book: Fold | None = None
        self._broken = False
        self._log = log.bind(province=province)
        self._absence = Absence(self._log)
        self.health = Health(Standing.RELEASED, "", None, time.monotonic())

    async def take_over(self, topic: str, alive: Callable[[], bool]) -> int | None:
        """Claim the province and return where to read on; None after a bug: not before a restart."""
        if self._broken:
            return None
        if self.health.standing is not Standing.PARKED:
            self._stand(Standing.CLAIMING)
        return await self._contained(self._take_over(topic, alive))

    async def handle(self, batch: Batch) -> None:
        """Fold a batch and commit it."""
        await self._contained(self._apply(batch))

    def released(self) -> None:
        """Keep the book: if nobody else claims in between, the next take-over finds it as the ledger is."""
        if self.health.standing is not Standing.PARKED:
            self._stand(Standing.RELEASED)

    async def _take_over(self, topic: str, alive: Callable[[], bool]) -> int:
        means, former, book = self._means, self._claim, self._book
        self._claim = self._book = None
        try:
            claim = await self._patiently(lambda: means.ledger.claim(self.province), alive)
        except Fenced as refusal:
            if alive() and self.health.detail != str(refusal):
                self._stand(Standing.PARKED, str(refusal))
                self._log.warning("province.refused", reason=str(refusal))
            raise
        fault = await self._patiently(lambda: means.find_fault(topic, claim.mark), alive)
        if fault is not None:
            await self._patiently(
                lambda: means.ledger.park(claim, fault.reason, fault.detail), alive
            )
            self._stand(Standing.PARKED, fault.detail)
            self._log.error(
                "province.parked",
                reason=fault.reason,
                detail=fault.detail,
                mend="an operator must decide how it goes on",
            )
            raise Fenced(fault.detail)
        if (
            book is None
            or former is None
            or former.epoch + 1 != claim.epoch
            or book.mark != claim.mark
        ):
            book = None  # the old one goes before the new one comes
            stored = await self._patiently(lambda: means.ledger.load(claim), alive)
            book = await self._beside_loop(means.restore, stored)
            means.loaded()
        self._claim, self._book = claim, book
        self._stand(Standing.READING, next_offset=claim.mark.next_offset)
        self._log.info("province.claimed", epoch=claim.epoch, next_offset=claim.mark.next_offset)
        return claim.mark.next_offset

    async def _apply(self, batch: Batch) -> None:
        began, claim, book = time.monotonic(), self._claim, self._book
        self._book = None
        if claim is None or book is None or book.mark.next_offset != batch.base:
            raise Fenced(f"the book of {self.province} does not end at offset {batch.base}")
        events, wanted = await self._beside_loop(_decoded, book, batch.records)
        homes = await self._read(wanted, batch.alive)
        wanted = await self._beside_loop(book.subjects, events, homes)
        parts = {**homes, **await self._read(wanted, batch.alive)}
        last_crc = checksum(batch.records[-1].value)
        apply = partial(book.apply, next_offset=batch.next_offset, last_crc=last_crc)
        changes = await self._beside_loop(apply, events, parts)
        await self._patiently(lambda: self._means.ledger.commit(claim, changes), batch.alive)
        self._book = book
        seconds = time.monotonic() - began
        self._stand(Standing.READING, next_offset=batch.next_offset)
        self._log.info(
            "batch.committed",
            base=batch.base,
            next_offset=batch.next_offset,
            records=len(events),
            seconds=round(seconds, 4),
        )
        self._means.committed(changes, len(events), seconds)

    async def _beside_loop(
        self,
        call: Callable[Arguments, Result],
        *arguments: Arguments.args,
        **named: Arguments.kwargs,
    ) -> Result:
        """Call in a thread: a long fold must not keep the loop from what other provinces' transactions wait for."""
        async with self._means.folding:
            return await asyncio.to_thread(call, *arguments, **named)

    async def _read(
        self, requests: set[PartRequest], alive: Callable[[], bool]
    ) -> dict[PartKey, bytes]:
        if not requests:
            return {}
        return await self._patiently(
            lambda: self._means.ledger.read_parts(self.province, requests), alive
        )

    async def _patiently(
        self, call: Callable[[], Awaitable[Result]], alive: Callable[[], bool]
    ) -> Result:
        result = await patiently(call, alive=alive, away=self._away)
        if self._absence.ended():
            self._stand(Standing.CLAIMING if self._claim is None else Standing.READING)
        return result

    def _away(self, error: Unavailable) -> None:
        self._stand(Standing.WAITING, str(error))
        self._absence.missed(error)

    async def _contained(self, work: Coroutine[object, object, Result]) -> Result:
        """Return the work's result, or Fenced: an error that nobody decided about is a bug, and parks this province alone."""
        task = asyncio.ensure_future(work)
        try:
            await asyncio.wait({task})
        finally:
            task.cancel()
        error = task.exception()
        if error is None:
            return task.result()
        self._claim = self._book = None
        if isinstance(error, Fenced):
            raise error
        self._broken = True
        self._stand(Standing.PARKED, f"{type(error).__name__} in this process")
        self._log.error(
            "province.parked",
            reason="bug",
            offset=self.health.next_offset,
            error=type(error).__name__,
            frames=_frames(error),
            mend="mend the bug, then restart the worker",
        )
        raise Fenced(f"{self.province} is parked after {type(error).__name__}")

    def _stand(
        self, standing: Standing, detail: str = "", *, next_offset: int | None = None
    ) -> None:
        kept = self.health.next_offset if next_offset is None else next_offset
        moved = (standing, kept) != (self.health.standing, self.health.next_offset)
        self.health = Health(
            standing, detail, kept, time.monotonic() if moved else self.health.moved_at
        )


def _decoded(
    book: Fold, records: Sequence[Record]
) -> tuple[list[Event | DeadLetter], set[PartRequest]]:
    """Return the events of records and what the fold must read of them first."""
    events = [decode(record) for record in records]
    return events, book.homes(events)


def _frames(error: BaseException) -> list[str]:
    """Return where an error was raised; not its text, which may quote a payload, and payloads name people."""
    return [
        f"{frame.filename}:{frame.lineno} {frame.name}"
        for frame in traceback.extract_tb(error.__traceback__)
    ]


class Provinces:
    """The transport's owner: each topic's partition belongs to the province that its name ends in."""

    def __init__(self, owners: Iterable[ProvinceOwner]) -> None:
        self._owners = {owner.province: owner for owner in owners}

    async def take_over(self, tp: TP, alive: Callable[[], bool]) -> int | None:
        """Claim the province; whoever has partition 0 parks it when there are others."""
        return (
            await self._owners[province_of(tp.topic)].take_over(tp.topic, alive)
            if tp.partition == 0
            else None
        )

    async def handle(self, batch: Batch) -> None:
        """Fold a batch into its province."""
        await self._owners[province_of(batch.tp.topic)].handle(batch)

    def released(self, tps: Iterable[TP]) -> None:
        """Note which provinces may go to another worker."""
        for tp in tps:
            self._owners[province_of(tp.topic)].released()

    @property
    def health(self) -> dict[str, Health]:
        """Return how each province stands in this process."""
        return {province: owner.health for province, owner in self._owners.items()}

    def owned(self) -> list[str]:
        """Return the provinces that this process reads now."""
        return [
            province
            for province, health in self.health.items()
            if health.standing in {Standing.READING, Standing.WAITING}
        ]
