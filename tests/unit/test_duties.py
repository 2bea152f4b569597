"""Duties: the periods of a rhythm, the last day for each report, and how one agency stands."""

from datetime import date

import pytest

from models.days import Day, date_of, day_from_date
from models.definitions import Due, Every, Population
from models.duties import DutyState, Obligation, Period, last_day, periods

FIRST, LAST = date(2019, 1, 1), date(2019, 12, 31)
DUE = day_from_date(date(2019, 10, 14))


def spelt(every: Every, first: date, last: date) -> list[tuple[str, str, str]]:
    """Return the periods with their days as dates."""
    return [
        (one.name, str(date_of(one.start)), str(date_of(one.end)))
        for one in periods(every, first, last)
    ]


@pytest.mark.parametrize(
    ("every", "number", "second"),
    [
        (Every.MONTH, 12, ("2019-02", "2019-02-01", "2019-02-28")),
        (Every.QUARTER, 4, ("2019-Q2", "2019-04-01", "2019-06-30")),
        (Every.HALF_YEAR, 2, ("2019-H2", "2019-07-01", "2019-12-31")),
    ],
)
def test_a_year_has_twelve_months_four_quarters_and_two_halves(
    every: Every, number: int, second: tuple[str, str, str]
) -> None:
    """Whole periods of the calendar, one after another."""
    found = spelt(every, FIRST, LAST)

    assert number == len(found)
    assert second == found[1]


def test_a_long_plan_has_a_period_for_each_of_its_years() -> None:
    """Five years, five yearly reports."""
    found = spelt(Every.YEAR, date(2011, 1, 1), date(2015, 12, 31))

    assert ["2011", "2012", "2013", "2014", "2015"] == [name for name, _, _ in found]
    assert ("2012", "2012-01-01", "2012-12-31") == found[1]


def test_a_period_that_the_plan_only_touches_is_whole() -> None:
    """A plan from mid-May to mid-August has reports about four months, and about two quarters."""
    first, last = date(2019, 5, 15), date(2019, 8, 14)

    assert ["2019-05", "2019-06", "2019-07", "2019-08"] == [
        name for name, _, _ in spelt(Every.MONTH, first, last)
    ]
    assert [
        ("2019-Q2", "2019-04-01", "2019-06-30"),
        ("2019-Q3", "2019-07-01", "2019-09-30"),
    ] == spelt(Every.QUARTER, first, last)
    assert [("plan", "2019-05-15", "2019-08-14")] == spelt(Every.ONCE, first, last)


@pytest.mark.parametrize(
    ("due", "expected"),
    [
        (None, "2019-06-30"),
        (Due(before=date(2019, 10, 15)), "2019-10-14"),
        (Due(by=date(2019, 10, 15)), "2019-10-15"),
        (Due(day=15), "2019-06-15"),
        (Due(day=31), "2019-06-30"),
        (Due(day=5, months=1), "2019-07-05"),
        (Due(day=31, months=8), "2020-02-29"),
        (Due(day=31, months=6), "2019-12-31"),
    ],
)
def test_the_last_day_is_the_printed_one_or_the_end_of_the_period(
    due: Due | None, expected: str
) -> None:
    """`before` shuts its day out; a day that a month lacks is its last one; a holiday does not move it."""
    half = Period("2019-H1", day_from_date(date(2019, 1, 1)), day_from_date(date(2019, 6, 30)))

    assert expected == str(date_of(last_day(half, due)))


def obligation(due_on: Day | None) -> Obligation:
    """Return a report that is due on a day, or never."""
    return Obligation("r", "I", None, due_on, Population(), (), None, alerts=True)


@pytest.mark.parametrize(
    ("filed", "day", "expected"),
    [
        (None, -15, DutyState.NOT_DUE),
        (None, -14, DutyState.DUE_SOON),
        (None, 0, DutyState.DUE_SOON),
        (None, 1, DutyState.LATE),
        (0, -1, DutyState.DUE_SOON),
        (0, 0, DutyState.FILED),
        (0, 500, DutyState.FILED),
        (-300, -200, DutyState.FILED),
        (1, 0, DutyState.DUE_SOON),
        (1, 1, DutyState.FILED_LATE),
        (9, 8, DutyState.LATE),
        (9, 9, DutyState.FILED_LATE),
    ],
)
def test_a_state_follows_from_the_last_day_the_filing_and_the_day_it_is_read_on(
    filed: int | None, day: int, expected: DutyState
) -> None:
    """Soon from 14 days before; late from the day after; a filing counts from its own day."""
    filed_on = None if filed is None else Day(DUE + filed)

    assert expected == obligation(DUE).state(filed_on, DUE + day)


def test_what_is_never_due_is_never_late() -> None:
    """Filed or not, on any day."""
    assert DutyState.NOT_MEASURABLE == obligation(None).state(None, DUE)
    assert DutyState.NOT_MEASURABLE == obligation(None).state(DUE, DUE + 1000)
