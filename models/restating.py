"""A figure that was published otherwise: which facts came after its day was closed, and by how much it changed.

What the changed subjects bring is compared with what changed: the rest, if there is any, is told.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from models.changes import Figure, PartKey
from models.contributions import Fact, Sums, facts_of, subject_of
from models.days import Day
from models.facts import SubjectId
from models.opening import Part, Role
from models.parts import REGISTERED

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
    """What its facts of that time brought, as far as they are known."""
    after: Sums
    facts: tuple[Fact, ...]
    """Those that came later, retractions among them."""
    replaced: tuple[Fact, ...] = ()
    """What held those facts before, as far as it is known."""


def late_registrations(
    registers: Mapping[PartKey, bytes], next_offset: int
) -> Mapping[str, tuple[Fact, ...]]:
    """Return the entries of the register that came since, by agency: they may count others than before."""
    found = {
        key.key: facts_of(subject_of({key: facts}), _REGISTER, since=next_offset)
        for key, facts in sorted(registers.items())
    }
    return {agency: facts for agency, facts in found.items() if facts}


def brought(changes: Iterable[Changed]) -> Sums:
    """Return by how much subjects changed the sides together."""
    more = [one.after.less(one.before) for one in changes]
    return Sums(sum(one.counted for one in more), sum(one.among for one in more))


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
