"""Changes as statements: which are made, in which order, and with what arguments."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from models.changes import Changes, Figure, KpiKey, PaneKey, PartKey
from models.days import Day
from sinks.postgres import statements
from sinks.postgres.connection import number
from sinks.postgres.copies import COPY_ROWS, copies
from sinks.postgres.headers import headers_from_json, headers_json, storable
from sinks.postgres.writes import Write, together, writes
from tests.support.hand_made import MARK, PROVINCE, START, changes


def empty() -> Changes:
    """Return changes without rows."""
    return Changes(PROVINCE, START, MARK)


def test_changes_without_rows_need_no_statement() -> None:
    """A batch of duplicates moves the mark and costs one round trip."""
    assert [] == writes(empty())


def test_every_table_with_changes_is_written_once() -> None:
    """One statement a table, whatever the number of rows."""
    assert sorted(
        [
            statements.UPSERT_PARTS,
            statements.UPSERT_PANES,
            statements.UPSERT_KEPT,
            statements.UPSERT_AGENCIES,
            statements.UPSERT_KPI,
            statements.INSERT_HISTORY,
            statements.INSERT_CLOSES,
            statements.UPSERT_ATTAINMENT,
            statements.UPSERT_READINGS,
            statements.UPSERT_OBLIGATIONS,
            statements.UPSERT_PROBLEMS,
            statements.INSERT_ALERT_HISTORY,
            statements.UPSERT_ALERTS,
            statements.INSERT_OUTBOX,
            statements.INSERT_DEAD_LETTERS,
            statements.UPSERT_FEEDS,
        ]
    ) == sorted(write.sql for write in writes(changes()))


def test_several_statements_become_one_that_keeps_their_arguments_apart() -> None:
    """The province is shared; every other parameter moves behind those of the statements before."""
    first = Write("DELETE FROM a WHERE p = $1 AND x = $2 AND y = $3", ("p", "x", "y"))
    other = Write("DELETE FROM b WHERE p = $1 AND z = $2", ("p", "z"))

    assert together([first, other]) == Write(
        "WITH write_0 AS (DELETE FROM a WHERE p = $1 AND x = $2 AND y = $3), "
        "write_1 AS (DELETE FROM b WHERE p = $1 AND z = $4) SELECT 1",
        ("p", "x", "y", "z"),
    )


def test_rows_go_in_key_order_and_what_is_gone_goes_apart() -> None:
    """The order of a dictionary is nobody's promise; None deletes."""
    written = empty()
    written.parts = {
        PartKey("dossier", "d/2", ""): b"2",
        PartKey("dossier", "d/1", "2019-10"): None,
        PartKey("dossier", "d/1", ""): b"1",
        PartKey("agency", "z", ""): b"",
    }

    assert [
        Write(
            statements.UPSERT_PARTS,
            (PROVINCE, ("agency", "dossier", "dossier"), ("z", "d/1", "d/2"), ("", "", ""), (b"", b"1", b"2")),
        ),
        Write(statements.DELETE_PARTS, (PROVINCE, ("dossier",), ("d/1",), ("2019-10",))),
    ] == writes(written)  # fmt: skip


def test_an_amount_of_zero_deletes_its_pane_whatever_its_type() -> None:
    """A pane that reaches 0 is deleted, also where 0 has decimals; other amounts keep theirs."""
    written = empty()
    written.panes = {
        PaneKey("paid", "", "A", Day(2)): Decimal("0.00"),
        PaneKey("paid", "", "A", Day(1)): Decimal("-3200000.10"),
        PaneKey("open", "", "A", Day(1)): 0,
    }

    assert [
        Write(statements.UPSERT_PANES, (PROVINCE, ("paid",), ("",), ("A",), (1,), ("-3200000.10",))),
        Write(statements.DELETE_PANES, (PROVINCE, ("open", "paid"), ("", ""), ("A", "A"), (1, 2))),
    ] == writes(written)  # fmt: skip


def many_new() -> Changes:
    """Return changes with so many new rows that they are copied, and with a few others."""
    written = empty()
    written.parts = {PartKey("dossier", f"d/{number}", ""): b"1" for number in range(COPY_ROWS)}
    written.panes = {PaneKey("open", "", f"A{number}", Day(1)): 1 for number in range(COPY_ROWS)}
    written.new_parts, written.new_panes = set(written.parts), set(written.panes)
    row = changes().history[0]
    written.history = [row._replace(closed_day=Day(number)) for number in range(COPY_ROWS)]
    written.parts[PartKey("dossier", "old", "")] = b"2"
    written.panes[PaneKey("open", "", "old", Day(1))] = 2
    return written


def test_many_new_rows_are_copied_and_only_they() -> None:
    """Every row goes one way: a new one of many in a copy, all else in a statement."""
    written = many_new()

    assert [
        Write(statements.UPSERT_PARTS, (PROVINCE, ("dossier",), ("old",), ("",), (b"2",))),
        Write(statements.UPSERT_PANES, (PROVINCE, ("open",), ("",), ("old",), (1,), ("2",))),
    ] == writes(written)
    assert [("subject", COPY_ROWS), ("pane", COPY_ROWS), ("kpi_history", COPY_ROWS)] == [
        (copy.table, len(copy.rows.splitlines() if isinstance(copy.rows, bytes) else copy.rows))
        for copy in copies(written)
    ]


def test_fewer_new_rows_go_with_the_others() -> None:
    """Round trips of their own would cost a small batch more than they save."""
    written = many_new()
    written.parts.popitem()
    written.panes.popitem()
    written.new_parts.remove(PartKey("dossier", "d/0", ""))
    written.new_panes.remove(PaneKey("open", "", "A0", Day(1)))
    written.history.pop()

    assert [] == list(copies(written))
    assert [
        statements.UPSERT_PARTS,
        statements.UPSERT_PANES,
        statements.INSERT_HISTORY,
    ] == [write.sql for write in writes(written)]


def test_what_came_and_went_within_a_batch_is_not_written() -> None:
    """A new part without facts and a new pane of 0 have no row, and never had one."""
    written = many_new()
    written.parts[PartKey("dossier", "d/0", "")] = None
    written.panes[PaneKey("open", "", "A0", Day(1))] = 0
    subjects, panes, _ = copies(written)

    assert COPY_ROWS - 1 == len(subjects.rows)
    assert b"A0\t" not in panes.rows
    assert [] == [write for write in writes(written) if "DELETE" in write.sql]


def test_lines_escape_what_a_code_may_hold() -> None:
    """A register may name anything; a tab of its own must not become a column."""
    written = many_new()
    written.panes = {
        PaneKey("paid", "", f"A\t\\N\n\r{number}", Day(0)): Decimal("-1.50")
        for number in range(COPY_ROWS)
    }
    written.new_panes = set(written.panes)
    line = next(copy.rows for copy in copies(written) if copy.table == "pane")

    assert isinstance(line, bytes)
    assert line.startswith(b"paid\t\tA\\t\\\\N\\n\\r0\tJ2440588\t-1.50\tdong-nai\n")


def test_figures_become_arrays_over_the_windows() -> None:
    """None is NULL, 0 is 0."""
    written = empty()
    written.kpi = {
        KpiKey("house", "share", "*"): (Figure(None, 0, 0), Figure(Decimal("33.3333"), 1, 3))
    }

    (write,) = writes(written)

    assert (
        PROVINCE, ("house",), ("share",), ("*",), ("{NULL,33.3333}",), ("{0,1}",), ("{0,3}",),
    ) == write.arguments  # fmt: skip


@given(st.integers() | st.decimals(allow_nan=False, allow_infinity=False, places=4))
def test_numbers_survive_as_the_type_that_they_were(amount: int | Decimal) -> None:
    """An int comes back as an int, a Decimal with its decimals."""
    assert repr(amount) == repr(
        number(f"{amount:f}" if isinstance(amount, Decimal) else str(amount))
    )


@given(
    st.lists(st.tuples(st.text(st.characters(exclude_categories=["Cs"])), st.none() | st.binary()))
)
def test_headers_survive(headers: list[tuple[str, bytes | None]]) -> None:
    """Names may repeat and hold anything, values are bytes or null; the order stays."""
    assert tuple(headers) == headers_from_json(headers_json(tuple(headers)))


@given(st.text(st.sampled_from("a\u1ebf\0\ud800\udfff\ufffd")))
def test_what_a_record_calls_itself_can_always_be_stored(text: str) -> None:
    """No NUL and no lone surrogate is left: a refused record must not park its province."""
    stored = storable(text)

    assert "\0" not in stored
    assert stored == stored.encode().decode()
