"""What a definition may name: event types, their fields, and the fields derived from a subject's facts.

A name is checked here before anything is compiled from it: it exists, is of a fitting kind, and tells about the subject meant.
"""

from collections.abc import Callable, Collection, Mapping
from typing import Final, NamedTuple

from models import dossiers
from models.events import VOCABULARY, EventType, FieldKind
from models.place import Place, did_you_mean
from models.subjects import Grouped

NUMERIC: Final = frozenset({FieldKind.INTEGER, FieldKind.NUMBER})
"""Kinds of fields that can be summed."""


class DerivedField(NamedTuple):
    """A pure function of a subject's facts that can stand where a field can."""

    subject: str
    """The subject's kind."""
    kind: FieldKind
    value: Callable[[Grouped], int | None]
    reads: frozenset[str]
    """Fact types."""


DERIVED: Final[Mapping[str, DerivedField]] = {
    "dossier.due": DerivedField(
        "dossier",
        FieldKind.INSTANT,
        dossiers.due,
        frozenset({dossiers.RECEIVED, dossiers.RESOLVED, dossiers.STATUS}),
    ),
    "dossier.working_days": DerivedField(
        "dossier",
        FieldKind.INTEGER,
        dossiers.handling_days,
        frozenset({dossiers.RECEIVED, dossiers.RESOLVED}),
    ),
}


def check_fact(place: Place, name: str, kind: str | None = None) -> EventType:
    """Return the event type, which must tell about subjects of `kind`."""
    event_type = VOCABULARY.get(name)
    if event_type is None:
        raise place.error(
            "fact",
            f"{name} is no event type",
            word=name,
            mend=did_you_mean(name, VOCABULARY, "take one of the vocabulary of events"),
        )
    if kind is not None and kind not in subject_kinds(event_type):
        told = ", ".join(sorted(subject_kinds(event_type)))
        raise place.error(
            "fact",
            f"{name} tells about {told}, not about {kind}",
            word=name,
            mend=f"write `subject: {told}`, or take a fact about {kind}",
        )
    return event_type


def subject_kinds(event_type: EventType) -> frozenset[str]:
    """Return the kinds of subjects that a fact of the type may tell about."""
    return frozenset().union(*(rule.kinds(event_type.fields) for rule in event_type.tells_about))


def check_field(
    place: Place, fact: str, field: str, kinds: Collection[FieldKind] | None = None
) -> FieldKind:
    """Return the kind of a field of a fact, which must be one of `kinds`."""
    described = VOCABULARY[fact].fields.get(field)
    if described is None:
        fields = VOCABULARY[fact].fields
        raise place.error(
            field,
            f"is no field of {fact}",
            word=field,
            mend=did_you_mean(field, fields, f"take one of {', '.join(fields)}"),
        )
    kind = described.kind
    if kinds is not None and kind not in kinds:
        fitting = [name for name, one in VOCABULARY[fact].fields.items() if one.kind in kinds]
        raise place.error(
            field,
            f"is of kind {kind.value}, not {' or '.join(sorted(kinds))}",
            word=field,
            mend=f"of {fact} these fit: {', '.join(fitting) or 'none'}",
        )
    return kind
