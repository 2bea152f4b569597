"""Which subjects a fact tells about: those that its natural key says, or else those that its payload says.

A natural key says them where every field that names a subject is part of it; the other types are movable (`EventType.movable`).
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Final, NamedTuple

from models.events import SUBJECT_KINDS, VOCABULARY, EventType, split_key
from models.facts import Assertion, FactKey, SubjectId


class _Part(NamedTuple):
    """A subject of every fact of a type, found in the parts of the fact's natural key."""

    kind: str
    """The subject's kind; '' where `kind_place` says which part names it."""
    place: int | None
    """The part that is the subject's key; None: the whole natural key, as it is written."""
    nullable: bool
    """An empty part is no subject."""
    kind_place: int


def _parts(known: EventType) -> tuple[_Part, ...]:
    place = known.natural_key.index
    return tuple(
        _Part(
            rule.kind or "",
            None if rule.field is None else place(rule.field),
            rule.field is not None and known.fields[rule.field].nullable,
            -1 if rule.kind_field is None else place(rule.kind_field),
        )
        for rule in known.tells_about
    )


_PARTS: Final = {name: _parts(known) for name, known in VOCABULARY.items() if not known.movable}

_SINGLE: Final = {
    name: parts[0].kind
    for name, parts in _PARTS.items()
    if len(parts) == 1 and (parts[0].place is None or len(VOCABULARY[name].natural_key) == 1)
}
"""Types about one subject whose key is the natural key -> its kind; most events are of these types."""


def subjects_of(fact: FactKey) -> Sequence[SubjectId] | None:
    """Return the subjects of a fact, each once, as far as its natural key says them; None where it does not."""
    key = fact.key
    kind = _SINGLE.get(fact.type)
    if kind is not None and "%" not in key:
        return (SubjectId(kind, key),)
    places = _PARTS.get(fact.type)
    if places is None:
        return None
    parts = split_key(key)
    found: dict[SubjectId, None] = {}
    for kind, place, nullable, kind_place in places:
        subject = key if place is None else parts[place]
        if subject or not nullable:
            found[SubjectId(kind or SUBJECT_KINDS[parts[kind_place]], subject)] = None
    return tuple(found)


def told(fact: FactKey, assertion: Assertion | None) -> Sequence[SubjectId]:
    """Return the subjects that an assertion of a fact tells about, each once; none where it is a retraction."""
    if assertion is None or assertion.payload is None:
        return ()
    return tuple(dict.fromkeys(VOCABULARY[fact.type].subjects(assertion.payload)))


def told_by(series: Mapping[FactKey, Assertion]) -> Collection[SubjectId]:
    """Return the subjects that the facts of a series are about, each once."""
    return dict.fromkeys(one for entry in series.items() for one in told(*entry)).keys()
