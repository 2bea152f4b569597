"""A province's owner, with doubles for the ledger and the book: what each error makes of the province."""

import asyncio
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import cast

import pytest

from models.changes import Changes, Mark, PartKey, PartRequest, StoredBook
from models.errors import Fenced, Unavailable
from models.facts import DeadLetter, Event, Record
from sinks.postgres.ledger import Claim
from streams.batch import Batch
from streams.log_check import Fault, checksum
from streams.owner import Means, ProvinceOwner, Standing
from tests.support.eventually import eventually

PROVINCE = "dong-nai"
TOPIC = "progress.dong-nai"


class CountingBook:
    """A fold that moves the mark and nothing else."""

    def __init__(self, mark: Mark) -> None:
        self.mark = mark

    def homes(self, events: Sequence[Event | DeadLetter]) -> set[PartRequest]:
        """Ask for a part."""
        return {PartRequest("dossier", "home", None)} if events else set()

    def subjects(
        self, events: Sequence[Event | DeadLetter], homes: Mapping[PartKey, bytes]
    ) -> set[PartRequest]:
        """Ask for another part of what was found."""
        return {PartRequest(key.kind, key.key, "more") for key in homes} if events else set()

    def apply(
        self,
        events: Sequence[Event | DeadLetter],
        parts: Mapping[PartKey, bytes],
        *,
        next_offset: int,
        last_crc: int,
    ) -> Changes:
        """Move the mark; a record of b'bug' is one that the fold cannot take."""
        if any(isinstance(event, DeadLetter) and event.record.value == b"bug" for event in events):
            message = f"bug, with {len(parts)} parts"
            raise ZeroDivisionError(message)
        base, self.mark = self.mark, Mark(next_offset, last_crc)
        return Changes(PROVINCE, base, self.mark)


@dataclass
class FailingLedger:
    """A ledger in memory that raises the errors it is given, in order, before it answers."""

    mark: Mark = field(default_factory=Mark)
    epoch: int = 0
    errors: list[Exception | None] = field(default_factory=list)
    loads: int = 0
    parked: list[str] = field(default_factory=list)

    def _fail(self) -> None:
        error = self.errors.pop(0) if self.errors else None
        if error is not None:
            raise error

    async def claim(self, province: str) -> Claim:
        """Raise the epoch."""
        self._fail()
        if self.parked:
            message = "parked"
            raise Fenced(message)
        self.epoch += 1
        return Claim(province, self.epoch, self.mark)

    async def load(self, claim: Claim) -> StoredBook:
        """Return an empty book at the mark."""
        self.loads += 1
        return StoredBook(claim.mark, {}, {}, {}, {}, {}, {}, (), {}, {}, {})

    async def read_parts(
        self, province: str, requests: Collection[PartRequest]
    ) -> dict[PartKey, bytes]:
        """Return a part for each request."""
        self._fail()
        return {PartKey(request.kind, request.key, province): b"" for request in requests}

    async def commit(self, claim: Claim, changes: Changes) -> None:
        """Compare and swap."""
        self._fail()
        if (claim.epoch, changes.base) != (self.epoch, self.mark):
            message = "another owner"
            raise Fenced(message)
        self.mark = changes.mark

    async def park(self, claim: Claim, reason: str, detail: str) -> None:
        """Remember why."""
        self.parked.append(f"{claim.province}: {reason}: {detail}")


@dataclass
class StandingBatch:
    """A batch of records, as the transport hands it over."""

    base: int
    records: list[Record]
    alive: Callable[[], bool] = lambda: True

    @property
    def next_offset(self) -> int:
        """Return the offset after the last record."""
        return self.records[-1].offset + 1


def batch(*values: bytes, base: int = 0, alive: Callable[[], bool] = lambda: True) -> Batch:
    """Return records from `base` on."""
    records = [Record(PROVINCE, base + index, 0, None, value) for index, value in enumerate(values)]
    return cast("Batch", StandingBatch(base, records, alive))


def owner_of(ledger: FailingLedger, fault: Fault | None = None) -> ProvinceOwner:
    """Return an owner over doubles; the log has `fault`."""

    async def find_fault(_topic: str, _mark: Mark) -> Fault | None:
        return fault

    return ProvinceOwner(
        PROVINCE,
        Means(
            ledger,
            lambda stored: CountingBook(stored.mark),
            find_fault,
            lambda: None,
            lambda *_: None,
            asyncio.Lock(),
        ),
    )


def always() -> bool:
    """Say that the partition is ours."""
    return True


async def test_a_batch_moves_the_ledger_to_its_end() -> None:
    """Claim, load, fold, commit: the mark is the offset after the batch and the checksum of its last record."""
    ledger = FailingLedger()
    owner = owner_of(ledger)

    position = await owner.take_over(TOPIC, always)
    await owner.handle(batch(b"1", b"2"))
    await owner.handle(batch(b"3", base=2))

    assert (0, Mark(3, checksum(b"3"))) == (position, ledger.mark)
    assert (Standing.READING, 3) == (owner.health.standing, owner.health.next_offset)


async def test_while_postgres_is_away_the_batch_is_kept_and_committed_once_it_is_back() -> None:
    """Unavailable at any step costs a wait, never the batch; what was folded is committed as it was folded."""
    away = [Unavailable("away")] * 3
    ledger = FailingLedger(errors=[*away, None, *away, None, *away])
    owner = owner_of(ledger)

    await owner.take_over(TOPIC, always)
    await owner.handle(batch(b"1"))

    assert Mark(1, checksum(b"1")) == ledger.mark
    assert [] == ledger.errors
    assert owner.health.standing is Standing.READING


async def test_waiting_ends_when_the_partition_is_no_longer_ours() -> None:
    """A rebalance takes the province away from a worker that waits for Postgres; it lets go without committing."""
    ledger = FailingLedger()
    owner = owner_of(ledger)
    await owner.take_over(TOPIC, always)
    ledger.errors = [Unavailable("away")] * 1000
    alive = True

    handling = asyncio.ensure_future(owner.handle(batch(b"1", alive=lambda: alive)))
    await eventually(lambda: owner.health.standing is Standing.WAITING)
    alive = False

    with pytest.raises(Fenced):
        await handling
    assert Mark() == ledger.mark


async def test_a_fenced_owner_drops_its_book_and_loads_again() -> None:
    """Another worker claimed meanwhile: nothing of ours is trusted, the next take-over reads what that worker left."""
    ledger = FailingLedger()
    owner = owner_of(ledger)
    await owner.take_over(TOPIC, always)
    ledger.epoch, ledger.mark = ledger.epoch + 1, Mark(7, 0)

    with pytest.raises(Fenced):
        await owner.handle(batch(b"1"))
    position = await owner.take_over(TOPIC, always)

    assert (7, 2) == (position, ledger.loads)


async def test_a_rebalance_that_gives_the_province_back_does_not_load_it_again() -> None:
    """With nobody in between (the epoch rose by one, the mark is the book's) the book in memory is the ledger's."""
    ledger = FailingLedger()
    owner = owner_of(ledger)
    await owner.take_over(TOPIC, always)
    await owner.handle(batch(b"1"))

    owner.released()
    position = await owner.take_over(TOPIC, always)
    await owner.handle(batch(b"2", base=1))

    assert (1, 1, 2) == (position, ledger.loads, ledger.mark.next_offset)


async def test_a_batch_that_does_not_follow_on_from_the_book_is_refused() -> None:
    """Pitfall 3: were it applied, the records between would be skipped in silence."""
    ledger = FailingLedger()
    owner = owner_of(ledger)
    await owner.take_over(TOPIC, always)

    with pytest.raises(Fenced, match="offset 5"):
        await owner.handle(batch(b"1", base=5))

    assert Mark() == ledger.mark


@pytest.mark.logs_errors("province.parked")
async def test_a_bug_in_a_batch_parks_the_province_until_a_restart() -> None:
    """The offset stays, the province is not read again by this process, and health says so without a word of the payload."""
    ledger = FailingLedger()
    owner = owner_of(ledger)
    await owner.take_over(TOPIC, always)

    with pytest.raises(Fenced):
        await owner.handle(batch(b"bug"))

    assert (Mark(), []) == (ledger.mark, ledger.parked)
    assert (Standing.PARKED, "ZeroDivisionError in this process") == owner.health[:2]
    assert await owner.take_over(TOPIC, always) is None


@pytest.mark.logs_errors("province.parked")
async def test_a_log_that_is_not_the_one_of_the_mark_parks_the_province_in_the_ledger() -> None:
    """Only an operator's recorded decision goes on: the province cannot be claimed until then, and is once it was taken."""
    ledger = FailingLedger()
    owner = owner_of(ledger, Fault("retention_loss", "starts at offset 9"))

    with pytest.raises(Fenced):
        await owner.take_over(TOPIC, always)
    with pytest.raises(Fenced):
        await owner.take_over(TOPIC, always)

    assert ["dong-nai: retention_loss: starts at offset 9"] == ledger.parked
    assert owner.health.standing is Standing.PARKED
