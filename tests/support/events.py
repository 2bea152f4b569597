"""Valid payloads and CloudEvents of every type, made at random, and records around them.

Built from the vocabulary's field list and written independently of the decoder: keys are joined here once more.
"""

import json
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Final
from unicodedata import normalize

from hypothesis import strategies as st

from models.events import VOCABULARY, EventType, FieldKind, PayloadField
from models.facts import Record
from models.topics import PROVINCES

KAFKA_TIMESTAMP: Final = datetime(2026, 1, 1, tzinfo=UTC)
"""When the records of these tests reached Kafka; no generated time is later."""

_ENCODABLE: Final = st.characters(codec="utf-8", exclude_characters="\0")
_IDS: Final = st.text(
    st.one_of(st.sampled_from("aD1.-/% ễịo\u0302\U0001f4c4"), _ENCODABLE), min_size=1, max_size=12
)
_TEXTS: Final = st.text(_ENCODABLE, max_size=20)
_INTEGERS: Final = st.integers(-(2**63), 2**63 - 1)
_NUMBERS: Final = st.one_of(st.integers(-1000, 1000), st.floats(-1e6, 1e6))
_OFFSETS: Final = st.sampled_from(
    [UTC, timezone(timedelta(hours=7)), timezone(-timedelta(hours=3, minutes=30))]
)
_EARLIEST: Final = datetime(2001, 1, 1)  # noqa: DTZ001 - hypothesis takes naive bounds
_LATEST: Final = datetime(2025, 12, 30)  # noqa: DTZ001 - as above
_INSTANTS: Final = st.datetimes(_EARLIEST, _LATEST, timezones=_OFFSETS).map(datetime.isoformat)
_DATES: Final = st.dates(date(1990, 1, 1), date(2060, 1, 1)).map(date.isoformat)
_OF_KIND: Final[Mapping[FieldKind, st.SearchStrategy[object]]] = {
    FieldKind.ID: _IDS,
    FieldKind.TEXT: _TEXTS,
    FieldKind.BOOLEAN: st.booleans(),
    FieldKind.INTEGER: _INTEGERS,
    FieldKind.NUMBER: _NUMBERS,
    FieldKind.INSTANT: _INSTANTS,
    FieldKind.DATE: _DATES,
}
Attributes = dict[str, object]


def event_types() -> st.SearchStrategy[EventType]:
    """Return any type of the vocabulary."""
    return st.sampled_from(list(VOCABULARY.values()))


def payloads(event_type: EventType | str) -> st.SearchStrategy[Attributes]:
    """Return valid payloads of a type, as JSON values; null fields are null or absent."""
    known = VOCABULARY[event_type] if isinstance(event_type, str) else event_type
    required = {
        name: _values(name, told) for name, told in known.fields.items() if not told.nullable
    }
    optional = {
        name: st.none() | _values(name, told)
        for name, told in known.fields.items()
        if told.nullable
    }
    return st.fixed_dictionaries(required, optional=optional)


def _values(name: str, told: PayloadField) -> st.SearchStrategy[object]:
    if told.kind is FieldKind.LIST:
        return st.lists(st.sampled_from(told.choices) if told.choices else _IDS, max_size=3)
    if told.kind is FieldKind.CHOICE:
        return st.sampled_from(told.choices)
    if name.endswith("_level") or name == "processing_level":
        return st.integers(0, 4)
    return _OF_KIND[told.kind]


def natural_key(event_type: EventType, payload: Attributes) -> str:
    """Return the natural key of a payload of JSON values."""
    parts = (normalize("NFC", str(payload.get(name) or "")) for name in event_type.natural_key)
    return "/".join(part.replace("%", "%25").replace("/", "%2F") for part in parts)


@st.composite
def cloud_events(draw: st.DrawFn, types: st.SearchStrategy[EventType] | None = None) -> Attributes:
    """Return valid structured CloudEvents as JSON values."""
    known = draw(types if types is not None else event_types())
    payload = draw(payloads(known))
    key = natural_key(known, payload)
    event: Attributes = {
        "specversion": "1.0",
        "id": draw(_IDS),
        "source": draw(st.sampled_from(["urn:tiendo:dong-nai:motcua", "urn:tiendo:tra-vinh:edoc"])),
        "type": known.wire_name,
        "subject": key,
        "time": draw(_INSTANTS),
        "province": draw(st.sampled_from(PROVINCES)),
        "agency": draw(st.sampled_from(["000.00.01.H59", "000.00.02.H59", "H19_7-a"])),
        "partitionkey": key,
        "data": payload,
    }
    if draw(st.booleans()):
        event["recordedtime"] = draw(_INSTANTS)
    return event


def lines() -> st.SearchStrategy[bytes]:
    """Return valid structured CloudEvents as JSON lines, escaped or in UTF-8."""
    return st.builds(line, cloud_events(), escaped=st.booleans())


def line(event: Attributes, *, escaped: bool = False) -> bytes:
    """Return an event as a line of JSON."""
    return json.dumps(event, ensure_ascii=escaped).encode()


def record_of(event: Attributes | bytes, *headers: tuple[str, bytes | None]) -> Record:
    """Return the record of an event in its own province's topic (Đồng Nai's where it names none)."""
    province = event.get("province") if isinstance(event, dict) else None
    return Record(
        province=province if isinstance(province, str) else PROVINCES[0],
        offset=7,
        timestamp_ms=int(KAFKA_TIMESTAMP.timestamp() * 1000),
        key=None,
        value=line(event) if isinstance(event, dict) else event,
        headers=headers,
    )


def binary(event: Attributes) -> Record:
    """Return the record of an event in binary mode."""
    headers = [
        (f"ce_{name}", str(value).encode()) for name, value in event.items() if name != "data"
    ]
    structured = record_of(event)
    return Record(
        province=structured.province,
        offset=structured.offset,
        timestamp_ms=structured.timestamp_ms,
        key=None,
        value=json.dumps(event["data"]).encode(),
        headers=(*headers, ("content-type", b"application/json")),
    )


def dossier_received(data: Mapping[str, object] | None = None, **attributes: object) -> Attributes:
    """Return a valid `dossier.received`; `data` and `attributes` replace fields."""
    payload: Attributes = {
        "dossier_id": "D1",
        "procedure_id": "1.001",
        "agency_id": "000.00.01.H59",
        "intake_channel": "online",
        "procedure_online_level": 4,
        "received_at": "2019-10-01T08:00:00+07:00",
        "due_at": "2019-10-08T17:00:00+07:00",
        "submitter_type": "citizen",
    }
    event: Attributes = {
        "specversion": "1.0",
        "id": "f004",
        "source": "urn:tiendo:tra-vinh:motcua",
        "type": "vn.tiendo.dossier.received.v1",
        "subject": "D1",
        "time": "2019-10-01T08:00:00+07:00",
        "province": "tra-vinh",
        "agency": "000.00.01.H59",
        "data": {**payload, **(data or {})},
    }
    return event | attributes


def retraction(data: Mapping[str, object] | None = None, **attributes: object) -> Attributes:
    """Return a valid retraction of that dossier; `data` and `attributes` replace fields."""
    payload = {"type": "dossier.received", "subject": "D1", "reason": "entered twice"}
    event = dossier_received(type="vn.tiendo.fact.retracted.v1", data=None)
    return event | {"data": {**payload, **(data or {})}} | attributes
