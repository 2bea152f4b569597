"""How a sheet writes days, instants and decimals: what its sender says of it, for nothing of it is guessed."""

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

_OFFSET: Final = re.compile(r"[+-]([01]\d|2[0-3]):[0-5]\d|Z", re.ASCII)


class DateFormat(StrEnum):
    """How a sheet writes days; 2019-10-31 is always read as well."""

    ISO = "yyyy-mm-dd"
    """As on the wire."""
    DAY_FIRST = "dd/mm/yyyy"
    """As Việt Nam writes it, 31/10/2019 or 1/2/2019."""
    MONTH_FIRST = "mm/dd/yyyy"
    """As a spreadsheet set to American English writes it."""


@dataclass(frozen=True, slots=True)
class Writing:
    """How a sheet writes what JSON writes otherwise; nothing of it is guessed."""

    dates: DateFormat = DateFormat.ISO
    offset: str | None = None
    """Of instants that carry none; None: they are refused as `naive_instant`."""
    decimal_comma: bool = False
    """True: 12,5 is twelve and a half."""


def is_offset(text: str) -> bool:
    """Return whether `text` is an offset from UTC, such as +07:00."""
    return _OFFSET.fullmatch(text) is not None
