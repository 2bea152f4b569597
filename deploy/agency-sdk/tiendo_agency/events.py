"""Builds CloudEvents: payload checked, natural key and times computed, written once. What is built is accepted by the server.

Pure: the clock's reading and the id are arguments.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final

from tiendo_agency.errors import EventRefused, SettingRefused
from tiendo_agency.values import VIETNAM, Place, instant_of, wire_instant, wire_text, wire_value
from tiendo_agency.vocabulary import (
    EVENT_TIME,
    RETRACTION,
    EventType,
    event_type,
    refuse_unknown,
    vocabulary,
)

VALUE_MAX_BYTES: Final = 1024 * 1024
ATTRIBUTE_MAX_BYTES: Final = 2048
EARLIEST: Final = datetime(2000, 1, 1, tzinfo=VIETNAM)
"""The bus takes no older event; a fact may be older than its event."""
AHEAD: Final = timedelta(hours=24)
"""How far an event, or the moment of a fact that happens once, may lie ahead of the clock."""


@dataclass(frozen=True, slots=True)
class Event:
    """An event that the bus takes, as it is kept and sent."""

    id: str
    type: str
    """As in the vocabulary: `dossier.received`."""
    topic: str
    subject: str
    """The natural key; also the record's key."""
    value: bytes
    """The CloudEvent in structured mode."""


@dataclass(frozen=True, slots=True)
class Sender:
    """Who sends; checked when made."""

    province: str
    agency: str
    source: str

    def __post_init__(self) -> None:
        """Refuse a province, agency code or source that the bus would refuse on each event."""
        rules = next(iter(vocabulary().values())).schema["properties"]
        if self.province not in rules["province"]["enum"]:
            raise SettingRefused(f"province: take one of {', '.join(rules['province']['enum'])}")
        if not 1 <= len(self.agency) <= 64 or set(self.agency) - _AGENCY_LETTERS:
            raise SettingRefused("agency: a code is 1 to 64 of A-Z a-z 0-9 . _ -")
        if not _fits(self.source):
            raise SettingRefused(
                f"source: name the sending system, such as urn:tiendo:{self.province}:motcua"
            )

    @property
    def topic(self) -> str:
        """The topic that the province's agencies write to."""
        return f"progress.{self.province}"


_AGENCY_LETTERS: Final = frozenset(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-"
)


@dataclass(frozen=True, slots=True)
class Attributes:
    """What a caller may say of the event itself; None: as the package computes it."""

    id: str
    now: datetime
    """The clock's reading."""
    time: datetime | None = None
    recordedtime: datetime | None = None
    correctionof: str | None = None


def build(sender: Sender, name: str, fields: Mapping[str, object], attributes: Attributes) -> Event:
    """Return the event that asserts a fact; raises EventRefused, which names the field, the rule and the mend."""
    known = event_type(name)
    refuse_unknown(known, fields)
    payload = _payload(known, fields)
    moment = _moment(known, payload)
    if not known.dated and moment is not None and _is_instant(known):
        _refuse_ahead(Place(name, known.moment), moment, attributes.now)
    if attributes.time is None:
        # Within what the bus takes: a fact may be dated far back, or ahead where it is one of a series.
        time = min(max(moment or attributes.now, EARLIEST), attributes.now)
        attributes = replace(attributes, time=time)
    return _written(sender, known, key_of(known, payload), payload, attributes)


def build_retraction(
    sender: Sender, name: str, fields: Mapping[str, object], reason: str, attributes: Attributes
) -> Event:
    """Return the event that takes a fact back, named by the fields of its natural key, and its moment where it is dated."""
    known, word = event_type(name), vocabulary()[RETRACTION]
    named = (*known.natural_key, *((known.moment,) if known.dated else ()))
    for field in named:
        if field not in fields and not _nullable(known, field):
            raise EventRefused(name, field, "is required", "it names the fact that is taken back")
    for field in fields:
        if field not in named:
            raise EventRefused(
                name, field, "does not name the fact", f"give only {', '.join(named)}"
            )
    told = {field: value for field, value in fields.items() if field != EVENT_TIME}
    parts = {
        field: wire_value(Place(name, field), value, known.fields[field])
        for field, value in told.items()
    }
    for field, part in parts.items():
        known.check_field(field, part)
    payload: dict[str, object] = {
        "type": name,
        "subject": key_of(known, parts),
        "reason": wire_text(Place(name, "reason"), reason),
    }
    if known.dated:
        payload["moment"] = _retracted_moment(known, fields[known.moment], parts)
    word.check(payload)
    return _written(sender, word, str(payload["subject"]), payload, attributes)


def key_of(known: EventType, payload: Mapping[str, object]) -> str:
    """Return the natural key of a payload: its parts percent-encoded, null = empty, joined by `/`."""
    parts = (payload.get(name) for name in known.natural_key)
    return "/".join(
        "" if part is None else str(part).replace("%", "%25").replace("/", "%2F") for part in parts
    )


def _payload(known: EventType, fields: Mapping[str, object]) -> dict[str, object]:
    payload = {
        name: wire_value(Place(known.name, name), value, known.fields[name])
        for name, value in fields.items()
    }
    known.check(payload)
    return payload


def _moment(known: EventType, payload: Mapping[str, object]) -> datetime | None:
    """Return the instant that dates the fact, the first one of its day where that is a date; None: the event's own time."""
    if known.moment == EVENT_TIME:
        return None
    text = str(payload[known.moment])
    return instant_of(text if _is_instant(known) else f"{text}T00:00:00+07:00")


def _is_instant(known: EventType) -> bool:
    return bool(known.fields[known.moment]["format"] == "date-time")


def _nullable(known: EventType, field: str) -> bool:
    return field in known.fields and "null" in known.fields[field]["type"]


def _retracted_moment(known: EventType, given: object, parts: Mapping[str, object]) -> object:
    place = Place(known.name, known.moment)
    if known.moment != EVENT_TIME:
        return parts[known.moment]
    if not isinstance(given, datetime):
        raise place.refused("must be a datetime", "give the time of the event that is taken back")
    return wire_instant(place, given)


def _written(
    sender: Sender,
    known: EventType,
    key: str,
    payload: Mapping[str, object],
    attributes: Attributes,
) -> Event:
    time = attributes.time or attributes.now
    recorded = attributes.recordedtime or attributes.now
    event: dict[str, Any] = {
        "specversion": "1.0",
        "id": wire_text(Place(known.name, "id"), attributes.id),
        "source": sender.source,
        "type": known.wire_name,
        "subject": key,
        "time": wire_instant(Place(known.name, "time"), time),
        "recordedtime": wire_instant(Place(known.name, "recordedtime"), recorded),
        "province": sender.province,
        "agency": sender.agency,
        "partitionkey": key,
        "data": payload,
    }
    if attributes.correctionof is not None:
        event["correctionof"] = wire_text(
            Place(known.name, "correctionof"), attributes.correctionof
        )
    _refuse_bounds(known, event, time, recorded, attributes.now)
    value = json.dumps(event, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()
    if len(value) > VALUE_MAX_BYTES:
        raise EventRefused(
            known.name, "data", f"makes an event of {len(value)} bytes; the bound is {VALUE_MAX_BYTES}",
            "shorten its texts",
        )  # fmt: skip
    return Event(str(event["id"]), known.name, sender.topic, key, value)


def _refuse_bounds(
    known: EventType, event: Mapping[str, Any], time: datetime, recorded: datetime, now: datetime
) -> None:
    for name in ("id", "subject"):
        if not _fits(event[name]):
            raise EventRefused(
                known.name,
                name,
                f"must have 1 to {ATTRIBUTE_MAX_BYTES} bytes of UTF-8",
                "shorten it",
            )
    if time < EARLIEST:
        raise EventRefused(
            known.name,
            "time",
            "must not lie before 2000",
            "leave it out: the fact has its own date",
        )
    for name, instant in (("time", time), ("recordedtime", recorded)):
        _refuse_ahead(Place(known.name, name), instant, now)


def _refuse_ahead(place: Place, instant: datetime, now: datetime) -> None:
    if instant > now + AHEAD:
        raise place.refused(
            "must not lie more than 24 hours ahead of the clock",
            "correct it, or this machine's clock",
        )


def _fits(text: str) -> bool:
    return "\0" not in text and 1 <= len(text.encode("utf-8", "replace")) <= ATTRIBUTE_MAX_BYTES
