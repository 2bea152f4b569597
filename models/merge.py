"""Merge a run of events into the subjects they tell about, and say how the panes change.

A fact whose subjects do not follow from its natural key lives in a home of its own; when a correction names another subject,
the old one loses the fact and the new one gains it. A series that is handed on from subject to subject is kept whole by each of them.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

from models.changes import PartKey
from models.days import Day
from models.facts import Assertion, FactKey, SubjectId
from models.measures import Amounts, Measures, no_amounts
from models.parts import DAILY, REGISTERED, day_of_daily, home_of
from models.subjects import (
    HANDED_ON,
    Subject,
    Verdict,
    group,
    judge,
    registrations,
    types_of,
)
from models.telling import subjects_of, told, told_by


class Merge:
    """The subjects that a run of events touches, before and after."""

    def __init__(self, measures: Measures) -> None:
        self._measures = measures
        self._subjects: dict[SubjectId, Subject] = {}
        self._before: dict[SubjectId, dict[FactKey, Assertion]] = {}
        """Subjects to look at as a whole -> their facts at the last `settle`, of the daily ones those of `_near`."""
        self._changed: dict[SubjectId, tuple[str, ...]] = {}
        """Those subjects -> the types of facts that changed since."""
        self._near: dict[SubjectId, set[str] | None] = {}
        """Those with daily facts -> the parts of such facts that the changes can reach; None: all."""
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
            return told_by(home.facts)
        return told(fact, home.get(fact))

    def assert_fact(self, fact: FactKey, assertion: Assertion) -> tuple[Verdict, Assertion | None]:
        """Merge an assertion; return what it did, and which one held the fact before."""
        subjects = subjects_of(fact)
        if subjects is None:
            return self._assert_movable(fact, assertion)
        first = self._subject(subjects[0])
        held = first.get(fact)
        verdict = judge(assertion, held)
        if verdict is Verdict.APPLIED:
            self._replace(first, fact, held, assertion)
            for other in subjects[1:]:
                self._replace(self._subject(other), fact, held, assertion)
        return verdict, held

    def _assert_movable(
        self, fact: FactKey, assertion: Assertion
    ) -> tuple[Verdict, Assertion | None]:
        home = self._subject(home_of(fact))
        held = home.get(fact)
        verdict = judge(assertion, held)
        if verdict is Verdict.APPLIED:
            losing, gaining = told(fact, held), told(fact, assertion)
            handed_on = fact.type in HANDED_ON
            told_before = told_by(home.facts) if handed_on else ()
            home.put(fact, assertion)
            for one in dict.fromkeys((*losing, *gaining)):
                gone = held if one in losing else None
                come = assertion if one in gaining else None
                self._replace(self._subject(one), fact, gone, come)
            if handed_on:
                self._hand_on(home.facts, told_before)
        return verdict, held

    def _hand_on(
        self, series: Mapping[FactKey, Assertion], told_before: Collection[SubjectId]
    ) -> None:
        """Let each subject of a series have the whole of it, and no other subject any of it."""
        told_now = told_by(series)
        for one in dict.fromkeys((*told_before, *told_now)):
            subject = self._subject(one)
            for fact, assertion in series.items():
                held = subject.facts.get(fact)
                if one in told_now and assertion.payload is not None:
                    if held != assertion:
                        self._hold(subject, fact, assertion)
                elif held is not None:
                    self._hold(subject, fact, None)

    def _subject(self, subject: SubjectId) -> Subject:
        found = self._subjects.get(subject)
        if found is None:
            found = self._subjects[subject] = Subject(subject)
        return found

    def _replace(
        self, subject: Subject, fact: FactKey, gone: Assertion | None, come: Assertion | None
    ) -> None:
        """Let a subject lose an assertion of a fact that is about it, or get one, or both."""
        if gone is not None:
            self._count(subject, fact.type, gone, -1)
        if come is not None:
            self._count(subject, fact.type, come, 1)
        self._hold(subject, fact, come)

    def _count(self, subject: Subject, fact_type: str, assertion: Assertion, sign: int) -> None:
        """Add a fact to the panes of the measures that count it alone, or take it away."""
        kind, key = subject.id
        counts = self._measures[kind].counts.get(fact_type)
        if counts is not None and assertion.payload is not None:
            agency = key if kind == "agency" else assertion.agency
            place = (counts.names(assertion.payload), agency, assertion.day)
            self._counted[place] = self._counted.get(place, 0) + sign

    def _hold(self, subject: Subject, fact: FactKey, assertion: Assertion | None) -> None:
        """Store a fact with a subject, or no more; first note what was there if measures look at such facts together."""
        if fact.type in self._measures[subject.id.kind].watched:
            changed = self._changed.get(subject.id)
            if changed is None:
                self._before[subject.id] = dict(subject.facts)
                self._changed[subject.id] = (fact.type,)
            elif fact.type not in changed:
                self._changed[subject.id] = (*changed, fact.type)
            if subject.daily or fact.type in DAILY:
                self._look_around(subject, fact)
        if assertion is not None:
            subject.put(fact, assertion)
        else:
            subject.drop(fact)

    def _look_around(self, subject: Subject, fact: FactKey) -> None:
        """Note what was there of the daily facts that a change of `fact` can reach."""
        near = self._near.setdefault(subject.id, set())
        if near is None:
            return
        parts = self._measures[subject.id.kind].daily_parts(fact.type, day_of_daily(fact))
        before = self._before[subject.id]
        for part in subject.daily if parts is None else parts:
            if part not in near:
                near.add(part)
                before.update(subject.daily.get(part, {}))
        if parts is None:
            self._near[subject.id] = None

    def registered(self) -> Iterator[tuple[str, Sequence[Assertion]]]:
        """Yield the agencies whose registration changed since the last `settle`, with their kept registrations."""
        for subject, changed in self._changed.items():
            if subject.kind == "agency" and REGISTERED in changed:
                yield subject.key, registrations(self._subjects[subject])

    def settle(self) -> Amounts:
        """Return what the merged events add to the panes since the last call."""
        amounts = no_amounts()
        for (names, agency, day), count in self._counted.items():
            for name in names:
                panes = amounts[name]
                pane = ("", agency, day)
                panes[pane] = panes.get(pane, 0) + count
        self._counted.clear()
        for subject, changed in self._changed.items():
            before = self._before[subject]
            if before:
                self._look_at(subject, changed, before, amounts, -1)
            self._look_at(subject, changed, self._after(subject), amounts, 1)
        self._before.clear()
        self._changed.clear()
        self._near.clear()
        return amounts

    def whole(self) -> Amounts:
        """Return what the loaded subjects amount to altogether, as if the panes had nothing of them yet."""
        for subject in self._subjects.values():
            facts = subject.everything()
            self._before[subject.id] = {}
            self._changed[subject.id] = types_of(facts)
            self._near[subject.id] = None
            for fact, assertion in facts.items():
                if fact.type not in HANDED_ON or subject.id in told(fact, assertion):
                    self._count(subject, fact.type, assertion, 1)
        return self.settle()

    def _after(self, subject: SubjectId) -> Mapping[FactKey, Assertion]:
        """Return a changed subject's facts as they are now, of the daily ones those that the changes can reach."""
        found = self._subjects[subject]
        if subject not in self._near:
            return found.facts
        near = self._near[subject]
        return found.everything() if near is None else found.with_daily(sorted(near))

    def _look_at(
        self,
        subject: SubjectId,
        changed: tuple[str, ...],
        facts: Mapping[FactKey, Assertion],
        amounts: Amounts,
        sign: int,
    ) -> None:
        """Add what a subject's facts amount to together, as far as the changed types can change it."""
        kind, key = subject
        looks_at, adds = self._measures[kind].run(changed, types_of(facts))
        if adds:
            grouped = group(subject, facts, looks_at)
            for add in adds:
                add(grouped, key, amounts, sign)

    def encoded(self) -> dict[PartKey, bytes | None]:
        """Return the parts that changed, as they are to be stored."""
        parts: dict[PartKey, bytes | None] = {}
        for subject in self._subjects.values():
            if subject.dirty:
                subject.encode(parts)
        return parts
