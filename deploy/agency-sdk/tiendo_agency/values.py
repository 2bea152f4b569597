"""Python values as the bus writes them: instants in Việt Nam's time, dates, exact numbers, text in NFC.

Nothing is guessed: an instant without offset, a date where an instant belongs or a number that JSON cannot hold exactly is refused.
"""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from enum import Enum
from math import isfinite
from typing import Any, Final
from unicodedata import normalize

from tiendo_agency.errors import EventRefused

VIETNAM: Final = timezone(timedelta(hours=7))
_OFFSET_MISSING: Final = "must say its offset"
_OFFSET_MEND: Final = (
    "give a datetime with tzinfo, such as datetime(2019, 10, 31, 8, tzinfo=VIETNAM)"
)
_EARLIEST: Final = datetime.min.replace(tzinfo=UTC) + timedelta(days=1)
_LATEST: Final = datetime.max.replace(tzinfo=UTC) - timedelta(days=1)


class Place:
    """A field of an event of a type, to say in a refusal."""

    __slots__ = ("event_type", "field")

    def __init__(self, event_type: str, field: str) -> None:
        self.event_type = event_type
        self.field = field

    def refused(self, bound: str, mend: str) -> EventRefused:
        """Return the refusal of what stands there."""
        return EventRefused(self.event_type, self.field, bound, mend)


def wire_value(place: Place, value: object, schema: Mapping[str, Any]) -> object:
    """Return a value as JSON has it, for a field with this schema; the schema itself is checked later, on the whole payload."""
    match value:
        case Enum():
            return wire_value(place, value.value, schema)
        case str():
            return _in_calendar(place, wire_text(place, value), schema.get("format"))
        case None | bool() | int():
            return value
        case datetime():
            if schema.get("format") == "date":
                raise place.refused(
                    "must be a date", "say which day: value.date() in Việt Nam's time"
                )
            return wire_instant(place, value)
        case date():
            if schema.get("format") == "date-time":
                raise place.refused("must be an instant", "give a datetime with tzinfo, not a date")
            return value.isoformat()
        case float() | Decimal():
            return _number(place, value)
        case list() | tuple():
            return [wire_value(place, one, schema.get("items", {})) for one in value]
        case _:
            raise place.refused(
                f"must not be of type {type(value).__name__}",
                "give text, a number, a bool, a date, a datetime or a list of these",
            )


def wire_instant(place: Place, value: datetime) -> str:
    """Return an instant as RFC 3339 text in Việt Nam's time; refused without offset."""
    if value.utcoffset() is None:
        raise place.refused(_OFFSET_MISSING, _OFFSET_MEND)
    if not _EARLIEST <= value <= _LATEST:
        raise place.refused("must lie within the calendar", "correct the year")
    return value.astimezone(VIETNAM).isoformat()


def wire_text(place: Place, value: str) -> str:
    """Return text in NFC; refused where it holds NUL or half a surrogate pair."""
    text = normalize("NFC", value)
    try:
        text.encode()
    except UnicodeEncodeError:
        raise place.refused(
            "must be text that UTF-8 can write", "remove the lone surrogate"
        ) from None
    if "\0" in text:
        raise place.refused("must not contain NUL", "remove it")
    return text


def instant_of(text: str) -> datetime:
    """Return the instant that a checked text writes, cut to microseconds."""
    return datetime.fromisoformat(text.upper())


def _in_calendar(place: Place, text: str, written: str | None) -> str:
    """Refuse a day that no calendar has; whatever is no date at all is left to the schema."""
    day = text[:10]
    if written is not None and len(day) == 10 and day.replace("-", "").isdecimal():
        try:
            date.fromisoformat(day)
        except ValueError:
            raise place.refused("must be a day of the calendar", "correct the date") from None
    return text


def _number(place: Place, value: float | Decimal) -> int | float:
    if not isfinite(value):
        raise place.refused("must be a finite number", "leave it out, or send what was measured")
    if value == int(value):
        return int(value)
    if isinstance(value, Decimal) and Decimal(repr(float(value))) != value:
        raise place.refused("has more digits than JSON keeps exactly", "round it to 15 digits")
    return float(value)
