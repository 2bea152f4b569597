"""Panes: sums over spans of days, and the days that lie in a trailing window, are those of a naive reading."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from itertools import pairwise

from hypothesis import given
from hypothesis.strategies import (
    booleans,
    decimals,
    dictionaries,
    integers,
    lists,
    none,
    one_of,
    sampled_from,
    tuples,
)

from models.changes import Amount
from models.days import Day
from models.definitions import WindowName
from models.forms import Scope
from models.panes import ALL, PaneTable, Series
from models.requirements import Requirement
from models.windows import TRAILING, Period

DAYS = integers(0, 40)
AMOUNTS = one_of(integers(-3, 3), decimals(-3, 3, places=2))
SPANS = tuples(one_of(none(), integers(-5, 45)), integers(-5, 45))


@given(
    steps=lists(one_of(tuples(DAYS, AMOUNTS), lists(SPANS, max_size=4)), max_size=30),
    last=lists(SPANS, min_size=1),
)
def test_sums_are_those_of_the_days_whatever_was_asked_before(
    steps: Sequence[tuple[int, Amount] | list[tuple[int | None, int]]],
    last: list[tuple[int | None, int]],
) -> None:
    """Running totals that an earlier question left behind never outlive a change."""
    series, amounts = Series(), dict[int, Amount]()
    for step in steps:
        if isinstance(step, list):
            series.sums(step)
        else:
            day, amount = step
            amounts[day] = series.add(day, amount)

    found = series.sums(last)

    assert found == [
        sum(
            amount
            for day, amount in amounts.items()
            if (first is None or first <= day) and day <= until
        )
        for first, until in last
    ]
    assert found == [series.between(first, until) for first, until in last]


@given(
    panes=dictionaries(tuples(sampled_from(["one", "two"]), DAYS), integers(1, 3), max_size=12),
    since=integers(-5, 60),
    both=booleans(),
)
def test_a_trailing_window_holds_the_days_after_each_amount(
    panes: Mapping[tuple[str, int], int], since: int, *, both: bool
) -> None:
    """Whether anything happened in the last 7 days, of one measure or of two, from some day on."""
    table = PaneTable()
    for (measure, day), amount in panes.items():
        table.add_all(measure, {("", "A", Day(day)): amount})
    names = ("one", "two") if both else ("one",)
    requirement = Requirement(
        names, (), "", WindowName.DAYS_7, Period(Day(0), Day(99)), _at_least_one, presence=True
    )

    spans = requirement.spans(Scope(table, "A"), since)

    length = TRAILING[WindowName.DAYS_7]
    inside = {day + later for measure, day in panes if measure in names for later in range(length)}
    assert [day for day in range(since, 70) if day in inside] == [
        day for start, end in spans for day in range(start, end)
    ]
    assert all(end < start for (_, end), (start, _) in pairwise(spans))


@given(
    panes=dictionaries(
        tuples(sampled_from(["1", "2", ""]), sampled_from(["A", "B", "C"]), DAYS),
        integers(1, 3),
        max_size=12,
    )
)
def test_series_by_bucket_are_those_of_the_agencies(
    panes: Mapping[tuple[str, str, int], int],
) -> None:
    """Of one agency, of a group and of all: the buckets that have amounts, and their sums."""
    table = PaneTable()
    for (bucket, agency, day), amount in panes.items():
        table.add_all("m", {(bucket, agency, Day(day)): amount})

    for scope, agencies in (
        (Scope(table, "A"), {"A"}),
        (Scope(table, ALL), {"A", "B", "C"}),
        (Scope(table, ALL, frozenset({"A", "B"})), {"A", "B"}),
    ):
        expected: dict[str, int] = {}
        for (bucket, agency, _), amount in panes.items():
            if agency in agencies:
                expected[bucket] = expected.get(bucket, 0) + amount
        found = {bucket: one.upto(99) for bucket, one in scope.by_bucket("m").items() if one}
        assert expected == found


def _at_least_one(numerator: Amount, _denominator: Amount) -> bool:
    return numerator >= Decimal(1)
