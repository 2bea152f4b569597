"""Forms: the ways to make a figure from the sums of measures over some agencies and days.

Whatever the form, only sums are taken: a ratio keeps its two sides, and what is shown or judged of them is for `models.figures` to say.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Literal, NamedTuple, Protocol

from models.attainment import NO_REFERENCE, NoReference, quantized
from models.changes import Amount, Figure, amount_of
from models.measures import LATEST_SEPARATOR
from models.panes import ALL, PaneTable, Series
from models.windows import View, view_years_before


class Scope(NamedTuple):
    """The agencies that a figure sums over: one code, `ALL`, or the members of a population."""

    panes: PaneTable
    agency: str
    members: frozenset[str] | None = None

    def covers(self, agency: str) -> bool:
        """Return whether an agency is one of these."""
        return agency in self.members if self.members is not None else self.agency in {ALL, agency}

    def series(self, measure: str, bucket: str = "") -> Series:
        """Return the series of a measure over these agencies."""
        if self.members is not None:
            return self.panes.group(measure, bucket, self.members)
        return self.panes.series(measure, bucket, self.agency)

    def by_bucket(self, measure: str) -> Mapping[str, Series]:
        """Return the series of a measure over these agencies by bucket, where there may be amounts."""
        if self.members is not None:
            return self.panes.group_by_bucket(measure, self.members)
        return self.panes.by_bucket(measure, self.agency)

    def totals(self, measures: tuple[str, ...], views: Sequence[View]) -> list[Amount]:
        """Return the sum of measures over the days of each view."""
        spans = [seen.span for seen in views]
        rows = [self.series(measure).sums(spans) for measure in measures]
        return rows[0] if len(rows) == 1 else [sum(column) for column in zip(*rows, strict=True)]


class Form(Protocol):
    """A way to make a figure from measures."""

    @property
    def measures(self) -> frozenset[str]:
        """The measures that it reads."""

    def sums(self, scope: Scope, views: Sequence[View]) -> list[Figure]:
        """Return the sums behind the figures of several views; a ratio's value is still None."""


@dataclass(frozen=True, slots=True)
class ValueForm:
    """The sum of measures."""

    names: tuple[str, ...]

    @property
    def measures(self) -> frozenset[str]:
        """The measures that it reads."""
        return frozenset(self.names)

    def sums(self, scope: Scope, views: Sequence[View]) -> list[Figure]:
        """Return the sums behind the figures of several views; a ratio's value is still None."""
        return [Figure(total, None, None) for total in scope.totals(self.names, views)]


@dataclass(frozen=True, slots=True)
class LeastForm:
    """The least of several measures' sums."""

    names: tuple[str, ...]

    @property
    def measures(self) -> frozenset[str]:
        """The measures that it reads."""
        return frozenset(self.names)

    def sums(self, scope: Scope, views: Sequence[View]) -> list[Figure]:
        """Return the sums behind the figures of several views; a ratio's value is still None."""
        rows = [scope.totals((name,), views) for name in self.names]
        return [Figure(min(column), None, None) for column in zip(*rows, strict=True)]


@dataclass(frozen=True, slots=True)
class MedianForm:
    """The lower median over buckets that are whole numbers."""

    name: str

    @property
    def measures(self) -> frozenset[str]:
        """The measures that it reads."""
        return frozenset({self.name})

    def sums(self, scope: Scope, views: Sequence[View]) -> list[Figure]:
        """Return the sums behind the figures of several views; a ratio's value is still None."""
        spans = [seen.span for seen in views]
        rows = [
            (int(bucket), series.sums(spans))
            for bucket, series in scope.by_bucket(self.name).items()
            if bucket
        ]
        rows.sort()
        return [
            _lower_median([(number, counts[index]) for number, counts in rows if counts[index] > 0])
            for index in range(len(spans))
        ]


def _lower_median(counts: Sequence[tuple[int, Amount]]) -> Figure:
    """Return the lower median of numbers, given in order with how often each occurs."""
    total = sum(count for _, count in counts)
    if total == 0:
        return Figure(None, None, 0)
    reached: Amount = 0
    for number, count in counts:
        reached += count
        if 2 * reached >= total:
            return Figure(number, None, total)
    raise ArithmeticError("a median lies within its members")


@dataclass(frozen=True, slots=True)
class LatestForm:
    """The last value by moment; it reads the days up to the day itself, whatever the window."""

    name: str

    @property
    def measures(self) -> frozenset[str]:
        """The measures that it reads."""
        return frozenset({self.name})

    def sums(self, scope: Scope, views: Sequence[View]) -> list[Figure]:
        """Return the sums behind the figures of several views; a ratio's value is still None."""
        last = last_buckets(self.name, scope, [seen.day for seen in views])
        return [Figure(None if one is None else value_of(one), None, None) for one in last]


def last_buckets(measure: str, scope: Scope, days: Sequence[int]) -> list[str | None]:
    """Return the bucket of the last value on each of several days; None before the first value."""
    by_bucket = scope.by_bucket(measure)
    newest_first = sorted(by_bucket, reverse=True)
    return [
        next((one for one in newest_first if by_bucket[one].upto(day) > 0), None) for day in days
    ]


def value_of(bucket: str) -> Amount:
    """Return the value that the bucket of a last value names."""
    return amount_of(Decimal(bucket.rsplit(LATEST_SEPARATOR, 1)[1]))


@dataclass(frozen=True, slots=True)
class RatioForm:
    """One sum of measures, or one last value, over another."""

    numerator: tuple[str, ...] | LatestForm
    denominator: tuple[str, ...] | LatestForm

    @property
    def measures(self) -> frozenset[str]:
        """The measures that it reads."""
        return frozenset((*side_names(self.numerator), *side_names(self.denominator)))

    @property
    def reads_latest(self) -> bool:
        """Whether a side is a last value, so that this is no ratio of flows."""
        return isinstance(self.numerator, LatestForm) or isinstance(self.denominator, LatestForm)

    def lacks(self, scope: Scope, views: Sequence[View]) -> list[bool]:
        """Return of several views whether a side is a last value that nothing has supplied yet."""
        latest = [
            side.sums(scope, views)
            for side in (self.numerator, self.denominator)
            if isinstance(side, LatestForm)
        ]
        return [any(side[number].value is None for side in latest) for number in range(len(views))]

    def sums(self, scope: Scope, views: Sequence[View]) -> list[Figure]:
        """Return the sums behind the figures of several views; a ratio's value is still None."""
        sides = zip(
            _side_sums(self.numerator, scope, views),
            _side_sums(self.denominator, scope, views),
            strict=True,
        )
        return [Figure(None, numerator, denominator) for numerator, denominator in sides]


def _side_sums(
    side: tuple[str, ...] | LatestForm, scope: Scope, views: Sequence[View]
) -> list[Amount]:
    if isinstance(side, LatestForm):
        return [figure.value or 0 for figure in side.sums(scope, views)]
    return scope.totals(side, views)


def side_names(side: tuple[str, ...] | LatestForm) -> tuple[str, ...]:
    """Return the measures of one side of a ratio."""
    return (side.name,) if isinstance(side, LatestForm) else side


@dataclass(frozen=True, slots=True)
class CountedForm:
    """How many agencies, or rows of a list, meet their conditions: derived panes of 0 and 1 (see `models.derived`)."""

    met: str
    of: str | None
    """Measure of the population; None: a list of `rows` rows."""
    rows: int
    milestone: bool = False
    """True: the value is 1 once all rows are met, else 0."""
    weights: tuple[str, ...] = ()
    """Stocks that are summed over the agencies instead of counting these."""

    @property
    def measures(self) -> frozenset[str]:
        """The measures that it reads."""
        return frozenset(one for one in (self.met, self.of, *self.weights) if one is not None)

    def sums(self, scope: Scope, views: Sequence[View]) -> list[Figure]:
        """Return the sums behind the figures of several views; a ratio's value is still None."""
        return [self._counted(scope, seen.day) for seen in views]

    def _counted(self, scope: Scope, day: int) -> Figure:
        if self.of is not None:
            if self.weights:
                met, of = (self._weighed(scope, side, day) for side in (self.met, self.of))
            else:
                met, of = (scope.series(side).upto(day) for side in (self.met, self.of))
            return Figure(met, met, of)
        met = sum(row.upto(day) > 0 for row in scope.by_bucket(self.met).values())
        if self.milestone:
            return Figure(int(met == self.rows), met, self.rows)
        return Figure(met, met, self.rows)

    def _weighed(self, scope: Scope, side: str, day: int) -> Amount:
        """Return the weights of the agencies that are on a side on the day."""
        members = frozenset(
            agency
            for agency in scope.panes.agencies(side)
            if scope.covers(agency) and scope.panes.series(side, "", agency).upto(day) > 0
        )
        weighed = Scope(scope.panes, ALL, members)
        return sum(weighed.series(name).upto(day) for name in self.weights)


@dataclass(frozen=True, slots=True)
class ChangeForm:
    """A figure less the same one years before, or less a reference; None where either side is.

    What is compared travels along as numerator, or as numerator and denominator where it is a ratio: it is shown, reference or not.
    """

    of: Form
    factor: int | None
    """What a ratio is multiplied by; None: it is no ratio."""
    years: int | None
    latest: LatestForm | None
    reference: Amount | None
    flows: bool
    """The figure is one of flows: before its first amount nothing is known, so a sum of 0 is no reference."""

    @property
    def measures(self) -> frozenset[str]:
        """The measures that it reads."""
        return self.of.measures if self.latest is None else self.of.measures | self.latest.measures

    def sums(self, scope: Scope, views: Sequence[View]) -> list[Figure]:
        """Return the sums behind the figures of several views; a ratio's value is still None."""
        sums = self.of.sums(scope, views)
        return [
            _compared(_amount(change) if isinstance(change, Fraction) else None, now)
            for change, now in zip(self.changes(scope, views), sums, strict=True)
        ]

    def changes(
        self, scope: Scope, views: Sequence[View]
    ) -> list[Fraction | Literal[NoReference.NO_REFERENCE] | None]:
        """Return the exact changes; `NO_REFERENCE` where nothing has supplied the other side, None where there is no figure."""
        before = self._against(scope, views)
        if before.count(None) == len(before):  # usual in a log's first year
            return [NO_REFERENCE] * len(before)
        now = self._exact(scope, views)
        return [
            NO_REFERENCE if other is None else None if one is None else one - other
            for one, other in zip(now, before, strict=True)
        ]

    def _against(self, scope: Scope, views: Sequence[View]) -> list[Fraction | None]:
        if self.reference is not None:
            return [Fraction(self.reference)] * len(views)
        if self.latest is not None:
            values = [figure.value for figure in self.latest.sums(scope, views)]
            return [None if value is None else Fraction(value) for value in values]
        earlier = [view_years_before(seen, self.years or 0) for seen in views]
        before = self._exact(scope, earlier)
        if not self.flows:
            return before
        series = [scope.series(measure) for measure in self.of.measures]
        return [
            value if sum(one.upto(seen.day) for one in series) else None
            for value, seen in zip(before, earlier, strict=True)
        ]

    def _exact(self, scope: Scope, views: Sequence[View]) -> list[Fraction | None]:
        return [self._exact_value(sums) for sums in self.of.sums(scope, views)]

    def _exact_value(self, sums: Figure) -> Fraction | None:
        if self.factor is not None:
            if not sums.denominator:
                return None
            return self.factor * Fraction(sums.numerator or 0) / Fraction(sums.denominator)
        return None if sums.value is None else Fraction(sums.value)


def _compared(value: Amount | None, now: Figure) -> Figure:
    if now.denominator is None:
        return Figure(value, now.value, None)
    return Figure(value, now.numerator, now.denominator)


def _amount(value: Fraction) -> Amount:
    return value.numerator if value.denominator == 1 else quantized(value)
