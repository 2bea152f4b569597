"""The quick reader: a clean event of the vocabulary, its attributes and its payload, in one pass over the bytes.

Derived from the wire models field by field: it may refuse what they accept, never accept what they refuse.
"""

from collections.abc import Callable, Mapping
from dataclasses import asdict
from types import UnionType
from typing import (
    Annotated,
    Any,
    ClassVar,
    Final,
    Literal,
    NotRequired,
    TypedDict,
    Union,
    cast,
    get_args,
    get_origin,
    get_type_hints,
)

import msgspec
from pydantic.fields import FieldInfo

from models.days import Instant
from models.events.event_type import EventType
from models.events.fields import Choice, FieldKind, number
from models.events.registry import VOCABULARY
from models.events.rfc3339 import parse_date, parse_instant
from models.facts import Value

_Short = Annotated[str, msgspec.Meta(min_length=1, max_length=512)]
"""So many characters are always within the 2048 bytes that an attribute may have."""


class CleanEvent(msgspec.Struct, gc=False, kw_only=True):
    """A clean event's attributes that decide, and its payload as written; the rest is skipped unread.

    Each type of the vocabulary has a subclass, found by the attribute `type`, that knows its payload.
    """

    known: ClassVar[EventType]
    parsers: ClassVar[tuple[tuple[str, Callable[[Any], Value]], ...]]
    """The dates and numbers, and what reads each as the engine holds it."""

    specversion: Literal["1.0"]
    id: _Short
    source: _Short
    subject: _Short
    time: str
    province: str
    agency: _Short
    data: dict[str, Any]
    recordedtime: str | None = None
    datacontenttype: Literal["application/json"] | None = None
    data_base64: None = None

    def payload(self, time: Instant) -> dict[str, Value]:
        """Return the payload in engine values without nulls, its text as sent; to be called once.

        `time` is what the attribute of that name writes.

        Raises:
            ValueError: an instant, a date or a number is not one.
        """
        payload = self.data
        for name in self.known.instants:
            text = payload.get(name)
            if text == self.time:  # most facts are dated by the time of their event
                payload[name] = time
            elif text is not None:
                payload[name] = parse_instant(text)
        for name, parse in self.parsers:
            written = payload.get(name)
            if written is not None:
                payload[name] = parse(written)
        if None in payload.values():
            return {name: value for name, value in payload.items() if value is not None}
        return payload


def read_binary(attributes: Mapping[str, str], data: bytes) -> CleanEvent:
    """Return the event with these attributes and this payload; raises msgspec's errors unless it is clean."""
    event: CleanEvent = msgspec.convert({**attributes, "data": _read_any(data)}, _AnyType)
    return event


_PARSERS: Final[Mapping[FieldKind, Callable[[Any], Value]]] = {
    FieldKind.DATE: parse_date,
    FieldKind.NUMBER: number,
}


def _of_type(known: EventType) -> type[CleanEvent]:
    hints = get_type_hints(known.model, include_extras=True)
    written = {
        name: NotRequired[_written(hints[name])] if field.nullable else _written(hints[name])
        for name, field in known.fields.items()
    }
    parsers = tuple(
        (name, _PARSERS[field.kind])
        for name, field in known.fields.items()
        if field.kind in _PARSERS
    )
    made = msgspec.defstruct(
        known.model.__name__,
        [("data", TypedDict(known.model.__name__, written))],  # type: ignore[operator]  # made at run time
        bases=(CleanEvent,),
        namespace={"known": known, "parsers": parsers},
        tag_field="type",
        tag=known.wire_name,
        gc=False,
        kw_only=True,
    )
    return cast("type[CleanEvent]", made)


def _written(hint: Any) -> Any:  # noqa: ANN401 - an annotation can be any object
    """Return the type in JSON of a payload field's annotation, as narrow as the model has it."""
    origin, inner = get_origin(hint), get_args(hint)
    if origin in (UnionType, Union):
        return Union[tuple(_written(member) for member in inner)]  # noqa: UP007 - of a tuple
    if origin is list:
        return list[_written(inner[0])]  # type: ignore[misc]  # made at run time
    if origin is not Annotated:
        return Literal[tuple(map(str, hint))] if issubclass(hint, Choice) else hint
    base, *extras = inner
    if FieldKind.NUMBER in extras:
        return int | float
    if FieldKind.INSTANT in extras or FieldKind.DATE in extras:
        return str
    # A bound that msgspec does not know is an error at import.
    bounds: dict[str, Any] = {}
    for extra in extras:
        for bound in extra.metadata if isinstance(extra, FieldInfo) else ():
            bounds |= asdict(bound)
    return Annotated[_written(base), msgspec.Meta(**bounds)]


_AnyType: Any = Union[tuple(map(_of_type, VOCABULARY.values()))]  # noqa: UP007 - of a tuple
_read_any: Final = msgspec.json.Decoder().decode

read: Final[Callable[[bytes], CleanEvent]] = msgspec.json.Decoder(_AnyType).decode
"""Return the event that a structured CloudEvent carries; raises msgspec's errors unless it is clean."""
