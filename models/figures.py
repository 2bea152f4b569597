"""Figures: what an indicator's panes say for an agency, a window and a day.

A figure is made of sums of panes each time it is asked for; nothing is averaged, and a ratio keeps its two sides until the end.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Final, NamedTuple, Protocol

from models.attainment import NO_REFERENCE, Reading, Thin, quantized
from models.changes import Amount, Figure
from models.definitions import Population, WindowName
from models.measures import LATEST_SEPARATOR
from models.panes import ALL, PaneTable, Series
from models.register import Register
from models.windows import Period, years_before

THIN: Final = 20
"""A ratio of flows with a smaller denominator is no data (design, section 7)."""

NULL: Final = Figure(None, None, None)


class Kept:
    """How many facts are kept by type and agency: whether a 0 is a value or no data."""

    def __init__(self) -> None:
        self.counts: dict[tuple[str, str], int] = {}
        self.totals: dict[str, int] = {}
        self.agencies: dict[str, int] = {}

    def add(self, fact_type: str, agency: str, count: int) -> int:
        """Count facts of a type with an agency; return how many there are now."""
        key = (fact_type, agency)
        total = self.counts.get(key, 0) + count
        if total == 0:
            self.counts.pop(key, None)
        else:
            self.counts[key] = total
        self.totals[fact_type] = self.totals.get(fact_type, 0) + count
        self.agencies[agency] = self.agencies.get(agency, 0) + count
        return total

    def any(self, fact_types: Iterable[str], agency: str) -> bool:
        """Return whether the agency (`ALL`: the province) has a kept fact of any of the types."""
        if agency == ALL:
            return any(self.totals.get(fact_type, 0) > 0 for fact_type in fact_types)
        return any((fact_type, agency) in self.counts for fact_type in fact_types)


@dataclass(frozen=True, slots=True)
class Sources:
    """What figures are made of."""

    panes: PaneTable
    register: Register
    kept: Kept


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

    def buckets(self, measure: str) -> list[str]:
        """Return the buckets in which these agencies may have amounts."""
        return self.panes.buckets(measure, self.agency)

    def total(self, measures: tuple[str, ...], first: int | None, last: int) -> Amount:
        """Return the sum of measures over the days [first, last]."""
        total: Amount = 0
        for measure in measures:
            total += self.series(measure).between(first, last)
        return total


class Sums(NamedTuple):
    """The two sides of a figure before it is written down; `value` where it is no ratio."""

    value: Amount | None
    numerator: Amount | None
    denominator: Amount | None


Span = tuple[int | None, int]


class Form(Protocol):
    """A way to make a figure from measures."""

    @property
    def measures(self) -> frozenset[str]:
        """The measures that it reads."""

    def sums(self, scope: Scope, period: Period, window: WindowName, day: int) -> Sums:
        """Return the sums behind the figure."""


@dataclass(frozen=True, slots=True)
class ValueForm:
    """The sum of measures."""

    names: tuple[str, ...]

    @property
    def measures(self) -> frozenset[str]:
        """The measures that it reads."""
        return frozenset(self.names)

    def sums(self, scope: Scope, period: Period, window: WindowName, day: int) -> Sums:
        """Return the sums behind the figure."""
        return Sums(scope.total(self.names, *period.span(window, day)), None, None)


@dataclass(frozen=True, slots=True)
class LeastForm:
    """The least of several measures' sums."""

    names: tuple[str, ...]

    @property
    def measures(self) -> frozenset[str]:
        """The measures that it reads."""
        return frozenset(self.names)

    def sums(self, scope: Scope, period: Period, window: WindowName, day: int) -> Sums:
        """Return the sums behind the figure."""
        span = period.span(window, day)
        return Sums(min(scope.total((name,), *span) for name in self.names), None, None)


@dataclass(frozen=True, slots=True)
class MedianForm:
    """The lower median over buckets that are whole numbers."""

    name: str

    @property
    def measures(self) -> frozenset[str]:
        """The measures that it reads."""
        return frozenset({self.name})

    def sums(self, scope: Scope, period: Period, window: WindowName, day: int) -> Sums:
        """Return the sums behind the figure."""
        span = period.span(window, day)
        counts = [
            (int(bucket), scope.series(self.name, bucket).between(*span))
            for bucket in scope.buckets(self.name)
            if bucket
        ]
        members = sorted((bucket, count) for bucket, count in counts if count > 0)
        total = sum(count for _, count in members)
        if total == 0:
            return Sums(None, None, 0)
        reached: Amount = 0
        for bucket, count in members:
            reached += count
            if 2 * reached >= total:
                return Sums(bucket, None, total)
        raise ArithmeticError("a median lies within its members")


@dataclass(frozen=True, slots=True)
class LatestForm:
    """The last value by moment; it reads the days up to the day itself, whatever the window."""

    name: str

    @property
    def measures(self) -> frozenset[str]:
        """The measures that it reads."""
        return frozenset({self.name})

    def sums(self, scope: Scope, period: Period, window: WindowName, day: int) -> Sums:
        """Return the sums behind the figure."""
        del period, window  # never clipped
        for bucket in sorted(scope.buckets(self.name), reverse=True):
            if scope.series(self.name, bucket).upto(day) > 0:
                value = Decimal(bucket.rsplit(LATEST_SEPARATOR, 1)[1])
                return Sums(int(value) if value == value.to_integral_value() else value, None, None)
        return Sums(None, None, None)


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

    def lacks(self, scope: Scope, period: Period, window: WindowName, day: int) -> bool:
        """Return whether a side is a last value that nothing has supplied yet."""
        return any(
            isinstance(side, LatestForm) and side.sums(scope, period, window, day).value is None
            for side in (self.numerator, self.denominator)
        )

    def sums(self, scope: Scope, period: Period, window: WindowName, day: int) -> Sums:
        """Return the sums behind the figure."""

        def amount(side: tuple[str, ...] | LatestForm) -> Amount:
            if isinstance(side, LatestForm):
                return side.sums(scope, period, window, day).value or 0
            return scope.total(side, *period.span(window, day))

        return Sums(None, amount(self.numerator), amount(self.denominator))


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

    def sums(self, scope: Scope, period: Period, window: WindowName, day: int) -> Sums:
        """Return the sums behind the figure."""
        del period, window  # its conditions have their own
        if self.of is not None:
            if self.weights:
                met, of = (self._weighed(scope, side, day) for side in (self.met, self.of))
            else:
                met, of = (scope.series(side).upto(day) for side in (self.met, self.of))
            return Sums(met, met, of)
        met = sum(scope.series(self.met, row).upto(day) > 0 for row in scope.buckets(self.met))
        if self.milestone:
            return Sums(int(met == self.rows), met, self.rows)
        return Sums(met, met, self.rows)

    def _weighed(self, scope: Scope, side: str, day: int) -> Amount:
        """Return the weights of the agencies that are on a side on the day."""
        members = frozenset(
            agency
            for agency in scope.panes.agencies(side)
            if scope.covers(agency) and scope.panes.series(side, "", agency).upto(day) > 0
        )
        return Scope(scope.panes, ALL, members).total(self.weights, None, day)


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

    def sums(self, scope: Scope, period: Period, window: WindowName, day: int) -> Sums:
        """Return the sums behind the figure."""
        difference = self.difference(scope, period, window, day)
        value = None if difference is None else _amount(difference)
        now = self.of.sums(scope, period, window, day)
        if now.denominator is None:
            return Sums(value, now.value, None)
        return Sums(value, now.numerator, now.denominator)

    def difference(
        self, scope: Scope, period: Period, window: WindowName, day: int
    ) -> Fraction | None:
        """Return the exact change; None where either side is missing."""
        now = self._side(scope, period, window, day)
        before = self.against(scope, period, window, day)
        return None if now is None or before is None else now - before

    def against(
        self, scope: Scope, period: Period, window: WindowName, day: int
    ) -> Fraction | None:
        """Return the other side; None where nothing has supplied it."""
        if self.reference is not None:
            return Fraction(self.reference)
        if self.latest is not None:
            value = self.latest.sums(scope, period, window, day).value
            return None if value is None else Fraction(value)
        earlier = years_before(day, self.years or 0)
        if self.flows and scope.total(tuple(self.of.measures), None, earlier) == 0:
            return None
        shifted = Period(
            years_before(period.start, self.years or 0),
            years_before(period.end, self.years or 0),
            period.clipped,
        )
        return self._side(scope, shifted, window, earlier)

    def _side(self, scope: Scope, period: Period, window: WindowName, day: int) -> Fraction | None:
        sums = self.of.sums(scope, period, window, day)
        if self.factor is not None:
            if not sums.denominator:
                return None
            return self.factor * Fraction(sums.numerator or 0) / Fraction(sums.denominator)
        return None if sums.value is None else Fraction(sums.value)


def _amount(value: Fraction) -> Amount:
    return value.numerator if value.denominator == 1 else quantized(value)


def quotient(numerator: Amount, denominator: Amount, factor: int) -> Decimal | None:
    """Return factor * numerator / denominator rounded half up to 4 decimals; None where the denominator is 0."""
    if denominator == 0:
        return None
    if (
        isinstance(numerator, int)
        and isinstance(denominator, int)
        and numerator >= 0
        and denominator > 0
    ):
        units, rest = divmod(numerator * factor * 10_000, denominator)
        return Decimal(units + (2 * rest >= denominator)).scaleb(-4)
    return quantized(factor * Fraction(numerator) / Fraction(denominator))


@dataclass(frozen=True, slots=True)
class CompiledIndicator:
    """An indicator ready to be read."""

    plan: str
    id: str
    form: Form
    kind: str
    """`count`, `ratio`, `median`, `milestone` or `change`: which of value, numerator and denominator there are."""
    period: Period
    window: WindowName
    """The window that targets read."""
    windows: tuple[WindowName, ...]
    """The windows that have rows."""
    over: Population | None
    per_agency: bool
    reads: frozenset[str]
    """Fact types; without a kept fact of any of them a count is NULL."""
    flow_ratio: bool
    factor: int
    """What a ratio is multiplied by: 100 where its unit is %."""
    version: str

    def scope(self, sources: Sources, agency: str, day: int) -> Scope:
        """Return the agencies to sum over; `ALL` means those that `over` names on the day."""
        if agency == ALL and self.over is not None:
            return Scope(sources.panes, agency, sources.register.members(self.over, day))
        return Scope(sources.panes, agency)

    def figure(self, sources: Sources, agency: str, window: WindowName, day: int) -> Figure:
        """Return the figure of an agency, or of `ALL`, over a window on a day, as it is shown."""
        return self.figures(sources, agency, (window,), day)[0]

    def figures(
        self, sources: Sources, agency: str, windows: Sequence[WindowName], day: int
    ) -> tuple[Figure, ...]:
        """Return the figures of an agency, or of `ALL`, over several windows on a day, as they are shown."""
        if self._counts_facts and not sources.kept.any(self.reads, agency):
            return (NULL,) * len(windows)
        scope, form, period = self.scope(sources, agency, day), self.form, self.period
        if self.kind != "ratio":
            return tuple(Figure(*form.sums(scope, period, window, day)) for window in windows)
        return tuple(self._share(form.sums(scope, period, window, day)) for window in windows)

    def part(self, sources: Sources, agency: str, day: int) -> Figure:
        """Return what one agency brings to the figure of the whole province: sums, 0 where it brings nothing."""
        scope = Scope(sources.panes, agency)
        sums = self.form.sums(scope, self.period, self.window, day)
        return self._share(sums) if self.kind == "ratio" else Figure(*sums)

    @property
    def _counts_facts(self) -> bool:
        """Whether it is NULL, not 0, without a fact that it reads."""
        return self.kind == "count" and not isinstance(self.form, LatestForm)

    def _share(self, sums: Sums) -> Figure:
        value = quotient(sums.numerator or 0, sums.denominator or 0, self.factor)
        return Figure(value, sums.numerator, sums.denominator)

    def reading(self, sources: Sources, day: int) -> Reading:
        """Return the exact value for the whole province that a target is judged by on a day."""
        scope = self.scope(sources, ALL, day)
        if isinstance(self.form, ChangeForm):
            if self.form.against(scope, self.period, self.window, day) is None:
                return NO_REFERENCE
            difference = self.form.difference(scope, self.period, self.window, day)
            return None if difference is None else difference.as_integer_ratio()
        if isinstance(self.form, RatioForm) and self.form.lacks(
            scope, self.period, self.window, day
        ):
            return NO_REFERENCE
        sums = self.form.sums(scope, self.period, self.window, day)
        if self.kind == "ratio":
            return self._ratio_reading(sums)
        if self._counts_facts and not sources.kept.any(self.reads, ALL):
            return None
        if sums.value is None:
            return None
        return (sums.value, 1) if isinstance(sums.value, int) else sums.value.as_integer_ratio()

    def _ratio_reading(self, sums: Sums) -> Reading:
        numerator, denominator = sums.numerator or 0, sums.denominator or 0
        if denominator == 0:
            return None
        if isinstance(numerator, int) and isinstance(denominator, int):
            p, q = self.factor * numerator, denominator
        else:
            p, q = (self.factor * Fraction(numerator) / Fraction(denominator)).as_integer_ratio()
        if self.flow_ratio and denominator < THIN:
            return Thin(p, q)
        return (p, q)
