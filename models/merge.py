"""Merge a run of events into the subjects they tell about, and say how the panes change.

A fact whose subjects do not follow from its natural key lives in a home of its own; when a correction names another subject,
the old one loses the fact and the new one gains it. A series that is handed on from subject to subject is kept whole by each of them.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Final

from models.catalogue import ProvinceCatalogue
from models.changes import PartKey, PartRequest
from models.events import VOCABULARY, EventType
from models.facts import Assertion, DeadLetter, Event, FactKey, SubjectId
from models.measures import Amounts, CompiledMeasure
from models.subjects import (
    DAILY,
    HANDED_ON,
    MAIN,
    Subject,
    Verdict,
    group,
    group_for,
    home_of,
    judge,
    part_of,
    parts_between,
)


def _simple_kind(event_type: EventType) -> str | None:
    """Return the subject kind of a type whose natural key is one field and its only subject's key."""
    if len(event_type.natural_key) != 1 or len(event_type.tells_about) != 1:
        return None
    (rule,) = event_type.tells_about
    return (
        rule.kind
        if rule.field in {None, event_type.natural_key[0]} and rule.kind_field is None
        else None
    )


_SIMPLE: Final = {
    name: kind for name, known in VOCABULARY.items() if (kind := _simple_kind(known)) is not None
}


def subjects_of(fact: FactKey) -> tuple[SubjectId, ...] | None:
    """Return the subjects of a fact as far as its natural key says them; None where it does not."""
    kind = _SIMPLE.get(fact.type)
    if kind is not None and "%" not in fact.key:
        return (SubjectId(kind, fact.key),)
    return VOCABULARY[fact.type].subjects_of_key(fact.key)


_ALONE: Final = {name: frozenset({name}) for name in VOCABULARY}


def _types(names: Collection[str]) -> frozenset[str]:
    """Return fact types as a set that can be looked up; most subjects have or change one, and those sets stand ready."""
    if len(names) == 1:
        (name,) = names
        return _ALONE[name]
    return frozenset(names)


def _told(fact: FactKey, assertion: Assertion | None) -> tuple[SubjectId, ...]:
    if assertion is None or assertion.payload is None:
        return ()
    return VOCABULARY[fact.type].subjects(assertion.payload)


def _told_by(series: Mapping[FactKey, Assertion]) -> Iterator[SubjectId]:
    """Yield the subjects that the facts of a series are about, some several times."""
    for fact, assertion in series.items():
        yield from _told(fact, assertion)


class Measures:
    """The measures of a province by what makes them run again."""

    def __init__(self, catalogue: ProvinceCatalogue) -> None:
        self._all: dict[str, tuple[CompiledMeasure, ...]] = {}
        for kind in {measure.kind for measure in catalogue.measures}:
            self._all[kind] = tuple(
                measure for measure in catalogue.measures if measure.kind == kind
            )
        self._chosen: dict[
            tuple[str, frozenset[str], frozenset[str]], tuple[CompiledMeasure, ...]
        ] = {}

    def reading(self, kind: str, fact_types: frozenset[str]) -> tuple[CompiledMeasure, ...]:
        """Return the measures on subjects of `kind` that read any of the types."""
        return tuple(m for m in self._all.get(kind, ()) if m.reads & fact_types)

    def running(
        self, kind: str, changed: frozenset[str], present: frozenset[str]
    ) -> tuple[CompiledMeasure, ...]:
        """Return the measures that a change of some types makes run on a subject that has facts of the types `present`."""
        key = (kind, changed, present)
        chosen = self._chosen.get(key)
        if chosen is None:
            chosen = tuple(m for m in self.reading(kind, changed) if m.needs <= present)
            self._chosen[key] = chosen
        return chosen

    def reach(self, kind: str, fact_type: str) -> int | None:
        """Return how many days around a changed daily fact must be at hand; None: all."""
        reaches = [measure.reach for measure in self.reading(kind, frozenset({fact_type}))]
        known = [reach for reach in reaches if reach is not None]
        if len(known) < len(reaches):
            return None
        return max(known, default=0)


def home_requests(events: Iterable[Event | DeadLetter]) -> set[PartRequest]:
    """Return the homes that must be read before it is known which subjects the events touch."""
    requests = set()
    for event in events:
        fact = event.fact if isinstance(event, Event) else None
        if fact is not None and VOCABULARY[fact.type].movable:
            requests.add(PartRequest(*home_of(fact), part_of("fact", fact)))
    return requests


class Merge:
    """The subjects that a run of events touches, before and after."""

    def __init__(self, measures: Measures) -> None:
        self._measures = measures
        self._subjects: dict[SubjectId, Subject] = {}
        self._before: dict[SubjectId, dict[FactKey, Assertion]] = {}
        self._changed: dict[SubjectId, set[str]] = {}

    def load(self, parts: Mapping[PartKey, bytes]) -> None:
        """Take what is stored of the subjects."""
        for (kind, key, part), encoded in parts.items():
            self._subject(SubjectId(kind, key)).load(part, encoded)

    def subject_requests(self, events: Iterable[Event | DeadLetter]) -> set[PartRequest]:
        """Return the parts that the events can reach, given that their homes are loaded."""
        requests: set[PartRequest] = set()
        for event in events:
            if not isinstance(event, Event) or event.fact is None:
                continue
            fact = event.fact
            subjects = subjects_of(fact)
            if subjects is None:
                told = (*self._told_at_home(fact), *_told(fact, event.assertion))
                subjects = tuple(dict.fromkeys(told))
            for subject in subjects:
                requests.update(self._parts(subject, fact))
        return requests

    def _told_at_home(self, fact: FactKey) -> Iterable[SubjectId]:
        """Return the subjects that the fact is about as it is stored, or its series where that is handed on."""
        home = self._subjects.get(home_of(fact))
        if home is None:
            return ()
        return _told_by(home.facts) if fact.type in HANDED_ON else _told(fact, home.facts.get(fact))

    def _parts(self, subject: SubjectId, fact: FactKey) -> Iterator[PartRequest]:
        reach = self._measures.reach(subject.kind, fact.type) if fact.type in DAILY else None
        if reach is None:
            yield PartRequest(*subject, None)
            return
        yield PartRequest(*subject, MAIN)
        for part in parts_between(fact, reach):
            yield PartRequest(*subject, part)

    def assert_fact(self, fact: FactKey, assertion: Assertion) -> tuple[Verdict, Assertion | None]:
        """Merge an assertion; return what it did, and which one held the fact before."""
        subjects = subjects_of(fact)
        if subjects is None:
            if fact.type in HANDED_ON:
                return self._assert_handed_on(fact, assertion)
            return self._assert_movable(fact, assertion)
        held = self._subject(subjects[0]).facts.get(fact)
        verdict = judge(assertion, held)
        if verdict is Verdict.APPLIED:
            for subject in subjects:
                self._touch(subject, fact).put(fact, assertion)
        return verdict, held

    def _assert_movable(
        self, fact: FactKey, assertion: Assertion
    ) -> tuple[Verdict, Assertion | None]:
        home = self._subject(home_of(fact))
        held = home.facts.get(fact)
        verdict = judge(assertion, held)
        if verdict is Verdict.APPLIED:
            losing, gaining = _told(fact, held), _told(fact, assertion)
            home.put(fact, assertion)
            for subject in losing:
                if subject not in gaining:
                    self._touch(subject, fact).drop(fact)
            for subject in gaining:
                self._touch(subject, fact).put(fact, assertion)
        return verdict, held

    def _assert_handed_on(
        self, fact: FactKey, assertion: Assertion
    ) -> tuple[Verdict, Assertion | None]:
        series = self._subject(home_of(fact))
        held = series.facts.get(fact)
        verdict = judge(assertion, held)
        if verdict is Verdict.APPLIED:
            told_before = dict.fromkeys(_told_by(series.facts))
            series.put(fact, assertion)
            told = dict.fromkeys(_told_by(series.facts))
            for subject in {**told_before, **told}:
                self._align(subject, series.facts, keeping=subject in told)
        return verdict, held

    def _align(
        self, subject_id: SubjectId, series: Mapping[FactKey, Assertion], *, keeping: bool
    ) -> None:
        """Let the subject have the kept facts of a series, or none of them; touch it only where that changes anything."""
        facts = self._subject(subject_id).facts
        for fact, assertion in series.items():
            if keeping and assertion.payload is not None:
                if facts.get(fact) != assertion:
                    self._touch(subject_id, fact).put(fact, assertion)
            elif fact in facts:
                self._touch(subject_id, fact).drop(fact)

    def _subject(self, subject: SubjectId) -> Subject:
        found = self._subjects.get(subject)
        if found is None:
            found = self._subjects[subject] = Subject(subject)
        return found

    def _touch(self, subject_id: SubjectId, fact: FactKey) -> Subject:
        subject = self._subject(subject_id)
        changed = self._changed.get(subject_id)
        if changed is None:
            self._changed[subject_id] = {fact.type}
            self._before[subject_id] = dict(subject.facts)
        else:
            changed.add(fact.type)
        return subject

    def registered(self) -> Iterator[tuple[str, Sequence[Assertion]]]:
        """Yield the agencies whose registration changed since the last `settle`, with their kept registrations."""
        for subject, changed in self._changed.items():
            if subject.kind == "agency" and "agency.registered" in changed:
                keys = group(self._subjects[subject].facts).get("agency.registered", {})
                yield subject.key, next(iter(keys.values())) if keys else ()

    def settle(self) -> Amounts:
        """Return what the merged events add to the panes since the last call."""
        amounts: Amounts = {}
        for subject_id, changed in self._changed.items():
            fact_types = _types(changed)
            before = self._before[subject_id]
            if before:
                self._run(subject_id, fact_types, before, amounts, -1)
            self._run(subject_id, fact_types, self._subjects[subject_id].facts, amounts, 1)
        self._before.clear()
        self._changed.clear()
        return amounts

    def whole(self) -> Amounts:
        """Return what the loaded subjects amount to altogether, as if the panes had nothing of them yet."""
        for subject_id, subject in self._subjects.items():
            self._changed[subject_id] = {fact.type for fact in subject.facts}
            self._before[subject_id] = {}
        return self.settle()

    def _run(
        self,
        subject: SubjectId,
        changed: frozenset[str],
        facts: Mapping[FactKey, Assertion],
        amounts: Amounts,
        sign: int,
    ) -> None:
        """Add what the subject's facts amount to, as far as the changed types can change it."""
        kind, key = subject
        if len(facts) == 1:
            ((fact, assertion),) = facts.items()
            if assertion.payload is None:
                return
            grouped = {fact.type: {fact.key: [assertion]}}
        else:
            grouped = group_for(subject, facts)
        for measure in self._measures.running(kind, changed, _types(grouped)):
            measure.add(grouped, key, amounts, sign)

    def encoded(self) -> dict[PartKey, bytes | None]:
        """Return the parts that changed, as they are to be stored."""
        return {
            part: encoded
            for subject in self._subjects.values()
            if subject.dirty
            for part, encoded in subject.encoded()
        }
