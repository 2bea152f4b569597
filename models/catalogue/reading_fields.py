"""Which fields of which facts a definition reads: what may be shown of a payload to whoever asks for the reason of a figure.

A payload may tell more than its figure needs; what no definition reads stays where it is.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from models import dossiers
from models.definitions import (
    Comparison,
    Condition,
    Deadline,
    FieldReference,
    FigureCondition,
    IndicatorForm,
    Measure,
    MeasureReference,
    Population,
    Where,
)
from models.events import VOCABULARY
from models.fields import DERIVED
from models.measures import RECORDS
from models.parts import REGISTERED

Fields = Mapping[str, frozenset[str]]
"""Type of a fact -> its fields that are read; its moment is known without."""

_DUE: Final[Mapping[str, tuple[str, ...]]] = {
    dossiers.RECEIVED: ("due_at",),
    dossiers.RESOLVED: ("due_at",),
    dossiers.STATUS: ("to_status",),
}
COMPUTED: Final[Mapping[str, Mapping[str, tuple[str, ...]]]] = {
    "dossier.due": _DUE,
    "dossier.overdue": _DUE,
    "dossier.working_days": {},
}
"""Derived field or function -> the fields that it is computed from, moments apart."""

_ACTIVE: Final = frozenset({"active", "level", "valid_to"})
_FLAGS: Final = ("is_administrative", "handles_procedures", "has_one_stop_unit")


def fields_read(form: IndicatorForm, named: Mapping[str, tuple[str, Measure]]) -> Fields:
    """Return the fields that a figure follows from.

    Args:
        form: its definition.
        named: name -> (file, measure), of the measures that it may name.
    """
    found = _Found(named)
    for reference in _measures(form):
        found.measure(reference)
    for population in _populations(form):
        asked = {flag for flag in _FLAGS if getattr(population, flag) is not None}
        asked |= {"block"} if population.block is not None else set()
        asked |= {"parent_agency_id"} if population.parent_level is not None else set()
        found.fields[REGISTERED] |= _ACTIVE | asked
    return {fact: frozenset(fields) for fact, fields in found.fields.items()}


def _populations(form: IndicatorForm) -> Iterable[Population]:
    if form.agencies is not None:
        yield form.agencies.of
    if form.change is not None:
        yield from _populations(form.change.of)


def _measures(form: IndicatorForm) -> Iterable[MeasureReference]:
    """Yield the measures of a form, whatever it makes of them."""
    yield from form.value or ()
    yield from form.least or ()
    yield from (one for one in (form.latest, form.median) if one is not None)
    if form.ratio is not None:
        yield from (*form.ratio.num, *form.ratio.den)
    if form.agencies is not None:
        yield from _asked((*form.agencies.among, *form.agencies.meet))
        yield from form.agencies.weigh or ()
    if form.checklist is not None:
        each, rows = form.checklist.each, form.checklist.rows or ()
        yield from () if each is None else (each,)
        yield from _asked([row for row in rows if isinstance(row, FigureCondition)])
        yield from (row for row in rows if not isinstance(row, FigureCondition))
    if form.change is not None:
        yield from _measures(form.change.of)
        yield from () if form.change.against.latest is None else (form.change.against.latest,)


def _asked(conditions: Sequence[FigureCondition]) -> Iterable[MeasureReference]:
    for condition in conditions:
        yield from condition.figure or ()
        if condition.ratio is not None:
            yield from (*condition.ratio.num, *condition.ratio.den)


class _Found:
    """The fields that were met so far."""

    def __init__(self, named: Mapping[str, tuple[str, Measure]]) -> None:
        self.fields: defaultdict[str, set[str]] = defaultdict(set)
        self._named = named

    def measure(self, reference: MeasureReference) -> None:
        if reference == RECORDS:
            return
        measure = reference if isinstance(reference, Measure) else self._named[reference][1]
        if measure.flow is not None:
            flow = measure.flow
            self._where(flow.fact, flow.where)
            self._names(flow.fact, (flow.amount, flow.bucket))
            if flow.holding is not None:
                self._condition(flow.holding)
        if measure.latest is not None:
            self._where(measure.latest.fact, measure.latest.where)
            self._names(measure.latest.fact, (measure.latest.field,))
        if measure.stock is not None:
            for fact in self._condition(measure.stock):
                own = VOCABULARY[fact].fields
                shown = (name for name in (measure.amount, measure.bucket) if name in own)
                self._names(fact, shown)

    def _condition(self, condition: Condition) -> list[str]:
        """Note what a condition reads; return the facts that it asks for."""
        if isinstance(condition, str):
            stock = self._named[condition][1].stock
            return [] if stock is None else self._condition(stock)
        if condition.function is not None:
            self._computed(condition.function)
        facts: list[str] = []
        has, within = condition.has, condition.within
        if has is not None:
            facts.append(has.fact)
            self._where(has.fact, has.where)
            start = None if has.start is None else has.start.field
            self._names(has.fact, (start, has.to))
        if within is not None:
            facts.append(within.fact)
            self._where(within.fact, within.where)
        negated = () if condition.negated is None else (condition.negated,)
        for member in (*(condition.all or ()), *(condition.any or ()), *negated):
            facts += self._condition(member)
        return facts

    def _where(self, fact: str, where: Where) -> None:
        for name, wanted in where.items():
            self._names(fact, (name,))
            if isinstance(wanted, Comparison):
                sides = [side for _, side in wanted]
                self._names(fact, (one.field for one in sides if isinstance(one, FieldReference)))
                self._names(fact, (one.after for one in sides if isinstance(one, Deadline)))

    def _names(self, fact: str, names: Iterable[str | None]) -> None:
        """Note fields as a definition names them: the fact's own, another fact's, or derived ones."""
        for name in names:
            if name is None:
                continue
            other, _, field = name.rpartition(".")
            if name in DERIVED:
                self._computed(name)
            elif other in VOCABULARY:
                self.fields[other].add(field)
            else:
                self.fields[fact].add(name)

    def _computed(self, name: str) -> None:
        for fact, fields in COMPUTED[name].items():
            self.fields[fact].update(fields)
