"""Compile what is wanted of one field: a value, one of several values, or a comparison with values.

A value is converted once, when compiled, and must be of the field's kind; instants are compared by their day in Việt Nam.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from operator import ge, gt, le, lt
from typing import Any, Final

from models.days import day_from_date, day_of
from models.definitions import Comparison, Scalar
from models.errors import CatalogueError
from models.events import VOCABULARY, FieldKind
from models.facts import Value
from models.fields import DERIVED, check_fact, check_field
from models.place import Place, did_you_mean

Wanted = Scalar | list[Scalar] | Comparison
Test = Callable[[Value], bool]
Compare = Callable[[Any, Any], bool]
"""Compares two values of one kind: that they are, is checked when compiled, not by types."""

ORDER: Final[Mapping[str, Compare]] = {"gte": ge, "gt": gt, "lte": le, "lt": lt}
"""Operators of a comparison that need an order."""

_ORDERED: Final = frozenset(
    {FieldKind.INTEGER, FieldKind.NUMBER, FieldKind.DATE, FieldKind.INSTANT}
)
_TAKES: Final[Mapping[FieldKind, tuple[type, ...]]] = {
    FieldKind.ID: (str,),
    FieldKind.TEXT: (str,),
    FieldKind.CHOICE: (str,),
    FieldKind.LIST: (str,),
    FieldKind.BOOLEAN: (bool,),
    FieldKind.INTEGER: (int,),
    FieldKind.NUMBER: (int, Decimal),
    FieldKind.DATE: (str,),
    FieldKind.INSTANT: (str,),
}
"""What YAML gives for a value of each kind."""


@dataclass(frozen=True, slots=True)
class TestedField:
    """A field as far as a test of its value must know it."""

    place: Place
    name: str
    kind: FieldKind
    choices: tuple[str, ...] = ()

    @classmethod
    def of_fact(cls, place: Place, fact: str, name: str) -> "TestedField":
        """Return a field of a fact, which must exist."""
        kind = check_field(place, fact, name)
        return cls(place, name, kind, VOCABULARY[fact].fields[name].choices)

    @classmethod
    def derived(cls, place: Place, fact: str, name: str) -> "TestedField":
        """Return a derived field, which must be one of the subjects that the fact tells about."""
        check_fact(place, fact, DERIVED[name].subject)
        return cls(place, name, DERIVED[name].kind)

    def error(self, message: str, *, word: object | None = None, mend: str = "") -> CatalogueError:
        """Return the error that names the field; `word` is what is wanted of it."""
        said = self.name if word is None else str(word)
        return self.place.error(self.name, message, word=said, mend=mend)

    def converted(self, value: Scalar) -> Value:
        """Return a value of the catalogue as the engine's own."""
        boolean = self.kind is FieldKind.BOOLEAN
        if not isinstance(value, _TAKES[self.kind]) or isinstance(value, bool) is not boolean:
            raise self.error(
                f"takes a value of kind {self.kind.value}, not {value!r}",
                mend=f"write a value of kind {self.kind.value}",
            )
        if self.choices and value not in self.choices:
            raise self.error(
                f"{value!r} is none of {', '.join(self.choices)}",
                word=value,
                mend=did_you_mean(str(value), self.choices, "take one of those"),
            )
        if self.kind in {FieldKind.DATE, FieldKind.INSTANT}:
            try:
                return day_from_date(date.fromisoformat(str(value)))
            except ValueError:
                raise self.error(
                    f"{value!r} is no date (YYYY-MM-DD)", word=value, mend="write it as 2019-10-31"
                ) from None
        return value


def compile_test(field: TestedField, wanted: Wanted) -> Test:
    """Compile what is wanted of a field's value."""
    if isinstance(wanted, Comparison):
        return _comparison(field, wanted)
    if field.kind is FieldKind.LIST:
        raise field.error(
            "is a list; use `contains`", mend=f"write {field.name}: {{contains: ...}}"
        )
    if isinstance(wanted, list):
        return _one_of(field, frozenset(field.converted(value) for value in wanted))
    single = field.converted(wanted)
    if field.kind is FieldKind.INSTANT:
        return lambda value: isinstance(value, int) and day_of(value) == single
    return lambda value: value == single


def _one_of(field: TestedField, members: frozenset[Value]) -> Test:
    if field.kind is FieldKind.INSTANT:
        return lambda value: isinstance(value, int) and day_of(value) in members
    return lambda value: value in members


def _comparison(field: TestedField, wanted: Comparison) -> Test:
    tests = _bounds(field, wanted)
    if wanted.contains is not None:
        if field.kind is not FieldKind.LIST:
            raise field.error(
                "is no list; `contains` needs one", mend="write the value without `contains`"
            )
        member = field.converted(wanted.contains)
        tests.append(lambda value: isinstance(value, list) and member in value)
    if wanted.starts_with is not None:
        if field.kind not in {FieldKind.TEXT, FieldKind.ID}:
            raise field.error(
                "is no text; `starts_with` needs one", mend="compare with a value, or by gte and lt"
            )
        prefix = wanted.starts_with
        tests.append(lambda value: isinstance(value, str) and value.startswith(prefix))
    if wanted.exists is not None:
        there = wanted.exists
        tests.append(lambda value: (value is not None) is there)
    if len(tests) == 1:
        return tests[0]
    return lambda value: all(test(value) for test in tests)


def _bounds(field: TestedField, wanted: Comparison) -> list[Test]:
    tests: list[Test] = []
    for operator, compare in ORDER.items():
        bound = getattr(wanted, operator)
        if bound is None:
            continue
        if field.kind not in _ORDERED:
            raise field.error(
                f"is of kind {field.kind.value}, which has no order",
                mend="write the value, or a list of values",
            )
        tests.append(_bounded(field, compare, field.converted(bound)))
    return tests


def _bounded(field: TestedField, compare: Compare, bound: Value) -> Test:
    if field.kind is FieldKind.INSTANT:
        return lambda value: isinstance(value, int) and compare(day_of(value), bound)
    return lambda value: value is not None and compare(value, bound)
