"""Interval sets on days: every operation against a look at each single day."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from models.days import FOREVER, Day
from models.facts import Assertion
from models.intervals import (
    NEVER,
    Interval,
    Intervals,
    both,
    either,
    first_opened,
    holds,
    within,
    within_year,
    without,
)
from tests.support.asserted import asserted

LAST = 24


def interval(start: int, end: int, label: str) -> Interval:
    """Return an interval whose label is an assertion of an agency."""
    return Day(start), Day(end), asserted(start, label)


@st.composite
def sets(draw: st.DrawFn) -> Intervals:
    """Return sorted, disjoint intervals within the first days; some touch."""
    edges = sorted(draw(st.sets(st.integers(0, LAST - 2), max_size=8)))
    pairs = list(pairwise(edges))
    chosen = draw(st.lists(st.booleans(), min_size=len(pairs), max_size=len(pairs)))
    return [
        interval(start, end, draw(st.sampled_from("abc")))
        for (start, end), taken in zip(pairs, chosen, strict=True)
        if taken
    ]


def by_day(intervals: Intervals) -> dict[int, Assertion]:
    """Return the label of every day inside."""
    return {day: label for start, end, label in intervals for day in range(start, end)}


def is_well_formed(intervals: Intervals) -> bool:
    """Return whether a set is sorted and disjoint and has no empty interval."""
    edges = [edge for start, end, _ in intervals for edge in (start, end)]
    return edges == sorted(edges) and all(start < end for start, end, _ in intervals)


@given(left=sets(), right=sets())
def test_both_are_the_days_in_each_with_the_labels_of_the_left(
    left: Intervals, right: Intervals
) -> None:
    """An intersection belongs to the agency of its first member."""
    result = both(left, right)

    assert is_well_formed(result)
    assert {d: a for d, a in by_day(left).items() if d in by_day(right)} == by_day(result)


@given(left=sets(), right=sets())
def test_either_are_the_days_in_one_with_the_labels_of_the_left_where_it_holds(
    left: Intervals, right: Intervals
) -> None:
    """A union belongs to the agency of the first member that holds on the day."""
    result = either(left, right)

    assert is_well_formed(result)
    assert by_day(right) | by_day(left) == by_day(result)


@given(left=sets(), right=sets())
def test_without_are_the_days_of_the_left_alone(left: Intervals, right: Intervals) -> None:
    """A complement is only ever taken inside of something."""
    result = without(left, right)

    assert is_well_formed(result)
    assert {d: a for d, a in by_day(left).items() if d not in by_day(right)} == by_day(result)


@given(members=st.lists(sets(), max_size=4))
def test_first_opened_covers_the_days_of_all(members: list[Intervals]) -> None:
    """Facts of several keys are joined by union, and a day is counted once."""
    result = first_opened(members)

    assert is_well_formed(result)
    assert {day for one in members for day in by_day(one)} == set(by_day(result))


def test_the_one_that_opened_first_keeps_its_label_until_it_ends() -> None:
    """Two accounts of one official: the figure moves to the second agency on the day the first account ends."""
    early, late = interval(3, 10, "early"), interval(5, 12, "late")

    result = first_opened([[late], [early]])

    assert [early, (Day(10), Day(12), late[2])] == result


def test_of_two_that_open_on_one_day_the_first_given_keeps_its_label() -> None:
    """Sets are given in order of natural key, so a tie does not depend on the order of arrival."""
    one, other = interval(3, 6, "one"), interval(3, 9, "other")

    assert [one, (Day(6), Day(9), other[2])] == first_opened([[one], [other]])


def test_pieces_that_touch_are_one_run() -> None:
    """A series whose label changes on the 5th opened on the 1st: it stays ahead of what opened on the 3rd."""
    series = [interval(1, 5, "a"), interval(5, 9, "b")]

    assert series == first_opened([series, [interval(3, 8, "c")]])


def test_what_holds_is_in_from_its_first_day_to_the_day_before_its_end() -> None:
    """Intervals are half-open."""
    inside = [interval(3, 5, "a"), interval(8, FOREVER, "b")]

    assert [3, 4, 8, 9] == [day for day in range(10) if holds(inside, day)]
    assert not holds(NEVER, 3)


@given(
    days=st.sets(st.integers(0, LAST), max_size=10),
    length=st.integers(1, 9),
    times=st.integers(1, 4),
)
def test_within_counts_distinct_days_back_from_each_day(
    days: set[int], length: int, times: int
) -> None:
    """On day x at least `times` of the days lie in (x - length, x], and the label is the latest of them."""
    happened = [(Day(day), asserted(day)) for day in sorted(days)]

    result = within(happened, length, times)

    expected = {
        x: max(day for day in days if day <= x)
        for x in range(LAST + length + 1)
        if sum(x - length < day <= x for day in days) >= times
    }
    assert is_well_formed(result)
    assert expected == {day: label.day for day, label in by_day(result).items()}


def test_within_a_year_ends_with_the_year_that_the_days_lie_in() -> None:
    """Twice in one year: from the second time on to 31 December; once in the next year is not enough."""
    days = [(Day(day), asserted(day)) for day in (2, 7, 12)]
    ends = [Day(10), Day(10), Day(20)]

    assert [(7, 10)] == [(start, end) for start, end, _ in within_year(days, ends, 2)]


def test_within_a_year_takes_the_label_of_the_latest_day() -> None:
    """An agency that takes over within the year takes the figure with it."""
    days = [(Day(2), asserted(2, "first")), (Day(7), asserted(7, "second"))]

    result = within_year(days, [Day(10), Day(10)], 1)

    assert [(2, 7, "first"), (7, 10, "second")] == [(s, e, a.agency) for s, e, a in result]
