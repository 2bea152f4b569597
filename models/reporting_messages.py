"""The catalogue of messages on reports that are due soon or late: who has not filed, of how many, and until when.

A few agencies are named and the rest counted: one alert stands for a whole population.
"""

from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

from models.days import Day
from models.definitions import Text
from models.messages import Message, calendar_day, number
from models.rules import Rule, State

NAMES_SHOWN: Final = 5
"""Agencies that a reason names; of more it says how many."""


class ReportFigures(NamedTuple):
    """What a reason on a report tells of the judged day."""

    section: str
    recipient: Text | None
    due_on: Day
    day: Day
    owing: int
    missing: Sequence[str]
    """Names of the agencies that have not filed."""


_REPORT: Final = Message(
    " báo cáo theo mục {section}{recipient}", " the report of section {section}{recipient}"
)
_RECIPIENT: Final = Message(" gửi {recipient}", " to {recipient}")
_DUE_SOON: Final = Message(
    "Sắp đến hạn{report}: hạn {due}, còn {days} ngày; {missing} trong {owing} cơ quan chưa gửi: {names}.",
    "Due soon,{report}: due on {due}, days left: {days}; {missing} of {owing} agencies have not filed: {names}.",
)
_LATE: Final = Message(
    "Quá hạn{report}: hạn {due}, trễ {days} ngày; {missing} trong {owing} cơ quan chưa gửi: {names}.",
    "Late,{report}: it was due on {due}, days late: {days}; {missing} of {owing} agencies have not filed: {names}.",
)
_FIRING: Final[Mapping[Rule, Message]] = {Rule.REPORT_DUE_SOON: _DUE_SOON, Rule.REPORT_LATE: _LATE}
_ALL_FILED: Final = Message(
    "Đã gửi đủ{report}: {filed} trong {owing} cơ quan, hạn {due}.",
    "All filed,{report}: {filed} of {owing} agencies, due on {due}.",
)
_NOBODY_OWES: Final = Message(
    "Không còn cơ quan nào phải gửi{report}, hạn {due}.",
    "Nobody owes it any more,{report}, due on {due}.",
)
_RETRACTED: Final = Message(
    "Rút lại cảnh báo vì số liệu đã được sửa;{report}: {filed} trong {owing} cơ quan đã gửi, hạn {due}.",
    "Withdrawn, the figures were corrected;{report}: {filed} of {owing} agencies have filed, due on {due}.",
)
_OTHERS: Final = Message(" và {count} cơ quan khác", " and {count} others")


def report_reason(rule: Rule, state: State, figures: ReportFigures) -> Message:
    """Return why an alert on a report is in `state`, with the figures of the judged day."""
    missing = len(figures.missing)
    return _template(rule, state, figures).format(
        report=_REPORT.format(
            section=Message(figures.section, figures.section), recipient=_to(figures.recipient)
        ),
        days=number(abs(figures.due_on - figures.day)),
        due=calendar_day(figures.due_on),
        missing=number(missing),
        filed=number(figures.owing - missing),
        owing=number(figures.owing),
        names=_names(figures.missing),
    )


def _template(rule: Rule, state: State, figures: ReportFigures) -> Message:
    if state is State.FIRING:
        return _FIRING[rule]
    if state is State.RETRACTED:
        return _RETRACTED
    if figures.missing:  # one spell is over, and it stands otherwise now
        return _LATE if figures.day > figures.due_on else _DUE_SOON
    return _ALL_FILED if figures.owing > 0 else _NOBODY_OWES


def _to(recipient: Text | None) -> Message:
    if recipient is None:
        return Message("", "")
    return _RECIPIENT.format(recipient=Message(recipient.vi, recipient.en))


def _names(missing: Sequence[str]) -> Message:
    named = ", ".join(missing[:NAMES_SHOWN])
    rest = len(missing) - NAMES_SHOWN
    others = _OTHERS.format(count=number(rest)) if rest > 0 else Message("", "")
    return Message(named + others.vi, named + others.en)
