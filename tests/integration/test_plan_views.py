"""The views of schema `api` that show a plan: targets, readings, baselines, duties and problems, over rows made by hand."""

from decimal import Decimal
from typing import Final

import pytest

from models.days import date_of
from sinks.postgres import queries
from sinks.postgres.connection import Connection
from sinks.postgres.listing import write_listing
from tests.support.hand_made import DAY, LISTING, PROVINCE, changes, register
from tests.support.written import commit

pytestmark = pytest.mark.integration

TODAY: Final = date_of(DAY)


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
        "province": PROVINCE, "plan": "dn", "duty": "r1", "reporter": "A", "reporter_name": "Sở Y tế", "recipient": "Sở TTTT", "period": "2018",
        "due_on": date_of(DAY - 300), "as_of": date_of(DAY - 1), "state": "filed_late", "filed_on": date_of(DAY - 290),
        "days_late": 10, "section": "IX.1", "text_vi": "Báo cáo năm", "text_en": "A yearly report",
        "house_rule_vi": "cuối năm", "house_rule_en": "the year's end", "reason": None,
    } == rows[0]  # fmt: skip


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        ({DAY - 9: "Sở cũ", DAY: "Sở Y tế", DAY + 1: "Sở mới"}, "Sở Y tế"),
        ({DAY - 9: "Sở cũ", DAY - 2: None}, "Sở cũ"),
        ({DAY + 5: "Sở mới", DAY + 9: "Sở khác"}, "Sở mới"),
        ({DAY - 9: None}, None),
    ],
    ids=str,
)
async def test_an_agency_is_called_what_the_register_has_on_the_day(
    connection: Connection, names: dict[int, str | None], expected: str | None
) -> None:
    """Before its first registration by that one; what was taken back names nothing."""
    called = await connection.fetchval(
        "SELECT tiendo.agency_name($1, $2)", register("A", names), date_of(DAY)
    )

    assert expected == called


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
