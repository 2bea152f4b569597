"""What people read in tables, beyond the catalogue of messages: the order of things, and their colours."""

import datetime as dt
from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

from models.attainment import Status
from models.days import VIETNAM
from models.definitions import NeverDue, Qualifier
from models.duties import DutyState
from models.messages import OPERATORS, Message, quantity
from models.rules import Severity, State
from models.trajectory import Operator

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

DUTY_STATES: Final = {
    DutyState.LATE: "trễ hạn",
    DutyState.DUE_SOON: "sắp đến hạn",
    DutyState.FILED_LATE: "đã gửi, trễ",
    DutyState.FILED: "đã gửi",
    DutyState.NOT_DUE: "chưa đến hạn",
    DutyState.NOT_MEASURABLE: "không có hạn",
}
"""How agencies stand with a report, those that need somebody first."""

NEVER_DUE: Final = {
    NeverDue.NO_PERIOD: "không có hạn: kế hoạch không ghi kỳ báo cáo",
    NeverDue.CONTINUOUS: "không có hạn: việc làm thường xuyên",
    NeverDue.CONDITIONAL: "không có hạn: chỉ khi có việc mà không sự kiện nào cho biết",
}
"""Why a report never falls due."""

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
    DutyState.LATE: "red",
    DutyState.DUE_SOON: "yellow",
    DutyState.FILED_LATE: "cyan",
    DutyState.FILED: "green",
}

MARKS: Final = {
    Qualifier.EXACT: "",
    Qualifier.OVER: "> ",
    Qualifier.ABOUT: "~ ",
    Qualifier.NEARLY: "<~ ",
}
"""What stands before a value that a plan does not state exactly."""

PROBLEM_STATES: Final = {
    "raised": "đang có",
    "not_raised": "chưa đến mức nêu",
    "no_data": "chưa có số liệu",
    "undetectable": "không sự kiện nào cho thấy",
}
"""The states of problems, those that need somebody first."""

PROBLEM_STYLES: Final = {"raised": "yellow", "not_raised": "green"}

NOTHING: Final = "–"
_CENTS: Final = Decimal("0.01")


def figure(value: object, unit: str = "") -> str:
    """Return a figure as Việt Nam writes it, to two decimals: 1.819 or 13,02%; a dash where there is none."""
    if not isinstance(value, int | Decimal):
        return NOTHING
    shown = value.quantize(_CENTS, ROUND_HALF_UP) if isinstance(value, Decimal) else value
    return quantity(shown, unit).vi


def bound(row: Mapping[str, object]) -> str:
    """Return from where on a problem is raised; nothing where no figure shows it."""
    if row["operator"] is None:
        return ""
    value = Message(*[figure(row["threshold"], str(row["unit"]))] * 2)
    return OPERATORS[Operator(str(row["operator"]))].format(value=value).vi


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
