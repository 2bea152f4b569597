"""Opening a figure: the sums that it is made of, each with the measures, days and agencies that are added up.

What is counted in the parts adds up to the figure's own sides, whatever its form: a part names panes, and computes nothing else.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import chain
from typing import TypeVar

from models.catalogue import ProvinceCatalogue
from models.changes import Amount
from models.definitions import Agencies, Checklist, IndicatorForm
from models.derived import AgencyDerivation, RowDerivation
from models.figures import CompiledIndicator, Sources
from models.forms import (
    ChangeForm,
    CountedForm,
    Form,
    LatestForm,
    LeastForm,
    MedianForm,
    RatioForm,
    Scope,
    ValueForm,
    last_buckets,
    value_of,
)
from models.measures import Amounts
from models.messages import Message
from models.panes import ALL, PaneTable, Span
from models.requirements import Requirement
from models.windows import TRAILING, View, view_years_before
from models.words import Glossary, conditions_in_words, glossary_of, rows_in_words

Derivation = TypeVar("Derivation", AgencyDerivation, RowDerivation)


class Role(StrEnum):
    """What a part is to its figure."""

    FIGURE = "figure"
    """Its sums are the figure's own."""
    TERM = "term"
    """One of several sums of which the figure is the least."""
    BEFORE = "before"
    """The same sums years earlier, which a change is measured against."""
    AGAINST = "against"
    """The last value that a change is measured against."""
    AMONG = "among"
    """What an agency must have to be counted among the others at all."""
    CONDITION = "condition"
    """What an agency must have to meet its condition of that number."""
    ROW = "row"
    """What makes a row of a list met."""


@dataclass(frozen=True, slots=True)
class Side:
    """A sum of panes."""

    measures: tuple[str, ...]
    span: Span
    agencies: frozenset[str] | None
    """None: all."""
    bucket: str | None = ""
    """None: every one that has a name."""
    each: Amount = 1
    """What an amount of 1 stands for: the value, where the bucket is that of a last value."""

    def covers(self, bucket: str, agency: str, day: int) -> bool:
        """Return whether a pane of its measures is in the sum."""
        first, last = self.span
        return (
            (bucket == self.bucket if self.bucket is not None else bucket != "")
            and (self.agencies is None or agency in self.agencies)
            and day <= last
            and (first is None or first <= day)
        )

    def total(self, panes: PaneTable) -> Amount:
        """Return the sum of a province's panes, each amount as it is (`each` left out)."""
        codes = (ALL,) if self.agencies is None else sorted(self.agencies)
        total: Amount = 0
        for measure in self.measures:
            for code in codes:
                for bucket, series in panes.by_bucket(measure, code).items():
                    if bucket == self.bucket or (self.bucket is None and bucket):
                        total += series.between(*self.span)
        return total

    def of(self, amounts: Amounts) -> Amount:
        """Return the same of the amounts of one subject."""
        total: Amount = 0
        for measure in self.measures:
            for pane, amount in amounts.get(measure, {}).items():
                if self.covers(*pane):
                    total += amount
        return total


@dataclass(frozen=True, slots=True)
class Part:
    """A sum that a figure is made of; of a share, the sum that is counted and the one that it is counted among."""

    role: Role
    counted: Side
    among: Side | None = None
    """None: it is no share."""
    name: str = ""
    """The number of a condition or term, the code of a row."""
    text: Message | None = None
    """What it asks for, in words; None: what the figure's own definition says."""

    @property
    def sides(self) -> tuple[Side, ...]:
        """The sums that it is made of."""
        return (self.counted,) if self.among is None else (self.counted, self.among)

    @property
    def measures(self) -> frozenset[str]:
        """The measures that it adds up."""
        return frozenset(chain.from_iterable(side.measures for side in self.sides))


def parts_of(
    catalogue: ProvinceCatalogue,
    indicator: CompiledIndicator,
    sources: Sources,
    agency: str,
    day: int,
) -> tuple[Part, ...]:
    """Return the sums that an indicator's figure on a day is made of.

    Args:
        catalogue: that of the province.
        indicator: which figure; it is read over its window.
        sources: panes of at least `measures_behind` the indicator, and the register.
        agency: `ALL`, or the code whose part in the figure of the province is opened.
        day: the day that it is read on.
    """
    scope = indicator.scope(sources, ALL, day) if agency == ALL else Scope(sources.panes, agency)
    (seen,) = indicator.views((indicator.window,), day)
    opening = _Opening(catalogue, glossary_of(catalogue), scope)
    written, _ = catalogue.written(indicator)
    return tuple(opening.parts(indicator.form, written, seen, Role.FIGURE))


def edges_of(indicator: CompiledIndicator, day: int, others: Iterable[int]) -> frozenset[int]:
    """Return the days between which amounts of a figure of the house may be added up before they are read.

    It is opened as it is on `day`, and read on `others` too. Conditions on agencies look at most 90 days back, day by day.
    """
    edges: set[int] = set(range(day - max(TRAILING.values()), day + 2))
    for read_on in (day, *others):
        (seen,) = indicator.views((indicator.window,), read_on)
        first, last = seen.span
        edges |= {read_on + 1, last + 1} | (set() if first is None else {first})
    return frozenset(edges)


@dataclass(frozen=True, slots=True)
class _Opening:
    """The figure of some agencies being taken apart."""

    catalogue: ProvinceCatalogue
    glossary: Glossary
    scope: Scope

    @property
    def agencies(self) -> frozenset[str] | None:
        if self.scope.members is not None:
            return self.scope.members
        return None if self.scope.agency == ALL else frozenset({self.scope.agency})

    def parts(self, form: Form, written: IndicatorForm, seen: View, role: Role) -> Sequence[Part]:
        match form:
            case ValueForm():
                return [Part(role, self._sum(form.names, seen))]
            case LeastForm():
                return [
                    Part(Role.TERM, self._sum((name,), seen), name=str(number))
                    for number, name in enumerate(form.names, 1)
                ]
            case MedianForm():
                return [Part(role, Side((form.name,), seen.span, self.agencies, bucket=None))]
            case LatestForm():
                return [Part(role, self._last(form, seen))]
            case RatioForm():
                return [Part(role, self._side(form.numerator, seen), self._side(form.denominator, seen))]  # fmt: skip
            case CountedForm():
                return self._counted(form, written, seen, role)
            case ChangeForm():
                return self._change(form, written, seen)
            case _:
                raise LookupError(f"a figure of the form {type(form).__name__} cannot be opened")

    def _sum(self, measures: tuple[str, ...], seen: View) -> Side:
        return Side(measures, seen.span, self.agencies)

    def _side(self, side: tuple[str, ...] | LatestForm, seen: View) -> Side:
        return self._last(side, seen) if isinstance(side, LatestForm) else self._sum(side, seen)

    def _last(self, form: LatestForm, seen: View) -> Side:
        """Return the one amount that names the last value; of no value an empty sum."""
        (bucket,) = last_buckets(form.name, self.scope, (seen.day,))
        span = (None, seen.day)
        if bucket is None:
            return Side((form.name,), span, frozenset())
        return Side((form.name,), span, self.agencies, bucket, value_of(bucket))

    def _change(self, form: ChangeForm, written: IndicatorForm, seen: View) -> Sequence[Part]:
        inner = written.change.of if written.change is not None else written
        parts = list(self.parts(form.of, inner, seen, Role.FIGURE))
        if form.latest is not None:
            parts.append(Part(Role.AGAINST, self._last(form.latest, seen)))
        elif form.years is not None:
            earlier = view_years_before(seen, form.years)
            parts += self.parts(form.of, inner, earlier, Role.BEFORE)
        return parts

    def _counted(
        self, form: CountedForm, written: IndicatorForm, seen: View, role: Role
    ) -> Sequence[Part]:
        if written.checklist is not None:
            return self._rows(form.met, written.checklist, seen)
        if written.agencies is None or form.of is None:
            raise LookupError("a figure that counts has agencies or a list")
        return self._conditions(form, form.of, written.agencies, seen, role)

    def _rows(self, met: str, checklist: Checklist, seen: View) -> Sequence[Part]:
        rows = _derivation(self.catalogue.row_derivations, met)
        words = rows_in_words(self.glossary, checklist)
        return [
            _required((Role.ROW, name, words[name]), requirement, seen, None)
            for name, requirement in rows.rows
        ]

    def _conditions(
        self, form: CountedForm, of: str, agencies: Agencies, seen: View, role: Role
    ) -> Sequence[Part]:
        derived = _derivation(self.catalogue.agency_derivations, form.met)
        listed, met = self._standing(of, seen.day), self._standing(form.met, seen.day)
        span = (None, seen.day)
        weighed = (
            [Part(role, Side(form.weights, span, met), Side(form.weights, span, listed))]
            if form.weights
            else []
        )
        asked = (
            (Role.AMONG, derived.among, agencies.among),
            (Role.CONDITION, derived.requirements, agencies.meet),
        )
        return weighed + [
            _required((asks, str(number), said), requirement, seen, listed)
            for asks, requirements, conditions in asked
            for number, (requirement, said) in enumerate(
                zip(requirements, conditions_in_words(self.glossary, conditions), strict=True), 1
            )
        ]

    def _standing(self, measure: str, day: int) -> frozenset[str]:
        """Return the agencies that a derived measure counts on a day."""
        panes = self.scope.panes
        return frozenset(
            code
            for code in panes.agencies(measure)
            if self.scope.covers(code) and panes.series(measure, "", code).upto(day) > 0
        )


def _derivation(derivations: Sequence[Derivation], met: str) -> Derivation:
    (found,) = (one for one in derivations if one.met == met)
    return found


def _required(
    named: tuple[Role, str, Message],
    requirement: Requirement,
    seen: View,
    agencies: frozenset[str] | None,
) -> Part:
    role, name, text = named
    span = requirement.period.span(requirement.window, seen.day)
    counted, among = (
        Side(measures, span, agencies, requirement.bucket)
        for measures in (requirement.numerator, requirement.denominator)
    )
    return Part(role, counted, among if among.measures else None, name, text)
