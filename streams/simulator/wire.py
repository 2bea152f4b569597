"""Lines as agency systems write them: a CloudEvent 1.0 as compact JSON, always with the same order of attributes.

Moments are seconds since 1970-01-01T00:00 on the clock of Việt Nam (+07:00), so a day is `moment // SECONDS_PER_DAY`.
"""

from functools import cache
from typing import Final, NamedTuple

import msgspec

from models.days import date_of

SECONDS_PER_DAY: Final = 86_400

Value = str | int | float | bool | list[str] | None
Data = dict[str, Value]
"""A payload as it goes on the wire; never changed once a happening holds it."""

_encode: Final = msgspec.json.Encoder().encode


class Happening(NamedTuple):
    """Something that happened at an agency, before anything goes wrong with its report."""

    type: str
    """As in the vocabulary: `dossier.received`."""
    key: str
    """The natural key."""
    at: int
    """Event time: a moment."""
    agency: str
    """Code of the agency that the figure belongs to."""
    system: str
    """Last part of the source: `motcua`, `edoc`, ..."""
    data: Data


class Letter(NamedTuple):
    """How one report of a happening was written: with which id, when, and correcting which other one."""

    province: str
    id: str
    recorded: int
    """A moment."""
    correction_of: str | None = None


@cache
def date_text(day: int) -> str:
    """Return `day` as YYYY-MM-DD."""
    return date_of(day).isoformat()


def stamp(moment: int) -> str:
    """Return `moment` as RFC 3339 with offset."""
    day, second = divmod(moment, SECONDS_PER_DAY)
    hours, rest = divmod(second, 3600)
    minutes, seconds = divmod(rest, 60)
    return f"{date_text(day)}T{hours:02d}:{minutes:02d}:{seconds:02d}+07:00"


def key_of(*parts: str) -> str:
    """Return the natural key made of `parts`; '' stands for null."""
    return "/".join(part.replace("%", "%25").replace("/", "%2F") for part in parts)


def envelope(happening: Happening, letter: Letter) -> dict[str, object]:
    """Return the CloudEvent that reports `happening`."""
    event: dict[str, object] = {
        "specversion": "1.0",
        "id": letter.id,
        "source": f"urn:tiendo:{letter.province}:{happening.system}",
        "type": f"vn.tiendo.{happening.type}.v1",
        "subject": happening.key,
        "time": stamp(happening.at),
        "recordedtime": stamp(letter.recorded),
        "province": letter.province,
        "agency": happening.agency,
        "partitionkey": happening.key,
        "datacontenttype": "application/json",
        "data": happening.data,
    }
    if letter.correction_of is not None:
        event["correctionof"] = letter.correction_of
    return event


def encode(event: dict[str, object]) -> bytes:
    """Return the line, without the newline."""
    return _encode(event)
