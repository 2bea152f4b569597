"""A province's owner, with doubles for the ledger and the book: what each error makes of the province."""

import asyncio
import logging
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, cast

import pytest

from models.changes import Mark
from models.errors import Fenced, Unavailable
from models.facts import Record
from streams.batch import Batch
from streams.desks import Folded, LocalDesks
from streams.log_check import Fault, checksum
from streams.owner import Means, ProvinceOwner, Spent, Standing
from tests.support.desk_doubles import (
    FLOOD,
    PROVINCE,
    CountingBook,
    FailingLedger,
    FailingTables,
)
from tests.support.eventually import eventually

TOPIC = "progress.dong-nai"


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


class NobodyListens:
    """Hears what becomes of batches, and forgets it."""

    def committed(self, province: str, folded: Folded, spent: Spent) -> None:
        """Forget."""

    def fenced(self, province: str) -> None:
        """Forget."""


def batch(*values: bytes, base: int = 0, alive: Callable[[], bool] = lambda: True) -> Batch:
    """Return records from `base` on."""
    records = [Record(PROVINCE, base + index, 0, None, value) for index, value in enumerate(values)]
    return cast("Batch", StandingBatch(base, records, alive))


def owner_of(
    ledger: FailingLedger, fault: Fault | None = None, tables: FailingTables | None = None
) -> ProvinceOwner:
    """Return an owner over doubles; the log has `fault`, an upgrade has `tables`."""
    upgrades = None if tables is None else tables.upgrade

    async def find_fault(_topic: str, _mark: Mark) -> Fault | None:
        return fault

    return ProvinceOwner(
        PROVINCE,
        Means(
            ledger,
            LocalDesks(ledger, lambda _, stored: CountingBook(stored.mark), upgrades).desk(
                PROVINCE
            ),
            find_fault,
            NobodyListens(),
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


async def test_a_limit_on_dead_letters_is_told_once_it_is_committed(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """One warning a limit: province, day, what is kept and what to do, nothing of any record; not of a batch that was lost."""
    ledger = FailingLedger()
    owner = owner_of(ledger)
    await owner.take_over(TOPIC, always)

    await owner.handle(batch(FLOOD, b"1"))
    told = [one.getMessage() for one in caplog.records if one.levelno == logging.WARNING]
    caplog.clear()
    ledger.epoch += 1
    with pytest.raises(Fenced):
        await owner.handle(batch(FLOOD, base=2))

    assert ["dead_letters.limited"] * 2 == [one.split("'")[1] for one in told]
    assert ["day=None kept=0", "day='1970-01-01' kept=1"] == [
        re.findall(r"day=\S+ kept=\d+", one)[0] for one in told
    ]
    assert all(f"province='{PROVINCE}'" in one and "senders" in one for one in told)
    assert not any("flood" in one for one in told)
    assert [] == [one for one in caplog.records if "dead_letters.limited" in one.getMessage()]


async def test_a_batch_in_hand_is_seen_until_it_is_committed_or_dropped() -> None:
    """The stall watch gives it longer; a province that was lost meanwhile is watched as before."""
    ledger, seen = FailingLedger(), []
    owner = owner_of(ledger)
    await owner.take_over(TOPIC, always)
    commit = ledger.commit

    async def watched(*arguments: Any, **named: Any) -> None:  # noqa: ANN401 - as they come
        seen.append(owner.health.standing)
        await commit(*arguments, **named)

    ledger.commit = watched  # type: ignore[method-assign]  # the double's own way in
    await owner.handle(batch(b"1"))
    committed = owner.health.standing
    ledger.epoch += 1
    with pytest.raises(Fenced):
        await owner.handle(batch(b"2", base=1))

    assert [Standing.FOLDING, Standing.FOLDING] == seen
    assert (Standing.READING, Standing.READING) == (committed, owner.health.standing)


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
async def test_a_bug_in_a_batch_parks_the_province_until_a_restart_or_a_decision() -> None:
    """The offset stays, nothing is read again before either, and health says so without a word of the payload."""
    ledger = FailingLedger()
    owner = owner_of(ledger)
    await owner.take_over(TOPIC, always)

    with pytest.raises(Fenced):
        await owner.handle(batch(b"bug"))

    assert (Mark(), []) == (ledger.mark, ledger.parked)
    parked = (Standing.PARKED, "bug: ZeroDivisionError in the batch from offset 0")
    assert parked == owner.health[:2]
    with pytest.raises(Fenced, match="parked after a bug: ZeroDivisionError"):
        await owner.take_over(TOPIC, always)
    assert (parked, 1) == (owner.health[:2], ledger.epoch)


@pytest.mark.logs_errors("province.parked")
async def test_a_province_that_was_parked_by_a_bug_goes_on_once_an_operator_decided() -> None:
    """Without a restart, from where the decision moved the mark to; the same bug parks it again, until the next decision."""
    ledger = FailingLedger(decision=4)
    owner = owner_of(ledger)
    await owner.take_over(TOPIC, always)
    with pytest.raises(Fenced):
        await owner.handle(batch(b"bug"))

    ledger.decision, ledger.mark, ledger.epoch = 5, Mark(7), 9
    position = await owner.take_over(TOPIC, always)
    with pytest.raises(Fenced):
        await owner.handle(batch(b"bug", base=7))
    with pytest.raises(Fenced, match="from offset 7"):
        await owner.take_over(TOPIC, always)

    assert (7, 10) == (position, ledger.epoch)


@pytest.mark.logs_errors("province.parked")
async def test_a_spoilt_record_parks_the_province_in_the_ledger() -> None:
    """What Kafka's own checksum does not hold for is never folded, and only an operator's decision goes on."""
    ledger = FailingLedger()
    owner = owner_of(ledger)
    await owner.take_over(TOPIC, always)

    with pytest.raises(Fenced):
        await owner.unreadable(3, always)

    spoilt = "the records from offset 3 on do not agree with their own checksum"
    assert [f"{PROVINCE}: corrupt_record: {spoilt}"] == ledger.parked
    assert owner.health.standing is Standing.PARKED


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


async def test_a_province_of_an_earlier_version_is_upgraded_before_it_is_loaded() -> None:
    """Subject after subject, then the swap, then the book; a service that is away costs a look at what has landed."""
    ledger = FailingLedger(upgrade_from="old")
    tables = FailingTables(2, [None, None, Unavailable("away"), None, None, None, None])
    owner = owner_of(ledger, tables=tables)

    position = await owner.take_over(TOPIC, always)

    assert (0, 1) == (position, ledger.loads)
    assert [
        "begin", "read", "stage failed", "begin", "read", "stage", "read", "stage",
        "load records", "swap records, 0 panes of 5 targets", "close",
    ] == tables.calls  # fmt: skip
    assert owner.health.standing is Standing.READING


async def test_an_upgrade_is_given_up_between_two_steps_when_the_province_goes_elsewhere() -> None:
    """A rebalance does not wait for it: what is staged is for the next owner, and nothing is loaded."""
    ledger = FailingLedger(upgrade_from="old")
    tables = FailingTables(1_000)
    owner = owner_of(ledger, tables=tables)

    with pytest.raises(Fenced, match="no longer ours"):
        await owner.take_over(TOPIC, lambda: tables.position.subjects < 3)

    assert (3, 0) == (tables.position.subjects, ledger.loads)
    assert owner.health.standing is Standing.UPGRADING


async def test_an_upgrade_says_every_few_seconds_how_far_it_is(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Whoever restarts workers sees that the province is not stuck, and when it is done."""
    caplog.set_level(logging.INFO)
    monkeypatch.setattr("streams.owner.SAY_SECONDS", 0.0)
    owner = owner_of(FailingLedger(upgrade_from="old"), tables=FailingTables(2))

    await owner.take_over(TOPIC, always)

    said = [record.getMessage() for record in caplog.records if "upgrad" in record.getMessage()]
    assert ["upgrade_begun", "upgrading", "upgrading", "upgrading", "upgraded"] == [
        message.partition("province.")[2].partition("'")[0] for message in said
    ]
    assert ["subjects=0" in said[1], "subjects=2" in said[3]] == [True, True]


async def test_a_desk_without_upgrades_refuses_what_another_version_folded() -> None:
    """Such as that of `try`, whose database nobody else has seen."""
    owner = owner_of(FailingLedger(upgrade_from="old"))

    with pytest.raises(Fenced, match="of another version"):
        await owner.take_over(TOPIC, always)


async def test_a_province_whose_topic_is_closed_to_us_waits_and_says_why() -> None:
    """It stands nowhere else than before once it is open again, and a province that is read is none that waits."""
    owner = owner_of(FailingLedger())

    owner.closed("grant the right")
    assert (Standing.WAITING, "grant the right") == (owner.health.standing, owner.health.detail)
    owner.closed(None)
    assert (Standing.RELEASED, "") == (owner.health.standing, owner.health.detail)

    owner.closed("grant the right")
    await owner.take_over(TOPIC, always)
    owner.closed(None)
    assert Standing.READING is owner.health.standing
    owner.closed("grant the right")
    assert Standing.READING is owner.health.standing
