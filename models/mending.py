"""What to write instead: the mend of a refused record, from its reason, its field and the vocabulary.

Never from what the sender wrote: a mend may stand in a log or be read by anybody.
"""

from collections.abc import Mapping
from typing import Final, NamedTuple

from models.errors import PoisonMessage
from models.events import (
    BY_WIRE_NAME,
    DAY_STARTED_WIRE_NAME,
    RETRACTION_WIRE_NAME,
    EventType,
    FieldKind,
    PayloadField,
    wire_name,
)
from models.events.cloudevent import open_record
from models.facts import DeadLetter, Record
from models.place import did_you_mean
from models.topics import PROVINCES

REASONS: Final = (
    *("null_value", "too_large", "bad_encoding", "not_json", "not_cloudevent", "wrong_province"),
    *("unknown_type", "bad_payload", "key_mismatch", "time_in_future", "time_too_old"),
    "naive_instant",
)
"""The reason codes of the contract, in the order in which they are judged."""


BY_TYPE: Final = frozenset({"unknown_type", "bad_payload", "key_mismatch"})
"""The reasons whose mend follows from the type that the record names."""


class Refusal(NamedTuple):
    """One thing that a sender must mend before what it wrote counts."""

    reason: str
    """A code of `REASONS`."""
    field: str | None
    """The attribute or payload field; None: the whole."""
    detail: str
    """What was expected; never what was written."""
    mend: str
    """What to write instead."""

    def __str__(self) -> str:
        """Return one line."""
        where = "" if self.field is None else f" {self.field}:"
        return f"{self.reason}:{where} {self.detail}; {self.mend}"


def refusal_of(letter: DeadLetter) -> Refusal:
    """Return what the sender of a refused record must mend."""
    mend = mend_of(letter.reason, letter.field, type_named(letter.record))
    return Refusal(letter.reason, letter.field, letter.detail, mend)


def type_named(record: Record) -> str | None:
    """Return the CloudEvents `type` that a record names, as far as it can be read."""
    try:
        return open_record(record).readable("type")
    except PoisonMessage:
        return None


def mend_of(reason: str, field: str | None, event_type: str | None = None) -> str:
    """Return what to write instead; `event_type` is the record's CloudEvents `type`, where it is known."""
    known = None if event_type is None else BY_WIRE_NAME.get(event_type)
    match reason:
        case "not_cloudevent":
            return _ATTRIBUTES.get(field or "", _WHOLE)
        case "unknown_type":
            types = (*BY_WIRE_NAME, RETRACTION_WIRE_NAME, DAY_STARTED_WIRE_NAME)
            otherwise = "take one of the vocabulary"
            return otherwise if event_type is None else did_you_mean(event_type, types, otherwise)
        case "bad_payload":
            return _payload(field or "", event_type, known)
        case "key_mismatch":
            return _key(event_type, known)
        case _:
            return _MENDS[reason]


def field_mend(name: str, field: PayloadField) -> str:
    """Return how a payload field is written."""
    absent = ", or null" if field.nullable else ""
    if field.kind is FieldKind.CHOICE:
        return f"write one of {', '.join(field.choices)}{absent}"
    if field.kind is FieldKind.LIST and field.choices:
        return f"write a list of {', '.join(field.choices)}{absent}"
    if name.endswith("_level") and field.kind is FieldKind.INTEGER:
        return f"write a level from 0 to 4, without quotes{absent}"
    return f"write {_KINDS[field.kind]}{absent}"


_INSTANT: Final = "an instant with its offset, such as 2019-10-31T08:00:00+07:00"

_KINDS: Final[Mapping[FieldKind, str]] = {
    FieldKind.ID: "a code of 1 to 512 characters, in quotes",
    FieldKind.TEXT: "a text, in quotes",
    FieldKind.LIST: "a list of codes in brackets",
    FieldKind.BOOLEAN: "true or false, without quotes",
    FieldKind.INTEGER: "a whole number, without quotes, point or separators",
    FieldKind.NUMBER: "a number with a decimal point, without quotes or separators",
    FieldKind.INSTANT: _INSTANT,
    FieldKind.DATE: "a date as 2019-10-31, in quotes",
}

_WHOLE: Final = (
    "send one CloudEvent in JSON a record, with content-type application/cloudevents+json or ce_ headers"
    " (in a file: one JSON object a line)"
)

_ATTRIBUTES: Final[Mapping[str, str]] = {
    "specversion": 'write "specversion": "1.0"',
    "id": "write a text that this source gives to no other event, of at most 2048 bytes",
    "source": "name the sending system, such as urn:tiendo:tra-vinh:motcua",
    "type": f"write a type of the vocabulary, such as {wire_name('dossier.received')}",
    "subject": "write the natural key of the payload, as the vocabulary has it for the type",
    "time": f"write {_INSTANT}",
    "recordedtime": f"write {_INSTANT}, or leave it out where it is the time",
    "province": f"write one of {', '.join(PROVINCES)}",
    "agency": "write the code of the agency that the figure belongs to, such as 000.00.01.H59",
}

_MENDS: Final[Mapping[str, str]] = {
    "null_value": "send the event as the record's value; to take a fact back send fact.retracted",
    "too_large": "send one event a record, of at most 1 MiB",
    "bad_encoding": "write UTF-8",
    "not_json": "write one JSON object, on one line in a file: look at quotes, commas, brackets and a byte order mark",
    "wrong_province": "write the province of the topic, or send the event to the topic of its province",
    "time_in_future": "send it once it has happened, or set the clock and the offset of the sending system",
    "time_too_old": "write when the event happened, not before 2000; of an older fact only the payload has the date",
    "naive_instant": "write the offset behind the instant, as in 2019-10-31T08:00:00+07:00",
}

_RETRACTED: Final[Mapping[str, str]] = {
    "type": "write the type of the fact that is taken back, such as dossier.received",
    "subject": "write the natural key of the fact that is taken back",
    "moment": "write the moment that the fact was sent with if its type is dated, and none if it is once",
    "reason": "write why the fact was never true",
}


def _payload(field: str, event_type: str | None, known: EventType | None) -> str:
    if field == "datacontenttype":
        return "write application/json, or leave it out"
    if event_type == RETRACTION_WIRE_NAME:
        return _RETRACTED.get(field, "write type, subject and reason, and moment for a dated fact")
    if known is None:
        return "write the fields as the vocabulary has them for the type"
    name = field.partition(".")[0]
    if name in known.fields:
        return field_mend(name, known.fields[name])
    required = [name for name, one in known.fields.items() if not one.nullable]
    return f"write an object in data with {', '.join(required)}"


def _key(event_type: str | None, known: EventType | None) -> str:
    if event_type == DAY_STARTED_WIRE_NAME:
        return "write day/ and the date, as in day/2019-10-31"
    if event_type == RETRACTION_WIRE_NAME:
        return "write the same natural key as subject of the event and of the payload"
    if known is None:
        return _ATTRIBUTES["subject"]
    if len(known.natural_key) == 1:
        (name,) = known.natural_key
        return f"write the payload's {name} as subject, with % as %25 and / as %2F"
    joined = "/".join(known.natural_key)
    return f"write the payload's {joined} as subject, in each part % as %25 and / as %2F, null as nothing"
