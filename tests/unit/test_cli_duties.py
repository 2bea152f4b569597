"""The table of reporting duties: what a person sees of who owes what."""

from datetime import date
from typing import Any

import pytest

from streams.cli.duties import duties_overview
from streams.cli.json_rows import json_row
from streams.cli.notes import Titles
from streams.cli.tables import WIDTH, alerts_table, print_to_stdout

AS_OF = date(2019, 10, 20)


def row(reporter: str, state: str, **given: object) -> dict[str, Any]:
    """Return a row of the view."""
    plain: dict[str, Any] = {
        "province": "tra-vinh", "plan": "p", "duty": "r1", "reporter": reporter, "reporter_name": None, "recipient": "Sở TTTT", "period": "plan",
        "due_on": date(2019, 10, 14), "as_of": AS_OF, "state": state, "filed_on": None, "days_late": None, "section": "II.6.e",
        "text_vi": "Báo cáo kết quả", "text_en": "Report", "house_rule_vi": "chậm nhất ngày 14", "house_rule_en": "by the 14th",
        "reason": None,
    }  # fmt: skip
    return plain | given


def printed(rows: list[dict[str, Any]], capsys: pytest.CaptureFixture[str]) -> str:
    """Return what is printed, its words one space apart."""
    print_to_stdout(duties_overview(rows))
    out = capsys.readouterr().out
    assert max(map(len, out.splitlines())) <= WIDTH
    return " ".join(out.split())


def test_a_report_is_one_row_with_how_many_stand_how_and_who_is_late(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Some are named, the rest counted; the assumption stands beneath the words."""
    late = [
        row(f"A{number}", "late", days_late=6, reporter_name=None if number > 1 else f"Sở {number}")
        for number in range(6)
    ]

    out = printed([*late, row("B", "filed"), row("C", "filed_late")], capsys)

    assert "trễ hạn 6: Sở 0 (A0), Sở 1 (A1), A2," in out
    assert "A3 và 2 cơ quan khác" in out
    assert "A4" not in out
    assert "đã gửi 1" in out
    assert "đã gửi, trễ 1" in out
    assert "14/10/2019" in out
    assert "(nơi nhận:" in out
    assert "chậm nhất ngày 14" in out
    assert out.index("trễ hạn") < out.index("đã gửi")


def test_duties_that_are_late_come_first_and_each_has_its_words_once(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Two reports of one duty stand under one another; provinces keep their order."""
    filed = row("A", "filed", duty="r0", text_vi="Báo cáo năm", period="2018")
    again = row("A", "not_due", duty="r0", text_vi="Báo cáo năm", period="2019")

    out = printed([filed, again, row("A", "late")], capsys)

    assert out.index("Báo cáo kết quả") < out.index("Báo cáo năm")
    assert 1 == out.count("Báo cáo năm")
    assert out.index(" 2018 14/10/2019 đã gửi 1") < out.index(" 2019 14/10/2019 chưa đến hạn 1")


def test_a_report_that_nobody_registered_owes_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    """No agency is counted where the register names none."""
    out = printed([row("*", "late", days_late=6)], capsys)

    assert "một lần 14/10/2019 trễ hạn; danh bạ chưa có cơ quan nào phải gửi" in out


@pytest.mark.parametrize(
    ("reason", "words"),
    [("no_period", "không ghi kỳ"), ("continuous", "thường xuyên"), ("conditional", "sự kiện")],
)
def test_a_duty_that_is_never_due_says_why_and_when_it_was_seen_last(
    reason: str, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """The latest of all who owe it."""
    never = {"reason": reason, "period": None, "due_on": None, "recipient": None}
    seen = [
        row("A", "not_measurable", filed_on=date(2019, 3, 1), **never),
        row("B", "not_measurable", filed_on=date(2019, 9, 1), **never),
        row("C", "not_measurable", **never),
    ]

    out = printed(seen, capsys)

    assert words in out
    assert "01/09/2019" in out
    assert "lần gần nhất" not in printed(seen[2:], capsys)


def test_in_json_days_are_dates_and_days_late_a_number() -> None:
    """As in every other row."""
    plain = json_row(row("A", "filed_late", filed_on=date(2019, 10, 16), days_late=2))

    assert ("2019-10-14", "2019-10-16", 2) == (
        plain["due_on"],
        plain["filed_on"],
        plain["days_late"],
    )


def test_an_alert_on_a_report_is_shown_under_the_words_of_its_duty(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """It has neither target nor agency: the key says what it is about."""
    alert = {
        "province": "tra-vinh", "target": None, "agency": None, "severity": "error", "state": "firing", "reason_vi": "Quá hạn",
        "dedup_key": "tra-vinh/p/report_late/r1/plan", "starts_at": date(2019, 10, 15), "rule": "report_late",
    }  # fmt: skip
    called = Titles({}, {}, {"r1": "Báo cáo kết quả"}, {}, {})
    print_to_stdout(alerts_table([alert], called))

    assert "Báo cáo kết quả" in capsys.readouterr().out
