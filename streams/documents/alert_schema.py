"""The JSON Schema of an alert on `alerts.<province>`: one CloudEvent a revision, its data the columns of `api.alert`."""

from typing import Final

from models.rules import Rule, Severity, State
from models.topics import PROVINCES
from streams.documents.comments import column_comments
from streams.documents.docstrings import attribute_docstrings
from streams.documents.payloads import INSTANT, Schema
from streams.documents.schemas import AGENCY_PATTERN, DIALECT

ACTIONS: Final = ("triggered", "updated", "resolved", "retracted")
"""What changed: the last word of the type."""
FILE: Final = "alert.v1.json"

_DATE: Final[Schema] = {"type": "string", "format": "date"}
_TEXT: Final[Schema] = {"type": "string"}
_MAYBE_TEXT: Final[Schema] = {"type": ["string", "null"]}
_AMOUNT: Final[Schema] = {
    "type": ["integer", "string", "null"],
    "pattern": "^-?[0-9]+\\.[0-9]{4}$",
}
"""Whole numbers as numbers, others as text with 4 decimals."""


def alert_schema() -> Schema:
    """Return the schema of what `models.alerts.outbox_message` sends."""
    data = _data()
    return {
        "$schema": DIALECT,
        "$id": "urn:tiendo:schema:vn.tiendo.alert.v1",
        "title": "alert",
        "description": "A revision of an alert. Readers drop an id that they have seen.",
        "type": "object",
        "required": [
            "specversion", "id", "source", "type", "time", "subject", "datacontenttype", "province", "data",
        ],
        "properties": {
            "specversion": {"const": "1.0"},
            "id": {
                "description": "alert_id/revision/action; the same for every attempt to send it.",
                "type": "string",
                "pattern": f"^[0-9a-f-]{{36}}/[1-9][0-9]*/({'|'.join(ACTIONS)})$",
            },
            "source": {"type": "string", "format": "uri-reference", "pattern": "^urn:tiendo:[a-z-]+:alerts$"},
            "type": {"enum": [f"vn.tiendo.alert.{action}.v1" for action in ACTIONS]},
            "time": {**INSTANT, "description": "The end of the day whose close wrote the revision."},
            "subject": {**_TEXT, "description": "The dedup_key; also the record's key."},
            "datacontenttype": {"const": "application/json"},
            "province": {"enum": list(PROVINCES)},
            "agency": {
                "description": "Code of the agency, for a rule about agencies; else absent.",
                "type": "string",
                "pattern": AGENCY_PATTERN,
            },
            "data": {"$ref": "#/$defs/data"},
        },
        "additionalProperties": True,
        "examples": [_example()],
        "$defs": {"data": data},
    }  # fmt: skip


def _data() -> Schema:
    fields: dict[str, Schema] = {
        "alert_id": {**_TEXT, "format": "uuid"},
        "dedup_key": _TEXT,
        "province": {"enum": list(PROVINCES)},
        "plan": _TEXT,
        "rule": _choice(Rule),
        "target": _MAYBE_TEXT,
        "agency": _MAYBE_TEXT,
        "severity": _choice(Severity),
        "state": _choice(State),
        "reason_vi": _TEXT,
        "reason_en": _TEXT,
        "value": _AMOUNT,
        "expected": _AMOUNT,
        "starts_at": _DATE,
        "ends_at": {**_DATE, "type": ["string", "null"]},
        "revision": {"type": "integer", "minimum": 1},
        "closed_day": _DATE,
    }
    comments = column_comments("alert")
    return {
        "type": "object",
        "required": list(fields),
        "properties": {
            name: {"description": comments[name], **schema} for name, schema in fields.items()
        },
        "additionalProperties": True,
    }


def _choice(choice: type[Rule | Severity | State]) -> Schema:
    described = attribute_docstrings(choice)
    return {
        "enum": [str(member) for member in choice],
        "x-meanings": {str(member): described[member.name] for member in choice},
    }


def _example() -> Schema:
    alert_id = "5f6a1b0c-2d8e-5c1f-9a73-4f0f6f0c1e52"
    key = "tra-vinh/house/silent/000.00.01.H59"
    return {
        "specversion": "1.0",
        "id": f"{alert_id}/1/triggered",
        "source": "urn:tiendo:tra-vinh:alerts",
        "type": "vn.tiendo.alert.triggered.v1",
        "time": "2019-10-11T00:00:00+07:00",
        "subject": key,
        "datacontenttype": "application/json",
        "province": "tra-vinh",
        "agency": "000.00.01.H59",
        "data": {
            "alert_id": alert_id,
            "dedup_key": key,
            "province": "tra-vinh",
            "plan": "house",
            "rule": "silent",
            "target": None,
            "agency": "000.00.01.H59",
            "severity": "warning",
            "state": "firing",
            "reason_vi": "Không gửi dữ liệu 9 ngày, lần cuối ngày 01/10/2019.",
            "reason_en": "Nothing sent for 9 days, last on 1 October 2019.",
            "value": None,
            "expected": None,
            "starts_at": "2019-10-08",
            "ends_at": None,
            "revision": 1,
            "closed_day": "2019-10-10",
        },
    }
