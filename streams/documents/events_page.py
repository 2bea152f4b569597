"""The reference of events: a section a type, with what names its fact and what each field means."""

from collections.abc import Iterator
from typing import Final, get_type_hints

from models.events import EVENT_TIME, VOCABULARY, DayStarted, EventType, FactRetracted, FieldKind
from models.events.event_type import About, fields_of
from models.events.fields import ID_MAX_CHARACTERS, Payload
from streams.documents.docstrings import sentence
from streams.documents.markdown import code, page, prose, table
from streams.documents.payloads import choice_of, meanings, payload_schema
from streams.documents.schemas import file_name

_KINDS: Final = {
    FieldKind.ID: f"id: text of 1 to {ID_MAX_CHARACTERS} characters",
    FieldKind.TEXT: "text",
    FieldKind.CHOICE: "one of",
    FieldKind.LIST: "list",
    FieldKind.BOOLEAN: "true or false",
    FieldKind.INTEGER: "whole number",
    FieldKind.NUMBER: "number",
    FieldKind.INSTANT: "instant",
    FieldKind.DATE: "date",
}
_INTRODUCTION: Final = """\
An event is a CloudEvent 1.0 in JSON, one a Kafka record, on `progress.<province>`; [the schemas](../../schemas) say the same to
machines, envelope included, and [`asyncapi.yaml`](../../schemas/asyncapi.yaml) names topics, keys and headers.

A fact that happens **once** is named by its natural key alone: sending it again corrects it, even its date. A **dated** fact is
named by key and moment: a series, in which each holds until the next. The natural key is `subject`: its parts joined by `/`, each
NFC with `%` and `/` percent-encoded, null = empty. Fields that a type does not name are ignored; those with a `?` may be null or absent.
An instant is RFC 3339 with offset, a date `YYYY-MM-DD`."""


def text() -> str:
    """Return the page."""
    contents = " · ".join(f"[{name}](#{_anchor(name)})" for name in VOCABULARY)
    sections = [block for known in VOCABULARY.values() for block in _section(known)]
    return page(
        "models/events",
        "Events",
        _INTRODUCTION,
        contents,
        *sections,
        "## About the log itself",
        *_about_the_log("fact.retracted", FactRetracted, "agencies and tiendo"),
        *_about_the_log("day.started", DayStarted, "tiendo, after midnight"),
    )


def _section(known: EventType) -> Iterator[str]:
    yield f"## {known.name}"
    yield sentence(known.model)
    moment = (
        "the event's `time`" if known.moment == EVENT_TIME else f"`{known.moment}`"
    )  # fmt: skip
    key = " / ".join(code(name) for name in known.natural_key)
    told = ", ".join(_subject(rule) for rule in known.tells_about)
    yield (
        f"Natural key {key}; moment {moment}; **{known.keyed.value}**; tells about {told}."
        f" [Schema](../../schemas/{file_name(known.name)})"
    )
    yield _fields(known.model)


def _about_the_log(name: str, model: type[Payload], sender: str) -> Iterator[str]:
    yield f"### {name}"
    yield f"{sentence(model)} Sent by {sender}. [Schema](../../schemas/{file_name(name)})"
    yield _fields(model)


def _fields(model: type[Payload]) -> str:
    hints, schemas = get_type_hints(model, include_extras=True), payload_schema(model, "")
    rows = []
    for name, field in fields_of(model).items():
        choice, schema = choice_of(hints[name]), schemas["properties"][name]
        said, kind = schema["description"], _KINDS[field.kind]
        if schema.get("minimum") == 0:
            kind = f"{kind} from 0 to {schema['maximum']}"
        if choice is not None:
            told = "; ".join(
                f"`{word}` {what.rstrip('.')}" for word, what in meanings(choice).items()
            )
            said, kind = f"{said} {told}", "words" if field.kind is FieldKind.LIST else "word"
        rows.append((code(name + ("?" if field.nullable else "")), kind, prose(said)))
    return table(("field", "holds", "meaning"), rows)


def _subject(rule: About) -> str:
    kind = rule.kind if rule.kind is not None else f"what `{rule.kind_field}` says"
    return f"{kind} (`{rule.field}`)" if rule.field is not None else f"{kind} (the whole key)"


def _anchor(name: str) -> str:
    return name.replace(".", "")
