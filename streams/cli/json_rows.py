"""Rows of the `api` views as JSON, by the contract's rules for numbers and times.

Counts and sums of integers, numerators and denominators are numbers; ratios and other decimals are strings with four
decimals, so that no reader rounds them; days are ISO dates, instants RFC 3339 with +07:00.
"""

import datetime as dt
import json
from collections.abc import Iterable, Mapping
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

from models.days import VIETNAM

Row = Mapping[str, object]

_NUMBERS: Final = frozenset({"numerator", "denominator"})
_DECIMALS: Final = frozenset({"expected_value", "pace"})
_MEASURED: Final = frozenset({"value", "target_value", "baseline_value", "threshold"})
_PLACES: Final = Decimal("0.0001")


def dumps(value: object) -> str:
    """Return JSON text of rows that went through `json_row`, Vietnamese letters as they are."""
    return json.dumps(value, ensure_ascii=False, indent=1)


def json_rows(rows: Iterable[Row]) -> list[dict[str, object]]:
    """Return rows as JSON values."""
    return [json_row(row) for row in rows]


def json_row(row: Row) -> dict[str, object]:
    """Return a row as JSON values; its `unit`, where it has one, says whether its value is a ratio."""
    ratio = str(row.get("unit")).startswith("%")
    return {name: _value(name, value, ratio=ratio) for name, value in row.items()}


def _value(name: str, value: object, *, ratio: bool) -> object:
    match value:
        case dt.datetime():
            return value.astimezone(VIETNAM).isoformat()
        case dt.date():
            return value.isoformat()
        case bool():
            return value
        case Decimal() | int():
            return _number(name, Decimal(value), ratio=ratio)
        case _:
            return value


def _number(name: str, value: Decimal, *, ratio: bool) -> int | float | str:
    """Return a number, or four decimals: where a column may be either, its scale tells a sum of integers from a decimal."""
    whole = value == value.to_integral_value()
    if name in _NUMBERS:
        return int(value) if whole else float(value)
    if name in _DECIMALS or (ratio and name in _MEASURED) or not whole or _scaled(value):
        return f"{value.quantize(_PLACES, ROUND_HALF_UP):f}"
    return int(value)


def _scaled(value: Decimal) -> bool:
    exponent = value.as_tuple().exponent
    return isinstance(exponent, int) and exponent < 0
