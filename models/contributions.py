"""What subjects bring to the parts of a figure, and the facts that say so: the same measures are run on one subject after another.

Nothing is computed in another way than the panes were, so what all subjects bring is what the panes hold.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from models.catalogue import ProvinceCatalogue
from models.changes import Amount, PartKey
from models.facts import Assertion, FactKey, SubjectId
from models.measures import Amounts, CompiledMeasure, Measures
from models.merge import Merge
from models.opening import Part
from models.panes import PaneTable
from models.parts import REGISTERED
from models.subjects import Subject
from models.telling import told


class Fact(NamedTuple):
    """A fact that a measure reads, with the assertion in force."""

    key: FactKey
    assertion: Assertion
    about: bool
    """False: it is about another subject, and ends the fact before it of the same series."""


class Sums(NamedTuple):
    """The two sides of a part; the second is 0 where the part has only one."""

    counted: Amount
    among: Amount

    def less(self, other: "Sums") -> "Sums":
        """Return what is left when `other` is taken away."""
        return Sums(self.counted - other.counted, self.among - other.among)


NOTHING = Sums(0, 0)


@dataclass(frozen=True, slots=True)
class Contribution:
    """What one subject brings to a part."""

    subject: SubjectId
    sums: Sums
    buckets: tuple[str, ...]
    """The names that its amounts are kept apart by, such as days of handling; none where amounts are only added up."""
    facts: tuple[Fact, ...]


def total_of(part: Part, panes: PaneTable) -> Sums:
    """Return what all subjects together bring to a part."""
    among = part.among
    return Sums(part.counted.total(panes), 0 if among is None else among.total(panes))


class Subjects:
    """Runs the measures of some parts on subjects."""

    def __init__(self, catalogue: ProvinceCatalogue, parts: Iterable[Part]) -> None:
        self.province = catalogue.province
        self.parts = tuple(parts)
        wanted = frozenset().union(*(part.measures for part in self.parts))
        measures = [measure for measure in catalogue.measures if measure.id in wanted]
        self._measures = Measures(measures)
        self._by_id = {measure.id: measure for measure in measures}
        self._places: dict[str, tuple[int, ...]] = {
            kind: tuple(
                place
                for place, part in enumerate(self.parts)
                if any(one.kind == kind for one in self._of(part))
            )
            for kind in sorted({measure.kind for measure in measures})
        }

    @property
    def kinds(self) -> Mapping[str, tuple[int, ...]]:
        """Kind of subject -> the places of the parts that such subjects may bring something to; kinds in order."""
        return self._places

    def _of(self, part: Part) -> list[CompiledMeasure]:
        return [self._by_id[one] for one in sorted(part.measures) if one in self._by_id]

    def grows(self, place: int) -> bool:
        """Return whether no subject can bring less than 0 to a part: once its total is reached there is nothing more."""
        return all(measure.counts for measure in self._of(self.parts[place]))

    def pairs(self, place: int) -> bool:
        """Return whether what a part counts is counted among the same subjects, so that one may lack what others have."""
        part = self.parts[place]
        if part.among is None:
            return False
        counted, among = (
            {self._by_id[one].kind for one in side.measures if one in self._by_id}
            for side in part.sides
        )
        return counted == among

    def needs(self, kind: str) -> tuple[frozenset[str], ...]:
        """Return for each measure on a kind the types of facts without which a subject brings it nothing."""
        return tuple(one.needs for one in self._by_id.values() if one.kind == kind)

    def reads(self, place: int) -> frozenset[str]:
        """Return the types of facts that a part follows from."""
        return frozenset().union(*(one.reads for one in self._of(self.parts[place])))

    def amounts(self, stored: Mapping[PartKey, bytes]) -> Amounts:
        """Return what a subject amounts to, given all its stored parts."""
        merge = Merge(self._measures)
        merge.load(stored)
        return merge.whole()

    def sums(self, place: int, amounts: Amounts) -> Sums:
        """Return what of a subject's amounts goes into a part."""
        part = self.parts[place]
        return Sums(part.counted.of(amounts), 0 if part.among is None else part.among.of(amounts))

    def contribution(
        self, place: int, stored: Mapping[PartKey, bytes], amounts: Amounts
    ) -> Contribution:
        """Return what a subject brings to a part, with the facts of the types that the part reads."""
        part = self.parts[place]
        buckets = {
            pane[0]
            for side in part.sides
            if side.bucket is None
            for measure in side.measures
            for pane in amounts.get(measure, {})
            if side.covers(*pane)
        }
        subject = subject_of(stored)
        facts = facts_of(subject, self.reads(place))
        return Contribution(subject.id, self.sums(place, amounts), tuple(sorted(buckets)), facts)


def subject_of(stored: Mapping[PartKey, bytes]) -> Subject:
    """Return a subject with the facts of its stored parts."""
    first = next(iter(stored))
    subject = Subject(SubjectId(first.kind, first.key))
    for key, encoded in stored.items():
        subject.load(key.part, encoded)
    return subject


def facts_of(subject: Subject, types: frozenset[str], since: int | None = None) -> tuple[Fact, ...]:
    """Return a subject's facts of some types in order of type, key and moment.

    Without `since` those in force; with it those of records from that offset on, retractions among them.
    """
    found = [
        Fact(key, assertion, _is_about(subject.id, key, assertion))
        for key, assertion in subject.everything().items()
        if key.type in types
        and (assertion.payload is not None if since is None else assertion.offset >= since)
    ]
    found.sort(key=lambda fact: (fact.key.type, fact.key.key, fact.assertion.moment))
    return tuple(found)


def _is_about(subject: SubjectId, key: FactKey, assertion: Assertion) -> bool:
    return assertion.payload is None or subject in told(key, assertion)


def registrations_of(registers: Mapping[PartKey, bytes]) -> Mapping[str, tuple[Fact, ...]]:
    """Return the entries of the register, by agency; `registers` are the main parts of agencies."""
    return {
        key.key: facts_of(subject_of({key: facts}), frozenset({REGISTERED}))
        for key, facts in sorted(registers.items())
    }


@dataclass(slots=True)
class Listing:
    """The subjects that bring something to a part, those that matter most first, as many as are wanted."""

    total: Sums
    limit: int | None
    """None: all of them."""
    pairs: bool
    grows: bool
    high_first: bool
    """Whoever is counted comes first, not who is missing: little of it is wanted."""
    found: Sums = NOTHING
    """What the subjects brought that were looked at, listed or not."""
    _urgent: list[Contribution] = field(default_factory=list)
    _others: list[Contribution] = field(default_factory=list)

    def wants(self, sums: Sums) -> bool:
        """Count what a subject brings; return whether it is to be listed."""
        if sums == NOTHING:
            return False
        self.found = Sums(self.found.counted + sums.counted, self.found.among + sums.among)
        return self.limit is None or len(self._rank(sums)) < self.limit

    def add(self, contribution: Contribution) -> None:
        """List a subject."""
        self._rank(contribution.sums).append(contribution)

    def _rank(self, sums: Sums) -> list[Contribution]:
        return self._urgent if self._is_urgent(sums) else self._others

    def _is_urgent(self, sums: Sums) -> bool:
        if not self.pairs:
            return False
        return sums.counted > 0 if self.high_first else sums.counted < sums.among

    @property
    def listed(self) -> Sequence[Contribution]:
        """The subjects, no more than are wanted."""
        both = [*self._urgent, *self._others]
        return both if self.limit is None else both[: self.limit]

    @property
    def left(self) -> Sums:
        """What those bring that are not listed."""
        listed = self.listed
        return self.total.less(
            Sums(sum(one.sums.counted for one in listed), sum(one.sums.among for one in listed))
        )

    @property
    def is_full(self) -> bool:
        """Whether as many are listed as are wanted, whoever they are."""
        return self.limit is not None and len(self._urgent) + len(self._others) >= self.limit

    @property
    def is_settled(self) -> bool:
        """Whether no other subject can change what is listed."""
        if self.limit is not None and (
            len(self._urgent) >= self.limit
            or (not self.pairs and self.is_full)
            or (self.grows and self.is_full and not self._urgent_left())
        ):
            return True
        return self.grows and self.found == self.total

    def _urgent_left(self) -> bool:
        rest = self.total.less(self.found)
        return rest.counted > 0 if self.high_first else rest.counted < rest.among


def take(
    subjects: Subjects, kind: str, listings: Sequence[Listing], stored: Mapping[PartKey, bytes]
) -> None:
    """Let a subject of a kind be listed wherever it brings something."""
    amounts = subjects.amounts(stored)
    for place in subjects.kinds[kind]:
        if listings[place].wants(subjects.sums(place, amounts)):
            listings[place].add(subjects.contribution(place, stored, amounts))
