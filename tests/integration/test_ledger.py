"""The commit protocol on a real Postgres: who may write, and what is true after each way in which a commit can end."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import replace
from decimal import Decimal

import asyncpg
import pytest

from models.changes import (
    Changes,
    Figure,
    HistoryRow,
    Mark,
    PaneKey,
    PartKey,
    PartRequest,
    StoredBook,
)
from models.days import Day
from models.errors import Fenced, Unavailable
from sinks.postgres.connection import Connection, connect
from sinks.postgres.copies import COPY_ROWS
from sinks.postgres.ledger import Claim, Ledger
from sinks.postgres.listing import write_listing
from tests.support.eventually import eventually
from tests.support.hand_made import ALERT, DAY, LISTING, MARK, PROVINCE, SHARE, START, changes
from tests.support.proxy import Cut, cutting_proxy

pytestmark = pytest.mark.integration

TABLES = (
    *("subject", "pane", "kept", "agency", "kpi", "kpi_history", "attainment", "target_reading"),
    *("obligation", "problem_standing", "alert", "alert_history", "outbox", "dead_letter", "feed"),
)
END_WHO_WAITS = """
SELECT bool_or(pg_terminate_backend(pid)) FROM pg_stat_activity
WHERE datname = current_database() AND wait_event_type = 'Lock'"""
NEXT_MARK = replace(MARK, next_offset=9, last_crc=0)


@pytest.fixture
async def ledger(database: str, connection: Connection) -> AsyncIterator[Ledger]:
    """A worker's ledger, on a database with the listing."""
    await write_listing(connection, LISTING, PROVINCE)
    opened = Ledger(database, "engine-1")
    yield opened
    await opened.close()


@pytest.fixture
async def rival(database: str) -> AsyncIterator[Ledger]:
    """Another worker's ledger."""
    opened = Ledger(database, "engine-1")
    yield opened
    await opened.close()


async def rows_by_table(connection: Connection) -> dict[str, int]:
    """Count the rows of every table that a commit writes."""
    return {
        table: await connection.fetchval(f"SELECT count(*) FROM tiendo.{table}")  # noqa: S608 - constants
        for table in TABLES
    }


def empty(base: Mark, mark: Mark) -> Changes:
    """Return changes that move the mark and nothing else."""
    return Changes(PROVINCE, base, mark)


async def test_the_first_claim_starts_a_province_and_each_later_one_raises_its_epoch(
    ledger: Ledger,
) -> None:
    """A province needs no preparation: its mark begins at offset 0 without days."""
    first = await ledger.claim(PROVINCE)
    second = await ledger.claim(PROVINCE)

    assert Claim(PROVINCE, 1, START) == first
    assert Claim(PROVINCE, 2, START) == second


async def test_the_next_owner_loads_what_was_committed(ledger: Ledger, rival: Ledger) -> None:
    """Every row comes back as the fold wrote it: types, numbers, days and instants."""
    written = changes()
    await ledger.commit(await ledger.claim(PROVINCE), written)

    claim = await rival.claim(PROVINCE)
    book = await rival.load(claim)

    assert Claim(PROVINCE, 2, MARK) == claim
    expected = StoredBook(
        mark=MARK,
        panes=written.panes,
        kept=written.kept,
        kpi=written.kpi,
        agencies={code: row for code, row in written.agencies.items() if row is not None},
        published={(SHARE, "7d"): written.history[0].figure},
        attainment=written.attainment,
        alerts=(ALERT,),
        feeds=written.feeds,
        registers={PartKey("agency", "A", ""): b"register"},
        obligations={key: row for key, row in written.obligations.items() if row is not None},
    )
    assert expected == book
    assert [type(amount) for amount in written.panes.values()] == [
        type(book.panes[key]) for key in written.panes
    ]


async def test_only_the_latest_published_figure_is_loaded(ledger: Ledger) -> None:
    """`published` compares the next close with the last one that wrote a row, not with all of them."""
    claim = await ledger.claim(PROVINCE)
    first = changes()
    await ledger.commit(claim, first)
    row = first.history[0]
    later = empty(MARK, replace(NEXT_MARK, closed=Day(row.closed_day + 1)))
    later.history = [
        row._replace(closed_day=Day(row.closed_day + 1), figure=row.figure._replace(numerator=2))
    ]
    await ledger.commit(claim, later)

    book = await ledger.load(claim)

    assert {(SHARE, "7d"): later.history[0].figure} == book.published


async def test_rows_that_carry_nothing_any_more_are_deleted(
    ledger: Ledger, connection: Connection
) -> None:
    """None and 0 in the changes delete: tables hold what is, not what was."""
    claim = await ledger.claim(PROVINCE)
    first = changes()
    await ledger.commit(claim, first)
    gone = empty(MARK, NEXT_MARK)
    gone.parts = dict.fromkeys(first.parts)
    gone.panes = dict.fromkeys(first.panes, 0)
    gone.kept = dict.fromkeys(first.kept, 0)
    gone.agencies = dict.fromkeys(first.agencies)
    gone.obligations = dict.fromkeys(first.obligations)

    await ledger.commit(claim, gone)

    counts = await rows_by_table(connection)
    expected = {"subject": 0, "pane": 0, "kept": 0, "agency": 0, "obligation": 0, "kpi": 2}
    assert expected == {table: counts[table] for table in expected}


async def test_a_later_revision_replaces_the_alert_and_is_added_to_its_history(
    ledger: Ledger, connection: Connection
) -> None:
    """Of several revisions in one transaction the last is the alert's state; all stay in the history."""
    claim = await ledger.claim(PROVINCE)
    await ledger.commit(claim, changes())
    later = empty(MARK, NEXT_MARK)
    later.alerts = [
        ALERT._replace(revision=2, severity="critical", action="updated"),
        ALERT._replace(revision=3, state="retracted", ends_at=ALERT.starts_at, action="retracted"),
    ]

    await ledger.commit(claim, later)

    assert (await ledger.load(claim)).alerts == (later.alerts[1],)
    revisions = await connection.fetch(
        "SELECT revision, action FROM tiendo.alert_history ORDER BY revision"
    )
    assert [(1, "triggered"), (2, "updated"), (3, "retracted")] == [tuple(row) for row in revisions]


async def test_an_owner_that_was_overtaken_is_fenced_and_writes_nothing(
    ledger: Ledger, rival: Ledger, connection: Connection
) -> None:
    """The epoch decides: rows of a worker that lost its province never land, even from the right base."""
    old = await ledger.claim(PROVINCE)
    await rival.claim(PROVINCE)

    with pytest.raises(Fenced, match="claimed at epoch 1, the ledger has epoch 2, offset 0"):
        await ledger.commit(old, changes())

    assert dict.fromkeys(TABLES, 0) == await rows_by_table(connection)


async def test_changes_from_another_base_are_fenced_and_write_nothing(
    ledger: Ledger, connection: Connection
) -> None:
    """Offset, as-of day and closed day are compared: a dropped batch is never skipped in silence."""
    claim = await ledger.claim(PROVINCE)
    for base in (
        replace(START, next_offset=1),
        replace(START, as_of=MARK.as_of),
        replace(START, closed=MARK.closed),
    ):
        with pytest.raises(Fenced):
            await ledger.commit(claim, changes(base))

    assert dict.fromkeys(TABLES, 0) == await rows_by_table(connection)


async def test_an_overtaken_owner_can_neither_load_nor_park(ledger: Ledger, rival: Ledger) -> None:
    """What a former owner does to a province has no effect, and it is told so."""
    old = await ledger.claim(PROVINCE)
    new = await rival.claim(PROVINCE)

    with pytest.raises(Fenced):
        await ledger.load(old)
    with pytest.raises(Fenced):
        await ledger.park(old, "retention_loss", "the log starts at 7, our mark is 3")
    await rival.commit(new, changes())


async def test_the_same_changes_again_change_nothing(
    ledger: Ledger, connection: Connection
) -> None:
    """A caller that does not know whether its commit landed repeats it; histories and outbox have their rows once."""
    claim = await ledger.claim(PROVINCE)
    await ledger.commit(claim, changes())
    once = await rows_by_table(connection)

    await ledger.commit(claim, changes())

    assert once == await rows_by_table(connection)


@pytest.mark.parametrize(("cut", "landed"), [(Cut.BEFORE, 0), (Cut.AFTER, 1)])
async def test_a_lost_commit_is_resolved_by_repeating_it(
    cut: Cut, landed: int, database: str, ledger: Ledger, connection: Connection
) -> None:
    """Whether the COMMIT or only its reply was lost, the first try is Unavailable and the second leaves the rows once."""
    await ledger.claim(PROVINCE)
    async with cutting_proxy(database) as proxy:
        behind = Ledger(proxy.uri, "engine-1")
        claim = await behind.claim(PROVINCE)
        proxy.cut = cut
        with pytest.raises(Unavailable):
            await behind.commit(claim, changes())
        assert 1 == proxy.cuts_made
        assert landed == await connection.fetchval("SELECT count(*) FROM tiendo.alert_history")

        await behind.commit(claim, changes())
        await behind.close()

    assert MARK == (await ledger.claim(PROVINCE)).mark
    assert 1 == await connection.fetchval("SELECT count(*) FROM tiendo.alert_history")


async def test_a_lost_commit_of_an_owner_that_was_overtaken_is_fenced(
    database: str, ledger: Ledger
) -> None:
    """It had landed, but somebody else claimed since: the province is theirs, whatever we had."""
    async with cutting_proxy(database) as proxy:
        behind = Ledger(proxy.uri, "engine-1")
        claim = await behind.claim(PROVINCE)
        proxy.cut = Cut.AFTER
        with pytest.raises(Unavailable):
            await behind.commit(claim, changes())
        await ledger.claim(PROVINCE)

        with pytest.raises(Fenced):
            await behind.commit(claim, changes())
        await behind.close()


async def test_a_connection_that_ends_within_a_commit_is_unavailable(
    ledger: Ledger, connection: Connection
) -> None:
    """Postgres restarts or an administrator ends a session: nothing was written, the next try opens another connection."""
    claim = await ledger.claim(PROVINCE)
    async with connection.transaction():
        await connection.execute(
            "SELECT FROM tiendo.progress WHERE province = $1 FOR UPDATE", PROVINCE
        )
        commit = asyncio.create_task(ledger.commit(claim, changes()))
        await eventually(lambda: connection.fetchval(END_WHO_WAITS))
        with pytest.raises(Unavailable):
            await commit

    assert dict.fromkeys(TABLES, 0) == await rows_by_table(connection)
    await ledger.commit(claim, changes())
    assert MARK == (await ledger.load(claim)).mark


async def test_a_locked_province_holds_up_nobody_else(
    ledger: Ledger, connection: Connection
) -> None:
    """An owner frozen inside its transaction holds its row: claims of it give up in time, other provinces go on at once."""
    await ledger.claim(PROVINCE)
    async with connection.transaction():
        await connection.execute(
            "SELECT FROM tiendo.progress WHERE province = $1 FOR UPDATE", PROVINCE
        )
        waiting = asyncio.create_task(ledger.claim(PROVINCE))
        other = await asyncio.wait_for(ledger.claim("tra-vinh"), 2)
        with pytest.raises(Unavailable, match="55P03"):
            await waiting

    assert 1 == other.epoch


async def test_an_owner_that_froze_while_it_sent_rows_is_let_go_of_by_the_next_claim(
    ledger: Ledger, database: str
) -> None:
    """Its transaction is not idle, so no timeout of Postgres ends it: whoever claims does, and goes on."""
    await ledger.claim(PROVINCE)
    frozen = await connect(database, f"tiendo ledger {PROVINCE}")
    await frozen.execute("BEGIN")
    await frozen.execute("UPDATE tiendo.progress SET epoch = epoch WHERE province = $1", PROVINCE)
    never = asyncio.Event()

    async def rows() -> AsyncIterator[bytes]:
        await never.wait()
        yield b""

    sending = asyncio.create_task(
        frozen.copy_to_table("kept", schema_name="tiendo", source=rows(), timeout=None)
    )
    try:
        with pytest.raises(Unavailable, match="former owner"):
            await ledger.claim(PROVINCE)
        again = await ledger.claim(PROVINCE)
    finally:
        never.set()
        with contextlib.suppress(asyncpg.PostgresError, asyncpg.InterfaceError, OSError):
            await sending
        frozen.terminate()

    assert 2 == again.epoch


async def test_a_parked_province_cannot_be_claimed(ledger: Ledger, connection: Connection) -> None:
    """Only an operator's decision goes on; the refusal says why it was parked, and the epoch stays."""
    claim = await ledger.claim(PROVINCE)
    await ledger.park(claim, "retention_loss", "the log starts at 7, our mark is 3")

    with pytest.raises(
        Fenced, match=r"parked \(retention_loss: the log starts at 7, our mark is 3\)"
    ):
        await ledger.claim(PROVINCE)

    assert 1 == await connection.fetchval(
        "SELECT epoch FROM tiendo.progress WHERE province = $1", PROVINCE
    )


async def test_a_version_that_is_not_registered_waits_for_the_migration(
    database: str, ledger: Ledger
) -> None:
    """Nobody knows whether it is a later one: it claims nothing, not even a province that is still empty, and the owner goes on."""
    claim = await ledger.claim(PROVINCE)
    unknown = Ledger(database, "engine-9")

    for province in (PROVINCE, "tra-vinh"):
        with pytest.raises(Unavailable, match=f"engine-9 .* for {province}: run `tiendo migrate`"):
            await unknown.claim(province)
    await unknown.close()

    await ledger.commit(claim, changes())


async def test_stored_parts_are_found_one_by_one_or_all_of_a_subject(ledger: Ledger) -> None:
    """What is not stored is not in the answer, and neither is what was not asked for."""
    await ledger.commit(await ledger.claim(PROVINCE), changes())

    some = await ledger.read_parts(
        PROVINCE,
        [
            PartRequest("dossier", "d/1", ""),
            PartRequest("official", "o1", "2019-10"),
            PartRequest("dossier", "o1", ""),
        ],
    )
    whole = await ledger.read_parts(
        PROVINCE, {PartRequest("official", "o1", None), PartRequest("dossier", "absent", None)}
    )

    assert {
        PartKey("dossier", "d/1", ""): b"one",
        PartKey("official", "o1", "2019-10"): b"\x00\xff",
    } == some
    assert {
        PartKey("official", "o1", ""): b"main",
        PartKey("official", "o1", "2019-10"): b"\x00\xff",
    } == whole
    assert {} == await ledger.read_parts(PROVINCE, [])
    assert {} == await ledger.read_parts("tra-vinh", [PartRequest("dossier", "d/1", "")])


async def test_many_new_rows_are_stored_like_few(ledger: Ledger, rival: Ledger) -> None:
    """A batch whose new rows are copied leaves the book that the next owner would find after many small batches."""
    odd = 'tab\t line\n return\r slash\\ N\\N "quoted", ế'
    many = empty(START, MARK)
    for number in range(COPY_ROWS):
        many.parts[PartKey("dossier", f"{odd}{number}", "")] = bytes([number, 0, 255])
        many.panes[PaneKey("paid", str(number), odd, Day(DAY + number * 40_000))] = -number
        many.history.append(
            HistoryRow(
                SHARE._replace(agency=f"{odd}{number}"),
                "year",
                Day(DAY - 1),
                Figure(None if number == 0 else Decimal(number) / 8, number, 10**20),
                "share-v1",
            )
        )
    many.panes[PaneKey("paid", "", "A", DAY)] = Decimal("3200000.10")
    many.new_parts, many.new_panes = set(many.parts), set(many.panes)
    few = replace(many, province="tra-vinh", new_parts=set(), new_panes=set())
    claim = await ledger.claim(PROVINCE)
    await ledger.commit(claim, many)
    other = await ledger.claim("tra-vinh")
    await ledger.commit(other, replace(few, history=many.history[:1]))
    later = replace(MARK, next_offset=6)
    await ledger.commit(other, Changes("tra-vinh", MARK, later, history=many.history[1:COPY_ROWS]))

    book, same = await rival.load(claim), await rival.load(other)

    panes = {key: amount for key, amount in many.panes.items() if amount != 0}
    assert repr(sorted(panes.items())) == repr(sorted(book.panes.items()))
    assert repr(sorted(panes.items())) == repr(sorted(same.panes.items()))
    published = {(row.key, row.window): row.figure for row in many.history}
    assert published == book.published == same.published
    requests = [PartRequest(*key) for key in many.parts]
    assert many.parts == await rival.read_parts(PROVINCE, requests)
    assert many.parts == await rival.read_parts("tra-vinh", requests)


async def test_a_row_that_is_there_cannot_be_written_as_new(
    ledger: Ledger, connection: Connection
) -> None:
    """Its fold would not know what it overwrites: the transaction fails as a whole, loudly."""
    many = empty(START, MARK)
    many.panes = {PaneKey("open", "", f"A{number}", DAY): 1 for number in range(COPY_ROWS)}
    many.new_panes = set(many.panes)
    claim = await ledger.claim(PROVINCE)
    await ledger.commit(claim, many)
    before = await rows_by_table(connection)

    with pytest.raises(asyncpg.UniqueViolationError):
        await ledger.commit(claim, replace(many, base=MARK, mark=NEXT_MARK, feeds=changes().feeds))

    assert before == await rows_by_table(connection)


async def test_a_published_figure_names_the_definition_that_made_it(
    database: str, connection: Connection
) -> None:
    """The version comes with the figure: a listing that was replaced since, or is not there yet, does not matter."""
    ledger = Ledger(database, "engine-1")
    await ledger.commit(await ledger.claim(PROVINCE), changes())
    await ledger.close()

    assert "on_time_share-v1" == await connection.fetchval(
        "SELECT definition_version FROM tiendo.kpi_history"
    )


async def test_postgres_away_is_unavailable(tmp_path_factory: pytest.TempPathFactory) -> None:
    """No server at the address: back off and try again, not a crash."""
    ledger = Ledger(
        f"postgresql://postgres@/x?host={tmp_path_factory.mktemp('nobody')}", "engine-1"
    )

    with pytest.raises(Unavailable, match="Postgres is not available"):
        await ledger.claim(PROVINCE)


async def test_a_database_without_tables_is_unavailable_and_says_what_to_do(
    empty_database: str,
) -> None:
    """A worker that starts before `tiendo migrate` waits for it."""
    ledger = Ledger(empty_database, "engine-1")

    with pytest.raises(Unavailable, match="run `tiendo migrate`"):
        await ledger.claim(PROVINCE)
    await ledger.close()
