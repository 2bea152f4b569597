"""Compile `where`: which assertions of a fact a definition means, checked against the event types.

A missing field satisfies nothing but `exists: false`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from models import dossiers
from models.calendar import add_working_days
from models.days import FOREVER, Day, day_from_date, day_of
from models.definitions import Comparison, FieldReference, Scalar, Where
from models.errors import CatalogueError
from models.events import SUBJECT_KINDS, VOCABULARY, EventType, FieldKind
from models.facts import Assertion, Value
from models.intervals import Interval, Intervals, both, first_opened, without
from models.subjects import Grouped

Test = Callable[[Value], bool]
Accepts = Callable[[Assertion], bool]
Restrict = Callable[[Intervals, Grouped], Intervals]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a definition stands, for errors."""

    file: str
    id: str

    def error(self, field: str, message: str) -> CatalogueError:
        """Return the error that names file, id and field."""
        return CatalogueError(f"{self.file}: {self.id}: {field}: {message}")


DERIVED: Final[
    Mapping[str, tuple[str, FieldKind, Callable[[Grouped], int | None], frozenset[str]]]
] = {
    "dossier.due": (
        "dossier",
        FieldKind.INSTANT,
        dossiers.due,
        frozenset({dossiers.RECEIVED, dossiers.RESOLVED, dossiers.STATUS}),
    ),
    "dossier.working_days": (
        "dossier",
        FieldKind.INTEGER,
        dossiers.handling_days,
        frozenset({dossiers.RECEIVED, dossiers.RESOLVED}),
    ),
}
"""Pure functions of a subject's facts that can stand where a field can: name -> (subject kind, kind of value, function, fact types read)."""


@dataclass(frozen=True, slots=True)
class CompiledWhere:
    """A `where` ready to run: what looks at the assertion alone, and what looks at the subject's other facts."""

    accepts: Accepts | None
    restrict: Restrict | None
    reads: frozenset[str]


def check_fact(place: Place, name: str, kind: str | None = None) -> EventType:
    """Return the event type, which must tell about subjects of `kind`."""
    event_type = VOCABULARY.get(name)
    if event_type is None:
        raise place.error("fact", f"{name} is no event type")
    if kind is not None and kind not in subject_kinds(event_type):
        told = ", ".join(sorted(subject_kinds(event_type)))
        raise place.error("fact", f"{name} tells about {told}, not about {kind}")
    return event_type


def subject_kinds(event_type: EventType) -> frozenset[str]:
    """Return the kinds of subjects that a fact of the type may tell about."""
    kinds: set[str] = set()
    for rule in event_type.tells_about:
        if rule.kind_field is None:
            kinds.add(str(rule.kind))
        else:
            kinds.update(SUBJECT_KINDS[word] for word in event_type.fields[rule.kind_field].choices)
    return frozenset(kinds)


def check_field(place: Place, fact: str, field: str, kinds: set[str] | None = None) -> FieldKind:
    """Return the kind of a field of a fact, which must be one of `kinds`."""
    described = VOCABULARY[fact].fields.get(field)
    if described is None:
        raise place.error(field, f"is no field of {fact}")
    kind = described.kind
    if kinds is not None and kind.value not in kinds:
        raise place.error(field, f"is of kind {kind.value}, not {' or '.join(sorted(kinds))}")
    return kind


def compile_where(place: Place, fact: str, where: Where) -> CompiledWhere:
    """Compile the conditions on one fact."""
    tests: list[tuple[str, Test]] = []
    restricts: list[Restrict] = []
    reads: set[str] = set()
    for name, wanted in where.items():
        other = _other_fact(name)
        if name in DERIVED:
            restricts.append(_derived(place, fact, name, wanted))
            reads |= DERIVED[name][3]
        elif other is not None:
            restricts.append(_other(place, fact, *other, wanted))
            reads.add(other[0])
        elif isinstance(wanted, Comparison) and _refers(wanted):
            restricts.append(_referring(place, fact, name, wanted))
            reads |= _reads_of_references(wanted)
        else:
            tests.append((name, _test(place, fact, name, wanted)))
    return CompiledWhere(_conjunction(tests), _chain(restricts), frozenset(reads))


def _other_fact(name: str) -> tuple[str, str] | None:
    fact, _, field = name.rpartition(".")
    return (fact, field) if fact in VOCABULARY else None


def _conjunction(tests: list[tuple[str, Test]]) -> Accepts | None:
    if not tests:
        return None
    if len(tests) == 1:
        ((field, test),) = tests
        return lambda assertion: test(assertion.payload.get(field))  # type: ignore[union-attr]  # grouped facts have one

    def accepts(assertion: Assertion) -> bool:
        payload = assertion.payload
        return payload is not None and all(test(payload.get(field)) for field, test in tests)

    return accepts


def _chain(restricts: list[Restrict]) -> Restrict | None:
    if len(restricts) < 2:
        return restricts[0] if restricts else None

    def restrict(intervals: Intervals, facts: Grouped) -> Intervals:
        for step in restricts:
            intervals = step(intervals, facts)
        return intervals

    return restrict


def _keep(predicate: Callable[[Interval, Grouped], bool]) -> Restrict:
    return lambda intervals, facts: [entry for entry in intervals if predicate(entry, facts)]


def _derived(
    place: Place, fact: str, name: str, wanted: Scalar | list[Scalar] | Comparison
) -> Restrict:
    subject, kind, function, _ = DERIVED[name]
    check_fact(place, fact, subject)
    test = _value_test(place, name, kind, (), wanted)
    return _keep(lambda _entry, facts: test(function(facts)))


def _other(
    place: Place, fact: str, other: str, field: str, wanted: Scalar | list[Scalar] | Comparison
) -> Restrict:
    shared = subject_kinds(VOCABULARY[fact]) & subject_kinds(VOCABULARY[other])
    if not shared:
        raise place.error(f"{other}.{field}", f"{fact} and {other} tell about no common subject")
    absent = isinstance(wanted, Comparison) and wanted.exists is False
    test = _test(place, other, field, Comparison(exists=True) if absent else wanted)
    dated = not VOCABULARY[other].once

    def days(facts: Grouped) -> Intervals:
        keys = facts.get(other, {})
        return first_opened(
            [_in_force(keys[key], field, test, dated=dated) for key in sorted(keys)]
        )

    if absent:
        return lambda intervals, facts: without(intervals, days(facts))
    return lambda intervals, facts: both(intervals, days(facts))


def _in_force(series: list[Assertion], field: str, test: Test, *, dated: bool) -> Intervals:
    result: list[Interval] = []
    for index, assertion in enumerate(series):
        end = series[index + 1].day if dated and index + 1 < len(series) else FOREVER
        if (
            assertion.day < end
            and assertion.payload is not None
            and test(assertion.payload.get(field))
        ):
            result.append((assertion.day, end, assertion))
    return result


def _refers(comparison: Comparison) -> bool:
    return comparison.by is not None or any(
        isinstance(side, FieldReference)
        for side in (comparison.gte, comparison.gt, comparison.lte, comparison.lt)
    )


def _reads_of_references(comparison: Comparison) -> frozenset[str]:
    names = [
        side.field
        for side in (comparison.gte, comparison.gt, comparison.lte, comparison.lt)
        if isinstance(side, FieldReference)
    ]
    if comparison.by is not None:
        names.append(comparison.by.after)
    return frozenset().union(*(DERIVED[name][3] for name in names if name in DERIVED))


def _referring(place: Place, fact: str, name: str, comparison: Comparison) -> Restrict:
    """Compile a comparison with another field of the same fact, or with a derived one."""
    kind = check_field(place, fact, name)
    checks: list[Callable[[Value, Assertion, Grouped], bool]] = []
    for operator in ("gte", "gt", "lte", "lt"):
        side = getattr(comparison, operator)
        if isinstance(side, FieldReference):
            other, read = _reference(place, fact, side.field)
            if other is not kind:
                raise place.error(
                    name, f"is of kind {kind.value}, {side.field} of kind {other.value}"
                )
            compare = _ORDER[operator]
            checks.append(_comparing(compare, read))
    if comparison.by is not None:
        other, read = _reference(place, fact, comparison.by.after)
        checks.append(
            _by(
                _to_day(place, name, kind),
                _to_day(place, comparison.by.after, other),
                read,
                comparison,
            )
        )
    plain = {
        key: value
        for key, value in comparison
        if key in comparison.model_fields_set
        and key != "by"
        and not isinstance(value, FieldReference)
    }
    if plain:
        test = _test(place, fact, name, Comparison(**plain))
        checks.append(lambda value, _assertion, _facts: test(value))

    def predicate(entry: Interval, facts: Grouped) -> bool:
        payload = entry[2].payload
        value = payload.get(name) if payload is not None else None
        return value is not None and all(check(value, entry[2], facts) for check in checks)

    return _keep(predicate)


Read = Callable[[Assertion, Grouped], Value]


def _reference(place: Place, fact: str, name: str) -> tuple[FieldKind, Read]:
    if name in DERIVED:
        subject, kind, function, _ = DERIVED[name]
        check_fact(place, fact, subject)
        return kind, lambda _assertion, facts: function(facts)
    return check_field(place, fact, name), lambda assertion, _facts: (assertion.payload or {}).get(
        name
    )


def _comparing(
    compare: Callable[[Value, Value], bool], read: Read
) -> Callable[[Value, Assertion, Grouped], bool]:
    def check(value: Value, assertion: Assertion, facts: Grouped) -> bool:
        other = read(assertion, facts)
        return other is not None and compare(value, other)

    return check


def _by(
    day: Callable[[Value], Day],
    day_after: Callable[[Value], Day],
    read: Read,
    comparison: Comparison,
) -> Callable[[Value, Assertion, Grouped], bool]:
    span = comparison.by
    if span is None:
        raise CatalogueError("by: missing")

    def check(value: Value, assertion: Assertion, facts: Grouped) -> bool:
        other = read(assertion, facts)
        if other is None:
            return False
        start = day_after(other)
        last = (
            start + span.days
            if span.days is not None
            else add_working_days(start, span.working_days or 0)
        )
        return day(value) <= last

    return check


def _to_day(place: Place, name: str, kind: FieldKind) -> Callable[[Value], Day]:
    if kind is FieldKind.INSTANT:
        return lambda value: day_of(value)  # type: ignore[arg-type]  # an instant by its kind
    if kind is FieldKind.DATE:
        return lambda value: value  # type: ignore[return-value]  # a day by its kind
    raise place.error(name, f"is of kind {kind.value}; `by` compares dates or instants")


def _test(place: Place, fact: str, field: str, wanted: Scalar | list[Scalar] | Comparison) -> Test:
    kind = check_field(place, fact, field)
    return _value_test(place, field, kind, VOCABULARY[fact].fields[field].choices, wanted)


def _value_test(
    place: Place,
    field: str,
    kind: FieldKind,
    choices: tuple[str, ...],
    wanted: Scalar | list[Scalar] | Comparison,
) -> Test:
    convert = _converter(place, field, kind, choices)
    if isinstance(wanted, Comparison):
        return _comparison(place, field, kind, convert, wanted)
    if kind is FieldKind.LIST:
        raise place.error(field, "is a list; use `contains`")
    look = (lambda value: day_of(value)) if kind is FieldKind.INSTANT else None  # noqa: PLW0108 - typed by its use
    if isinstance(wanted, list):
        members = frozenset(convert(value) for value in wanted)
        if look is not None:
            return lambda value: value is not None and look(value) in members  # type: ignore[arg-type]  # an instant
        return lambda value: value in members
    single = convert(wanted)
    if look is not None:
        return lambda value: value is not None and look(value) == single  # type: ignore[arg-type]  # an instant
    return lambda value: value == single


_ORDER: Final[Mapping[str, Callable[[Value, Value], bool]]] = {
    "gte": lambda value, bound: value >= bound,  # type: ignore[operator]  # same kind by check
    "gt": lambda value, bound: value > bound,  # type: ignore[operator]  # same kind by check
    "lte": lambda value, bound: value <= bound,  # type: ignore[operator]  # same kind by check
    "lt": lambda value, bound: value < bound,  # type: ignore[operator]  # same kind by check
}
_ORDERED: Final = frozenset(
    {FieldKind.INTEGER, FieldKind.NUMBER, FieldKind.DATE, FieldKind.INSTANT}
)


def _comparison(
    place: Place,
    field: str,
    kind: FieldKind,
    convert: Callable[[Scalar], Value],
    wanted: Comparison,
) -> Test:
    tests: list[Test] = []
    for operator, compare in _ORDER.items():
        bound = getattr(wanted, operator)
        if bound is None:
            continue
        if kind not in _ORDERED:
            raise place.error(field, f"is of kind {kind.value}, which has no order")
        tests.append(_bounded(compare, convert(bound), instant=kind is FieldKind.INSTANT))
    if wanted.contains is not None:
        if kind is not FieldKind.LIST:
            raise place.error(field, "is no list; `contains` needs one")
        member = convert(wanted.contains)
        tests.append(lambda value: isinstance(value, list) and member in value)
    if wanted.starts_with is not None:
        if kind not in {FieldKind.TEXT, FieldKind.ID}:
            raise place.error(field, "is no text; `starts_with` needs one")
        prefix = wanted.starts_with
        tests.append(lambda value: isinstance(value, str) and value.startswith(prefix))
    if wanted.exists is not None:
        there = wanted.exists
        tests.append(lambda value: (value is not None) is there)
    return lambda value: all(test(value) for test in tests)


def _bounded(compare: Callable[[Value, Value], bool], bound: Value, *, instant: bool) -> Test:
    if instant:
        return lambda value: value is not None and compare(day_of(value), bound)  # type: ignore[arg-type]  # an instant
    return lambda value: value is not None and compare(value, bound)


def _converter(
    place: Place, field: str, kind: FieldKind, choices: tuple[str, ...]
) -> Callable[[Scalar], Value]:
    """Return what turns a YAML value into the engine's own and refuses one of another kind."""

    def convert(value: Scalar) -> Value:
        fits = {
            FieldKind.ID: isinstance(value, str),
            FieldKind.TEXT: isinstance(value, str),
            FieldKind.CHOICE: isinstance(value, str),
            FieldKind.LIST: isinstance(value, str),
            FieldKind.BOOLEAN: isinstance(value, bool),
            FieldKind.INTEGER: isinstance(value, int) and not isinstance(value, bool),
            FieldKind.NUMBER: isinstance(value, (int, Decimal)) and not isinstance(value, bool),
            FieldKind.DATE: isinstance(value, str),
            FieldKind.INSTANT: isinstance(value, str),
        }[kind]
        if not fits:
            raise place.error(field, f"takes a value of kind {kind.value}, not {value!r}")
        if choices and value not in choices:
            raise place.error(field, f"{value!r} is none of {', '.join(choices)}")
        if kind in {FieldKind.DATE, FieldKind.INSTANT}:
            try:
                return day_from_date(date.fromisoformat(str(value)))
            except ValueError:
                raise place.error(field, f"{value!r} is no date (YYYY-MM-DD)") from None
        return value

    return convert
