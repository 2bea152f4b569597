"""The rows of a commit on a real Postgres: what is written is what the next owner reads, whichever way it is written."""

from dataclasses import replace
from decimal import Decimal

import asyncpg
import pytest

from models.changes import (
    Changes,
    Figure,
    HistoryRow,
    PaneKey,
    PartKey,
    PartRequest,
    StoredBook,
)
from models.days import Day
from sinks.postgres.connection import Connection
from sinks.postgres.copies import COPY_ROWS
from sinks.postgres.ledger import Claim, Ledger
from tests.support.hand_made import (
    ALERT,
    DAY,
    MARK,
    NEXT_MARK,
    PROVINCE,
    REGISTER,
    SHARE,
    START,
    changes,
    empty,
)
from tests.support.written import rows_by_table

pytestmark = pytest.mark.integration


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
        kpi={key: figures for key, figures in written.kpi.items() if figures is not None},
        agencies={code: row for code, row in written.agencies.items() if row is not None},
        published={(SHARE, "7d"): written.history[0].figure},
        alerts=(ALERT,),
        feeds=written.feeds,
        registers={PartKey("agency", "A", ""): REGISTER},
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
    gone.kpi = {SHARE: None}

    await ledger.commit(claim, gone)

    counts = await rows_by_table(connection)
    expected = {"subject": 0, "pane": 0, "kept": 0, "agency": 0, "obligation": 0, "kpi": 1}
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
