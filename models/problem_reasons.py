"""What supervisors read of a problem that a plan speaks of, in Vietnamese first and English beside it.

The reason repeats the plan's words and carries figure, bound and the agencies foremost: an alert names no target.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from models.catalogue.problems import Signal
from models.changes import Figure
from models.definitions import Problem
from models.foremost import Foremost
from models.messages import OPERATORS, Message, number, quantity
from models.rules import State

_REASONS: Final[Mapping[State, Message]] = {
    State.FIRING: Message(
        "“{text}”: {figure}, mức nêu vấn đề {bound} (quy ước){agencies}.",
        "“{text}”: {figure}, a problem when {bound} (house rule){agencies}.",
    ),
    State.RESOLVED: Message(
        "Đã hết đợt “{text}”; hiện nay {figure}, mức nêu vấn đề {bound} (quy ước).",
        "That spell of “{text}” is over; now {figure}, a problem when {bound} (house rule).",
    ),
    State.RETRACTED: Message(
        "Rút lại cảnh báo “{text}” vì số liệu đã được sửa; hiện nay {figure},"
        " mức nêu vấn đề {bound} (quy ước).",
        "“{text}” is withdrawn, the figures were corrected; now {figure},"
        " a problem when {bound} (house rule).",
    ),
}
_SIDES: Final = Message(" ({numerator}/{denominator})", " ({numerator} of {denominator})")
_AGENCIES: Final = Message("; nhiều nhất: {names}", "; foremost: {names}")
_OTHERS: Final = Message("{names} và {others} cơ quan khác", "{names} and {others} more")
_NOTHING: Final = Message("", "")


@dataclass(frozen=True, slots=True)
class ProblemFigures:
    """What a reason on a problem tells of the judged day."""

    problem: Problem
    signal: Signal
    figure: Figure
    foremost: Foremost


def problem_reason(state: State, figures: ProblemFigures) -> Message:
    """Return why an alert on a problem is in `state`, with the figures of the judged day."""
    signal, problem = figures.signal, figures.problem
    bound = OPERATORS[signal.operator].format(value=quantity(signal.bound, signal.unit))
    return _REASONS[state].format(
        text=Message(problem.text_vi, problem.text_en), figure=_figure(figures), bound=bound,
        agencies=_agencies(figures.foremost),
    )  # fmt: skip


def _figure(figures: ProblemFigures) -> Message:
    value, numerator, denominator = figures.figure
    written = quantity(value, figures.signal.unit)
    if numerator is None or denominator is None:
        return written
    sides = _SIDES.format(numerator=number(numerator), denominator=number(denominator))
    return Message(written.vi + sides.vi, written.en + sides.en)


def _agencies(foremost: Foremost) -> Message:
    if not foremost.names:
        return _NOTHING
    names = Message("; ".join(foremost.names), "; ".join(foremost.names))
    if foremost.others:
        names = _OTHERS.format(names=names, others=number(foremost.others))
    return _AGENCIES.format(names=names)
