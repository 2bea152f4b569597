"""Compile comparisons of a field with another field of the same fact, or with one derived from the subject's facts.

Fields of one kind are compared exactly, instants as instants; only `by` counts in days. A missing side satisfies nothing.
"""

from collections.abc import Callable

from models.calendar import add_working_days
from models.days import Day, day_of
from models.definitions import Comparison, Deadline, FieldReference
from models.events import FieldKind
from models.facts import Assertion, Value
from models.fields import DERIVED, check_fact, check_field
from models.place import Place
from models.subjects import Grouped
from models.where.predicates import ORDER, Compare, TestedField, compile_test

Predicate = Callable[[Assertion, Grouped], bool]
"""Looks at an assertion among its subject's facts."""

Check = Callable[[Value, Assertion, Grouped], bool]
"""A predicate that is given the field's value, never None, too."""

Read = Callable[[Assertion, Grouped], Value]


def refers(comparison: Comparison) -> bool:
    """Return whether a comparison names another field."""
    return comparison.by is not None or any(
        isinstance(getattr(comparison, operator), FieldReference) for operator in ORDER
    )


def reads_of(comparison: Comparison) -> frozenset[str]:
    """Return the fact types behind the derived fields that a comparison names."""
    sides = [getattr(comparison, operator) for operator in ORDER]
    names = [side.field for side in sides if isinstance(side, FieldReference)]
    if comparison.by is not None:
        names.append(comparison.by.after)
    return frozenset().union(*(DERIVED[name].reads for name in names if name in DERIVED))


def compile_reference(place: Place, fact: str, name: str, comparison: Comparison) -> Predicate:
    """Compile a comparison that refers, with whatever else it asks of the field.

    Raises:
        CatalogueError: a field does not exist, or the kinds do not fit.
    """
    field = TestedField.of_fact(place, fact, name)
    checks: list[Check] = []
    for operator, compare in ORDER.items():
        side = getattr(comparison, operator)
        if isinstance(side, FieldReference):
            checks.append(_compared(field, fact, side.field, compare))
    if comparison.by is not None:
        checks.append(_by(field, fact, comparison.by))
    plain = _without_references(comparison)
    if plain is not None:
        test = compile_test(field, plain)
        checks.append(lambda value, _assertion, _facts: test(value))

    def predicate(assertion: Assertion, facts: Grouped) -> bool:
        payload = assertion.payload
        value = payload.get(name) if payload is not None else None
        if value is None:
            return False
        for check in checks:  # noqa: SIM110 - a generator costs more than most checks
            if not check(value, assertion, facts):
                return False
        return True

    return predicate


def _without_references(comparison: Comparison) -> Comparison | None:
    """Return what a comparison asks with values only; None where that is nothing."""
    stated = {
        key: value
        for key, value in comparison
        if key in comparison.model_fields_set
        and key != "by"
        and not isinstance(value, FieldReference)
    }
    return Comparison(**stated) if stated else None


def _reader(place: Place, fact: str, name: str) -> tuple[FieldKind, Read]:
    if name in DERIVED:
        derived = DERIVED[name]
        check_fact(place, fact, derived.subject)
        return derived.kind, lambda _assertion, facts: derived.value(facts)
    kind = check_field(place, fact, name)
    return kind, lambda assertion, _facts: (assertion.payload or {}).get(name)


def _compared(field: TestedField, fact: str, other_name: str, compare: Compare) -> Check:
    kind, read = _reader(field.place, fact, other_name)
    if kind is not field.kind:
        raise field.error(
            f"is of kind {field.kind.value}, {other_name} of kind {kind.value}",
            mend="compare fields of one kind",
        )

    def check(value: Value, assertion: Assertion, facts: Grouped) -> bool:
        other = read(assertion, facts)
        return other is not None and compare(value, other)

    return check


def _by(field: TestedField, fact: str, span: Deadline) -> Check:
    """Compile `by`: the field's day is at most so many days, or working days, after the other's."""
    kind, read = _reader(field.place, fact, span.after)
    day = _to_day(field.place, field.name, field.kind)
    start = _to_day(field.place, span.after, kind)
    last = _last_day(span)

    def check(value: Value, assertion: Assertion, facts: Grouped) -> bool:
        other = read(assertion, facts)
        return (
            isinstance(value, int) and isinstance(other, int) and day(value) <= last(start(other))
        )

    return check


def _last_day(span: Deadline) -> Callable[[Day], int]:
    days, working_days = span.days, span.working_days
    if working_days is not None:
        return lambda start: add_working_days(start, working_days)
    return lambda start: start + (days if days is not None else 0)


def _to_day(place: Place, name: str, kind: FieldKind) -> Callable[[int], Day]:
    if kind is FieldKind.INSTANT:
        return day_of
    if kind is FieldKind.DATE:
        return Day
    raise place.error(
        name,
        f"is of kind {kind.value}; `by` compares dates or instants",
        word=name,
        mend="take a date or an instant",
    )
