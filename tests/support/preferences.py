"""Which values definitions ask for, so that random histories are about them more often than chance would have it.

Only a help for drawing: nothing here says what a figure is.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from pydantic import BaseModel

from models.definitions import (
    Checklist,
    Comparison,
    Condition,
    FieldReference,
    Flow,
    Has,
    Latest,
    ListRow,
    Measure,
    Population,
    Within,
)
from tests.support.oracle.vocabulary import VOCABULARY

Preferences = dict[tuple[str, str], list[Any]]
"""(type, field) -> values."""

_MOST_ITEMS: Final = 6
"""Of a long list a few rows are enough: more would be hit too rarely."""


def preferences(
    definitions: Iterable[Any],
    named: Mapping[str, Measure],
    lists: Mapping[str, Sequence[ListRow]],
) -> Preferences:
    """Return the values that definitions ask for, those of the measures that they name included."""
    walk = _Walk(named, lists)
    for definition in definitions:
        walk.visit(definition)
    return {place: values for place, values in walk.found.items() if values}


class _Walk:
    def __init__(
        self, named: Mapping[str, Measure], lists: Mapping[str, Sequence[ListRow]]
    ) -> None:
        self._named = named
        self._lists = lists
        self.found: Preferences = {}

    def visit(self, node: Any) -> None:  # noqa: ANN401 - any part of a definition
        if isinstance(node, str):
            self.visit(self._named.get(node))
        elif isinstance(node, list | tuple):
            for member in node:
                self.visit(member)
        elif isinstance(node, BaseModel):
            self._take(node)
            for name in sorted(node.model_fields_set - {"negated"}):
                self.visit(getattr(node, name))

    def _take(self, node: BaseModel) -> None:
        match node:
            case Flow() | Latest() | Has() | Within():
                for field, wanted in node.where.items():
                    self._wanted(node.fact, field, wanted)
            case Population():
                self._population(node)
            case Checklist():
                self._items(node)

    def _add(self, fact: str, field: str, values: Iterable[Any]) -> None:
        held = self.found.setdefault((fact, field), [])
        held += [value for value in values if value not in held]

    def _wanted(self, fact: str, field: str, wanted: object) -> None:
        other, _, name = field.rpartition(".")
        if isinstance(wanted, Comparison):
            bounds = (wanted.gte, wanted.lte, wanted.contains, wanted.starts_with)
            values: list[Any] = [
                b for b in bounds if b is not None and not isinstance(b, FieldReference)
            ]
        else:
            values = list(wanted) if isinstance(wanted, list) else [wanted]
        place = other if other and other != "dossier" else fact
        if place in VOCABULARY and name != VOCABULARY[place].moment:
            self._add(place, name, values)

    def _population(self, population: Population) -> None:
        for name in ("level", "block"):
            self._add("agency.registered", name, getattr(population, name) or ())
        for name in ("is_administrative", "handles_procedures", "has_one_stop_unit"):
            wanted = getattr(population, name)
            if wanted is not None:
                self._add("agency.registered", name, [wanted])
        self._add("agency.registered", "level", population.parent_level or ())

    def _items(self, checklist: Checklist) -> None:
        """Prefer rows of a list where the measure finds them: its bucket."""
        rows = [row.code for row in self._lists.get(checklist.members or "", ())]
        items = (checklist.items or rows)[:_MOST_ITEMS]
        each = checklist.each
        measure = self._named[each] if isinstance(each, str) else each
        if measure is None:
            return
        bucket = measure.flow.bucket if measure.flow is not None else measure.bucket
        for fact in facts_of(measure, self._named):
            if bucket in VOCABULARY[fact].fields:
                whole = VOCABULARY[fact].fields[bucket].kind == "int"
                self._add(fact, bucket, [int(item) if whole else item for item in items])


def facts_of(measure: Measure, named: Mapping[str, Measure]) -> set[str]:
    """Return the fact types that a measure names, those of its conditions included."""
    if measure.flow is not None:
        return {measure.flow.fact}
    return set() if measure.stock is None else _facts(measure.stock, named)


def _facts(condition: Condition, named: Mapping[str, Measure]) -> set[str]:
    if isinstance(condition, str):
        return facts_of(named[condition], named)
    leaf = condition.has or condition.within
    if leaf is not None:
        return {leaf.fact}
    members = [*(condition.all or ()), *(condition.any or ())]
    if condition.negated is not None:
        members.append(condition.negated)
    return set().union(*(_facts(member, named) for member in members))
