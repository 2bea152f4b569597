"""Figures: what an indicator's panes say for an agency, a window and a day.

A figure is made of sums of panes each time it is asked for; nothing is averaged, and a ratio keeps its two sides until the end.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from itertools import groupby
from typing import Final, Literal, NamedTuple, Protocol

from models.attainment import NO_REFERENCE, NoReference, Reading, Thin, quantized
from models.changes import Amount, Figure
from models.definitions import Population, WindowName
from models.measures import LATEST_SEPARATOR
from models.panes import ALL, PaneTable, Series
from models.register import Register
from models.windows import Period, View, view, view_years_before

THIN: Final = 20
"""A ratio of flows with a smaller denominator is no data (design, section 7)."""

NULL: Final = Figure(None, None, None)


class Kept:
    """How many facts are kept by type and agency: whether a 0 is a value or no data."""

    def __init__(self) -> None:
        self.counts: dict[tuple[str, str], int] = {}
        self.totals: dict[str, int] = {}
        self.agencies: dict[str, int] = {}
        self._types: dict[str, set[str]] = {ALL: set()}
        """Agency, or `ALL` -> the types that it has a kept fact of."""

    def add(self, fact_type: str, agency: str, count: int) -> int:
        """Count facts of a type with an agency; return how many there are now."""
        key = (fact_type, agency)
        held = self.counts.get(key, 0)
        total = held + count
        if total == 0:
            self.counts.pop(key, None)
        else:
            self.counts[key] = total
        self.totals[fact_type] = self.totals.get(fact_type, 0) + count
        self.agencies[agency] = self.agencies.get(agency, 0) + count
        if held == 0 or total == 0:
            self._note(fact_type, agency, kept=total != 0)
            self._note(fact_type, ALL, kept=self.totals[fact_type] > 0)
        return total

    def _note(self, fact_type: str, agency: str, *, kept: bool) -> None:
        types = self._types.setdefault(agency, set())
        if kept:
            types.add(fact_type)
        else:
            types.discard(fact_type)

    def any(self, fact_types: frozenset[str], agency: str) -> bool:
        """Return whether the agency (`ALL`: the province) has a kept fact of any of the types."""
        return not fact_types.isdisjoint(self._types.get(agency, ()))


@dataclass(frozen=True, slots=True)
class Sources:
    """What figures are made of."""

    panes: PaneTable
    register: Register
    kept: Kept

    def knows(self, code: str) -> bool:
        """Return whether a code has figures of its own: it is registered, or carries a kept fact."""
        return code in self.register or self.kept.agencies.get(code, 0) > 0

    def codes(self) -> frozenset[str]:
        """Return the codes that have figures of their own."""
        kept = {agency for agency, count in self.kept.agencies.items() if count > 0}
        return frozenset(kept.union(self.register.agencies))


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
        by_bucket = scope.by_bucket(self.name)
        newest_first = sorted(by_bucket, reverse=True)
        return [
            Figure(
                next(
                    (_value(one) for one in newest_first if by_bucket[one].upto(seen.day) > 0), None
                ),
                None,
                None,
            )
            for seen in views
        ]


def _value(bucket: str) -> Amount:
    """Return the value that the bucket of a last value names."""
    value = Decimal(bucket.rsplit(LATEST_SEPARATOR, 1)[1])
    return int(value) if value == value.to_integral_value() else value


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
        return self.figures(sources, agency, (view(self.period, window, day),))[0]

    def views(self, windows: Iterable[WindowName], day: int) -> tuple[View, ...]:
        """Return windows as they are read on a day."""
        return tuple(view(self.period, window, day) for window in windows)

    def figures(self, sources: Sources, agency: str, views: Sequence[View]) -> tuple[Figure, ...]:
        """Return the figures of an agency, or of `ALL`, over several windows of one day, as they are shown."""
        if self._counts_facts and not sources.kept.any(self.reads, agency):
            return (NULL,) * len(views)
        sums = self.form.sums(self.scope(sources, agency, views[0].day), views)
        return tuple(sums if self.kind != "ratio" else [self._share(one) for one in sums])

    def part(self, sources: Sources, agency: str, day: int) -> Figure:
        """Return what one agency brings to the figure of the whole province: sums, 0 where it brings nothing."""
        scope = Scope(sources.panes, agency)
        (sums,) = self.form.sums(scope, self.views((self.window,), day))
        return self._share(sums) if self.kind == "ratio" else sums

    @property
    def _counts_facts(self) -> bool:
        """Whether it is NULL, not 0, without a fact that it reads."""
        return self.kind == "count" and not isinstance(self.form, LatestForm)

    def _share(self, sums: Figure) -> Figure:
        value = quotient(sums.numerator or 0, sums.denominator or 0, self.factor)
        return Figure(value, sums.numerator, sums.denominator)

    def readings(self, sources: Sources, days: Iterable[int]) -> list[Reading]:
        """Return the exact values for the whole province that a target is judged by on several days."""
        views = [view(self.period, self.window, day) for day in days]
        found: list[Reading] = []
        for scope, group in groupby(views, lambda seen: self.scope(sources, ALL, seen.day)):
            found += self._readings(sources, scope, list(group))
        return found

    def _readings(self, sources: Sources, scope: Scope, views: Sequence[View]) -> list[Reading]:
        if isinstance(self.form, ChangeForm):
            changes = self.form.changes(scope, views)
            return [one.as_integer_ratio() if isinstance(one, Fraction) else one for one in changes]
        if self._counts_facts and not sources.kept.any(self.reads, ALL):
            return [None] * len(views)
        sums = self.form.sums(scope, views)
        if isinstance(self.form, RatioForm) and self.form.reads_latest:
            lacking = self.form.lacks(scope, views)
            return [
                NO_REFERENCE if lacks else self._ratio_reading(one)
                for lacks, one in zip(lacking, sums, strict=True)
            ]
        if self.kind == "ratio":
            return [self._ratio_reading(one) for one in sums]
        return [None if one.value is None else one.value.as_integer_ratio() for one in sums]

    def _ratio_reading(self, sums: Figure) -> Reading:
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
