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
from sinks.postgres.ledger import Ledger
from sinks.postgres.listing import write_listing
from sinks.postgres.queries import VIEWS, Row
from tests.support.hand_made import DAY, LISTING, MARK, PROVINCE, SHARE, START, agency, changes

pytestmark = pytest.mark.integration

TODAY: Final = date_of(DAY)


async def commit(database: str, connection: Connection, written: Changes) -> None:
    """Write the listing, then `written` as the first owner's first transaction."""
    await write_listing(connection, LISTING, PROVINCE)
    ledger = Ledger(database, "engine-1")
    await ledger.commit(await ledger.claim(PROVINCE), written)
    await ledger.close()


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


async def test_a_target_appears_once_it_was_judged_with_the_words_of_its_plan(
    database: str, connection: Connection
) -> None:
    """Its fixed columns come from the catalogue, the others from the last close."""
    await commit(database, connection, changes())

    (row,) = await queries.target_attainment(connection, [PROVINCE])

    assert {
        "province": PROVINCE, "plan": "dn", "target": "t1", "kind": "coverage", "operator": "at_least",
        "target_value": Decimal("75.5"), "unit": "%", "deadline": date_of(DAY + 60), "as_of": date_of(DAY - 1),
        "value": Decimal("75.0000"), "numerator": 3, "denominator": 4, "baseline_value": None,
        "expected_value": Decimal("80.5"), "pace": Decimal("0.9317"), "forecast_date": date_of(DAY + 90),
        "status": "behind", "status_since": date_of(DAY - 8), "reason": None, "measurability": "quantified",
        "section": "II.1", "text_vi": "75,5 % cán bộ", "text_en": "75.5 % of officials",
    } == row  # fmt: skip


async def test_a_reading_appears_on_the_days_that_the_plan_names(
    database: str, connection: Connection
) -> None:
    """A day that the catalogue no longer names is not shown, though its row is still there."""
    await commit(database, connection, changes())

    (row,) = await queries.target_reading(connection, [PROVINCE])

    assert {
        "province": PROVINCE, "plan": "dn", "target": "t1", "reading_day": date_of(DAY - 5),
        "value": Decimal("70.0000"), "numerator": 7, "denominator": 10, "expected_value": 80, "pace": None,
        "forecast_date": None, "status": "behind", "status_since": date_of(DAY - 8), "reason": None,
        "section": "VI", "name_vi": "báo cáo", "name_en": "reports",
    } == row  # fmt: skip


async def test_what_a_plan_says_beside_its_targets_is_shown_as_the_catalogue_has_it(
    connection: Connection,
) -> None:
    """Assumptions, readings, baselines and repetitions stand there before anything is counted."""
    await write_listing(connection, LISTING, PROVINCE)

    first, second = await queries.target_definition(connection, [PROVINCE])
    counted, day = await queries.baseline(connection, [PROVINCE])
    (found,) = await queries.inconsistency(connection, [PROVINCE])

    assert {
        "province": PROVINCE, "plan": "dn", "target": "t1", "house_rule_vi": "thường xuyên = 8 ngày",
        "house_rule_en": "regularly = 8 days", "readings_vi": ["lấy 30%"], "readings_en": ["30% is taken"],
        "overlaps_with": ["t2"], "baseline_value": Decimal("30.25"), "baseline_unit": "%",
        "baseline_qualifier": "over", "baseline_date": date_of(DAY - 900), "baseline_section": "I.1",
        "missing_vi": "mẫu số", "missing_en": "the denominator", "upper_value": Decimal("80.5"), "counted": True,
    } == first  # fmt: skip
    assert ("t2", ["t1"], False, None) == (
        second["target"],
        second["overlaps_with"],
        second["counted"],
        second["baseline_value"],
    )
    assert {
        "province": PROVINCE, "plan": "dn", "baseline": "b1", "section": "I.1", "metric_vi": "hồ sơ",
        "metric_en": "dossiers", "value": 632, "unit": "tỷ VND", "qualifier": "over",
        "since": date_of(DAY - 1800), "date": date_of(DAY - 900), "golden": True, "note": "from 2011 on",
    } == counted  # fmt: skip
    assert (None, "date", date_of(DAY - 900)) == (day["value"], day["unit"], day["date"])
    assert {
        "province": PROVINCE, "plan": "dn", "inconsistency": "c1", "section": "I.1 / II", "status": "mismatch",
        "text_vi": "30% và 40%", "text_en": "30% and 40%", "reading_vi": "lấy 30%", "reading_en": "30% is taken",
        "targets": ["t1"],
    } == found  # fmt: skip


async def test_a_report_is_shown_with_its_duty_and_the_days_that_it_is_late(
    database: str, connection: Connection
) -> None:
    """To the filing where there is one, to the last closed day while it is missing; a duty that is never due has a reason."""
    await commit(database, connection, changes())

    rows = await queries.reporting_duty(connection, [PROVINCE])

    assert [
        ("r1", "2018", "A", "filed_late", date_of(DAY - 290), 10, None),
        ("r1", "2018", "B", "late", None, 299, None),
        ("r1", "2019", "A", "not_due", None, None, None),
        ("r2", None, "*", "not_measurable", None, None, "continuous"),
    ] == [
        (
            row["duty"],
            row["period"],
            row["reporter"],
            row["state"],
            row["filed_on"],
            row["days_late"],
            row["reason"],
        )
        for row in rows
    ]
    assert {
        "province": PROVINCE, "plan": "dn", "duty": "r1", "reporter": "A", "recipient": "Sở TTTT", "period": "2018",
        "due_on": date_of(DAY - 300), "as_of": date_of(DAY - 1), "state": "filed_late", "filed_on": date_of(DAY - 290),
        "days_late": 10, "section": "IX.1", "text_vi": "Báo cáo năm", "text_en": "A yearly report",
        "house_rule_vi": "cuối năm", "house_rule_en": "the year's end", "reason": None,
    } == rows[0]  # fmt: skip


async def test_a_problem_is_shown_with_its_bound_or_with_why_no_event_can_show_it(
    database: str, connection: Connection
) -> None:
    """Its fixed columns come from the catalogue; the others from the last close at which they changed."""
    await commit(database, connection, changes())

    seen, unseen = await queries.problem(connection, [PROVINCE])

    assert {
        "province": PROVINCE, "plan": "dn", "problem": "p1", "section": "II.6", "basis": "stated",
        "text_vi": "Ít dùng thư", "text_en": "Mail is little used", "detectable": True, "state": "raised",
        "since": date_of(DAY - 9), "value": Decimal("25.0000"), "numerator": 1, "denominator": 4, "unit": "%",
        "operator": "at_least", "threshold": 20, "as_of": date_of(DAY - 1), "house_rule_vi": "ít = từ 20%",
        "house_rule_en": "little = from 20 %", "why_vi": None, "why_en": None,
    } == seen  # fmt: skip
    told = ("problem", "detectable", "state", "value", "threshold", "why_vi", "why_en")
    assert ["p2", False, "undetectable", None, None, "không có", "none"] == [
        unseen[n] for n in told
    ]


async def test_a_problem_of_a_province_without_a_closed_day_has_no_data(
    connection: Connection,
) -> None:
    """The plan's problems are listed from the start."""
    await write_listing(connection, LISTING, PROVINCE)

    rows = await queries.problem(connection, [PROVINCE])

    assert [("p1", "no_data", None), ("p2", "undetectable", None)] == [
        (row["problem"], row["state"], row["as_of"]) for row in rows
    ]


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
