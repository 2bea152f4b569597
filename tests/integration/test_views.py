"""The views of schema `api` over rows made by hand: columns, empty figures, days, and who may read what."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Final

import asyncpg
import pytest

from models.catalogue.listing import Listing
from models.changes import AgencyRow, Changes, Figure, KpiKey, PaneKey
from models.days import Day, date_of
from sinks.postgres import queries
from sinks.postgres.connection import Connection, connect
from sinks.postgres.listing import write_listing
from sinks.postgres.queries import VIEWS, Row
from tests.support.hand_made import DAY, LISTING, MARK, PROVINCE, SHARE, START, agency, changes
from tests.support.written import commit

pytestmark = pytest.mark.integration

TODAY: Final = date_of(DAY)


def figures(rows: list[Row], indicator: str) -> dict[tuple[str, str], tuple[object, ...]]:
    """Return the indicator's figures by agency and window."""
    return {
        (row["agency"], row["window"]): (row["value"], row["numerator"], row["denominator"])
        for row in rows
        if row["indicator"] == indicator
    }


async def test_the_views_have_the_columns_of_the_contract_in_its_order(
    connection: Connection,
) -> None:
    """Other people's dashboards rely on names and order; nothing else is in the schema."""
    rows = await connection.fetch("""
        SELECT c.relname, array_agg(a.attname::text ORDER BY a.attnum) AS columns
        FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0
        WHERE c.relnamespace = 'api'::regnamespace GROUP BY c.relname""")

    assert VIEWS == {row["relname"]: tuple(row["columns"]) for row in rows}


async def test_every_view_and_column_says_what_it_means(connection: Connection) -> None:
    """A reader with nothing but psql finds the meaning of each column."""
    silent = await connection.fetch("""
        SELECT c.relname, a.attname FROM pg_class c
        JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0
        WHERE c.relnamespace = 'api'::regnamespace
            AND (col_description(c.oid, a.attnum) IS NULL OR obj_description(c.oid, 'pg_class') IS NULL)""")

    assert [] == silent


async def test_figures_without_a_row_are_the_empty_ones_of_their_kind(
    database: str, connection: Connection
) -> None:
    """A ratio is 0 of 0 and NULL, a median NULL of 0, a milestone 0, a stock NULL; for '*' and each known agency."""
    written = changes()
    written.kpi = {}
    await commit(database, connection, written)

    rows = await queries.kpi_current(connection, [PROVINCE])

    agencies = ("*", "A", "B")
    assert {
        (agency, window): (None, 0, 0) for agency in agencies for window in ("7d", "year")
    } == figures(rows, "on_time_share")
    assert {(agency, "7d"): (None, None, 0) for agency in agencies} == figures(
        rows, "working_days_median"
    )
    assert {(agency, "now"): (None, None, None) for agency in agencies} == figures(rows, "open")
    assert {("*", "now"): (0, None, None)} == figures(rows, "portal_opened")


async def test_stored_figures_stand_under_the_windows_of_their_indicator(
    database: str, connection: Connection
) -> None:
    """One stored row holds all windows, in the order of the listing; 0 is a value."""
    await commit(database, connection, changes())

    rows = await queries.kpi_current(connection, [PROVINCE])

    share = figures(rows, "on_time_share")
    assert (Decimal("75.0000"), 3, 4) == share["*", "7d"]
    assert (None, 0, 0) == share["*", "year"]
    assert (0, None, None) == figures(rows, "open")["A", "now"]
    assert {(TODAY, "on_time_share-v1", "%")} == {
        (row["as_of"], row["definition_version"], row["unit"])
        for row in rows
        if row["indicator"] == "on_time_share"
    }


@pytest.mark.parametrize(
    ("closed", "row", "provisional"),
    [
        (DAY, agency("A"), {"*": False, "A": False}),
        (Day(DAY - 1), agency("A"), {"*": True, "A": True}),
        (DAY, agency("A", silent_since=DAY), {"*": True, "A": True}),
        (DAY, agency("A", active=False, silent_since=DAY), {"*": False, "A": True}),
        (None, agency("A"), {"*": True, "A": True}),
    ],
)
async def test_a_figure_is_provisional_while_its_day_is_open_or_its_agency_silent(
    closed: Day | None,
    row: AgencyRow,
    provisional: dict[str, bool],
    database: str,
    connection: Connection,
) -> None:
    """The province's own figures wait for active registered agencies only."""
    written = changes(mark=replace(MARK, closed=closed))
    written.agencies = {"A": row}
    await commit(database, connection, written)

    rows = await queries.kpi_current(connection, [PROVINCE])

    assert provisional == {
        row["agency"]: row["provisional"] for row in rows if row["indicator"] == "open"
    }


async def test_plots_show_flows_of_the_day_and_stocks_at_its_end(
    database: str, connection: Connection
) -> None:
    """A row a day that changed; '*' is the sum of the agencies; a day without denominator has no value; the future does not count."""
    written = Changes(PROVINCE, START, MARK)
    yesterday, tomorrow = Day(DAY - 1), Day(DAY + 1)
    written.panes = {
        PaneKey("open", "", "A", yesterday): 3,
        PaneKey("open", "", "B", yesterday): 1,
        PaneKey("open", "", "A", DAY): -1,
        PaneKey("open", "", "B", DAY): 1,
        PaneKey("open", "", "A", tomorrow): -2,
        PaneKey("due", "", "A", yesterday): 3,
        PaneKey("on_time", "", "A", yesterday): 1,
        PaneKey("on_time", "", "B", DAY): 1,
    }
    await commit(database, connection, written)

    rows = await queries.kpi_daily(connection, [PROVINCE])

    def series(indicator: str) -> dict[tuple[str, date], tuple[object, ...]]:
        return {
            (row["agency"], row["day"]): (row["value"], row["numerator"], row["denominator"])
            for row in rows
            if row["indicator"] == indicator
        }

    before = date_of(yesterday)
    assert {
        ("*", before): (4, None, None),
        ("A", before): (3, None, None),
        ("A", TODAY): (2, None, None),
        ("B", before): (1, None, None),
        ("B", TODAY): (2, None, None),
    } == series("open")
    assert {
        ("*", before): (Decimal("33.3333"), 1, 3),
        ("A", before): (Decimal("33.3333"), 1, 3),
        ("*", TODAY): (None, 1, 0),
        ("B", TODAY): (None, 1, 0),
    } == series("on_time_share")


@pytest.mark.parametrize(
    ("buckets", "median"),
    [
        ({"2": 1}, 2),
        ({"2": 1, "10": 1}, 2),
        ({"2": 1, "10": 2}, 10),
        ({"9": 2, "10": 2}, 9),
        ({"0": 1, "250": 3}, 250),
    ],
)
async def test_a_median_of_a_day_is_the_lower_one_of_its_buckets(
    buckets: dict[str, int], median: int, database: str, connection: Connection
) -> None:
    """Buckets compare as numbers; of an even count the lower middle one is the median; the denominator is the count."""
    written = Changes(PROVINCE, START, MARK)
    written.panes = {PaneKey("days", bucket, "A", DAY): count for bucket, count in buckets.items()}
    await commit(database, connection, written)

    rows = await queries.kpi_daily(connection, [PROVINCE])

    expected = (median, None, sum(buckets.values()))
    assert {"*": expected, "A": expected} == {
        row["agency"]: (row["value"], row["numerator"], row["denominator"]) for row in rows
    }


async def test_feeds_alerts_and_dead_letters_are_shown_as_stored(
    database: str, connection: Connection
) -> None:
    """An unregistered code and an unreadable sender are named as such; no view shows a refused record's bytes."""
    await commit(database, connection, changes())

    feeds = await queries.feed_health(connection, [PROVINCE])
    letters = await queries.dead_letter(connection, [PROVINCE])
    (alert,) = await queries.alert(connection, [PROVINCE])

    assert [("", "", False, None, 1), ("A", "urn:x", True, 1_572_500_000, 0)] == [
        (
            row["agency"],
            row["source"],
            row["registered"],
            None if row["last_event_time"] is None else int(row["last_event_time"].timestamp()),
            row["dead_letters"],
        )
        for row in feeds
    ]
    assert [(2, "not_cloudevent", "e\ufffd?", 122_000), (4, "null_value", None, 123_000)] == [
        (row["offset"], row["reason"], row["event_id"], row["received_at"].microsecond)
        for row in letters
    ]
    assert (Decimal("1.5"), 3, "firing", 1) == (
        alert["value"],
        alert["expected"],
        alert["state"],
        alert["revision"],
    )
    assert [alert] == await queries.alert_history(connection, [PROVINCE])
    assert [] == await queries.alert(connection, ["tra-vinh"])


async def test_only_operators_see_the_bytes_of_refused_records(
    database: str, connection: Connection
) -> None:
    """Raw records may name people: the role for dashboards reads the views, the operators' role that one table too."""
    await commit(database, connection, changes())
    records = "SELECT value FROM tiendo.dead_letter ORDER BY 1"
    seen: dict[str, object] = {}
    for role in ("tiendo_reader", "tiendo_operator"):
        reader = await connect(database, "test", {"role": role})
        assert 2 == await reader.fetchval("SELECT count(*) FROM api.dead_letter")
        try:
            seen[role] = [row["value"] for row in await reader.fetch(records)]
        except asyncpg.InsufficientPrivilegeError:
            seen[role] = "refused"
        await reader.close()

    assert {"tiendo_reader": "refused", "tiendo_operator": [b"secret", None]} == seen


async def test_a_read_back_shows_an_earlier_day_and_leaves_no_trace(
    database: str, connection: Connection
) -> None:
    """Figures and targets come through the same views; afterwards the tables are as they were."""
    await commit(database, connection, changes())
    before = await queries.kpi_current(connection, [PROVINCE])
    earlier = Day(DAY - 10)
    written = changes(MARK, replace(MARK, as_of=earlier, closed=earlier))
    written.kpi = {
        KpiKey("house", "open", "*"): (Figure(7, None, None),),
        SHARE: (Figure(None, 0, 0), Figure(None, 0, 0)),
    }
    written.attainment = {}
    written.agencies = {"A": agency("A")}

    past = await queries.read_back(connection, written)

    assert {("*", "now"): (7, None, None), ("A", "now"): (None, None, None)} == figures(
        past.kpi_current, "open"
    )
    assert {(date_of(earlier), False)} == {
        (row["as_of"], row["provisional"]) for row in past.kpi_current
    }
    assert [] == past.target_attainment
    assert before == await queries.kpi_current(connection, [PROVINCE])


async def test_a_new_listing_replaces_the_old_one(connection: Connection) -> None:
    """What the catalogue no longer has is gone from the tables."""
    await write_listing(connection, LISTING, PROVINCE)
    fewer = Listing(indicators=LISTING.indicators[:1], measures=(), targets=())

    await write_listing(connection, fewer, PROVINCE)

    rows = await queries.kpi_current(connection, [PROVINCE])
    assert {"on_time_share"} == {row["indicator"] for row in rows}
    assert {(None, True)} == {(row["as_of"], row["provisional"]) for row in rows}
