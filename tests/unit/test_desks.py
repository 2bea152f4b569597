"""Desks beside the worker: over a real socket they answer, refuse and break as a desk in this process does."""

import asyncio
import gc
import socket
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager

import pytest

from models.changes import Changes, LimitReached, Mark
from models.errors import Fenced, Unavailable
from models.facts import Record
from sinks.postgres.ledger import Claim
from streams.collection import Collection
from streams.desks import Bug, LocalDesks
from streams.desks.calls import Ends
from streams.desks.desk import AT_ONCE
from streams.desks.pool import DeskPool, DeskProcess
from streams.desks.process import DeskServer
from streams.log_check import checksum
from tests.support.desk_doubles import (
    EARLIEST_DAY,
    FLOOD,
    PROVINCE,
    CountingBook,
    FailingLedger,
    FailingTables,
    SlowBook,
)
from tests.support.eventually import eventually


class Standing:
    """A process that runs until it is told to end."""

    def __init__(self) -> None:
        self._over = asyncio.Event()

    async def wait(self) -> int:
        """Return the status once it has ended."""
        await self._over.wait()
        return -9

    def kill(self) -> None:
        """End it."""
        self._over.set()


@asynccontextmanager
async def served(
    ledger: FailingLedger, tables: FailingTables | None = None
) -> AsyncIterator[tuple[DeskPool, DeskProcess, Standing]]:
    """Serve desks over doubles at the other end of a socket."""
    ours, theirs = socket.socketpair()
    far = Ends(*await asyncio.open_connection(sock=theirs))
    near = Ends(*await asyncio.open_connection(sock=ours))
    upgrades = None if tables is None else tables.upgrade
    desks = LocalDesks(ledger, lambda _, stored: CountingBook(stored.mark), upgrades)
    serving = asyncio.create_task(DeskServer(desks, far).serve())
    standing = Standing()
    process = DeskProcess(standing, near)
    try:
        yield DeskPool([process]), process, standing
    finally:
        standing.kill()
        await process.close()
        await serving
        far.close()


def records(*values: bytes) -> list[Record]:
    """Return records with all that a record may have."""
    headers = (("ce_id", b"\xff\x00"), ("content-type", b"application/json"))
    return [
        Record(PROVINCE, offset, 7, None if offset else b"\x00key", value, headers)
        for offset, value in enumerate(values)
    ]


async def test_a_batch_reaches_the_ledger_through_another_process() -> None:
    """Claim, load, fold, commit: the mark, the counts and the bytes arrive as they were sent."""
    ledger = FailingLedger()
    async with served(ledger) as (pool, _process, _standing):
        desk = pool.desk(PROVINCE)
        await desk.load(await ledger.claim(PROVINCE))
        folded = await desk.fold(0, 2, records(b"\xff", b"not json"))
        await desk.commit()

    assert (2, {"bad_encoding": 1, "not_json": 1}) == (folded.records, folded.dead_letters)
    assert (0, []) == (folded.unkept, folded.limits_reached)
    assert Mark(2, checksum(b"not json")) == ledger.mark


async def test_what_is_not_kept_of_a_flood_is_counted_in_another_process_too() -> None:
    """Under its reason beside what is kept, and the limits that were reached come as they were told."""
    ledger = FailingLedger()
    async with served(ledger) as (pool, _process, _standing):
        desk = pool.desk(PROVINCE)
        await desk.load(await ledger.claim(PROVINCE))
        folded = await desk.fold(0, 4, records(b"not json", FLOOD, FLOOD, b"\xff"))

    assert {"bad_encoding": 1, "not_json": 3} == folded.dead_letters
    assert 2 == folded.unkept
    assert [LimitReached(None, 0), LimitReached(EARLIEST_DAY, 2)] == folded.limits_reached
    assert isinstance(folded.limits_reached[0], LimitReached)


async def test_what_was_written_is_gone_before_the_collector_runs(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It would walk the rows of a whole batch, and take them for old ones that are there to stay."""
    left: list[int] = []

    def between_batches(_: Collection) -> None:
        left.append(sum(isinstance(one, Changes) for one in gc.get_objects()))

    monkeypatch.setattr(Collection, "between_batches", between_batches)
    asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(max_workers=1))
    ledger = FailingLedger()
    desk = LocalDesks(ledger, lambda _, stored: CountingBook(stored.mark)).desk(PROVINCE)
    await desk.load(await ledger.claim(PROVINCE))
    gc.collect()
    before = sum(isinstance(one, Changes) for one in gc.get_objects())
    await desk.fold(0, 1, records(b"x"))
    await asyncio.to_thread(int)  # whatever comes next: the thread lets go of what it returned
    await desk.commit()

    assert [before] == left


async def test_a_province_is_upgraded_in_the_process_that_folds_it() -> None:
    """Step by step: after each the worker may look around, and it hears how far that is."""
    ledger, tables = FailingLedger(upgrade_from="old"), FailingTables(2)
    async with served(ledger, tables) as (pool, _process, _standing):
        desk, claim = pool.desk(PROVINCE), await ledger.claim(PROVINCE)
        steps = [await desk.upgrade(claim) for _ in range(4)]
        await desk.load(claim)

    assert [0, 1, 2, None] == steps
    assert ["begin", "close"] == [tables.calls[0], tables.calls[-1]]
    assert 1 == ledger.loads


async def test_an_upgrade_that_another_claim_follows_lets_go_of_its_tables() -> None:
    """A connection that nobody uses any more would stay open as long as the process."""
    ledger, tables = FailingLedger(upgrade_from="old"), FailingTables(9)
    async with served(ledger, tables) as (pool, _process, _standing):
        desk = pool.desk(PROVINCE)
        await desk.upgrade(await ledger.claim(PROVINCE))
        await desk.upgrade(await ledger.claim(PROVINCE))

    assert ["begin", "close", "begin"] == tables.calls


async def test_provinces_of_one_desk_process_take_turns() -> None:
    """A flood in one province must not keep its neighbours waiting until its batch is folded."""
    turns: list[str] = []
    desks = LocalDesks(FailingLedger(), lambda slug, stored: SlowBook(slug, stored.mark, turns))
    both = "dong-nai", "tra-vinh"
    folding = []
    for province in both:
        desk = desks.desk(province)
        await desk.load(Claim(province, 1, Mark(), None))
        folding.append(desk.fold(0, AT_ONCE + 1, records(*[b"1"] * (AT_ONCE + 1))))

    await asyncio.gather(*folding)

    assert list(both) * SlowBook.STEPS == turns


async def test_what_a_desk_raises_is_raised_to_the_worker() -> None:
    """Away and fenced keep their sentences; a bug tells its name and its frames, and not its text."""
    ledger = FailingLedger()
    async with served(ledger) as (pool, _process, _standing):
        desk = pool.desk(PROVINCE)
        with pytest.raises(Fenced, match="does not end at offset 0"):
            await desk.fold(0, 1, records(b"1"))
        await desk.load(await ledger.claim(PROVINCE))
        ledger.errors = [Unavailable("Postgres is away")]
        with pytest.raises(Unavailable, match="Postgres is away"):
            await desk.fold(0, 1, records(b"1"))
        with pytest.raises(Bug) as raised:
            await desk.fold(0, 1, records(b"bug"))

    assert "ZeroDivisionError" == raised.value.name
    assert "apply" in raised.value.frames[-1]
    assert "parts" not in str(raised.value)


async def test_a_call_that_was_given_up_ends_before_the_next_begins() -> None:
    """A rebalance may cancel a fold that is on its way: the load that follows must not run beside it, and what was folded is void."""
    ledger = FailingLedger()
    async with served(ledger) as (pool, _process, _standing):
        desk = pool.desk(PROVINCE)
        await desk.load(await ledger.claim(PROVINCE))
        giving_up = asyncio.create_task(desk.fold(0, 1, records(b"1")))
        await asyncio.sleep(0)
        giving_up.cancel()
        await desk.load(await ledger.claim(PROVINCE))
        with pytest.raises(Fenced, match="nothing of dong-nai is folded"):
            await desk.commit()
        await desk.fold(0, 1, records(b"1"))
        await desk.commit()

    assert (2, 1) == (ledger.epoch, ledger.mark.next_offset)


async def test_a_process_that_ends_by_itself_ends_the_worker_and_frees_who_waits() -> None:
    """What it folded was only a cache: the batch is dropped, and the worker is told which provinces it had."""
    ledger = FailingLedger()
    async with served(ledger) as (pool, process, standing):
        desk = pool.desk(PROVINCE)
        await desk.load(await ledger.claim(PROVINCE))
        claim = await ledger.claim(PROVINCE)
        ended = asyncio.create_task(pool.ended())
        process._ends.close()
        standing.kill()
        with pytest.raises(Fenced, match="has ended"):
            await desk.load(claim)
        await eventually(ended.done)

    assert f"the process that folds {PROVINCE} ended with status -9" in str(ended.exception())


async def test_provinces_spread_over_the_processes_and_stay_where_they_are() -> None:
    """The one with the fewest takes the next."""
    ledger = FailingLedger()
    async with served(ledger) as (_, one, _a), served(ledger) as (_, two, _b):
        pool = DeskPool([one, two])
        for province in ("dong-nai", "tra-vinh", "hai-duong", "tra-vinh"):
            await pool.desk(province).load(await ledger.claim(province))

    assert ({"dong-nai", "hai-duong"}, {"tra-vinh"}) == (one.provinces, two.provinces)
