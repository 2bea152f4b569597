"""Interval sets on days: when was a condition true of a subject, and which fact says so?

Sorted, disjoint, half-open `(start, end, label)`; the label is the assertion in force, which gives the agency of a figure.
Every operation is pointwise: the label of a day depends on that day alone, so a change reaches no other day.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence

from models.days import Day
from models.facts import Assertion

Interval = tuple[Day, Day, Assertion]
"""`start` is the first day inside, `end` the first day after; `FOREVER` where it is open."""

Intervals = Sequence[Interval]

NEVER: Intervals = ()


def first_opened(sets: Iterable[Intervals]) -> Intervals:
    """Return the union of several sets; where they overlap, the one that opened first keeps its labels until it ends."""
    runs = sorted((run for members in sets for run in _runs(members)), key=_opening)
    return _stacked([interval for run in runs for interval in run])


def _runs(intervals: Intervals) -> Iterator[list[Interval]]:
    """Cut a set where it has a gap: intervals that touch differ by their labels only."""
    run: list[Interval] = []
    for interval in intervals:
        if run and run[-1][1] < interval[0]:
            yield run
            run = []
        run.append(interval)
    if run:
        yield run


def _opening(run: Sequence[Interval]) -> Day:
    return run[0][0]


def _start(interval: Interval) -> Day:
    return interval[0]


def _stacked(ordered: Sequence[Interval]) -> Intervals:
    """Lay intervals one after another: each covers only what those before it have left free."""
    if len(ordered) < 2:
        return ordered
    result: list[Interval] = []
    reached = ordered[0][0]
    for start, end, label in ordered:
        begin = max(start, reached)
        if begin < end:
            result.append((begin, end, label))
            reached = end
    return result


def either(left: Intervals, right: Intervals) -> Intervals:
    """Return the union; the label is that of `left` wherever it holds."""
    if not left:
        return right
    if not right:
        return left
    rest = without(right, left)
    return sorted([*left, *rest], key=_start)


def both(left: Intervals, right: Intervals) -> Intervals:
    """Return the intersection with the labels of `left`."""
    result: list[Interval] = []
    i = j = 0
    while i < len(left) and j < len(right):
        start, end, label = left[i]
        other_start, other_end, _ = right[j]
        begin, finish = max(start, other_start), min(end, other_end)
        if begin < finish:
            result.append((begin, finish, label))
        if end <= other_end:
            i += 1
        if other_end <= end:
            j += 1
    return result


def without(left: Intervals, right: Intervals) -> Intervals:
    """Return the days of `left` that are not in `right`, with the labels of `left`."""
    if not right:
        return left
    result: list[Interval] = []
    j = 0
    for start, end, label in left:
        begin = start
        while j < len(right) and right[j][1] <= begin:
            j += 1
        k = j
        while k < len(right) and right[k][0] < end:
            if begin < right[k][0]:
                result.append((begin, right[k][0], label))
            begin = max(begin, right[k][1])
            k += 1
        if begin < end:
            result.append((begin, end, label))
    return result


def holds(intervals: Intervals, day: int) -> bool:
    """Return whether `day` lies inside."""
    index = bisect_right(intervals, day, key=_start) - 1
    return index >= 0 and day < intervals[index][1]


def within(days: Sequence[tuple[Day, Assertion]], length: int, times: int) -> Intervals:
    """Return the days x on which at least `times` of the distinct, sorted `days` lie in (x - length, x].

    The label is that of the latest of `days` on or before x.
    """
    spans = [
        (days[i][0], Day(days[i - times + 1][0] + length))
        for i in range(times - 1, len(days))
        if days[i][0] < days[i - times + 1][0] + length
    ]
    return _labelled(spans, days)


def within_year(
    days: Sequence[tuple[Day, Assertion]], ends: Sequence[Day], times: int
) -> Intervals:
    """Return the days from the `times`-th of the distinct, sorted `days` of a year to that year's end.

    `ends[i]` is 1 January after `days[i]`.
    """
    spans = [
        (days[i][0], ends[i]) for i in range(times - 1, len(days)) if ends[i - times + 1] == ends[i]
    ]
    return _labelled(spans, days)


def _labelled(spans: Sequence[tuple[Day, Day]], days: Sequence[tuple[Day, Assertion]]) -> Intervals:
    """Merge overlapping spans and cut them at `days`, so that each day has the label of the latest of them."""
    merged: list[list[Day]] = []
    for start, end in spans:
        if merged and start <= merged[-1][1]:
            merged[-1][1] = max(merged[-1][1], end)
        else:
            merged.append([start, end])
    result: list[Interval] = []
    for start, end in merged:
        index = bisect_right(days, start, key=_day) - 1
        begin = start
        while begin < end:
            finish = min(end, days[index + 1][0]) if index + 1 < len(days) else end
            result.append((begin, finish, days[index][1]))
            begin = finish
            index += 1
    return result


def _day(entry: tuple[Day, Assertion]) -> Day:
    return entry[0]
