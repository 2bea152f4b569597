"""A figure that was published otherwise: which facts came after its day was closed, and what they make of it.

Only the assertion in force of each fact is kept. What a later one replaced is not here to be seen: it may be that the figure
had counted it already, so what the later facts bring is compared with what changed, and the rest is told.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from models.changes import Figure, PartKey
from models.contributions import NOTHING, Fact, Subjects, Sums, facts_of, subject_of
from models.days import Day
from models.facts import SubjectId
from models.opening import Part, Role
from models.parts import MAIN, REGISTERED, encode

_REGISTER: Final = frozenset({REGISTERED})


@dataclass(frozen=True, slots=True)
class Published:
    """A figure as it was published, and as it is read back now for the same day."""

    closed_day: Day
    then: Figure
    now: Figure
    definition_version: str
    """Of the definition that it was published under."""

    @property
    def is_restated(self) -> bool:
        """Whether what is known now makes another figure of that day."""
        return self.then != self.now


@dataclass(frozen=True, slots=True)
class Changed:
    """A subject that brings something else than it did when a day was closed."""

    place: int
    """Of the part."""
    subject: SubjectId
    before: Sums
    """What its facts of that time bring, as far as they are still in force."""
    after: Sums
    facts: tuple[Fact, ...]
    """Those that came later, retractions among them."""


def change_of(
    subjects: Subjects, place: int, stored: Mapping[PartKey, bytes], next_offset: int
) -> Changed | None:
    """Return how a subject changed a part since the records before `next_offset`; None where it did not.

    A fact that was retracted since is told of too: what it said is gone, so nobody can see here what it brought.
    """
    subject = subject_of(stored)
    reads = subjects.reads(place)
    late = facts_of(subject, reads, since=next_offset)
    if not late:
        return None
    early = [one for one in subject.everything().items() if one[1].offset < next_offset]
    kept = {PartKey(*subject.id, MAIN): encode(early)} if early else {}
    before = subjects.sums(place, subjects.amounts(kept)) if kept else NOTHING
    after = subjects.sums(place, subjects.amounts(stored))
    if before == after and all(fact.assertion.payload is not None for fact in late):
        return None
    return Changed(place, subject.id, before, after, late)


def late_registrations(
    registers: Mapping[PartKey, bytes], next_offset: int
) -> Mapping[str, tuple[Fact, ...]]:
    """Return the entries of the register that came since, by agency: they may count others than before."""
    found = {
        key.key: facts_of(subject_of({key: facts}), _REGISTER, since=next_offset)
        for key, facts in sorted(registers.items())
    }
    return {agency: facts for agency, facts in found.items() if facts}


def difference(part: Part, published: Published) -> Sums | None:
    """Return by how much the sides of a figure changed that is one sum; None where it is made otherwise."""
    if part.role is not Role.FIGURE or any(side.each != 1 for side in part.sides):
        return None
    then, now = (_sides(part, figure) for figure in (published.then, published.now))
    return now.less(then)


def _sides(part: Part, figure: Figure) -> Sums:
    if part.among is not None:
        return Sums(figure.numerator or 0, figure.denominator or 0)
    if part.counted.bucket is None:  # a median: as many as it is made of
        return Sums(figure.denominator or 0, 0)
    return Sums(figure.value or 0, 0)
