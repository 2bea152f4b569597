"""Figures: what an indicator's panes say for an agency, a window and a day.

A figure is made of sums of panes each time it is asked for; nothing is averaged, and a ratio keeps its two sides until the end.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from itertools import groupby
from typing import Final

from models.attainment import NO_REFERENCE, Reading, Thin, quantized
from models.changes import Amount, Figure
from models.definitions import Population, WindowName
from models.forms import ChangeForm, Form, LatestForm, RatioForm, Scope
from models.panes import ALL, PaneTable
from models.register import Register
from models.windows import Period, View, view

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

    @property
    def inputs(self) -> frozenset[str]:
        """The measures and the types of facts that its figures follow from."""
        return self.form.measures | self.reads

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
