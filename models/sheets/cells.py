"""A cell of a sheet as a JSON value of its field.

Only what is unmistakable is rewritten; everything else goes on as it stands, to be refused by the judge of all events.
"""

import re
from decimal import Decimal
from typing import Final
from unicodedata import normalize

from models.events import FieldKind, PayloadField
from models.sheets.writing import DateFormat, Writing

LIST_SEPARATOR: Final = ";"
"""Between the items of a list in one cell."""

Cell = str | int | bool | Decimal | list[str]

_INTEGER: Final = re.compile(r"[+-]?\d{1,30}", re.ASCII)
_NUMBER: Final = re.compile(r"[+-]?\d{1,30}(\.\d{1,30})?([eE][+-]?\d{1,2})?", re.ASCII)
_DATED: Final = re.compile(r"\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}", re.ASCII)
_TIMED: Final = re.compile(
    r"(?P<date>\S+?)(?:[Tt]|\s+)(?P<minute>\d{1,2}:\d\d)(?P<second>:\d\d(?:\.\d{1,30})?)?\s*"
    r"(?P<offset>[Zz]|[+-]\d\d:\d\d)?",
    re.ASCII,
)
_BOOLEANS: Final = {
    **dict.fromkeys(("true", "1", "yes", "có", "đúng"), True),
    **dict.fromkeys(("false", "0", "no", "không", "sai"), False),
}


def plain(text: str) -> str:
    """Return a cell's text without the blanks around it, in NFC."""
    return normalize("NFC", text.strip())


def value_of(text: str, field: PayloadField, writing: Writing) -> Cell:
    """Return the JSON value of a cell that is not empty; text that does not fit the field stays text."""
    match field.kind:
        case FieldKind.BOOLEAN:
            return _BOOLEANS.get(text.lower(), text)
        case FieldKind.INTEGER:
            return int(text) if _INTEGER.fullmatch(text) else text
        case FieldKind.NUMBER:
            return _number(text, writing)
        case FieldKind.INSTANT:
            return instant_text(text, writing)
        case FieldKind.DATE:
            return _date_text(text, writing)
        case FieldKind.LIST:
            return [item for part in text.split(LIST_SEPARATOR) if (item := part.strip())]
        case _:
            return text


def instant_text(text: str, writing: Writing) -> str:
    """Return an instant in RFC 3339, with the sheet's offset where it carries none; other text as it stands."""
    match = _TIMED.fullmatch(text)
    if match is None:
        return text
    date = _date_text(match["date"], writing)
    offset = match["offset"] or writing.offset or ""
    return f"{date}T{match['minute'].rjust(5, '0')}{match['second'] or ':00'}{offset}"


def _date_text(text: str, writing: Writing) -> str:
    """Return a day as YYYY-MM-DD; other text as it stands."""
    if writing.dates is DateFormat.ISO or _DATED.fullmatch(text) is None:
        return text
    first, second, year = re.split(r"[-/.]", text)
    if len(year) != 4:
        return text
    day, month = (first, second) if writing.dates is DateFormat.DAY_FIRST else (second, first)
    return f"{year}-{month.rjust(2, '0')}-{day.rjust(2, '0')}"


def _number(text: str, writing: Writing) -> Cell:
    if writing.decimal_comma:
        if "." in text:
            return text
        text = text.replace(",", ".", 1)
    if _INTEGER.fullmatch(text):
        return int(text)
    return Decimal(text) if _NUMBER.fullmatch(text) else text
