"""Merge a run of events into the subjects they tell about, and say how the panes change.

A fact whose subjects do not follow from its natural key lives in a home of its own; when a correction names another subject,
the old one loses the fact and the new one gains it. A series that is handed on from subject to subject is kept whole by each of them.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from models.changes import PartKey
from models.days import Day
from models.facts import Assertion, FactKey, SubjectId
from models.measures import Amounts, Measures, no_amounts
from models.parts import REGISTERED, home_of
from models.subjects import (
    HANDED_ON,
    Series,
    Subject,
    Verdict,
    judge,
    registrations,
)
from models.telling import subjects_of, told, told_by

_NONE: frozenset[str] = frozenset()


class Merge:
    """The subjects that a run of events touches, before and after."""

    def __init__(self, measures: Measures) -> None:
        self._measures = measures
        self._subjects: dict[SubjectId, Subject] = {}
        self._changed: list[Subject] = []
        """Subjects to look at as a whole: they remember what they were at the last `settle`."""
        self._counted: dict[tuple[tuple[str, ...], str, Day], int] = {}
        """(measures, agency, day) -> how many facts they count, each alone."""

    def load(self, parts: Mapping[PartKey, bytes]) -> None:
        """Take what is stored of the subjects."""
        for (kind, key, part), encoded in parts.items():
            self._subject(SubjectId(kind, key)).load(part, encoded)

    def told_at_home(self, fact: FactKey) -> Iterable[SubjectId]:
        """Return the subjects that the fact is about as it is stored, or its series where that is handed on."""
        home = self._subjects.get(home_of(fact))
        if home is None:
            return ()
        if fact.type in HANDED_ON:
            return told_by(home.facts.get(fact.type, {}))
        return told(fact, home.held(fact))

    def assert_fact(self, fact: FactKey, assertion: Assertion) -> tuple[Verdict, Assertion | None]:
        """Merge an assertion; return what it did, and which one held the fact before."""
        subjects = subjects_of(fact)
        if subjects is None:
            return self._assert_movable(fact, assertion)
        held = self._subject(subjects[0]).held(fact)
        verdict = judge(assertion, held)
        if verdict is Verdict.APPLIED:
            for subject in subjects:
                if held is not None:
                    self._count(subject, fact, held, -1)
                self._count(subject, fact, assertion, 1)
                self._touch(subject, fact).put(fact, assertion)
        return verdict, held

    def _assert_movable(
        self, fact: FactKey, assertion: Assertion
    ) -> tuple[Verdict, Assertion | None]:
        home = self._subject(home_of(fact))
        held = home.held(fact)
        verdict = judge(assertion, held)
        if verdict is Verdict.APPLIED:
            losing, gaining = told(fact, held), told(fact, assertion)
            if held is not None:
                for subject in losing:
                    self._count(subject, fact, held, -1)
            for subject in gaining:
                self._count(subject, fact, assertion, 1)
            if fact.type in HANDED_ON:
                self._hand_on(home, fact, assertion)
            else:
                home.put(fact, assertion)
                for subject in losing:
                    if subject not in gaining:
                        self._touch(subject, fact).drop(fact)
                for subject in gaining:
                    self._touch(subject, fact).put(fact, assertion)
        return verdict, held

    def _hand_on(self, home: Subject, fact: FactKey, assertion: Assertion) -> None:
        told_before = told_by(home.facts.get(fact.type, {}))
        home.put(fact, assertion)
        series = home.facts[fact.type]
        told_now = told_by(series)
        for subject in dict.fromkeys((*told_before, *told_now)):
            self._align(subject, series, keeping=subject in told_now)

    def _align(
        self, subject_id: SubjectId, series: Mapping[FactKey, Assertion], *, keeping: bool
    ) -> None:
        """Let the subject have the kept facts of a series, or none of them; touch it only where that changes anything."""
        subject = self._subject(subject_id)
        for fact, assertion in series.items():
            held = subject.held(fact)
            if keeping and assertion.payload is not None:
                if held != assertion:
                    self._touch(subject_id, fact).put(fact, assertion)
            elif held is not None:
                self._touch(subject_id, fact).drop(fact)

    def _subject(self, subject: SubjectId) -> Subject:
        found = self._subjects.get(subject)
        if found is None:
            found = self._subjects[subject] = Subject(subject)
        return found

    def _count(self, subject: SubjectId, fact: FactKey, assertion: Assertion, sign: int) -> None:
        """Add a fact to the panes of the measures that count it alone, or take it away."""
        kind, key = subject
        counts = self._measures.counts.get((fact.type, kind))
        if counts is not None and assertion.payload is not None:
            agency = key if kind == "agency" else assertion.agency
            place = (counts.names(assertion.payload), agency, assertion.day)
            self._counted[place] = self._counted.get(place, 0) + sign

    def _touch(self, subject_id: SubjectId, fact: FactKey) -> Subject:
        """Return a subject one of whose facts is about to change; where measures look at them together, it remembers what it was."""
        subject = self._subject(subject_id)
        if fact.type in self._measures.watched.get(subject_id.kind, _NONE):
            if not subject.before:
                self._changed.append(subject)
            subject.remember(fact.type)
        return subject

    def registered(self) -> Iterator[tuple[str, Sequence[Assertion]]]:
        """Yield the agencies whose registration changed since the last `settle`, with their kept registrations."""
        for subject in self._changed:
            if subject.id.kind == "agency" and REGISTERED in subject.before:
                yield subject.id.key, registrations(subject)

    def settle(self) -> Amounts:
        """Return what the merged events add to the panes since the last call."""
        amounts = no_amounts()
        for (names, agency, day), count in self._counted.items():
            for name in names:
                panes = amounts[name]
                pane = ("", agency, day)
                panes[pane] = panes.get(pane, 0) + count
        self._counted.clear()
        for subject in self._changed:
            self._look_at(subject, amounts)
            subject.before = {}
        self._changed.clear()
        return amounts

    def _look_at(self, subject: Subject, amounts: Amounts) -> None:
        """Add what a subject's facts amount to together, less what they did before, as far as the changed types can change it."""
        (kind, key), before, after = subject.id, subject.before, subject.facts
        changed = tuple(before)
        looks_at, adds = self._measures.run(kind, changed, tuple(after))
        now: dict[str, Series] = {}
        for name in looks_at:
            series = subject.series(name, after[name])
            if series:
                now[name] = series
        for add in adds:
            add(now, key, amounts, 1)
        past = {name: facts for name, facts in {**after, **before}.items() if facts}
        if not past:
            return
        looks_at, adds = self._measures.run(kind, changed, tuple(past))
        then: dict[str, Series] = {}
        for name in looks_at:
            series = (
                now[name]
                if name in now and name not in before
                else subject.series(name, past[name])
            )
            if series:
                then[name] = series
        for add in adds:
            add(then, key, amounts, -1)

    def encoded(self) -> dict[PartKey, bytes | None]:
        """Return the parts that changed, as they are to be stored."""
        return {
            part: encoded
            for subject in self._subjects.values()
            if subject.dirty
            for part, encoded in subject.encoded()
        }
