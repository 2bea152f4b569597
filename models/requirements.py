"""Requirements: on which days does a figure of an agency, or of a named row, satisfy a condition?

The answer follows from panes alone and changes only on days on which an amount enters or leaves the window: those are tried.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise

from models.changes import Amount
from models.days import FOREVER, next_year, year_start
from models.definitions import BOUNDS, FigureCondition, WindowName
from models.forms import Scope
from models.windows import TRAILING, Period

Span = tuple[int, int]
"""Days [start, end)."""

Test = Callable[[Amount, Amount], bool]


@dataclass(frozen=True, slots=True)
class Requirement:
    """A condition on one figure: the sum of measures, or a ratio of two sums."""

    numerator: tuple[str, ...]
    denominator: tuple[str, ...]
    bucket: str
    window: WindowName
    period: Period
    test: Test
    presence: bool = False
    """True: it asks only whether anything happened in the window, of flows that count; one more beside others changes nothing."""

    @property
    def measures(self) -> frozenset[str]:
        """The measures that it reads."""
        return frozenset((*self.numerator, *self.denominator))

    def unmoved(self, scope: Scope, day: int, before: Amount, after: Amount) -> bool:
        """Return whether a pane that went from `before` to `after` leaves everything as it was."""
        if not self.presence:
            return False
        if before > 0 and after > 0:
            return True
        if self.window in TRAILING:
            return False
        first, _ = self.period.span(self.window, day)
        return self._sum(scope, self.numerator, first, day - 1) > 0

    def spans(self, scope: Scope, since: int) -> list[Span]:
        """Return the spans on which it is satisfied, cut to begin on `since` or later."""
        if self.presence and self.window in TRAILING:
            return self._trailing(scope, since, TRAILING[self.window])
        if self.presence:
            return _merged(self._lasting(scope, since), since)
        found: list[Span] = []
        for day in sorted(
            {since, *(day for day in self._turning_days(scope, since) if day > since)}
        ):
            if self.met(scope, day):
                if not found or found[-1][1] < FOREVER:
                    found.append((day, FOREVER))
            elif found and found[-1][1] == FOREVER:
                found[-1] = (found[-1][0], day)
        return found

    def _trailing(self, scope: Scope, since: int, length: int) -> list[Span]:
        """Return the union of [day, day + length) over the days with an amount, cut to begin on `since` or later."""
        recent = [
            scope.series(measure, self.bucket).days(since - length + 1)
            for measure in self.numerator
        ]
        days = recent[0] if len(recent) == 1 else sorted(set().union(*recent))
        if not days:
            return []
        found: list[Span] = []
        start = max(days[0], since)
        for day, following in pairwise(days):
            if following - day > length:
                found.append((start, day + length))
                start = following
        found.append((start, days[-1] + length))
        return found

    def _lasting(self, scope: Scope, since: int) -> Iterable[Span]:
        """Yield for each day with an amount the days on which it lies in the window, which is no trailing one."""
        period = self.period
        for measure in self.numerator:
            for day in scope.series(measure, self.bucket).days(
                year_start(since) if self.window is WindowName.YEAR else period.start
            ):
                if self.window is WindowName.PLAN:
                    if day <= period.end:
                        yield day, FOREVER
                    break
                if not period.clipped:
                    yield day, next_year(day)
                elif period.start <= day <= period.end:
                    yield day, FOREVER if next_year(day) > period.end else next_year(day)

    def met(self, scope: Scope, day: int) -> bool:
        """Return whether it is satisfied on a day."""
        first, last = self.period.span(self.window, day)
        return self.test(
            self._sum(scope, self.numerator, first, last),
            self._sum(scope, self.denominator, first, last),
        )

    def _sum(self, scope: Scope, measures: tuple[str, ...], first: int | None, last: int) -> Amount:
        total: Amount = 0
        for measure in measures:
            total += scope.series(measure, self.bucket).between(first, last)
        return total

    def _turning_days(self, scope: Scope, since: int) -> Iterable[int]:
        """Yield the days on which an amount enters or leaves the window; at least those from `since` on."""
        back = since - TRAILING[self.window] if self.window in TRAILING else since
        if self.window is WindowName.YEAR:
            back = year_start(since)
        yield self.period.start
        for measure in (*self.numerator, *self.denominator):
            for day in scope.series(measure, self.bucket).days(back):
                yield day
                yield from self.period.edges(self.window, day)


def comparisons_of(condition: FigureCondition) -> list[tuple[str, Amount]]:
    """Return (operator, bound) of a condition; a sum is at least 1, a ratio at least 100 % where nothing is said."""
    stated: list[tuple[str, Amount]] = [
        (name, bound) for name in BOUNDS if (bound := getattr(condition, name)) is not None
    ]
    return stated or [("at_least", 1 if condition.ratio is None else 100)]


def requirement_test(condition: FigureCondition) -> Test:
    """Compile the comparison of a condition."""
    comparisons = comparisons_of(condition)
    share = condition.ratio is not None
    if not share and len(comparisons) == 1 and comparisons[0][0] == "at_least":
        least = comparisons[0][1]
        return lambda numerator, _denominator: numerator >= least

    def test(numerator: Amount, denominator: Amount) -> bool:
        if share and denominator == 0:
            return False
        left = Decimal(numerator) * 100 if share else Decimal(numerator)
        scale = Decimal(denominator) if share else Decimal(1)
        return all(_compares(name, left, Decimal(bound) * scale) for name, bound in comparisons)

    return test


def _compares(name: str, left: Decimal, right: Decimal) -> bool:
    match name:
        case "at_least":
            return left >= right
        case "more_than":
            return left > right
        case "at_most":
            return left <= right
        case _:
            return left < right


def _merged(spans: Iterable[Span], since: int) -> list[Span]:
    """Return the union of spans, cut to begin on `since` or later."""
    merged: list[Span] = []
    for start, end in sorted(spans):
        begin = max(start, since)
        if begin >= end:
            continue
        if merged and begin <= merged[-1][1]:
            if end > merged[-1][1]:
                merged[-1] = (merged[-1][0], end)
        else:
            merged.append((begin, end))
    return merged


def common(left: Sequence[Span], right: Sequence[Span]) -> list[Span]:
    """Return the days in both."""
    result: list[Span] = []
    i = j = 0
    while i < len(left) and j < len(right):
        begin, end = max(left[i][0], right[j][0]), min(left[i][1], right[j][1])
        if begin < end:
            result.append((begin, end))
        if left[i][1] <= right[j][1]:
            i += 1
        else:
            j += 1
    return result


def rewritten(before: Sequence[Span], since: int, after: Sequence[Span]) -> list[Span]:
    """Return `before` up to `since`, continued by `after`, which begins there or later."""
    kept = [(start, min(end, since)) for start, end in before if start < since]
    if kept and after and kept[-1][1] == since and after[0][0] == since:
        return [*kept[:-1], (kept[-1][0], after[0][1]), *after[1:]]
    return [*kept, *after]
