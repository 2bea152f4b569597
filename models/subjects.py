"""Subjects: the facts about one thing, merged.

Merging keeps the greatest assertion of each fact, so a subject's state depends on the set of its events only.
A retraction is kept like any other assertion (a tombstone): it must win over what it retracts when that arrives later.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from enum import Enum, auto
from operator import attrgetter
from typing import Final

from models.changes import PartKey
from models.events import VOCABULARY, EventType
from models.facts import Assertion, FactKey, SubjectId
from models.parts import DAILY, MAIN, REGISTERED, Held, decode, encode, is_daily, part_of

HANDED_ON: Final = frozenset(
    name
    for name, known in VOCABULARY.items()
    if known.movable and not known.once and name not in DAILY
)
"""Series whose next fact may be about another subject: each subject of such a series keeps the whole of it, to see where its own facts end."""


def _receivers(known: EventType) -> frozenset[str]:
    """Return the kinds of subjects that do not follow from the natural key."""
    return frozenset().union(
        *(
            rule.kinds(known.fields)
            for rule in known.tells_about
            if not rule.follows_from(known.natural_key)
        )
    )


_NONE: Final[frozenset[str]] = frozenset()
_MAIN_ONLY: Final = frozenset({MAIN})
_NO_FACTS: Final[Mapping[FactKey, Assertion]] = {}

_RECEIVERS: Final = {name: _receivers(VOCABULARY[name]) for name in HANDED_ON}
"""Type that is handed on -> the kinds of which one may keep facts about others."""

Grouped = Mapping[str, Mapping[str, list[Assertion]]]
"""Kept facts by type and natural key, in order of moment; one without payload is about another subject and only ends the one before it."""

_type: Final = attrgetter("type")


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
    """The facts of one subject, as far as their parts were read."""

    __slots__ = ("daily", "dirty", "facts", "id", "loaded")

    def __init__(self, subject: SubjectId) -> None:
        self.id = subject
        self.facts: dict[FactKey, Assertion] = {}
        """All but the daily facts."""
        self.daily: dict[str, dict[FactKey, Assertion]] = {}
        """The daily facts by part: there may be a hundred thousand, and a change reaches few."""
        self.dirty = _NONE
        """Parts that changed; most subjects have the main one only, so that sets are shared."""
        self.loaded = _NONE

    def load(self, part: str, encoded: bytes) -> None:
        """Add the facts of a stored part, unless it was loaded before."""
        if part not in self.loaded:
            self.loaded |= {part}
            self._members(part).update(decode(encoded))

    def get(self, fact: FactKey) -> Assertion | None:
        """Return the assertion in force."""
        if fact.type not in DAILY:
            return self.facts.get(fact)
        return self.daily.get(part_of(self.id.kind, fact), _NO_FACTS).get(fact)

    def put(self, fact: FactKey, assertion: Assertion) -> None:
        """Make `assertion` the one in force."""
        part = part_of(self.id.kind, fact)
        members = self.facts if fact.type not in DAILY else self._members(part)
        members[fact] = assertion
        if part not in self.dirty:
            self._mark(part)

    def drop(self, fact: FactKey) -> None:
        """Forget a fact that is now about another subject."""
        part = part_of(self.id.kind, fact)
        if self._members(part).pop(fact, None) is not None:
            self._mark(part)

    def with_daily(self, parts: Iterable[str]) -> Mapping[FactKey, Assertion]:
        """Return all but the daily facts, and those of some parts with them."""
        found = dict(self.facts)
        for part in parts:
            found.update(self.daily.get(part, _NO_FACTS))
        return found

    def everything(self) -> Mapping[FactKey, Assertion]:
        """Return all facts, as far as their parts were read."""
        return self.with_daily(self.daily) if self.daily else self.facts

    def _members(self, part: str) -> dict[FactKey, Assertion]:
        return self.daily.setdefault(part, {}) if is_daily(part) else self.facts

    def _mark(self, part: str) -> None:
        self.dirty = self.dirty | {part} if self.dirty or part != MAIN else _MAIN_ONLY

    def encode(self, parts: dict[PartKey, bytes | None]) -> None:
        """Write down the changed parts as they are to be stored; None where nothing is left."""
        kind, key = self.id
        if self.dirty == _MAIN_ONLY and self.loaded <= _MAIN_ONLY:
            parts[PartKey(kind, key, MAIN)] = encode(self.facts.items()) if self.facts else None
            return
        members: dict[str, list[Held]] = {}
        for part in sorted(self.dirty):
            members[part] = list(self.daily[part].items()) if is_daily(part) else []
        if any(not is_daily(part) for part in self.dirty):
            for entry in self.facts.items():
                member = members.get(part_of(kind, entry[0]))
                if member is not None:
                    member.append(entry)
        for part, member in members.items():
            parts[PartKey(kind, key, part)] = encode(member) if member else None


def types_of(facts: Mapping[FactKey, Assertion]) -> tuple[str, ...]:
    """Return the types of facts, each once."""
    return tuple(dict.fromkeys(map(_type, facts)))


def group(
    subject: SubjectId, facts: Mapping[FactKey, Assertion], types: Collection[str]
) -> Grouped:
    """Return a subject's kept facts of some types by type and natural key, in order of moment; those about other subjects without their payload."""
    grouped: dict[str, dict[str, list[Assertion]]] = {}
    for fact, assertion in facts.items():
        if assertion.payload is None or fact.type not in types:
            continue
        keys = grouped.get(fact.type)
        if keys is None:
            grouped[fact.type] = {fact.key: [assertion]}
        else:
            keys.setdefault(fact.key, []).append(assertion)
    if len(grouped) == len(facts):
        return grouped  # one fact of each type: nothing to put in order
    for fact_type, keys in grouped.items():
        for series in keys.values():
            series.sort(key=_moment)
        if fact_type in HANDED_ON and subject.kind in _RECEIVERS[fact_type]:
            _mask_others(subject, VOCABULARY[fact_type], keys)
    return grouped


def _moment(assertion: Assertion) -> int:
    return assertion.moment


def _mask_others(subject: SubjectId, known: EventType, keys: Mapping[str, list[Assertion]]) -> None:
    for series in keys.values():
        if len(series) < 2:
            continue  # a subject keeps no series without a fact about itself
        for index, assertion in enumerate(series):
            payload = assertion.payload
            if payload is not None and subject not in known.subjects(payload):
                series[index] = _about_another(assertion)


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
    keys = group(agency.id, agency.facts, (REGISTERED,)).get(REGISTERED)
    return next(iter(keys.values())) if keys else ()
