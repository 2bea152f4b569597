"""Payloads as JSON Schema: what each field of an event's `data` may hold, and a payload to show.

A schema accepts whatever the models accept. What it cannot say, only they refuse: 3.0 for a whole number, a day that no calendar has,
NUL in a text.
"""

from collections.abc import Mapping
from dataclasses import asdict
from types import NoneType
from typing import Annotated, Any, Final, get_args, get_origin, get_type_hints

from pydantic.fields import FieldInfo

from models.events import EventType, FieldKind, Payload, PayloadField
from models.events.event_type import fields_of
from models.events.fields import INT64_MAX, Choice
from models.words import load_lexicon
from streams.documents.docstrings import attribute_docstrings

Schema = dict[str, Any]

INSTANT: Final[Schema] = {
    "type": "string",
    "format": "date-time",
    "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt]([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\\.[0-9]{1,30})?"
    "([Zz]|[+-]([01][0-9]|2[0-3]):[0-5][0-9])$",
}
"""RFC 3339 with offset; the pattern holds for validators that do not check formats."""

_KINDS: Final[Mapping[FieldKind, Schema]] = {
    FieldKind.ID: {"type": "string"},
    FieldKind.TEXT: {"type": "string"},
    FieldKind.CHOICE: {"type": "string"},
    FieldKind.LIST: {"type": "array"},
    FieldKind.BOOLEAN: {"type": "boolean"},
    FieldKind.INTEGER: {"type": "integer"},
    FieldKind.NUMBER: {"type": "number", "minimum": -INT64_MAX, "maximum": INT64_MAX},
    FieldKind.INSTANT: INSTANT,
    FieldKind.DATE: {
        "type": "string",
        "format": "date",
        "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$",
    },
}
_BOUNDS: Final = {
    "ge": "minimum",
    "le": "maximum",
    "min_length": "minLength",
    "max_length": "maxLength",
}
_SHOWN: Final[Mapping[FieldKind, object]] = {
    FieldKind.TEXT: "Phòng Nội vụ",
    FieldKind.BOOLEAN: True,
    FieldKind.INTEGER: 3,
    FieldKind.NUMBER: 12.5,
    FieldKind.INSTANT: "2019-10-01T08:00:00+07:00",
    FieldKind.DATE: "2019-10-01",
}
AGENCY_SHOWN: Final = "000.00.01.H59"


def payload_schema(model: type[Payload], description: str) -> Schema:
    """Return the schema of a payload; fields that it does not name are let through, for senders evolve."""
    fields = fields_of(model)
    hints = get_type_hints(model, include_extras=True)
    described = attribute_docstrings(model)
    return {
        "type": "object",
        "description": description,
        "required": [name for name, field in fields.items() if not field.nullable],
        "properties": {
            name: _field(field, hints[name], described.get(name) or meaning(name))
            for name, field in fields.items()
        },
        "additionalProperties": True,
    }


def payload_shown(known: EventType) -> dict[str, object]:
    """Return a payload of the type that shows each field, those that may be null included."""
    return {name: _shown(name, field) for name, field in known.fields.items()}


def meaning(field: str) -> str:
    """Return what a field of a payload is called, as a sentence."""
    called = load_lexicon().field(field).en
    return f"{called[:1].upper()}{called[1:]}."


def choice_of(hint: object) -> type[Choice] | None:
    """Return the enumeration that an annotation of a field is about, alone, in a list or beside None."""
    if isinstance(hint, type) and issubclass(hint, Choice):
        return hint
    found = [one for one in map(choice_of, get_args(hint)) if one is not None]
    return found[0] if found else None


def meanings(choice: type[Choice]) -> dict[str, str]:
    """Return word -> what it means, in the vocabulary's order."""
    described = attribute_docstrings(choice)
    return {str(member): described[member.name] for member in choice}


def _field(field: PayloadField, hint: object, description: str) -> Schema:
    schema: Schema = {"description": description, **_KINDS[field.kind], **_bounds(hint)}
    choice = choice_of(hint)
    if field.kind is FieldKind.LIST:
        item = {"type": "string"} | _bounds(hint, of_items=True)
        schema["items"] = item | ({"enum": list(field.choices)} if choice is not None else {})
    elif choice is not None:
        schema["enum"] = list(field.choices)
    if choice is not None:
        schema["x-meanings"] = meanings(choice)
    if field.nullable:
        schema["type"] = [schema["type"], "null"]
        if "enum" in schema:
            schema["enum"] = [*schema["enum"], None]
    return schema


def _bounds(hint: object, *, of_items: bool = False) -> Schema:
    """Return the bounds that an annotation sets, of its items where it is a list."""
    inner = next((one for one in _members(hint) if one is not NoneType), hint)
    if get_origin(inner) is not Annotated:
        return _bounds(get_args(inner)[0], of_items=False) if of_items and get_args(inner) else {}
    base, *extras = get_args(inner)
    if of_items:
        return _bounds(get_args(base)[0])
    return {
        _BOUNDS[name]: value
        for extra in extras
        for bound in (extra.metadata if isinstance(extra, FieldInfo) else ())
        for name, value in asdict(bound).items()
    }


def _members(hint: object) -> tuple[object, ...]:
    return get_args(hint) if NoneType in get_args(hint) else (hint,)


def _shown(name: str, field: PayloadField) -> object:
    if field.choices:
        return list(field.choices[:1]) if field.kind is FieldKind.LIST else field.choices[0]
    one = AGENCY_SHOWN if "agency_id" in name else f"{name.partition('_')[0].upper()}-1"
    if field.kind is FieldKind.LIST:
        return [one]
    return one if field.kind is FieldKind.ID else _SHOWN[field.kind]
