"""The messages: each rule and state has words in both languages that carry the figures."""

import unicodedata
from datetime import date
from decimal import Decimal

import pytest

from models.attainment import Status
from models.catalogue import load_catalogue
from models.changes import Amount, Figure
from models.days import Day, day_from_date
from models.foremost import Foremost
from models.messages import (
    OPERATORS,
    STATUSES,
    UNITS,
    Message,
    TargetFigures,
    number,
    overdue_reason,
    silent_reason,
    target_reason,
)
from models.problem_reasons import ProblemFigures, problem_reason
from models.rules import TARGET_RULES, Rule, State
from models.topics import PROVINCES
from models.trajectory import Operator

DEADLINE = day_from_date(date(2020, 12, 31))
MAY = day_from_date(date(2019, 5, 21))

FIGURES = TargetFigures(
    status=Status.BEHIND,
    value=Decimal("41.2000"),
    expected=Decimal("55.0000"),
    target=Decimal(80),
    operator=Operator.AT_LEAST,
    unit="%",
    deadline=DEADLINE,
)


@pytest.mark.parametrize(
    ("value", "vi", "en"),
    [
        (0, "0", "0"),
        (1234567, "1.234.567", "1,234,567"),
        (Decimal("13.0167"), "13,0167", "13.0167"),
        (Decimal("1234.5000"), "1.234,5", "1,234.5"),
        (Decimal("100.0000"), "100", "100"),
        (Decimal(200), "200", "200"),
        (Decimal("-0.5"), "-0,5", "-0.5"),
    ],
)
def test_numbers_are_written_as_each_language_does(value: Amount, vi: str, en: str) -> None:
    """Vietnamese has a comma for decimals and a dot for thousands; zeros behind the point are dropped."""
    assert Message(vi, en) == number(value)


@pytest.mark.parametrize(
    ("rule", "state", "figures", "vi", "en"),
    [
        (
            Rule.TARGET_BEHIND,
            State.FIRING,
            FIGURES,
            "Chậm tiến độ: 41,2%, kế hoạch đến nay 55%; chỉ tiêu ít nhất 80%, hạn 31/12/2020.",
            "Behind: 41.2 %, 55 % expected by now; target at least 80 % by 31 December 2020.",
        ),
        (
            Rule.TARGET_BEHIND,
            State.RESOLVED,
            TargetFigures(Status.MISSED, 41, None, 80, Operator.MORE_THAN, "systems", DEADLINE),
            (
                "Đã hết đợt “chậm tiến độ”, hiện nay không đạt khi hết hạn: 41 hệ thống;"
                " chỉ tiêu trên 80 hệ thống, hạn 31/12/2020."
            ),
            (
                "No longer “behind”, now missed: 41 systems;"
                " target more than 80 systems by 31 December 2020."
            ),
        ),
        (
            Rule.TARGET_AT_RISK,
            State.FIRING,
            TargetFigures(
                Status.AT_RISK, 41, None, 80, Operator.AT_LEAST, "VND", DEADLINE, forecast=MAY
            ),
            (
                "Có nguy cơ không đạt đúng hạn: 41 đồng, dự báo đạt ngày 21/05/2019;"
                " chỉ tiêu ít nhất 80 đồng, hạn 31/12/2020."
            ),
            (
                "At risk: 41 VND, forecast to be met on 21 May 2019;"
                " target at least 80 VND by 31 December 2020."
            ),
        ),
        (
            Rule.TARGET_AT_RISK,
            State.FIRING,
            TargetFigures(
                Status.AT_RISK, 0, None, 1, Operator.AT_LEAST, "milestone", DEADLINE, milestone=True
            ),
            "Sắp hết hạn: chưa hoàn thành; hạn 31/12/2020.",
            "The deadline is near: not done; due on 31 December 2020.",
        ),
        (
            Rule.TARGET_ATTAINED,
            State.RETRACTED,
            TargetFigures(Status.NO_DATA, None, None, 80, Operator.AT_LEAST, "%", DEADLINE),
            (
                "Rút lại cảnh báo “đạt chỉ tiêu” vì số liệu đã được sửa; hiện nay chưa có số liệu: –;"
                " chỉ tiêu ít nhất 80%, hạn 31/12/2020."
            ),
            (
                "“attained” is withdrawn, the figures were corrected; now without data: –;"
                " target at least 80 % by 31 December 2020."
            ),
        ),
    ],
)
def test_a_reason_on_a_target_carries_its_figures(
    rule: Rule, state: State, figures: TargetFigures, vi: str, en: str
) -> None:
    """Value, expected or forecast, target and deadline; a resolved one names the status that came instead."""
    assert Message(vi, en) == target_reason(rule, state, figures)


def test_reasons_on_agencies_carry_their_figures() -> None:
    """Overdue and open dossiers; days of silence and the last record day, or that of the registration."""
    expected = [
        Message(
            "12 hồ sơ quá hạn trong 1.200 hồ sơ đang giải quyết.",
            "12 of 1,200 open dossiers are overdue.",
        ),
        Message(
            "Không gửi dữ liệu 9 ngày, lần cuối ngày 21/05/2019.",
            "Nothing sent for 9 days, last on 21 May 2019.",
        ),
        Message(
            "Chưa từng gửi dữ liệu, 30 ngày kể từ ngày đăng ký 21/05/2019.",
            "Never sent anything, 30 days since it was registered on 21 May 2019.",
        ),
        Message(
            "Đã gửi dữ liệu trở lại, lần cuối ngày 21/05/2019.",
            "It sends again, last on 21 May 2019.",
        ),
    ]
    assert expected == [
        overdue_reason(State.FIRING, 12, 1200),
        silent_reason(State.FIRING, Day(MAY + 9), MAY, Day(MAY - 400)),
        silent_reason(State.FIRING, Day(MAY + 30), None, MAY),
        silent_reason(State.RESOLVED, MAY, MAY, Day(MAY - 400)),
    ]


def test_every_reason_is_complete_and_normalised() -> None:
    """No rule, state, status or operator is without words; Vietnamese is NFC and no placeholder is left over."""
    reasons = [
        target_reason(
            rule,
            state,
            TargetFigures(status, value, value, 1, operator, "%", DEADLINE, milestone=milestone),
        )
        for rule in TARGET_RULES
        for state in State
        for status in Status
        for operator in Operator
        for value in (None, 0)
        for milestone in (False, True)
    ]
    reasons += [overdue_reason(state, 10, 20) for state in State]
    reasons += [
        silent_reason(state, MAY, last, registered)
        for state in State
        for last in (None, MAY)
        for registered in (None, MAY)
    ]

    texts = {text for reason in reasons for text in reason}

    assert {text for text in texts if "{" in text or "None" in text} == set()
    assert {unicodedata.normalize("NFC", text) for text in texts} == texts
    assert set(STATUSES) == set(Status)
    assert set(OPERATORS) == set(Operator)


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("province", PROVINCES)
def test_every_reason_on_a_problem_is_complete_and_normalised(province: str, state: State) -> None:
    """With figures and without, with agencies and without; no placeholder is left over."""
    shown = (Figure(None, None, None), Figure(Decimal("12.5000"), 1, 8), Figure(3, None, None))
    named = (Foremost(), Foremost(("A", "B")), Foremost(("A",), 4))
    texts = {
        text
        for problem in load_catalogue().province(province).problems
        if problem.signal is not None
        for figure in shown
        for foremost in named
        for text in problem_reason(
            state, ProblemFigures(problem.definition, problem.signal, figure, foremost)
        )
    }

    assert {text for text in texts if "{" in text or "None" in text} == set()
    assert {unicodedata.normalize("NFC", text) for text in texts} == texts
    assert all(text.endswith(".") for text in texts)


def test_every_unit_of_a_figure_has_words() -> None:
    """Those of the house figures and of the plans: a supervisor reads no English behind a number."""
    catalogue = load_catalogue()
    units = {
        owner.written(indicator)[1]
        for owner in map(catalogue.province, PROVINCES)
        for indicator in owner.indicators
    }

    assert {"milestone"} == units - UNITS.keys(), "a milestone is done or not"
