"""The careful way through a record: every rule of the contract, in the contract's order.

This decides what is refused and why; details name fields and bounds, never what the sender wrote.
"""

import json
from collections.abc import Mapping
from typing import Final, TypeVar
from unicodedata import normalize

from pydantic import ValidationError

from models.days import MICROSECONDS_PER_DAY, Instant
from models.errors import PoisonMessage
from models.events.assembly import (
    day_started,
    fact_asserted,
    fact_retracted,
    in_nfc,
    moment_of,
)
from models.events.cloudevent import JSON, CloudEvent, is_agency, is_json, open_record
from models.events.event_type import EventType
from models.events.fields import Payload
from models.events.log import DayStarted, FactRetracted
from models.events.registry import (
    BY_WIRE_NAME,
    DAY_STARTED_WIRE_NAME,
    RETRACTION_WIRE_NAME,
    VOCABULARY,
)
from models.events.rfc3339 import lacks_offset, parse_date, parse_instant
from models.facts import Event, FactKey, Frame, Record
from models.topics import PROVINCES

AHEAD_MAX: Final = MICROSECONDS_PER_DAY
"""How far event time may run ahead of the record's Kafka timestamp: 24 hours."""

EARLIEST: Final = parse_instant("2000-01-01T00:00:00+07:00")
"""No event is older."""

_ASSUMED_OFFSET: Final = "+07:00"
"""Read into an instant without offset so that the reasons before `naive_instant` can be judged."""

M = TypeVar("M", bound=Payload)


def examine(record: Record) -> Event:
    """Return the event that a record carries.

    Raises:
        PoisonMessage: the first reason of the contract that holds, with the field and what was expected there.
    """
    sent = open_record(record)
    naive: list[str] = []
    if sent.text("specversion") != "1.0":
        raise PoisonMessage("not_cloudevent", "specversion", "the version must be 1.0")
    event_id, source, wire_name = sent.text("id"), sent.text("source"), sent.text("type")
    time = _instant(sent, "time", naive)
    recorded = _instant(sent, "recordedtime", naive) if "recordedtime" in sent.attributes else time
    province, agency, _subject = sent.text("province"), sent.text("agency"), sent.text("subject")
    if not is_agency(agency):
        raise PoisonMessage(
            "not_cloudevent", "agency", "an agency code is 1 to 64 of A-Z a-z 0-9 . _ -"
        )
    if province != record.province or province not in PROVINCES:
        raise PoisonMessage(
            "wrong_province", "province", f"this topic is that of {record.province}"
        )
    frame = Frame(record, event_id, source, agency, time, recorded)
    if wire_name == DAY_STARTED_WIRE_NAME:
        event = _day_started(frame, sent)
    elif wire_name == RETRACTION_WIRE_NAME:
        event = _retraction(frame, sent, naive)
    elif wire_name in BY_WIRE_NAME:
        event = _fact(frame, sent, BY_WIRE_NAME[wire_name], naive)
    else:
        raise PoisonMessage(
            "unknown_type", "type", "the type is not in the vocabulary of this version"
        )
    if naive:
        raise PoisonMessage("naive_instant", naive[0], "an instant needs an offset, such as +07:00")
    return event


def _instant(sent: CloudEvent, name: str, naive: list[str]) -> Instant:
    text = sent.text(name)
    if lacks_offset(text):
        naive.append(name)
        text += _ASSUMED_OFFSET
    try:
        return parse_instant(text)
    except ValueError as error:
        raise PoisonMessage("not_cloudevent", name, f"expected {error}") from None


def _fact(frame: Frame, sent: CloudEvent, known: EventType, naive: list[str]) -> Event:
    data = _data(sent)
    if isinstance(data, dict):
        unzoned = [name for name in known.instants if lacks_offset(data.get(name))]
        naive.extend(unzoned)
        data |= {name: f"{data[name]}{_ASSUMED_OFFSET}" for name in unzoned}
    told = _validated(known.model, data).__dict__
    payload = in_nfc({name: value for name, value in told.items() if value is not None})
    key = known.key_of(payload)
    _refuse_other_subject(sent, key, f"the natural key: {'/'.join(known.natural_key)}")
    instants = {"time": frame.time, "recordedtime": frame.recorded}
    moment = moment_of(known, payload, frame.time)
    if known.instant_is_bounded:
        instants[known.moment] = Instant(moment)
    _refuse_times(frame.record, instants)
    fact = FactKey(known.name, key, None if known.once else moment)
    return fact_asserted(frame, known, fact, moment, payload)


def _retraction(frame: Frame, sent: CloudEvent, naive: list[str]) -> Event:
    word = _validated(FactRetracted, _data(sent))
    retracted = VOCABULARY.get(word.type)
    if retracted is None:
        raise PoisonMessage(
            "bad_payload", "type", "expected a type of the vocabulary, such as dossier.received"
        )
    key = normalize("NFC", word.subject)
    if not retracted.is_key(key):
        raise PoisonMessage(
            "bad_payload", "subject", f"expected the natural key: {'/'.join(retracted.natural_key)}"
        )
    moment = _retracted_moment(retracted, word.moment, naive)
    _refuse_other_subject(sent, key, "the payload's subject")
    _refuse_times(frame.record, {"time": frame.time, "recordedtime": frame.recorded})
    return fact_retracted(frame, FactKey(retracted.name, key, moment))


def _retracted_moment(retracted: EventType, text: str | None, naive: list[str]) -> int | None:
    if retracted.once:
        if text is not None:
            raise PoisonMessage(
                "bad_payload", "moment", "a fact of this type has no moment: its key alone names it"
            )
        return None
    try:
        if text is None:
            raise PoisonMessage(
                "bad_payload", "moment", "a fact of this type is named by its key and its moment"
            )
        if retracted.moment_is_date:
            return parse_date(text)
        if lacks_offset(text):
            naive.append("moment")
            text += _ASSUMED_OFFSET
        return parse_instant(text)
    except ValueError as error:
        raise PoisonMessage("bad_payload", "moment", f"expected {error}") from None


def _day_started(frame: Frame, sent: CloudEvent) -> Event:
    stated = None
    if sent.has_data and sent.data is not None:
        stated = _validated(DayStarted, _data(sent)).date
    prefix, _slash, day = sent.text("subject").partition("/")
    try:
        named = parse_date(day)
    except ValueError:
        named = None
    if prefix != "day" or named is None or stated not in (None, named):
        raise PoisonMessage("key_mismatch", "subject", "expected day/YYYY-MM-DD")
    _refuse_times(frame.record, {"time": frame.time, "recordedtime": frame.recorded})
    return day_started(frame)


def _data(sent: CloudEvent) -> object:
    media_type = sent.attributes.get("datacontenttype", JSON)
    if not isinstance(media_type, str) or not is_json(media_type):
        raise PoisonMessage("bad_payload", "datacontenttype", f"expected {JSON}")
    if "data_base64" in sent.attributes or not sent.has_data:
        raise PoisonMessage("bad_payload", "data", "expected the payload as JSON in data")
    return sent.data


def _validated(model: type[M], data: object) -> M:
    try:
        # From text again: strict JSON rules differ from strict Python rules (choices, instants).
        validated = model.model_validate_json(json.dumps(data))
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False, include_input=False)[0]
        field = ".".join(str(step) for step in first["loc"]) or "data"
        raise PoisonMessage(
            "bad_payload", field, first["msg"].removeprefix("Value error, ")
        ) from None
    for name, value in validated.__dict__.items():
        if (isinstance(value, str) and "\0" in value) or (
            isinstance(value, list) and "\0" in "".join(value)
        ):
            raise PoisonMessage("bad_payload", name, "text must not contain NUL")
    return validated


def _refuse_other_subject(sent: CloudEvent, key: str, expected: str) -> None:
    if normalize("NFC", sent.text("subject")) != key:
        raise PoisonMessage("key_mismatch", "subject", f"expected {expected}")


def _refuse_times(record: Record, instants: Mapping[str, Instant]) -> None:
    latest = record.timestamp_ms * 1000 + AHEAD_MAX
    for name, instant in instants.items():
        if instant > latest:
            raise PoisonMessage(
                "time_in_future", name, "more than 24 hours after the record's Kafka timestamp"
            )
    if instants["time"] < EARLIEST:
        raise PoisonMessage("time_too_old", "time", "before 2000-01-01T00:00:00+07:00")
