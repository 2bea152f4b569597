"""What people read in tables, beyond the catalogue of messages: the order of things, and their colours."""

import datetime as dt
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

from models.attainment import Status
from models.days import VIETNAM
from models.definitions import Qualifier
from models.messages import quantity
from models.rules import Severity, State

URGENT_FIRST: Final = (
    Status.MISSED,
    Status.REGRESSED,
    Status.BEHIND,
    Status.AT_RISK,
    Status.ON_TRACK,
    Status.ATTAINED,
    Status.NO_DATA,
    Status.NOT_STARTED,
    Status.NOT_MEASURABLE,
)
"""The statuses of targets, those that need somebody first."""

SEVERITIES: Final = {
    Severity.CRITICAL: "nghiêm trọng",
    Severity.ERROR: "lỗi",
    Severity.WARNING: "cảnh báo",
    Severity.INFO: "tin",
}
"""The worst first."""

STATES: Final = {
    State.FIRING: "đang báo",
    State.RESOLVED: "đã hết",
    State.RETRACTED: "đã rút",
}

STYLES: Final = {
    Status.MISSED: "bold red",
    Status.REGRESSED: "red",
    Status.BEHIND: "red",
    Status.AT_RISK: "yellow",
    Status.ON_TRACK: "cyan",
    Status.ATTAINED: "green",
    Severity.CRITICAL: "bold red",
    Severity.ERROR: "red",
    Severity.WARNING: "yellow",
    Severity.INFO: "green",
}

MARKS: Final = {
    Qualifier.EXACT: "",
    Qualifier.OVER: "> ",
    Qualifier.ABOUT: "~ ",
    Qualifier.NEARLY: "<~ ",
}
"""What stands before a value that a plan does not state exactly."""

NOTHING: Final = "–"
_CENTS: Final = Decimal("0.01")


def figure(value: object, unit: str = "") -> str:
    """Return a figure as Việt Nam writes it, to two decimals: 1.819 or 13,02%; a dash where there is none."""
    if not isinstance(value, int | Decimal):
        return NOTHING
    shown = value.quantize(_CENTS, ROUND_HALF_UP) if isinstance(value, Decimal) else value
    return quantity(shown, unit).vi


def done(value: object, kind: str, unit: str) -> str:
    """Return a target's figure; of a milestone, whether it is reached."""
    if kind == "milestone":
        return "" if value is None else "chưa xong" if value == 0 else "đã xong"
    return figure(value, unit)


def day(value: object) -> str:
    """Return a day as dd/mm/yyyy; of an instant, its day in Việt Nam."""
    if isinstance(value, dt.datetime):
        value = value.astimezone(VIETNAM)
    return f"{value:%d/%m/%Y}" if isinstance(value, dt.date) else NOTHING
