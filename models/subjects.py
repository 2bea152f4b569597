"""Subjects: the facts about one thing, merged.

Merging keeps the greatest assertion of each fact, so a subject's state depends on the set of its events only.
A retraction is kept like any other assertion (a tombstone): it must win over what it retracts when that arrives later.
"""

from collections.abc import Iterator, Mapping, Sequence
from enum import Enum, auto
from typing import Final

from models.changes import PartKey
from models.events import SUBJECT_KINDS, VOCABULARY, EventType
from models.facts import Assertion, FactKey, SubjectId
from models.parts import DAILY, MAIN, REGISTERED, Held, decode, encode, part_of

HANDED_ON: Final = frozenset(
    name
    for name, known in VOCABULARY.items()
    if known.movable and not known.once and name not in DAILY
)
"""Series whose next fact may be about another subject: each subject of such a series keeps the whole of it, to see where its own facts end."""


def _receivers(known: EventType) -> frozenset[str]:
    """Return the kinds of subjects that do not follow from the natural key."""
    kinds: set[str] = set()
    for rule in known.tells_about:
        if set(known.natural_key).issuperset(rule.fields(known.natural_key)):
            continue
        if rule.kind_field is None:
            kinds.add(str(rule.kind))
        else:
            kinds.update(SUBJECT_KINDS[word] for word in known.fields[rule.kind_field].choices)
    return frozenset(kinds)


_RECEIVERS: Final = {name: _receivers(VOCABULARY[name]) for name in HANDED_ON}
"""Type that is handed on -> the kinds of which one may keep facts about others."""

Series = Mapping[str, list[Assertion]]
"""Kept facts of one type by natural key, in order of moment; one without payload is about another subject and only ends the one before it."""

Grouped = Mapping[str, Series]
"""Kept facts of a subject by type; a type without any is left out."""


class Verdict(Enum):
    """What an assertion did to its fact."""

    APPLIED = auto()
    """It is the greatest so far and replaced what there was."""
    DUPLICATE = auto()
    """It is equal to the one in force."""
    STALE = auto()
    """It is smaller than the one in force."""


def rank(assertion: Assertion) -> tuple[int, str, str, str, str, int, int]:
    """Return the assertion's place in the total order: contract first, then what makes even ill-identified events commute."""
    return (
        assertion.recorded,
        assertion.source,
        assertion.id,
        assertion.canonical,
        assertion.agency,
        assertion.day,
        assertion.moment,
    )


def judge(challenger: Assertion, holder: Assertion | None) -> Verdict:
    """Return what `challenger` does to a fact that `holder` holds."""
    if holder is None:
        return Verdict.APPLIED
    mine, theirs = rank(challenger), rank(holder)
    if mine == theirs:
        return Verdict.DUPLICATE
    return Verdict.APPLIED if mine > theirs else Verdict.STALE


class Subject:
    """The facts of one subject by type, as far as their parts were read."""

    __slots__ = ("before", "dirty", "facts", "id", "loaded")

    def __init__(self, subject: SubjectId) -> None:
        self.id = subject
        self.facts: dict[str, dict[FactKey, Assertion]] = {}
        self.before: dict[str, Mapping[FactKey, Assertion]] = {}
        """The facts of some types as they were when `remember` was first asked to keep them."""
        self.dirty: set[str] = set()
        self.loaded: set[str] = set()

    def load(self, part: str, encoded: bytes) -> None:
        """Add the facts of a stored part, unless it was loaded before."""
        if part not in self.loaded:
            self.loaded.add(part)
            for fact, assertion in decode(encoded):
                self.facts.setdefault(fact.type, {})[fact] = assertion

    def held(self, fact: FactKey) -> Assertion | None:
        """Return the assertion in force."""
        facts = self.facts.get(fact.type)
        return None if facts is None else facts.get(fact)

    def remember(self, fact_type: str) -> None:
        """Keep the facts of a type as they are now, before they change."""
        if fact_type not in self.before:
            self.before[fact_type] = dict(self.facts.get(fact_type, ()))

    def put(self, fact: FactKey, assertion: Assertion) -> None:
        """Make `assertion` the one in force."""
        facts = self.facts.get(fact.type)
        if facts is None:
            facts = self.facts[fact.type] = {}
        facts[fact] = assertion
        self.dirty.add(part_of(self.id.kind, fact))

    def drop(self, fact: FactKey) -> None:
        """Forget a fact that is now about another subject."""
        facts = self.facts.get(fact.type)
        if facts is not None and facts.pop(fact, None) is not None:
            self.dirty.add(part_of(self.id.kind, fact))

    def encoded(self) -> Iterator[tuple[PartKey, bytes | None]]:
        """Yield the changed parts as they are to be stored; None where nothing is left."""
        kind, key = self.id
        held = [entry for facts in self.facts.values() for entry in facts.items()]
        if self.dirty == {MAIN} and self.loaded <= self.dirty:
            yield PartKey(kind, key, MAIN), encode(held) if held else None
            return
        members: dict[str, list[Held]] = {part: [] for part in sorted(self.dirty)}
        for entry in held:
            member = members.get(part_of(kind, entry[0]))
            if member is not None:
                member.append(entry)
        for part, member in members.items():
            yield PartKey(kind, key, part), encode(member) if member else None

    def series(self, fact_type: str, facts: Mapping[FactKey, Assertion]) -> Series:
        """Return the kept ones of facts of one type by natural key, in order of moment; those about other subjects without their payload."""
        series = by_key(facts)
        if fact_type in HANDED_ON and self.id.kind in _RECEIVERS[fact_type]:
            self._mask_others(VOCABULARY[fact_type], series)
        return series

    def _mask_others(self, known: EventType, series: Series) -> None:
        for assertions in series.values():
            if len(assertions) < 2:
                continue  # a subject keeps no series without a fact about itself
            for index, assertion in enumerate(assertions):
                payload = assertion.payload
                if payload is not None and self.id not in known.subjects(payload):
                    assertions[index] = _about_another(assertion)


def by_key(facts: Mapping[FactKey, Assertion]) -> Series:
    """Return the kept ones of facts of one type by natural key, in order of moment."""
    if len(facts) == 1:
        ((fact, assertion),) = facts.items()
        return {} if assertion.payload is None else {fact.key: [assertion]}
    series: dict[str, list[Assertion]] = {}
    for fact, assertion in facts.items():
        if assertion.payload is not None:
            series.setdefault(fact.key, []).append(assertion)
    for assertions in series.values():
        assertions.sort(key=_moment)
    return series


def _about_another(assertion: Assertion) -> Assertion:
    """Return an assertion without what it says: to its subject it only ends the one before it."""
    return Assertion(
        assertion.recorded,
        assertion.source,
        assertion.id,
        assertion.canonical,
        assertion.agency,
        assertion.day,
        assertion.moment,
        assertion.offset,
        payload=None,
    )


def registrations(agency: Subject) -> Sequence[Assertion]:
    """Return an agency's kept registrations, in order."""
    series = by_key(agency.facts.get(REGISTERED, {}))
    return next(iter(series.values())) if series else ()


def _moment(assertion: Assertion) -> int:
    return assertion.moment
