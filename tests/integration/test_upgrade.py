"""A changed catalogue on a real Postgres: the new version takes a province over beside the old one, whatever goes wrong on the way."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from models.changes import Mark, StoredBook
from models.errors import Fenced, Unavailable
from sinks.postgres import upgrade
from sinks.postgres.connection import Connection
from streams.provision import provide_schema
from tests.support.fold import Worker, batches
from tests.support.folding import BATCHES, Folding, folding
from tests.support.histories import long_log
from tests.support.oracle.province import setting
from tests.support.proxy import Cut, cutting_proxy
from tests.support.standings import standings, standings_of
from tests.support.variants import PROVINCE, variant

pytestmark = pytest.mark.integration

OLD, NEW = 0, 3
LOG = long_log(setting(PROVINCE, 60), seed=11, recipes=60)
HALF = len(LOG) // 2
PAGE_PARTS = 40


@pytest.fixture
async def old(database: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Folding]:
    """A worker of the old version that has folded half of the log; the new version is registered too, and pages are small."""
    monkeypatch.setattr(upgrade, "PAGE_PARTS", PAGE_PARTS)
    await provide_schema(database, variant(OLD))
    async with folding(database, OLD) as worker:
        await worker.take_over()
        await worker.fold(LOG[:HALF])
        await provide_schema(database, variant(NEW))
        yield worker


@pytest.fixture
async def new(database: str, old: Folding) -> AsyncIterator[Folding]:
    """A worker of the new version that has not claimed yet."""
    del old  # was there first
    async with folding(database, NEW) as worker:
        yield worker


def alone(folded_by_old: int, upto: int) -> Worker:
    """Return a worker in memory after the same."""
    worker = Worker(variant(OLD).province(PROVINCE))
    for batch in batches(LOG[:folded_by_old], BATCHES):
        worker.batch(batch)
    worker.upgrade(variant(NEW).province(PROVINCE), 1_000)
    for batch in batches(LOG[folded_by_old:upto], BATCHES):
        worker.batch(batch)
    return worker


def expected(folded_by_old: int, upto: int) -> StoredBook:
    """Return what a ledger in memory holds after the same."""
    return alone(folded_by_old, upto).tables.stored


async def nothing_is_left(connection: Connection) -> None:
    """See that the upgrade has cleared up behind itself."""
    for table in ("upgrade", "pane_next"):
        assert 0 == await connection.fetchval(f"SELECT count(*) FROM tiendo.{table}")  # noqa: S608 - constants


async def test_a_new_version_takes_over_and_folds_on(new: Folding, connection: Connection) -> None:
    """Every row of the book is what a fold in memory has after the same upgrade, and after the rest of the log."""
    claim = await new.ledger.claim(PROVINCE)
    steps = await new.upgraded(claim)
    await new.desk.load(claim)

    assert await new.ledger.load(claim) == expected(HALF, HALF)
    assert standings_of(alone(HALF, HALF).tables) == await standings(connection, PROVINCE)
    await new.fold(LOG[HALF:])
    assert await new.stored() == expected(HALF, len(LOG))
    assert variant(OLD).engine_version == claim.upgrade_from
    assert steps == sorted(set(steps))
    assert len(steps) > 3
    await nothing_is_left(connection)


async def test_an_old_version_is_fenced_and_then_refused(old: Folding, new: Folding) -> None:
    """Its batch in flight is dropped, its next claim says which version there is and what to do."""
    await new.take_over()
    await old.desk.fold(HALF, HALF + 1, LOG[HALF : HALF + 1])

    with pytest.raises(Fenced, match="no longer ours"):
        await old.desk.commit()
    with pytest.raises(Fenced, match=r"later than this worker's .* restart it with that one"):
        await old.ledger.claim(PROVINCE)

    await new.fold(LOG[HALF:])
    assert await new.stored() == expected(HALF, len(LOG))


async def test_the_next_owner_goes_on_where_a_dead_one_stopped(
    database: str, new: Folding, connection: Connection
) -> None:
    """What was staged is not made again: subjects are counted from there."""
    claim = await new.ledger.claim(PROVINCE)
    done = [await new.desk.upgrade(claim) for _ in range(3)]

    async with folding(database, NEW) as other:
        found = await other.ledger.claim(PROVINCE)
        first = await other.desk.upgrade(found)
        with pytest.raises(Fenced, match="no longer ours"):
            await new.desk.upgrade(claim)
        await other.upgraded(found)

        assert (done[-1], True) == (first, bool(first))
        assert await other.stored() == expected(HALF, HALF)
    await nothing_is_left(connection)


async def test_an_old_version_that_comes_back_makes_the_upgrade_begin_again(
    old: Folding, new: Folding
) -> None:
    """Until the swap the province is the old version's: what it folds meanwhile is in the new panes too."""
    claim = await new.ledger.claim(PROVINCE)
    for _ in range(3):
        await new.desk.upgrade(claim)
    more = HALF + 40
    await old.take_over()
    await old.fold(LOG[HALF:more])
    with pytest.raises(Fenced, match="no longer ours"):
        await new.desk.upgrade(claim)

    again = await new.ledger.claim(PROVINCE)

    assert 0 == await new.desk.upgrade(again)
    await new.upgraded(again)
    await new.desk.load(again)
    await new.fold(LOG[more:])
    assert await new.stored() == expected(more, len(LOG))


@pytest.mark.parametrize("cut", [Cut.BEFORE, Cut.AFTER])
async def test_a_lost_commit_anywhere_adds_nothing_twice(
    cut: Cut,
    database: str,
    old: Folding,
    connection: Connection,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Whether a COMMIT or only its reply was lost, the next step finds out what has landed: at the beginning, at a page, at the swap."""
    del old  # was there first
    swaps: list[Cut] = []
    swap = upgrade.UpgradeTables.swap

    async def swap_badly(tables: upgrade.UpgradeTables, *arguments: Any) -> None:  # noqa: ANN401 - as they come
        proxy.cut = Cut.NEVER if swaps else cut
        swaps.append(proxy.cut)
        await swap(tables, *arguments)

    monkeypatch.setattr(upgrade.UpgradeTables, "swap", swap_badly)
    async with cutting_proxy(database) as proxy, folding(proxy.uri, NEW) as new:
        claim = await new.ledger.claim(PROVINCE)
        lost, done = 0, 0
        while True:
            proxy.cut = cut if done >= 2 * lost else Cut.NEVER
            try:
                if await new.desk.upgrade(claim) is None:
                    break
                done += 1
            except Unavailable:
                lost += 1
            proxy.cut = Cut.NEVER
        await new.desk.load(claim)

        assert lost > 3
        assert swaps == ([cut] if cut is Cut.AFTER else [cut, Cut.NEVER])
        assert await new.ledger.load(claim) == expected(HALF, HALF)
    await nothing_is_left(connection)


async def test_history_keeps_the_version_that_a_figure_was_published_under(
    new: Folding, connection: Connection
) -> None:
    """Rows of before stay as they were; those of later closes carry the new definition's version."""
    rows = 'SELECT * FROM api.kpi_history ORDER BY plan, indicator, agency, "window", closed_day'
    before = await connection.fetch(rows)
    closed = await connection.fetchval("SELECT closed_day FROM tiendo.progress")

    await new.take_over()
    assert before == await connection.fetch(rows)
    await new.fold(LOG[HALF:])

    after = await connection.fetch(rows)
    versions = {
        number: {
            (row.plan, row.indicator): row.definition_version
            for row in variant(number).province(PROVINCE).indicator_rows
        }
        for number in (OLD, NEW)
    }
    assert before == [row for row in after if row["closed_day"] <= closed]
    for row in after:
        folded_by = OLD if row["closed_day"] <= closed else NEW
        assert versions[folded_by][row["plan"], row["indicator"]] == row["definition_version"]
    published = {(row["plan"], row["indicator"]) for row in after if row["closed_day"] > closed}
    assert any(versions[OLD].get(one, "") != versions[NEW][one] for one in published)


async def test_views_show_the_old_catalogue_until_the_swap_and_the_new_one_from_then_on(
    database: str, old: Folding, new: Folding, connection: Connection
) -> None:
    """A migration alone changes no figure and no target; nothing of what the new version dropped is left."""
    del old  # was there first
    targets = "SELECT target FROM api.target_attainment WHERE province = $1"
    assert listed(OLD) == {row["target"] for row in await connection.fetch(targets, PROVINCE)}

    await new.take_over()

    assert listed(NEW) == {row["target"] for row in await connection.fetch(targets, PROVINCE)}
    kept = await connection.fetch("SELECT DISTINCT target FROM tiendo.attainment")
    assert listed(NEW) == {row["target"] for row in kept}
    notes = await provide_schema(database, variant(OLD))
    assert (
        f"{PROVINCE}: a later version is registered; to go back to this one, --reinstate it"
        in notes
    )
    assert listed(NEW) == {row["target"] for row in await connection.fetch(targets, PROVINCE)}


def listed(number: int) -> set[str]:
    """Return the targets of a version."""
    return {row.target for row in variant(number).province(PROVINCE).target_rows}


async def test_a_reinstated_version_upgrades_the_province_back(
    database: str, old: Folding, new: Folding
) -> None:
    """Going back is an upgrade like any other; the version left behind is now the earlier one."""
    await new.take_over()
    await provide_schema(database, variant(OLD), reinstate=True)

    claim = await old.take_over()

    assert variant(NEW).engine_version == claim.upgrade_from
    with pytest.raises(Fenced, match="later than this worker's"):
        await new.ledger.claim(PROVINCE)
    stored, before = await old.stored(), Worker(variant(OLD).province(PROVINCE))
    for batch in batches(LOG[:HALF], BATCHES):
        before.batch(batch)
    assert before.tables.panes == stored.panes
    assert before.tables.kpi == stored.kpi


async def test_a_province_without_records_is_upgraded_too(database: str) -> None:
    """Claimed and never read: there is nothing to make anew, only the version moves."""
    for number in (OLD, NEW):
        await provide_schema(database, variant(number))
    async with folding(database, OLD) as old, folding(database, NEW) as new:
        await old.take_over()
        claim = await new.take_over()
        await new.fold(LOG[:HALF])

        assert Mark() == claim.mark
        fresh = Worker(variant(NEW).province(PROVINCE))
        for batch in batches(LOG[:HALF], BATCHES):
            fresh.batch(batch)
        assert fresh.tables.stored == await new.stored()


async def test_a_book_of_another_version_is_never_loaded(new: Folding) -> None:
    """Its panes would be read by definitions that did not make them."""
    claim = await new.ledger.claim(PROVINCE)

    with pytest.raises(Fenced, match="not upgraded to this version yet"):
        await new.desk.load(claim)
