"""Subjects as they were known when a day was closed: without the words that came later, with those that the later ones replaced.

The tables keep the last word on each fact only, so the replaced ones are looked for in the log; what is counted then is what
the same facts would have given that day.
"""

from collections.abc import Iterator, Mapping
from typing import Final

from models.changes import PartKey
from models.contributions import Fact, Subjects, facts_of, subject_of
from models.events import VOCABULARY
from models.facts import Assertion, FactKey, SubjectId
from models.parts import HOME, MAIN, encode, home_of
from models.restating import Changed
from models.subjects import HANDED_ON, Verdict, judge
from models.telling import subjects_of, told, told_by

Facts = Mapping[FactKey, Assertion]

_NO_FACTS: Final[Facts] = {}


class Rewinding:
    """What later words changed of some subjects."""

    def __init__(self, subjects: Subjects, next_offset: int) -> None:
        """Compare what subjects bring now with what they brought when the records before `next_offset` were known."""
        self._subjects = subjects
        self.next_offset = next_offset
        self.types = frozenset().union(
            *(subjects.reads(place) for place in range(len(subjects.parts)))
        )
        """Of the facts that matter."""
        self._stored: dict[SubjectId, Mapping[PartKey, bytes]] = {}
        self._facts: dict[SubjectId, Facts] = {}
        self._homes: dict[SubjectId, Facts] = {}
        """Of movable facts: their series."""
        self._earlier: dict[FactKey, Assertion] = {}
        """The words that held those facts of which a later one is kept."""
        self._earlier_at: dict[SubjectId, dict[FactKey, Assertion]] = {}
        """The same by home."""

    def add(self, subject: SubjectId, stored: Mapping[PartKey, bytes]) -> None:
        """Take a subject, or the home of a series, as it is stored with all its parts; none where nothing is kept of it any more."""
        facts = subject_of(stored).everything() if stored else _NO_FACTS
        if subject.kind == HOME:
            self._homes[subject] = facts
        else:
            self._stored[subject] = stored
            self._facts[subject] = facts

    def add_stored(self, stored: Mapping[PartKey, bytes]) -> None:
        """Take a subject or home if later words on it matter."""
        subject = subject_of(stored)
        if any(
            held.offset >= self.next_offset and fact.type in self.types
            for fact, held in subject.everything().items()
        ):
            self.add(subject.id, stored)

    @property
    def late(self) -> Facts:
        """The later words in force that may have replaced others."""
        return {
            fact: held
            for facts in (*self._facts.values(), *self._homes.values())
            for fact, held in facts.items()
            if held.offset >= self.next_offset and fact.type in self.types
        }

    def take(self, fact: FactKey, said: Assertion) -> None:
        """Look at a word of before on one of the facts that are `late`."""
        if judge(said, self._earlier.get(fact)) is Verdict.APPLIED:
            self._earlier[fact] = said
            self._earlier_at.setdefault(home_of(fact), {})[fact] = said

    def lacking(self) -> set[FactKey]:
        """Return the facts of which no earlier word was found: most likely there was none, unless they were taken back."""
        return self.late.keys() - self._earlier.keys()

    @property
    def is_open(self) -> bool:
        """Whether something was taken back of which nobody knows yet what it had been."""
        late = self.late
        return any(late[fact].payload is None for fact in self.lacking())

    def homeless(self) -> set[SubjectId]:
        """Return the homes of later words that were not added yet."""
        return {
            home_of(fact) for fact in self.late if VOCABULARY[fact.type].movable
        } - self._homes.keys()

    def concerned(self) -> set[SubjectId]:
        """Return the subjects that were not added yet, though series of movable facts are about them or were."""
        found: set[SubjectId] = set()
        for home, series in self._homes.items():
            found.update(told_by(series), told_by(self._series(home)))
        return {one for one in found if one.kind in self._subjects.kinds} - self._stored.keys()

    def _series(self, home: SubjectId) -> Facts:
        """Return a series as it was known."""
        known = {fact: held for fact, held in self._homes[home].items() if self._is_known(held)}
        return known | self._earlier_at.get(home, {})

    def _is_known(self, held: Assertion) -> bool:
        return held.offset < self.next_offset

    def _before(self) -> dict[SubjectId, dict[FactKey, Assertion]]:
        """Return the facts of the subjects as they were known."""
        before: dict[SubjectId, dict[FactKey, Assertion]] = {
            subject: {
                fact: held
                for fact, held in facts.items()
                if self._is_known(held) and home_of(fact) not in self._homes
            }
            for subject, facts in self._facts.items()
        }
        for subject, fact, held in self._replaced():
            if subject in before:
                before[subject][fact] = held
        return before

    def _replaced(self) -> Iterator[tuple[SubjectId, FactKey, Assertion]]:
        """Yield who had which of the facts that were replaced, or that have a home."""
        for fact, held in self._earlier.items():
            for subject in subjects_of(fact) or ():
                yield subject, fact, held
        for home in self._homes:
            series = self._series(home)
            holders = told_by(series)
            for fact, held in series.items():
                if held.payload is not None:
                    for subject in holders if fact.type in HANDED_ON else told(fact, held):
                        yield subject, fact, held

    def changes(self, *, whole: bool) -> list[Changed]:
        """Return what subjects bring otherwise than before, in order.

        Without `whole` a retraction may have taken back what was not found: its subject is told of too, though it seems to
        have brought nothing.
        """
        before = self._before()
        found: list[Changed] = []
        for subject in sorted(self._stored):
            late = self._later(subject, before[subject])
            if not late:
                continue
            unseen = not whole and any(
                fact.assertion.payload is None and fact.key not in self._earlier for fact in late
            )
            then, now = (
                self._subjects.amounts(parts)
                for parts in (_stored(subject, before[subject]), self._stored[subject])
            )
            for place in self._subjects.kinds[subject.kind]:
                reads = self._subjects.reads(place)
                later = tuple(fact for fact in late if fact.key.type in reads)
                before_sums, sums = (self._subjects.sums(place, amounts) for amounts in (then, now))
                if before_sums != sums or (unseen and later):
                    replaced = tuple(
                        Fact(fact.key, self._earlier[fact.key], about=True)
                        for fact in later
                        if fact.key in before[subject] and fact.key in self._earlier
                    )
                    found.append(Changed(place, subject, before_sums, sums, later, replaced))
        return found

    def _later(self, subject: SubjectId, before: Facts) -> tuple[Fact, ...]:
        """Return the later words that a subject has, or by which it lost what it had."""
        stored = self._stored[subject]
        own = facts_of(subject_of(stored), self.types, since=self.next_offset) if stored else ()
        keys = {fact.key for fact in own}
        gone = [
            Fact(fact, held, about=held.payload is None)
            for home in {home_of(fact) for fact in before.keys() - keys} & self._homes.keys()
            for fact, held in self._homes[home].items()
            if fact in before and fact not in keys and not self._is_known(held)
        ]
        gone.sort(key=lambda fact: (fact.key.type, fact.key.key, fact.assertion.moment))
        return (*own, *gone)


def _stored(subject: SubjectId, facts: Facts) -> dict[PartKey, bytes]:
    return {PartKey(*subject, MAIN): encode(list(facts.items()))} if facts else {}
