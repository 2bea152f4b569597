"""Derived panes: conditions on figures (form 11) turned into 0 and 1 by day, so that they add up like everything else.

Whether an agency, or a named row, meets its conditions follows from its panes alone, and changes only on days on which an
amount enters or leaves a window: those days are tried, no others. A change on a day never reaches back before it.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal

from models.changes import Amount, PaneKey
from models.days import FOREVER, year_start
from models.definitions import FigureCondition, Population, WindowName
from models.figures import Scope, Sources
from models.panes import ALL
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

    def met(self, scope: Scope, day: int) -> bool:
        """Return whether the figure satisfies the condition on a day."""
        first, last = self.period.span(self.window, day)
        return self.test(self._sum(scope, self.numerator, first, last), self._sum(scope, self.denominator, first, last))

    def _sum(self, scope: Scope, measures: tuple[str, ...], first: int | None, last: int) -> Amount:
        total: Amount = 0
        for measure in measures:
            total += scope.series(measure, self.bucket).between(first, last)
        return total

    def turning_days(self, scope: Scope, since: int) -> Iterable[int]:
        """Yield the days from `since` on, on which an amount enters or leaves the window."""
        back = since - TRAILING[self.window] if self.window in TRAILING else since
        if self.window is WindowName.YEAR:
            back = year_start(since)
        yield self.period.start
        for measure in (*self.numerator, *self.denominator):
            for day in scope.series(measure, self.bucket).days(back):
                yield day
                yield from self.period.edges(self.window, day)


def requirement_test(condition: FigureCondition) -> Test:
    """Compile the comparison of a condition; a sum is at least 1, a ratio at least 100 % where nothing is said."""
    comparisons: list[tuple[str, Amount]] = [
        (name, bound)
        for name in ("at_least", "more_than", "at_most", "less_than")
        if (bound := getattr(condition, name)) is not None
    ]
    share = condition.ratio is not None
    if not comparisons:
        comparisons = [("at_least", 100 if share else 1)]

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


def _spans(met: Callable[[int], bool], days: Iterable[int], since: int, before: list[Span]) -> list[Span]:
    """Return the spans on which `met` holds: those of `before` up to `since`, then what the days say."""
    spans = [(start, min(end, since)) for start, end in before if start < since]
    for day in sorted({since, *(day for day in days if day > since)}):
        inside = bool(spans) and spans[-1][1] == FOREVER
        if met(day):
            if not inside:
                if spans and spans[-1][1] == day:
                    spans[-1] = (spans[-1][0], FOREVER)
                else:
                    spans.append((day, FOREVER))
        elif inside:
            spans[-1] = (spans[-1][0], day)
    return spans


def _difference(measure: str, bucket: str, agency: str, before: list[Span], after: list[Span]) -> dict[PaneKey, Amount]:
    changes: dict[PaneKey, Amount] = {}
    for spans, sign in ((before, -1), (after, 1)):
        for start, end in spans:
            opened = PaneKey(measure, bucket, agency, start)  # type: ignore[arg-type]  # a Day
            changes[opened] = changes.get(opened, 0) + sign
            if end < FOREVER:
                closed = PaneKey(measure, bucket, agency, end)  # type: ignore[arg-type]  # a Day
                changes[closed] = changes.get(closed, 0) - sign
    return {pane: amount for pane, amount in changes.items() if amount != 0}


@dataclass(frozen=True, slots=True)
class AgencyDerivation:
    """Which agencies of a population meet all requirements: panes of `met` and `of` by agency."""

    met: str
    of: str
    population: Population
    requirements: tuple[Requirement, ...]

    @property
    def reads(self) -> frozenset[str]:
        """The measures whose change can change these panes."""
        return frozenset(name for one in self.requirements for name in (*one.numerator, *one.denominator))

    def derive(self, sources: Sources, agency: str, since: int) -> dict[PaneKey, Amount]:
        """Return what must be added to the panes of an agency, given that nothing before `since` changed."""
        population = sources.register.active_intervals(agency, self.population)
        scope = Scope(sources.panes, agency)
        days = {edge for span in population for edge in span}
        for requirement in self.requirements:
            days.update(requirement.turning_days(scope, since))

        def met(day: int) -> bool:
            return any(start <= day < end for start, end in population) and all(
                requirement.met(scope, day) for requirement in self.requirements
            )

        held = _stored_spans(sources, self.met, "", agency)
        listed = _stored_spans(sources, self.of, "", agency)
        return {
            **_difference(self.met, "", agency, held, _spans(met, days, since, held)),
            **_difference(self.of, "", agency, listed, population),
        }


@dataclass(frozen=True, slots=True)
class RowDerivation:
    """Which rows of a list are met: panes of `met` by row, under no agency."""

    met: str
    rows: tuple[tuple[str, Requirement], ...]

    @property
    def reads(self) -> frozenset[str]:
        """The measures whose change can change these panes."""
        return frozenset(name for _, one in self.rows for name in (*one.numerator, *one.denominator))

    def derive(self, sources: Sources, since: int) -> dict[PaneKey, Amount]:
        """Return what must be added to the panes of all rows, given that nothing before `since` changed."""
        scope = Scope(sources.panes, ALL)
        changes: dict[PaneKey, Amount] = {}
        for row, requirement in self.rows:
            held = _stored_spans(sources, self.met, row, "")
            days = requirement.turning_days(scope, since)
            after = _spans(lambda day, one=requirement: one.met(scope, day), days, since, held)  # type: ignore[misc]
            changes.update(_difference(self.met, row, "", held, after))
        return changes


def _stored_spans(sources: Sources, measure: str, bucket: str, agency: str) -> list[Span]:
    """Return the spans that the panes of a derived measure stand for."""
    spans: list[Span] = []
    for day, amount in sources.panes.series(measure, bucket, agency).items():
        if amount > 0:
            spans.append((day, FOREVER))
        else:
            spans[-1] = (spans[-1][0], day)
    return spans
