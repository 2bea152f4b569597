"""An event type of the vocabulary: its model, and how a payload names its fact, its moment and its subjects.

Everything here follows from the payload alone; parts of a key are NFC with `%` and `/` percent-encoded, null is empty.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import starmap
from types import MappingProxyType, UnionType
from typing import Any, Final, get_args, get_origin, get_type_hints
from unicodedata import normalize

from models import facts
from models.events.fields import Choice, FieldKind, Payload
from models.facts import SubjectId

EVENT_TIME: Final = "time"
"""`moment` of the types that are dated by the event's own time."""

SUBJECT_KINDS: Final = MappingProxyType(
    {
        "agency": "agency",
        "official": "official",
        "project": "project",
        "system": "system",
        "website": "system",
        "workstation": "asset",
    },
)
"""Words of a payload that name a kind of subject -> the kind; a web site is a system, a workstation an asset."""


class Keyed(StrEnum):
    """What identifies a fact."""

    ONCE = "once"
    """The natural key alone: a second assertion is a correction, even of the date."""
    DATED = "dated"
    """The natural key and the moment: a series, each fact holding until the next."""


@dataclass(frozen=True, slots=True)
class PayloadField:
    """A field of a payload as the vocabulary prints it."""

    kind: FieldKind
    nullable: bool
    """May be null or absent."""
    choices: tuple[str, ...] = ()
    """The words of a choice or of a list of choices, in the vocabulary's order."""


@dataclass(frozen=True, slots=True)
class About:
    """A rule that finds a subject of a fact in its payload."""

    kind: str | None
    """None: `kind_field` says it."""
    field: str | None
    """The field with the subject's key (null: no subject); None: the natural key is the key."""
    kind_field: str | None = None

    def fields(self, natural_key: tuple[str, ...]) -> tuple[str, ...]:
        """Return the payload fields that the subject follows from."""
        key_fields = natural_key if self.field is None else (self.field,)
        return key_fields if self.kind_field is None else (*key_fields, self.kind_field)

    def follows_from(self, natural_key: tuple[str, ...]) -> bool:
        """Return whether the natural key says which subject it is, so that no correction changes it."""
        return set(natural_key).issuperset(self.fields(natural_key))

    def kinds(self, fields: Mapping[str, PayloadField]) -> frozenset[str]:
        """Return the kinds that the subject may be of."""
        if self.kind_field is None:
            return frozenset({str(self.kind)})
        return frozenset(SUBJECT_KINDS[word] for word in fields[self.kind_field].choices)


def about(kind: str, field_name: str | None = None) -> About:
    """Return the rule for a subject of a fixed kind; without a field, the natural key is its key."""
    return About(kind, field_name)


def about_named(kind_field: str, field_name: str) -> About:
    """Return the rule for a subject whose kind another field names (`SUBJECT_KINDS`)."""
    return About(None, field_name, kind_field)


@dataclass(frozen=True, slots=True)
class EventType:
    """One row of the vocabulary. Fields below `tells_about` are derived from those above."""

    name: str
    """As in the vocabulary: `dossier.received`."""
    model: type[Payload]
    natural_key: tuple[str, ...]
    moment: str
    """The field that dates the fact, or `time`."""
    keyed: Keyed
    tells_about: tuple[About, ...]
    fields: Mapping[str, PayloadField] = field(init=False)
    instants: tuple[str, ...] = field(init=False)
    once: bool = field(init=False)
    moment_is_date: bool = field(init=False)
    instant_is_bounded: bool = field(init=False)
    """The moment is an instant of a `once` fact: it must not run ahead of the record."""
    movable: bool = field(init=False)
    """A correction may change which subjects the fact is about: they do not all follow from the natural key."""

    def __post_init__(self) -> None:
        """Derive the rest; a natural key, moment or subject field that the model lacks is a KeyError at import."""
        fields = fields_of(self.model)
        for needed in (
            *self.natural_key,
            *(name for rule in self.tells_about for name in rule.fields(())),
        ):
            _ = fields[needed]
        derived = {
            "fields": MappingProxyType(fields),
            "instants": tuple(
                name for name, one in fields.items() if one.kind is FieldKind.INSTANT
            ),
            "once": self.keyed is Keyed.ONCE,
            "moment_is_date": self.moment != EVENT_TIME
            and fields[self.moment].kind is FieldKind.DATE,
            "instant_is_bounded": self.keyed is Keyed.ONCE
            and self.moment != EVENT_TIME
            and fields[self.moment].kind is FieldKind.INSTANT,
            "movable": not all(rule.follows_from(self.natural_key) for rule in self.tells_about),
        }
        for name, value in derived.items():
            object.__setattr__(self, name, value)

    @property
    def wire_name(self) -> str:
        """The CloudEvents `type`."""
        return wire_name(self.name)

    def key_of(self, payload: facts.Payload) -> str:
        """Return the natural key of a payload in engine values."""
        if len(self.natural_key) == 1:
            key = str(payload[self.natural_key[0]])
            return escape(key) if "%" in key or "/" in key else key
        parts = [str(payload.get(name, "")) for name in self.natural_key]
        key = "/".join(parts)
        if "%" not in key and key.count("/") == len(parts) - 1:
            return key
        return "/".join(map(escape, parts))

    def is_key(self, key: str) -> bool:
        """Return whether `key` could be a natural key of this type: a retraction names a fact by key only."""
        parts = split_key(key)
        if len(parts) != len(self.natural_key) or join_key(parts) != key:
            return False
        return all(
            starmap(
                _fits,
                (
                    (self.fields[name], part)
                    for name, part in zip(self.natural_key, parts, strict=True)
                ),
            )
        )

    def subjects(self, payload: facts.Payload) -> tuple[SubjectId, ...]:
        """Return the subjects that the fact tells about; a null field gives none."""
        found = []
        for rule in self.tells_about:
            key = self.key_of(payload) if rule.field is None else payload.get(rule.field)
            if key is not None:
                kind = (
                    rule.kind
                    if rule.kind_field is None
                    else SUBJECT_KINDS[str(payload[rule.kind_field])]
                )
                found.append(SubjectId(str(kind), str(key)))
        return tuple(found)


def wire_name(name: str) -> str:
    """Return the CloudEvents `type` of an event type's name, those about the log included."""
    return f"vn.tiendo.{name}.v1"


def escape(part: str) -> str:
    """Return a part of a natural key with `%` and `/` percent-encoded; the part is NFC already."""
    return part.replace("%", "%25").replace("/", "%2F")


def join_key(parts: Sequence[object]) -> str:
    """Return the natural key that the parts make: NFC, percent-encoded, null = empty, joined by `/`."""
    return "/".join("" if part is None else escape(normalize("NFC", str(part))) for part in parts)


def split_key(key: str) -> list[str]:
    """Return the parts that `join_key` joined; an empty part stands for null or empty."""
    return [part.replace("%2F", "/").replace("%25", "%") for part in key.split("/")]


def _fits(expected: PayloadField, part: str) -> bool:
    if part == "":
        return expected.nullable or expected.kind is FieldKind.TEXT
    return not expected.choices or part in expected.choices


def fields_of(model: type[Payload]) -> dict[str, PayloadField]:
    """Return the fields of a payload by name, as the model's annotations have them."""
    hints = get_type_hints(model, include_extras=True)
    return {name: _field_of(hints[name]) for name in model.model_fields}


def _field_of(hint: Any) -> PayloadField:  # noqa: ANN401 - an annotation can be any object
    members = (
        get_args(hint) if get_origin(hint) is UnionType or type(None) in get_args(hint) else (hint,)
    )
    nullable = type(None) in members
    (inner,) = (member for member in members if member is not type(None))
    kinds = [extra for extra in getattr(inner, "__metadata__", ()) if isinstance(extra, FieldKind)]
    if kinds:
        return PayloadField(kinds[0], nullable)
    if inner is bool:
        return PayloadField(FieldKind.BOOLEAN, nullable)
    if get_origin(inner) is list:
        return PayloadField(FieldKind.LIST, nullable, _words(get_args(inner)[0]))
    return PayloadField(FieldKind.CHOICE, nullable, _words(inner))


def _words(choice: type[Choice]) -> tuple[str, ...]:
    return tuple(str(member) for member in choice)
