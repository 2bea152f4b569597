"""One JSON Schema (2020-12) a type of event: its envelope in structured mode, its payload, and what names its fact.

A sender's tool needs no other file: each schema stands alone, and `x-natural-key`, `x-moment` and `x-keyed` say what `subject` must be.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import Final

from models.events import (
    DAY_STARTED,
    EVENT_TIME,
    RETRACTION,
    VOCABULARY,
    DayStarted,
    EventType,
    FactRetracted,
    wire_name,
)
from models.events.cloudevent import ATTRIBUTE_MAX_BYTES
from models.facts import Value
from models.topics import PROVINCES
from streams.documents.docstrings import sentence
from streams.documents.payloads import (
    AGENCY_SHOWN,
    INSTANT,
    Schema,
    payload_schema,
    payload_shown,
)

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
AGENCY_PATTERN: Final = "^[A-Za-z0-9._-]{1,64}$"
_PROVINCE_SHOWN: Final = "tra-vinh"
_TIME_SHOWN: Final = "2019-10-01T08:00:00+07:00"


def file_name(name: str) -> str:
    """Return the name of the file that holds the schema of an event type."""
    return f"{name}.v1.json"


def schemas() -> dict[str, Schema]:
    """Return the schema of each event by the type's name in the vocabulary; first the facts, then those about the log."""
    facts = {name: _fact(known) for name, known in VOCABULARY.items()}
    return facts | {RETRACTION: _retraction(), DAY_STARTED: _day_started()}


def files() -> dict[str, str]:
    """Return file name -> text of every schema of an event."""
    return {file_name(name): written(schema) for name, schema in schemas().items()}


def written(schema: Schema) -> str:
    """Return a schema as the text of a file."""
    return json.dumps(schema, ensure_ascii=False, indent=2) + "\n"


def _fact(known: EventType) -> Schema:
    told = sentence(known.model)
    payload = payload_shown(known)
    key = "/".join(f"<{name}>" for name in known.natural_key)
    instant = payload.get(known.moment, _TIME_SHOWN)
    time = _TIME_SHOWN if known.moment_is_date else str(instant)
    return {
        **_head(known.name, told),
        "x-natural-key": list(known.natural_key),
        "x-moment": known.moment,
        "x-keyed": known.keyed.value,
        "x-tells-about": [asdict(rule) for rule in known.tells_about],
        **_envelope(
            known.name,
            f"The natural key: {key}, each part NFC with % and / percent-encoded, null = empty.",
            "The event's time, which dates the fact."
            if known.moment == EVENT_TIME
            else f"The event's time; the fact itself is dated by data.{known.moment}.",
        ),
        "examples": [_event(known.name, known.key_of(_plain(payload)), time, payload)],
        "$defs": {"data": payload_schema(known.model, told)},
    }


def _retraction() -> Schema:
    told = sentence(FactRetracted)
    payload = {"type": "dossier.received", "subject": "DOSSIER-1", "reason": "nhập trùng"}
    data = payload_schema(FactRetracted, told)
    data["properties"]["type"]["enum"] = list(VOCABULARY)
    once = [name for name, known in VOCABULARY.items() if known.once]
    data |= {
        "if": {"properties": {"type": {"enum": once}}},
        "then": {"properties": {"moment": {"type": "null"}}},
        "else": {"required": ["moment"], "properties": {"moment": {"type": "string"}}},
    }
    return {
        **_head(RETRACTION, told),
        **_envelope(
            RETRACTION, "The natural key of the fact, as data.subject.", "When it was taken back."
        ),
        "examples": [_event(RETRACTION, "DOSSIER-1", _TIME_SHOWN, payload)],
        "$defs": {"data": data},
    }


def _day_started() -> Schema:
    told = sentence(DayStarted)
    schema = {
        **_head(DAY_STARTED, told),
        **_envelope(DAY_STARTED, "day/YYYY-MM-DD", "The first instant of the day."),
        "examples": [
            _event(
                DAY_STARTED,
                "day/2019-10-01",
                "2019-10-01T00:00:00+07:00",
                {"date": "2019-10-01"},
                agency="tiendo",
            )
        ],
        "$defs": {"data": payload_schema(DayStarted, told)},
    }
    schema["required"].remove("data")
    schema["properties"]["data"] = {"anyOf": [{"$ref": "#/$defs/data"}, {"type": "null"}]}
    schema["properties"]["subject"]["pattern"] = "^day/[0-9]{4}-[0-9]{2}-[0-9]{2}$"
    return schema


def _head(name: str, told: str) -> Schema:
    return {
        "$schema": DIALECT,
        "$id": f"urn:tiendo:schema:{wire_name(name)}",
        "title": name,
        "description": told,
    }


def _envelope(name: str, subject: str, time: str) -> Schema:
    """Return the rules of a structured CloudEvent of the type; attributes that it does not name are let through."""
    return {
        "type": "object",
        "required": [
            "specversion", "id", "source", "type", "subject", "time", "province", "agency", "data",
        ],
        "properties": {
            "specversion": {"const": "1.0"},
            "id": _attribute("Together with source it names this event; the same for every attempt to send it."),
            "source": {
                **_attribute("URI reference of the sending system, such as urn:tiendo:tra-vinh:motcua."),
                "format": "uri-reference",
            },
            "type": {"const": wire_name(name)},
            "subject": _attribute(subject),
            "time": {"description": f"{time} Days are counted in Asia/Ho_Chi_Minh.", **INSTANT},
            "recordedtime": {
                **INSTANT,
                "type": ["string", "null"],
                "description": "When the sender wrote it; of two assertions of one fact the later one holds. Default: time.",
            },
            "province": {"description": "Slug of the province; must match the topic.", "enum": list(PROVINCES)},
            "agency": {
                "description": "Code of the agency that the figure belongs to.",
                "type": "string",
                "pattern": AGENCY_PATTERN,
            },
            "partitionkey": {"description": "The natural key; also the record's key.", "type": ["string", "null"]},
            "correctionof": {
                "description": "Id of the event that this one corrects; for information only.",
                "type": ["string", "null"],
            },
            "datacontenttype": {"description": "A media type of JSON.", "type": ["string", "null"]},
            "data": {"$ref": "#/$defs/data"},
        },
        "additionalProperties": True,
    }  # fmt: skip


def _attribute(description: str) -> Schema:
    return {
        "description": description,
        "type": "string",
        "minLength": 1,
        "maxLength": ATTRIBUTE_MAX_BYTES,
    }


def _event(
    name: str, key: str, time: str, payload: Mapping[str, object], *, agency: str = AGENCY_SHOWN
) -> Schema:
    return {
        "specversion": "1.0",
        "id": key if name == DAY_STARTED else "0f9f1f0e-6a2f-4c8e-9a35-1c1c2f2b7d11",
        "source": f"urn:tiendo:{_PROVINCE_SHOWN}:motcua",
        "type": wire_name(name),
        "subject": key,
        "time": time,
        "recordedtime": "2019-10-01T08:00:05+07:00",
        "province": _PROVINCE_SHOWN,
        "agency": agency,
        "partitionkey": key,
        "data": payload,
    }


def _plain(payload: Mapping[str, object]) -> dict[str, Value]:
    """Return the fields that may be parts of a key; none of those shown is anything but text."""
    return {name: value for name, value in payload.items() if isinstance(value, str)}
