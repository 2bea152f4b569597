"""The status series by hand: each row of the table of section 7, and the figures shown with it."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest

from models.attainment import (
    NO_REFERENCE,
    Operator,
    Reading,
    Standing,
    Status,
    StatusSeries,
    Terms,
    Thin,
    quantized,
)
from models.days import Day, day_from_date

START = day_from_date(date(2019, 1, 1))

EIGHTY = Terms(
    operator=Operator.AT_LEAST,
    target=(80, 1),
    baseline=(30, 1),
    period_start=START,
    deadline=Day(START + 100),
)
"""From 30 to 80 in 100 days: half a point a day; 2.5 points short of the line are tolerated."""


def judged(terms: Terms, *readings: Reading, first_day: int = 0) -> StatusSeries:
    """Return the series of some days, the first of them `first_day` days after the start."""
    series = StatusSeries(terms, Day(START + first_day))
    series.update(Day(START + first_day), readings)
    return series


def last(terms: Terms, *readings: Reading, first_day: int = 0) -> Standing:
    """Return how a target stands on the last of some days."""
    series = judged(terms, *readings, first_day=first_day)
    return series.standing(series.last_day)


@pytest.mark.parametrize(
    ("terms", "first_day", "readings", "expected"),
    [
        pytest.param(
            replace(EIGHTY, reason_not_measurable="definition_missing"), 0, [(90, 1)], "not_measurable", id="undefined"
        ),
        pytest.param(EIGHTY, -5, [NO_REFERENCE], "not_measurable", id="no reference, even before the start"),
        pytest.param(EIGHTY, -5, [(90, 1)], "not_started", id="before the period"),
        pytest.param(EIGHTY, 0, [None], "no_data", id="NULL"),
        pytest.param(EIGHTY, 0, [Thin(1900, 19)], "no_data", id="19 of 19 are too few"),
        pytest.param(EIGHTY, 120, [None], "no_data", id="NULL after the deadline"),
        pytest.param(EIGHTY, 0, [(80, 1)], "attained", id="exactly the target"),
        pytest.param(EIGHTY, 120, [(80, 1)], "attained", id="attained stays attained after the deadline"),
        pytest.param(EIGHTY, 100, [(79, 1)], "at_risk", id="the deadline itself has not passed"),
        pytest.param(EIGHTY, 101, [(79, 1)], "missed", id="the day after has"),
        pytest.param(EIGHTY, 10, [(80, 1), None, (79, 1)], "regressed", id="met before, no longer"),
        pytest.param(EIGHTY, 10, [(3249, 100)], "behind", id="2.51 points short of 35"),
        pytest.param(EIGHTY, 10, [(325, 10)], "on_track", id="2.5 points short of 35"),
        pytest.param(EIGHTY, 28, [(43, 1)], "on_track", id="on the 29th day no forecast counts"),
        pytest.param(EIGHTY, 29, [(43, 1)], "at_risk", id="on the 30th day it does"),
        pytest.param(EIGHTY, 29, [(89, 2)], "on_track", id="exactly on the line"),
        pytest.param(
            replace(EIGHTY, operator=Operator.MORE_THAN), 29, [(89, 2)], "at_risk", id="would be 80 at the deadline, not more"
        ),
        pytest.param(replace(EIGHTY, target=(100, 1)), 50, [(99_999, 1000)], "on_track", id="99.999 % is not 100 %"),
        pytest.param(replace(EIGHTY, operator=Operator.EQUAL), 50, [(81, 1)], "at_risk", id="beyond an exact number"),
        pytest.param(
            replace(EIGHTY, operator=Operator.AT_MOST, target=(5, 1), baseline=None), 3, [(26, 5)], "on_track", id="5.2 of at most 5"
        ),
        pytest.param(
            replace(EIGHTY, operator=Operator.AT_MOST, target=(5, 1), baseline=None), 3, [(53, 10)], "behind", id="5.3 of at most 5"
        ),
        pytest.param(
            replace(EIGHTY, operator=Operator.AT_MOST, target=(5, 1), baseline=(25, 1)), 50, [(15, 1)], "on_track", id="half way down"
        ),
        pytest.param(replace(EIGHTY, milestone=True, target=(1, 1)), 69, [(0, 1)], "on_track", id="31 days before a milestone"),
        pytest.param(replace(EIGHTY, milestone=True, target=(1, 1)), 70, [(0, 1)], "at_risk", id="30 days before a milestone"),
        pytest.param(replace(EIGHTY, milestone=True, target=(1, 1)), 101, [(0, 1)], "missed", id="a milestone missed"),
        pytest.param(replace(EIGHTY, deadline=Day(START - 1)), 0, [(79, 1)], "missed", id="a deadline before the period"),
        pytest.param(replace(EIGHTY, steps=((Day(START + 50), (60, 1)),)), 49, [(28, 1)], "at_risk", id="before the first step"),
        pytest.param(replace(EIGHTY, steps=((Day(START + 50), (60, 1)),)), 50, [(57, 1)], "behind", id="from the step's day on"),
    ],
)  # fmt: skip
def test_the_first_row_of_the_table_that_holds_is_the_status(
    terms: Terms, first_day: int, readings: list[Reading], expected: str
) -> None:
    """Statuses of section 7, each at its edge, with exact fractions."""
    assert expected == last(terms, *readings, first_day=first_day).status


def test_a_standing_tells_what_was_expected_and_when_the_target_will_be_met() -> None:
    """Day 50 of 100: 55 are expected of a way from 30 to 80; at 40 after 50 days 80 takes 200 more."""
    expected = Standing(
        status=Status.BEHIND,
        since=Day(START + 50),
        expected=Decimal("55.0000"),
        pace=Decimal("0.4000"),
        forecast=Day(START + 250),
        reason=None,
    )
    assert expected == last(EIGHTY, (40, 1), first_day=50)


def test_nothing_is_forecast_of_a_slope_away_from_the_target() -> None:
    """A value below the baseline will never meet the target; its pace is negative."""
    standing = last(EIGHTY, (20, 1), first_day=50)

    assert standing.forecast is None
    expected = Decimal("-0.4000")
    assert expected == standing.pace


def test_a_forecast_starts_ninety_days_back_even_before_the_first_day() -> None:
    """Where the series is younger, the reading of D - 90 is asked for; without it there is no forecast."""
    terms = replace(EIGHTY, deadline=Day(START + 1000))
    asked: list[int] = []

    def prior(day: Day) -> Reading:
        asked.append(day - START)
        return (42, 1)

    series = StatusSeries(terms, Day(START + 300), prior)
    series.update(Day(START + 300), [(45, 1)])

    expected_days = [210]
    assert expected_days == asked
    forecast = Day(START + 300 + 90 * 35 // 3)
    assert forecast == series.standing(series.last_day).forecast
    assert last(terms, (45, 1), first_day=300).forecast is None


def test_a_yearly_target_begins_anew_each_year() -> None:
    """What was attained last year is no regression this year; the last year's judgement stays after the plan's end."""
    terms = replace(EIGHTY, yearly=True, baseline=None, deadline=Day(START + 729))
    series = judged(terms, *[(80, 1)] * 365, *[(1, 1)] * 376)

    expected = [
        (START, Status.ATTAINED),
        (START + 365, Status.ON_TRACK),
        (START + 365 + 23, Status.BEHIND),
        (START + 730, Status.MISSED),
    ]
    assert expected == series.runs()


def test_a_target_attained_across_new_year_can_regress_in_the_new_year() -> None:
    """Attained on 31 December and 1 January is one run of days, but attained in both years."""
    terms = replace(EIGHTY, yearly=True, deadline=Day(START + 729))
    series = judged(terms, (80, 1), (80, 1), (79, 1), first_day=364)

    expected = [(START + 364, Status.ATTAINED), (START + 366, Status.REGRESSED)]
    assert expected == series.runs()


def test_a_gap_in_the_readings_is_refused() -> None:
    """Days are judged one after another: a gap, an early day or a shorter tail is a bug of the caller."""
    series = judged(EIGHTY, (30, 1), (30, 1))

    for begin, length in ((3, 1), (-1, 4), (0, 1)):
        with pytest.raises(ValueError, match="do not continue"):
            series.update(Day(START + begin), [(30, 1)] * length)


def test_a_day_that_was_not_judged_has_no_status() -> None:
    """There is no row before the first day or after the last closed one."""
    series = judged(EIGHTY, (30, 1))

    for number in (START - 1, START + 1):
        with pytest.raises(KeyError, match="is not judged"):
            series.status(Day(number))


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (Fraction(100 * 5, 384), "1.3021"),
        (Fraction(1, 20_000), "0.0001"),
        (Fraction(-1, 20_000), "-0.0001"),
        (Fraction(1, 20_001), "0.0000"),
        (Fraction(10**20 + 1, 3), "33333333333333333333.6667"),
    ],
)
def test_decimals_are_rounded_half_up_to_four_places(value: Fraction, expected: str) -> None:
    """From the exact fraction, without a binary or rounded step between."""
    assert Decimal(expected) == quantized(value)
