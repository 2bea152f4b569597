"""Compile a whole `where`: its tests of the assertion alone, and what it asks of the subject's other facts.

The first decide whether an assertion counts at all, the others on which of its days: another fact is judged as known on each.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from models.days import FOREVER, Day
from models.definitions import Comparison, Where
from models.events import VOCABULARY, FieldKind
from models.facts import Assertion
from models.fields import DERIVED, subject_kinds
from models.gathering import Faults
from models.intervals import Interval, Intervals, both, first_opened, without
from models.place import Place
from models.subjects import HANDED_ON, Grouped
from models.where.predicates import Test, TestedField, Wanted, compile_test
from models.where.references import Predicate, compile_reference, reads_of, refers

Accepts = Callable[[Assertion], bool]
Restrict = Callable[[Intervals, Grouped], Intervals]


class FieldTest(NamedTuple):
    """What is wanted of one field of an assertion, whatever else is known."""

    field: str
    kind: FieldKind
    passes: Test


@dataclass(frozen=True, slots=True)
class CompiledWhere:
    """A `where` ready to run; None where it asks nothing of the kind."""

    tests: tuple[FieldTest, ...]
    """What it asks of the assertion alone."""
    accepts: Accepts | None
    """Looks at the assertion alone: it is about the subject and passes the tests."""
    fits: Predicate | None
    """Looks at the assertion among all that is known of its subject."""
    restrict: Restrict | None
    """Cuts the days of assertions by what is known of the subject's other facts on each."""
    reads: frozenset[str]
    """Types of those other facts."""

    @property
    def alone(self) -> bool:
        """Whether it asks nothing of the subject's other facts."""
        return self.fits is None and self.restrict is None

    def means(self, assertion: Assertion, facts: Grouped) -> bool:
        """Return whether the assertion is meant, judged at the end of its own day."""
        if self.accepts is not None and not self.accepts(assertion):
            return False
        if self.fits is not None and not self.fits(assertion, facts):
            return False
        if self.restrict is None:
            return True
        day = assertion.day
        return len(self.restrict([(day, Day(day + 1), assertion)], facts)) > 0


def compile_where(place: Place, fact: str, where: Where) -> CompiledWhere:
    """Compile the conditions on one fact.

    Raises:
        CatalogueError: a field does not exist, or what is wanted of it does not fit.
    """
    tests: list[FieldTest] = []
    predicates: list[Predicate] = []
    restricts: list[Restrict] = []
    reads: set[str] = set()
    faults = Faults()
    for name, wanted in where.items():
        other, _, field = name.rpartition(".")
        with faults:
            if name in DERIVED:
                predicates.append(_of_derived(place, fact, name, wanted))
                reads |= DERIVED[name].reads
            elif other in VOCABULARY:
                _check_common_subject(place, fact, other, field)
                restricts.append(_of_other_fact(place, other, field, wanted))
                reads.add(other)
            elif isinstance(wanted, Comparison) and refers(wanted):
                predicates.append(compile_reference(place, fact, name, wanted))
                reads |= reads_of(wanted)
            else:
                tested = TestedField.of_fact(place, fact, name)
                tests.append(FieldTest(name, tested.kind, compile_test(tested, wanted)))
    faults.raise_any()
    accepts = _conjunction(tests)
    if accepts is None and fact in HANDED_ON:
        accepts = _is_about_the_subject
    return CompiledWhere(
        tuple(tests), accepts, _together(predicates), _chain(restricts), frozenset(reads)
    )


def _is_about_the_subject(assertion: Assertion) -> bool:
    return assertion.payload is not None


def _conjunction(tests: list[FieldTest]) -> Accepts | None:
    if not tests:
        return None

    def accepts(assertion: Assertion) -> bool:
        payload = assertion.payload
        if payload is None:
            return False
        for field, _, passes in tests:  # noqa: SIM110 - a generator costs more than the tests
            if not passes(payload.get(field)):
                return False
        return True

    return accepts


def _together(predicates: list[Predicate]) -> Predicate | None:
    if len(predicates) < 2:
        return predicates[0] if predicates else None
    return lambda assertion, facts: all(one(assertion, facts) for one in predicates)


def _chain(restricts: list[Restrict]) -> Restrict | None:
    if len(restricts) < 2:
        return restricts[0] if restricts else None

    def restrict(intervals: Intervals, facts: Grouped) -> Intervals:
        for step in restricts:
            intervals = step(intervals, facts)
        return intervals

    return restrict


def _of_derived(place: Place, fact: str, name: str, wanted: Wanted) -> Predicate:
    test = compile_test(TestedField.derived(place, fact, name), wanted)
    value = DERIVED[name].value
    return lambda _assertion, facts: test(value(facts))


def _check_common_subject(place: Place, fact: str, other: str, field: str) -> None:
    if not subject_kinds(VOCABULARY[fact]) & subject_kinds(VOCABULARY[other]):
        raise place.error(
            f"{other}.{field}",
            f"{fact} and {other} tell about no common subject",
            word=f"{other}.{field}",
            mend=f"take a field of {fact}, or of a fact about the same subject",
        )


def _of_other_fact(place: Place, other: str, field: str, wanted: Wanted) -> Restrict:
    absent = isinstance(wanted, Comparison) and wanted.exists is False
    test = compile_test(
        TestedField.of_fact(place, other, field), Comparison(exists=True) if absent else wanted
    )
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
        payload = assertion.payload
        if assertion.day < end and payload is not None and test(payload.get(field)):
            result.append((assertion.day, end, assertion))
    return result
