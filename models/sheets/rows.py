"""A row of a sheet as an event: what the row does not say follows from it, and from nothing else.

So the same row is the same event however often it is sent: its id is made of all that it asserts.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple
from uuid import NAMESPACE_URL, uuid5

import msgspec
from pydantic import ValidationError

from models.days import Instant, start_of
from models.envelope import decode
from models.events import (
    BY_WIRE_NAME,
    RETRACTION_WIRE_NAME,
    EventType,
    format_instant,
    join_key,
)
from models.events.assembly import in_nfc, moment_of
from models.events.examination import EARLIEST
from models.events.rfc3339 import lacks_offset
from models.facts import DeadLetter, FactKey, Record, Value
from models.mending import Refusal, mend_of, refusal_of
from models.sheets.cells import Cell, instant_text, plain, value_of
from models.sheets.columns import Column, fields_of, wire_type
from models.sheets.writing import Writing
from models.topics import PROVINCES

_NAMESPACE: Final = uuid5(NAMESPACE_URL, "urn:tiendo:sheets")
_ASSUMED_OFFSET: Final = "+07:00"
"""Read into an instant without one, to find key and id: the event itself is refused for it."""
_FOR_ALL_ROWS: Final = frozenset({"source", "province", "agency", "type"})
"""Attributes that an option gives to all rows."""
_IN_INSTANTS: Final = frozenset({"time", "recordedtime"})

_json: Final = msgspec.json.Encoder(decimal_format="number").encode
_canonical: Final = msgspec.json.Encoder(order="deterministic", decimal_format="number").encode


class SheetEvent(NamedTuple):
    """A row that can be sent."""

    province: str
    type: str
    """CloudEvents `type`."""
    name: str
    """As in the vocabulary."""
    value: bytes
    """The CloudEvent in JSON."""
    fact: FactKey | None
    """What it asserts or takes back."""


class _Followed(NamedTuple):
    """What follows from a payload."""

    key: str
    moment: int | None
    """Microseconds, or a day; None where the event's own time dates the fact."""
    payload: Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class Sheet:
    """How the rows of a sheet become events."""

    columns: Sequence[Column]
    constants: Mapping[Column, str] = field(default_factory=dict)
    """What stands in a row's empty cells, or in a column that the sheet does not have."""
    writing: Writing = field(default_factory=Writing)
    as_of: Instant | None = None
    """Of a register: when it was true. Its facts are recorded then, and told then; None: the sheet is no register."""

    def event(self, cells: Sequence[str], now_ms: int) -> SheetEvent | Refusal:
        """Return the event of a row, or what must be mended in it; `now_ms` is when it would be sent."""
        if any(plain(cell) for cell in cells[len(self.columns) :]):
            return Refusal(
                "bad_payload",
                None,
                f"{len(cells)} cells under {len(self.columns)} names",
                "put cells that hold the delimiter in quotes",
            )
        attributes, texts = self._told(cells)
        event_type = wire_type(attributes.get("type", ""))
        data, stray = self._data(event_type, texts)
        if stray is not None:
            detail = f"{event_type} has no such field"
            return Refusal("bad_payload", stray, detail, "leave the cell empty for this type")
        event = self._completed(event_type, attributes, data)
        province = str(event.get("province", ""))
        if province and province not in PROVINCES:
            mend = mend_of("not_cloudevent", "province")
            return Refusal("wrong_province", "province", "there is no such province", mend)
        value = _json(event)
        verdict = decode(Record(province or PROVINCES[0], 0, now_ms, None, value))
        if isinstance(verdict, DeadLetter):
            return self._in_a_sheet(refusal_of(verdict))
        return SheetEvent(province, event_type, verdict.type, value, verdict.fact)

    def _told(self, cells: Sequence[str]) -> tuple[dict[str, str], dict[str, str]]:
        """Return the attributes and the payload's texts that a row gives, empty ones left out."""
        found = {column: text for column, text in self.constants.items() if text}
        for column, cell in zip(self.columns, cells, strict=False):
            if text := plain(cell):
                kept = next((one for one in found if one[1:] == column[1:]), column)
                found[kept] = text
        attributes = {one.attribute: text for one, text in found.items() if one.attribute}
        return attributes, {one.field: text for one, text in found.items() if one.field}

    def _data(
        self, event_type: str, texts: Mapping[str, str]
    ) -> tuple[dict[str, Cell], str | None]:
        """Return the payload, and the first field that the type does not have."""
        fields = fields_of(event_type)
        data: dict[str, Cell] = {}
        for name, text in texts.items():
            if name in fields:
                data[name] = value_of(text, fields[name], self.writing)
            elif fields:  # of an unknown type the type is what must be mended
                return data, name
        return data, None

    def _completed(
        self, event_type: str, told: Mapping[str, str], data: dict[str, Cell]
    ) -> dict[str, object]:
        """Return the event with what follows from the rest: subject, times, agency, id."""
        known = BY_WIRE_NAME.get(event_type)
        followed = _followed(event_type, known, data)
        given = {
            name: instant_text(text, self.writing) if name in _IN_INSTANTS else text
            for name, text in told.items()
        }
        if self.as_of is not None:
            given.setdefault("time", format_instant(self.as_of))
            given.setdefault("recordedtime", format_instant(self.as_of))
        elif "time" not in given and known is not None and followed is not None:
            dated = _time_of(known, followed.moment)
            if dated is not None:
                given["time"] = dated
        if "agency_id" in data:
            given.setdefault("agency", str(data["agency_id"]))
        if followed is not None:
            given.setdefault("subject", followed.key)
            given.setdefault("id", _identity(event_type, followed, given))
        else:  # refused for its type or payload: what would follow from them is not to be blamed
            for name, text in (("subject", "-"), ("id", "-"), ("time", format_instant(EARLIEST))):
                given.setdefault(name, text)
        given["type"] = event_type
        key = {"partitionkey": given["subject"]} if "subject" in given else {}
        event: dict[str, object] = {"specversion": "1.0", **given, **key}
        if event_type == "":
            del event["type"]
        return {**event, "datacontenttype": "application/json", "data": data}

    def _in_a_sheet(self, refusal: Refusal) -> Refusal:
        """Return a refusal with the mends that only a sheet has."""
        mend = refusal.mend.replace(", in quotes", "").replace(", without quotes", "")
        if refusal.reason == "naive_instant":
            mend += ", or give --offset"
        elif "2019-10-31" in mend:
            mend += ", or say how the file writes it (--date-format, --offset)"
        elif "decimal point" in mend:
            mend += ", or give --decimal-comma"
        elif refusal.reason != "bad_payload" and refusal.field in _FOR_ALL_ROWS:
            mend += f" (in a column, or for all rows with --{refusal.field})"
        return refusal._replace(mend=mend)


def _followed(
    event_type: str, known: EventType | None, data: Mapping[str, Cell]
) -> _Followed | None:
    """Return what follows from a payload; None where it is not what its type demands."""
    if event_type == RETRACTION_WIRE_NAME:
        if "subject" not in data:
            return None
        return _Followed(str(data["subject"]), None, {name: str(data[name]) for name in data})
    if known is None:
        return None
    zoned: dict[str, Any] = {
        name: f"{value}{_ASSUMED_OFFSET}" if lacks_offset(value) else value
        for name, value in data.items()
    }
    try:
        told = known.model.model_validate_json(_json(zoned)).__dict__
    except ValidationError:
        return None
    payload = in_nfc({name: value for name, value in told.items() if value is not None})
    dated = known.moment in payload
    return _Followed(
        known.key_of(payload), moment_of(known, payload, Instant(0)) if dated else None, payload
    )


def _time_of(known: EventType, moment: int | None) -> str | None:
    """Return the time of an event that says none: when its fact is dated; a day begins at midnight in Việt Nam."""
    if moment is None:
        return None
    return format_instant(start_of(moment) if known.moment_is_date else moment)


def _identity(event_type: str, followed: _Followed, given: Mapping[str, str]) -> str:
    """Return an id that only the same assertion has: by the same source, of the same fact, with the same content, recorded then."""
    told = [given.get(name, "") for name in ("source", "agency", "time", "recordedtime")]
    payload = _canonical(followed.payload).decode()
    return str(uuid5(_NAMESPACE, join_key([event_type, followed.key, *told, payload])))
