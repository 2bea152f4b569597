"""Working days: what the library says, what it does not know, and arithmetic outside the years that it covers."""

from datetime import date

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
