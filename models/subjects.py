"""Subjects: the facts about one thing, merged, and how they are stored.

Merging keeps the greatest assertion of each fact, so a subject's state depends on the set of its events only.
A retraction is kept like any other assertion (a tombstone): it must win over what it retracts when that arrives later.
"""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from enum import Enum, auto
from typing import Final, NamedTuple
from zlib import crc32

import msgspec

from models.changes import PartKey
from models.days import EARLIEST, FOREVER, date_of, day_of
from models.events import SUBJECT_KINDS, VOCABULARY, EventType
from models.facts import Assertion, FactKey, SubjectId

MAIN: Final = ""
"""The part of a subject that holds all but its daily facts."""

HOME: Final = "fact"
"""Kind of the place that keeps a fact whose subjects do not follow from its natural key."""

_PARTED_BY_MONTH: Final = frozenset({"account.used", "website.content_updated"})
_PARTED_BY_DAY: Final = frozenset({"system.status_reported"})
DAILY: Final = _PARTED_BY_MONTH | _PARTED_BY_DAY
"""Types of which a subject may have one fact a day or more; stored in parts by their moment, so that no part grows without bound."""

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


_RECEIVED_BY: Final[Mapping[str, tuple[str, ...]]] = {
    kind: tuple(name for name in sorted(HANDED_ON) if kind in _receivers(VOCABULARY[name]))
    for kind in set().union(*(_receivers(VOCABULARY[name]) for name in HANDED_ON))
}
"""Kind of subject -> the types of which one of that kind may keep facts about others."""

_DATE_MOMENTS: Final = frozenset({"account.used"})
_HASHED: Final = "procedure.online_level_changed"
_HASHES: Final = 16

Grouped = Mapping[str, Mapping[str, list[Assertion]]]
"""Kept facts by type and natural key, in order of moment; one without payload is about another subject and only ends the one before it."""


class Verdict(Enum):
    """What an assertion did to its fact."""

    APPLIED = auto()
    """It is the greatest so far and replaced what there was."""
    DUPLICATE = auto()
    """It is equal to the one in force."""
    STALE = auto()
    """It is smaller than the one in force."""


class _Stored(NamedTuple):
    type: str
    key: str
    moment_key: int | None
    recorded: int
    source: str
    id: str
    agency: str
    day: int
    moment: int
    offset: int
    payload: msgspec.Raw


_ENCODER: Final = msgspec.json.Encoder(decimal_format="number")
_FACTS: Final = msgspec.json.Decoder(list[_Stored])
_PAYLOAD: Final = msgspec.json.Decoder(dict[str, object], float_hook=Decimal)
_NOTHING: Final = b"null"


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


def part_of(kind: str, fact: FactKey) -> str:
    """Return the part of a subject of `kind` in which `fact` is stored."""
    if fact.type in DAILY and fact.moment is not None:
        day = fact.moment if fact.type in _DATE_MOMENTS else day_of(fact.moment)
        return _daily_part(fact.type, day)
    if kind == "agency" and fact.type != "agency.registered":
        if fact.type == _HASHED:
            return f"{fact.type}/{crc32(fact.key.encode()) % _HASHES:02d}"
        return fact.type
    return MAIN


def parts_between(fact: FactKey, reach: int) -> list[str]:
    """Return the parts of a daily type that hold moments at most `reach` days from that of `fact`."""
    moment = fact.moment if fact.moment is not None else 0
    day = moment if fact.type in _DATE_MOMENTS else day_of(moment)
    step = 1 if fact.type in _PARTED_BY_DAY else 28
    first, last = max(day - reach, EARLIEST), min(day + reach, FOREVER - 1)
    days = {*range(first, last, step), day, last}
    return sorted({_daily_part(fact.type, one) for one in days})


def _daily_part(fact_type: str, day: int) -> str:
    text = date_of(day).isoformat()
    return f"{fact_type}/{text if fact_type in _PARTED_BY_DAY else text[:7]}"


def home_of(fact: FactKey) -> SubjectId:
    """Return the place that keeps a movable fact."""
    return SubjectId(HOME, f"{fact.type}:{fact.key}")


class Subject:
    """The facts of one subject, as far as their parts were read."""

    __slots__ = ("dirty", "facts", "id", "loaded")

    def __init__(self, subject: SubjectId) -> None:
        self.id = subject
        self.facts: dict[FactKey, Assertion] = {}
        self.dirty: set[str] = set()
        self.loaded: set[str] = set()

    def load(self, part: str, encoded: bytes) -> None:
        """Add the facts of a stored part, unless it was loaded before."""
        if part not in self.loaded:
            self.loaded.add(part)
            self.facts.update(decode(encoded))

    def put(self, fact: FactKey, assertion: Assertion) -> None:
        """Make `assertion` the one in force."""
        self.facts[fact] = assertion
        self.dirty.add(part_of(self.id.kind, fact))

    def drop(self, fact: FactKey) -> None:
        """Forget a fact that is now about another subject."""
        if self.facts.pop(fact, None) is not None:
            self.dirty.add(part_of(self.id.kind, fact))

    def encoded(self) -> Iterable[tuple[PartKey, bytes | None]]:
        """Yield the changed parts as they are to be stored; None where nothing is left."""
        kind, key = self.id
        if self.dirty == {MAIN} and self.loaded <= self.dirty:
            yield PartKey(kind, key, MAIN), encode(self.facts) if self.facts else None
            return
        members: dict[str, dict[FactKey, Assertion]] = {part: {} for part in sorted(self.dirty)}
        for fact, assertion in self.facts.items():
            facts = members.get(part_of(kind, fact))
            if facts is not None:
                facts[fact] = assertion
        for part, facts in members.items():
            yield PartKey(kind, key, part), encode(facts) if facts else None


def group(facts: Mapping[FactKey, Assertion]) -> dict[str, dict[str, list[Assertion]]]:
    """Return the kept facts by type and natural key, in order of moment."""
    grouped: dict[str, dict[str, list[Assertion]]] = {}
    crowded = False
    for fact, assertion in facts.items():
        if assertion.payload is None:
            continue
        keys = grouped.setdefault(fact.type, {})
        series = keys.setdefault(fact.key, [])
        series.append(assertion)
        crowded = crowded or len(series) > 1
    if crowded:
        for keys in grouped.values():
            for series in keys.values():
                series.sort(key=_moment)
    return grouped


def group_for(
    subject: SubjectId, facts: Mapping[FactKey, Assertion]
) -> dict[str, dict[str, list[Assertion]]]:
    """Return the kept facts by type and natural key, in order of moment; those about other subjects without their payload."""
    grouped = group(facts)
    for fact_type in _RECEIVED_BY.get(subject.kind, ()):
        known = VOCABULARY[fact_type]
        for series in grouped.get(fact_type, {}).values():
            if len(series) < 2:
                continue  # a subject keeps no series without a fact about itself
            for index, assertion in enumerate(series):
                payload = assertion.payload
                if payload is not None and subject not in known.subjects(payload):
                    series[index] = msgspec.structs.replace(assertion, payload=None)
    return grouped


def _moment(assertion: Assertion) -> int:
    return assertion.moment


def encode(facts: Mapping[FactKey, Assertion]) -> bytes:
    """Return facts as JSON, sorted, so that equal facts are equal bytes."""
    return _ENCODER.encode(
        [
            (
                fact.type,
                fact.key,
                fact.moment,
                held.recorded,
                held.source,
                held.id,
                held.agency,
                held.day,
                held.moment,
                held.offset,
                msgspec.Raw(held.canonical.encode() if held.payload is not None else _NOTHING),
            )
            for fact, held in (
                sorted(facts.items(), key=_storage_order) if len(facts) > 1 else facts.items()
            )
        ]
    )


def _storage_order(entry: tuple[FactKey, Assertion]) -> tuple[str, str, int]:
    fact = entry[0]
    return fact.type, fact.key, fact.moment if fact.moment is not None else 0


def decode(encoded: bytes) -> Iterable[tuple[FactKey, Assertion]]:
    """Yield the facts of an encoded part."""
    for held in _FACTS.decode(encoded):
        raw = bytes(held.payload)
        retracted = raw == _NOTHING
        yield (
            FactKey(held.type, held.key, held.moment_key),
            Assertion(
                held.recorded,  # type: ignore[arg-type]  # an Instant, as it was stored
                held.source,
                held.id,
                "" if retracted else raw.decode(),
                held.agency,
                held.day,  # type: ignore[arg-type]  # a Day, as it was stored
                held.moment,
                held.offset,
                None if retracted else _PAYLOAD.decode(raw),  # type: ignore[arg-type]  # the engine's own values
            ),
        )
