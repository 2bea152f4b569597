"""Working days: what the library says, what it does not know, and arithmetic outside the years that it covers."""

from datetime import date, timedelta
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.calendar import EXCHANGES, Exchange, add_working_days, is_working_day, working_days
from models.days import Day, day_from_date


def day(text: str) -> Day:
    """Return the day that an ISO date names."""
    return day_from_date(date.fromisoformat(text))


@pytest.mark.parametrize(
    ("text", "works"),
    [
        ("2019-10-31", True),  # a Thursday
        ("2019-11-02", False),  # a Saturday
        ("2019-11-03", False),  # a Sunday
        ("2019-09-02", False),  # National Day
        ("2019-02-04", False),  # the eve of Tết
        ("2019-02-11", True),  # the Monday after Tết
        ("2018-09-03", False),  # in lieu of National Day, a Sunday
        ("2019-04-29", False),  # rested in exchange
        ("2019-05-04", True),  # a Saturday worked in exchange
        ("2018-12-31", False),  # rested in exchange for a day of the next year
        ("2019-01-05", True),  # that day, a Saturday
        ("2021-09-03", False),  # the second day of National Day, since 2021
        ("2020-09-03", True),  # not before
    ],
)
def test_weekends_holidays_days_in_lieu_and_exchanges_are_told_apart(
    text: str, *, works: bool
) -> None:
    """Monday to Friday without holidays and days off in lieu or exchange; a Saturday worked in exchange is a working day."""
    assert works == is_working_day(day(text))


@pytest.mark.parametrize("exchange", EXCHANGES, ids=lambda exchange: exchange.off.isoformat())
def test_a_decided_exchange_moves_a_working_day(exchange: Exchange) -> None:
    """What the government decided holds where the library does not know of it; who decided is said."""
    days = (day_from_date(exchange.off), day_from_date(exchange.worked))

    works = tuple(is_working_day(number) for number in days)

    expected = (False, True)
    assert expected == works
    assert exchange.source.strip()


def test_tet_2014_is_nine_days_long() -> None:
    """Officials rested from 28 January to 5 February 2014 and worked on the Saturdays before and after."""
    rested = [
        number
        for number in range(day("2014-01-24"), day("2014-02-09"))
        if not is_working_day(Day(number))
    ]

    assert [day("2014-01-26"), *range(day("2014-01-28"), day("2014-02-06"))] == rested


YEARS: Final = {
    2011: (251, "03-01 11-04 12-04 02-05 03-05 02-09", "31-01 07-02", "29-01 30-01 09-04"),
    2012: (251, "02-01 02-04 30-04 01-05 03-09 31-12", "23-01 27-01", "04-02"),
    2013: (253, "01-01 19-04 29-04 30-04 01-05 02-09", "11-02 15-02", "05-01 23-02 04-05"),
    2014: (
        252,
        "01-01 09-04 30-04 01-05 02-05 01-09 02-09",
        "28-01 05-02",
        "25-01 08-02 26-04 06-09 27-12",
    ),
    2015: (250, "01-01 02-01 28-04 29-04 30-04 01-05 02-09", "16-02 23-02", "14-02 25-04"),
    2016: (251, "01-01 18-04 02-05 03-05 02-09", "08-02 12-02", ""),
    2017: (250, "02-01 06-04 01-05 02-05 04-09", "26-01 01-02", ""),
    2018: (250, "01-01 25-04 30-04 01-05 03-09 31-12", "14-02 20-02", ""),
    2019: (252, "01-01 15-04 29-04 30-04 01-05 02-09", "04-02 08-02", "05-01 04-05"),
    2020: (252, "01-01 02-04 30-04 01-05 02-09", "23-01 29-01", ""),
    2021: (250, "01-01 21-04 30-04 03-05 02-09 03-09", "10-02 16-02", ""),
    2022: (249, "03-01 11-04 02-05 03-05 01-09 02-09", "31-01 04-02", ""),
    2023: (249, "02-01 01-05 02-05 03-05 01-09 04-09", "20-01 26-01", ""),
    2024: (251, "01-01 18-04 29-04 30-04 01-05 02-09 03-09", "08-02 14-02", "04-05"),
    2025: (250, "01-01 07-04 30-04 01-05 02-05 01-09 02-09", "27-01 31-01", "26-04"),
    2026: (
        249,
        "01-01 02-01 27-04 30-04 01-05 31-08 01-09 02-09 24-11",
        "16-02 20-02",
        "10-01 22-08",
    ),
}
"""Year: working days; days of rest from Monday to Friday; first and last weekday of Tết; days worked in exchange (day-month)."""


def days_of(year: int, listed: str) -> list[date]:
    """Return the days that a row of the table lists."""
    return [date(year, int(one[3:]), int(one[:2])) for one in listed.split()]


@pytest.mark.parametrize("year", YEARS)
def test_a_year_rests_and_works_on_the_days_that_were_announced(year: int) -> None:
    """A table that knows no library, set against what was announced: weekdays less rest, and what is worked for it."""
    expected, holidays, tet, worked = YEARS[year]
    first, last = days_of(year, tet)
    rest = {
        *days_of(year, holidays),
        *(first + timedelta(number) for number in range((last - first).days + 1)),
    }
    every = [date(year, 1, 1) + timedelta(number) for number in range(366)]

    works = [
        one
        for one in every
        if one.year == year
        and (one in days_of(year, worked) or (one.weekday() < 5 and one not in rest))
    ]

    assert works == [
        one for one in every if one.year == year and is_working_day(day_from_date(one))
    ]
    assert expected == len(works)
    assert expected == working_days(day(f"{year - 1}-12-31"), day(f"{year}-12-31"))


@pytest.mark.parametrize(
    ("after", "until", "expected"),
    [
        ("2019-10-25", "2019-10-28", 1),  # Friday to Monday
        ("2019-10-25", "2019-10-25", 0),
        ("2019-10-28", "2019-10-25", 0),
        ("2019-10-10", "2019-10-17", 5),
        ("2019-04-26", "2019-05-06", 4),  # 2 and 3 May, the Saturday worked in exchange, Monday
    ],
)
def test_days_are_counted_after_the_first_up_to_the_last(
    after: str, until: str, expected: int
) -> None:
    """working_days(received, resolved) counts d with received < d <= resolved; the same day is 0, and never less."""
    assert expected == working_days(day(after), day(until))


def test_a_negative_number_of_working_days_is_refused() -> None:
    """Due instants only move forward."""
    with pytest.raises(ValueError, match="forward only"):
        add_working_days(day("2019-10-10"), -1)


DAYS = st.integers(min_value=day("1990-01-01"), max_value=day("2040-12-31")).map(Day)


@given(start=DAYS, length=st.integers(min_value=-10, max_value=400))
def test_counting_agrees_with_looking_at_each_day(start: Day, length: int) -> None:
    """The prefix counts give what a walk over the days gives, also across the borders of the known years."""
    walked = sum(is_working_day(Day(number)) for number in range(start + 1, start + length + 1))

    assert walked == working_days(start, Day(start + length))


@given(start=DAYS, n=st.integers(min_value=0, max_value=300))
def test_adding_is_the_inverse_of_counting(start: Day, n: int) -> None:
    """The n-th working day after a day is a working day, and n of them lie between; 0 is the day itself."""
    end = add_working_days(start, n)

    assert n == working_days(start, end)
    assert n == 0 or is_working_day(end)
    assert n != 0 or end == start
