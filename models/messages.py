"""The catalogue of messages: what supervisors read, in Vietnamese first and English beside it.

Every reason carries the figures that it was judged by; Vietnamese is NFC, with comma decimals and dd/mm/yyyy.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Final, NamedTuple

from models.attainment import DENOMINATOR_UNDER_20, NO_REFERENCE, NO_VALUE, Status
from models.changes import Amount
from models.days import Day, date_of
from models.rules import Rule, State
from models.trajectory import Operator


class Message(NamedTuple):
    """One text in both languages."""

    vi: str
    en: str

    def format(self, **words: "Message") -> "Message":
        """Fill in `words`, each in its language."""
        return Message(
            self.vi.format_map({name: word.vi for name, word in words.items()}),
            self.en.format_map({name: word.en for name, word in words.items()}),
        )


STATUSES: Final[Mapping[Status, Message]] = {
    Status.NOT_MEASURABLE: Message("không đo được", "not measurable"),
    Status.NOT_STARTED: Message("chưa bắt đầu", "not started"),
    Status.NO_DATA: Message("chưa có số liệu", "without data"),
    Status.ATTAINED: Message("đạt chỉ tiêu", "attained"),
    Status.MISSED: Message("không đạt khi hết hạn", "missed"),
    Status.REGRESSED: Message("đã đạt rồi lại không đạt", "regressed"),
    Status.BEHIND: Message("chậm tiến độ", "behind"),
    Status.AT_RISK: Message("có nguy cơ không đạt đúng hạn", "at risk"),
    Status.ON_TRACK: Message("đúng tiến độ", "on track"),
}

REASONS: Final[Mapping[str, Message]] = {
    "definition_missing": Message("chưa có định nghĩa", "it has no definition"),
    NO_REFERENCE.value: Message(
        "kế hoạch không cho giá trị để so sánh, và chưa sự kiện nào cho biết",
        "the plan gives nothing to compare with, and no event has told it yet",
    ),
    NO_VALUE: Message(
        "chưa có sự kiện nào để tính, hoặc mẫu số bằng 0",
        "no event to make it of has come yet, or the denominator is 0",
    ),
    DENOMINATOR_UNDER_20: Message(
        "mới có dưới 20 trường hợp, quá ít để đánh giá",
        "fewer than 20 cases so far, too few to judge by",
    ),
}
"""Why a target is not measurable or has no data, by the code of its row."""

OPERATORS: Final[Mapping[Operator, Message]] = {
    Operator.AT_LEAST: Message("ít nhất {value}", "at least {value}"),
    Operator.MORE_THAN: Message("trên {value}", "more than {value}"),
    Operator.AT_MOST: Message("không quá {value}", "at most {value}"),
    Operator.LESS_THAN: Message("dưới {value}", "less than {value}"),
    Operator.EQUAL: Message("đúng {value}", "exactly {value}"),
}

QUALIFIERS: Final[Mapping[str, Message]] = {
    "exact": Message("{value}", "{value}"),
    "over": Message("trên {value}", "over {value}"),
    "about": Message("khoảng {value}", "about {value}"),
    "nearly": Message("gần {value}", "nearly {value}"),
}
"""How a plan states a number."""

UNITS: Final[Mapping[str, Message]] = {
    "": Message("", ""),
    "%": Message("%", " %"),
    "% availability": Message("% thời gian sẵn sàng", " % availability"),
    "% of total budget expenditure": Message(
        "% tổng chi ngân sách", " % of total budget expenditure"
    ),
    "VND": Message(" đồng", " VND"),
    "accounts": Message(" tài khoản", " accounts"),
    "agencies": Message(" cơ quan", " agencies"),
    "certificates": Message(" chứng thư", " certificates"),
    "communes of 171": Message(" trên 171 xã", " of 171 communes"),
    "components": Message(" thành phần", " components"),
    "databases": Message(" cơ sở dữ liệu", " databases"),
    "departments": Message(" sở", " departments"),
    "districts of 11": Message(" trên 11 huyện", " of 11 districts"),
    "documents": Message(" văn bản", " documents"),
    "documents per period": Message(" văn bản mỗi kỳ", " documents per period"),
    "dossiers": Message(" hồ sơ", " dossiers"),
    "drills": Message(" cuộc diễn tập", " drills"),
    "endpoints": Message(" điểm cầu", " endpoints"),
    "groups": Message(" nhóm", " groups"),
    "incidents": Message(" sự cố", " incidents"),
    "index score": Message(" điểm", " points"),
    "inspections": Message(" cuộc kiểm tra", " inspections"),
    "inspections per year": Message(" cuộc kiểm tra mỗi năm", " inspections per year"),
    "links": Message(" liên kết", " links"),
    "meetings": Message(" cuộc họp", " meetings"),
    "methods": Message(" phương thức", " methods"),
    "persons": Message(" người", " persons"),
    "policies": Message(" văn bản", " policies"),
    "procedures": Message(" thủ tục", " procedures"),
    "procedures at level 3-4": Message(" thủ tục mức độ 3-4", " procedures at level 3-4"),
    "projects": Message(" dự án", " projects"),
    "rankings": Message(" lần xếp hạng", " rankings"),
    "rankings per year": Message(" lần xếp hạng mỗi năm", " rankings per year"),
    "responses": Message(" phản hồi", " responses"),
    "servers": Message(" máy chủ", " servers"),
    "services": Message(" dịch vụ", " services"),
    "sessions": Message(" lớp", " sessions"),
    "sessions per year": Message(" lớp mỗi năm", " sessions per year"),
    "sessions per year and audience": Message(
        " lớp mỗi năm cho từng đối tượng", " sessions per year and audience"
    ),
    "signatures": Message(" lượt ký", " signatures"),
    "sites": Message(" trang", " sites"),
    "system classes": Message(" loại hệ thống", " system classes"),
    "systems": Message(" hệ thống", " systems"),
    "systems of 2": Message(" trên 2 hệ thống", " of 2 systems"),
    "tỷ VND": Message(" tỷ đồng", " billion VND"),
    "units": Message(" đơn vị", " units"),
    "users": Message(" người dùng", " users"),
    "visits per dossier": Message(" lượt đi lại mỗi hồ sơ", " visits per dossier"),
    "working days": Message(" ngày làm việc", " working days"),
    "working days (median)": Message(" ngày làm việc (trung vị)", " working days (median)"),
}
"""What stands behind a number; another unit stands there as the plan's definition has it."""

_TAIL: Final = Message("chỉ tiêu {target}, hạn {deadline}.", "target {target} by {deadline}.")

_TARGET_FIRING: Final[Mapping[Rule, Message]] = {
    Rule.TARGET_BEHIND: Message(
        "Chậm tiến độ: {value}, kế hoạch đến nay {expected}; ",
        "Behind: {value}, {expected} expected by now; ",
    ),
    Rule.TARGET_AT_RISK: Message(
        "Có nguy cơ không đạt đúng hạn: {value}, {forecast}; ", "At risk: {value}, {forecast}; "
    ),
    Rule.TARGET_MISSED: Message("Hết hạn mà không đạt: {value}; ", "Missed: {value}; "),
    Rule.TARGET_REGRESSED: Message(
        "Đã đạt rồi lại không đạt: {value}; ", "Attained before, no longer: {value}; "
    ),
    Rule.TARGET_ATTAINED: Message("Đạt chỉ tiêu: {value}; ", "Attained: {value}; "),
}
_MILESTONE_FIRING: Final[Mapping[Rule, Message]] = {
    **_TARGET_FIRING,
    Rule.TARGET_BEHIND: Message("Chậm tiến độ: {value}; ", "Behind: {value}; "),
    Rule.TARGET_AT_RISK: Message("Sắp hết hạn: {value}; ", "The deadline is near: {value}; "),
}
_TARGET_RESOLVED: Final = Message(
    "Đã hết đợt “{rule}”, hiện nay {status}: {value}; ",
    "No longer “{rule}”, now {status}: {value}; ",
)
_TARGET_STILL: Final = Message(
    "Đợt “{rule}” trước đã kết thúc, hiện nay lại {status}: {value}; ",
    "An earlier spell of “{rule}” is over, now {status} again: {value}; ",
)
_TARGET_RETRACTED: Final = Message(
    "Rút lại cảnh báo “{rule}” vì số liệu đã được sửa; hiện nay {status}: {value}; ",
    "“{rule}” is withdrawn, the figures were corrected; now {status}: {value}; ",
)
WITHDRAWN: Final = Message(
    "Rút lại cảnh báo vì định nghĩa đã thay đổi: nội dung này không còn được cảnh báo.",
    "The alert is withdrawn, the definitions have changed: what it is about raises no alerts any more.",
)
"""Why an alert goes that is about what another version of the catalogue does not have, or does not watch; it has no figures."""
_FORECAST: Final = Message("dự báo đạt ngày {day}", "forecast to be met on {day}")
_NO_FORECAST: Final = Message(
    "theo đà hiện nay sẽ không đạt", "not forecast to be met at the present pace"
)
_NO_VALUE: Final = Message("–", "–")
_NOTHING_EXPECTED: Final = Message("chưa đặt mức", "nothing stated")
_DONE: Final = Message("đã hoàn thành", "done")
_NOT_DONE: Final = Message("chưa hoàn thành", "not done")

_OVERDUE: Final[Mapping[State, Message]] = {
    State.FIRING: Message(
        "{overdue} hồ sơ quá hạn trong {open} hồ sơ đang giải quyết.",
        "{overdue} of {open} open dossiers are overdue.",
    ),
    State.RESOLVED: Message(
        "Hồ sơ quá hạn đã xuống dưới mức cảnh báo: {overdue} trong {open} hồ sơ đang giải quyết.",
        "Overdue dossiers are below the alert level again: {overdue} of {open} open ones.",
    ),
    State.RETRACTED: Message(
        "Rút lại cảnh báo hồ sơ quá hạn vì số liệu đã được sửa:"
        " {overdue} trong {open} hồ sơ đang giải quyết.",
        "The alert on overdue dossiers is withdrawn, the figures were corrected:"
        " {overdue} of {open} open ones.",
    ),
}

_SILENT_SINCE: Final = Message(
    "Không gửi dữ liệu {days} ngày, lần cuối ngày {last}.",
    "Nothing sent for {days} days, last on {last}.",
)
_SILENT_EVER: Final = Message(
    "Chưa từng gửi dữ liệu, {days} ngày kể từ ngày đăng ký {last}.",
    "Never sent anything, {days} days since it was registered on {last}.",
)
_SILENCE_OVER: Final = Message(
    "Đã gửi dữ liệu trở lại, lần cuối ngày {last}.", "It sends again, last on {last}."
)
_SILENCE_MOOT: Final = Message(
    "Không còn phải gửi dữ liệu: chưa hoặc không còn hoạt động trong danh bạ.",
    "Nothing is due any more: it is not active in the register.",
)
_SILENCE_RETRACTED: Final = Message(
    "Rút lại cảnh báo không gửi dữ liệu vì số liệu đã được sửa; lần cuối ngày {last}.",
    "The alert on silence is withdrawn, the records were corrected; last on {last}.",
)
_NEVER: Final = Message("(chưa có)", "(none)")

_MONTHS: Final = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class TargetFigures:
    """What a reason on a target tells of the judged day."""

    status: Status
    value: Amount | None
    expected: Amount | None
    target: Amount
    operator: Operator
    unit: str
    deadline: Day
    forecast: Day | None = None
    milestone: bool = False
    """A thing done or not: no numbers are shown."""


def number(value: Amount) -> Message:
    """Return a number as each language writes it, without trailing zeros behind the point."""
    english = f"{value:,f}" if isinstance(value, Decimal) else f"{value:,}"
    if "." in english:
        english = english.rstrip("0").rstrip(".")
    return Message(english.translate(str.maketrans(",.", ".,")), english)


def calendar_day(day: Day) -> Message:
    """Return a date as each language writes it: 21/05/2019, 21 May 2019."""
    value = date_of(day)
    return Message(
        f"{value.day:02}/{value.month:02}/{value.year}",
        f"{value.day} {_MONTHS[value.month - 1]} {value.year}",
    )


def quantity(value: Amount | None, unit: str) -> Message:
    """Return a number with its unit; a dash where there is no data."""
    if value is None:
        return _NO_VALUE
    written, suffix = number(value), UNITS.get(unit, Message(f" {unit}", f" {unit}"))
    return Message(written.vi + suffix.vi, written.en + suffix.en)


def target_reason(rule: Rule, state: State, figures: TargetFigures) -> Message:
    """Return why an alert on a target is in `state`, with the figures of the judged day."""
    done = figures.value is not None and figures.value >= figures.target
    value = (
        (_DONE if done else _NOT_DONE)
        if figures.milestone
        else quantity(figures.value, figures.unit)
    )
    expected = (
        _NOTHING_EXPECTED if figures.expected is None else quantity(figures.expected, figures.unit)
    )
    forecast = (
        _NO_FORECAST
        if figures.forecast is None
        else _FORECAST.format(day=calendar_day(figures.forecast))
    )
    target = OPERATORS[figures.operator].format(value=quantity(figures.target, figures.unit))
    name = STATUSES[Status(rule.value.removeprefix("target_"))]
    status = STATUSES[figures.status]
    if state is State.FIRING:
        head = (_MILESTONE_FIRING if figures.milestone else _TARGET_FIRING)[rule]
    elif state is State.RETRACTED:
        head = _TARGET_RETRACTED
    else:
        head = _TARGET_STILL if status == name else _TARGET_RESOLVED
    tail = Message("hạn {deadline}.", "due on {deadline}.") if figures.milestone else _TAIL
    return Message(head.vi + tail.vi, head.en + tail.en).format(
        value=value, expected=expected, forecast=forecast, target=target, rule=name, status=status,
        deadline=calendar_day(figures.deadline),
    )  # fmt: skip


def overdue_reason(state: State, overdue: int, open_dossiers: int) -> Message:
    """Return why an agency's `dossiers_overdue` is in `state`."""
    return _OVERDUE[state].format(overdue=number(overdue), open=number(open_dossiers))


def silent_reason(
    state: State, day: Day, last_record_day: Day | None, valid_from: Day | None
) -> Message:
    """Return why an agency's `silent` is in `state` on `day`.

    Args:
        state: the state that the revision writes.
        day: the judged day.
        last_record_day: the day of its last record on or before `day`, None if there is none.
        valid_from: that of the registration in force on `day`, None if it is not active.
    """
    since = valid_from if last_record_day is None else last_record_day
    last = _NEVER if since is None else calendar_day(since)
    days = number(0 if since is None else day - since)
    if state is State.RETRACTED:
        seen = _NEVER if last_record_day is None else last
        return _SILENCE_RETRACTED.format(last=seen)
    if state is State.FIRING:
        return (_SILENT_EVER if last_record_day is None else _SILENT_SINCE).format(
            days=days, last=last
        )
    return (
        _SILENCE_MOOT
        if valid_from is None or last_record_day is None
        else _SILENCE_OVER.format(last=last)
    )
