"""What people read under a figure: the assumption, where the plan starts from, what it leaves out; at most 100 columns."""

import datetime as dt
from decimal import Decimal
from io import StringIO
from typing import Any

import pytest
from rich.console import Console, RenderableType

from streams.cli import tables
from streams.cli.notes import titles
from streams.cli.tables import WIDTH

MAIL = "dong-nai-2016-2020-email-regular-use"


def printed(renderable: RenderableType) -> str:
    """Return a table as it is printed, its lines run together so that no wrap hides a word."""
    out = StringIO()
    Console(file=out, width=WIDTH, highlight=False).print(renderable)
    lines = out.getvalue().splitlines()
    assert all(len(line) <= WIDTH for line in lines)
    return " ".join(" ".join(lines).split())


def row(target: str, **more: Any) -> dict[str, Any]:  # noqa: ANN401 - a row of the view
    """Return how a target of the catalogue stands."""
    called = titles()
    entry: dict[str, Any] = {
        "province": "dong-nai",
        "target": target,
        "kind": "coverage",
        "status": "behind",
        "value": Decimal("72.5000"),
        "target_value": 100,
        "unit": "%",
        "deadline": dt.date(2020, 12, 31),
        "text_vi": called.targets[target],
        "reason": None,
    }
    return {**entry, **more}


def test_a_target_shows_its_assumption_and_its_baseline_with_the_qualifier() -> None:
    """'About 90 %' stays about; the day and the section say whose number it is."""
    shown = printed(tables.targets_table([row(MAIL)], titles()))

    assert "72,5%" in shown
    assert "giả định: thường xuyên = có dùng" in shown
    assert "xuất phát: ~ 90% (27/07/2016, mục II.3.a)" in shown


def test_a_baseline_over_a_number_is_marked_so() -> None:
    """Over 200 communes are no 200."""
    target = row("hai-duong-2017-commune-websites-265", unit="agencies", value=240)

    assert "xuất phát: > 200 cơ quan" in printed(tables.targets_table([target], titles()))


def test_a_target_without_reference_says_what_is_missing() -> None:
    """Only where that keeps it from being judged."""
    name = "dong-nai-2016-2020-processing-time-reduced"
    empty = row(
        name,
        status="not_measurable",
        reason="reference_missing",
        value=None,
        target_value=None,
        unit="x",
    )

    shown = printed(tables.targets_table([empty], titles()))

    assert "lý do: kế hoạch không cho giá trị để so sánh" in shown
    assert "thiếu: thời gian giải quyết của năm trước" in shown
    assert "thiếu:" not in printed(tables.targets_table([row(name)], titles()))


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        ("no_value", "lý do: chưa có sự kiện nào để tính, hoặc mẫu số bằng 0"),
        ("denominator_under_20", "lý do: mới có dưới 20 trường hợp, quá ít để đánh giá"),
    ],
)
def test_a_target_without_data_says_why_in_words(reason: str, words: str) -> None:
    """The code of the row is for programs."""
    empty = row(MAIL, status="no_data", reason=reason, value=None)

    shown = printed(tables.targets_table([empty], titles()))

    assert words in shown
    assert reason not in shown


def test_a_range_shows_both_ends() -> None:
    """Bình Thuận: at least 0.4 - 0.5 % of spending."""
    target = row(
        "binh-thuan-2018-budget-share-it",
        target_value=Decimal("0.4"),
        unit="% of total budget expenditure",
    )

    assert "0,4–0,5%" in printed(tables.targets_table([target], titles()))


def test_a_repeated_commitment_is_counted_once_and_shown_where_it_stands() -> None:
    """Two sentences, one commitment: one target behind, not two."""
    lan, joined = (
        row(name, province="binh-thuan")
        for name in ("binh-thuan-2018-district-lan", "binh-thuan-2018-district-agencies-on-lan")
    )

    counted = printed(tables.statuses_table([lan, joined], titles()))
    listed = printed(tables.targets_table([lan, joined], titles()))

    assert "chậm tiến độ 1 lặp lại cam kết khác, không tính thêm 1" in counted
    assert "chậm tiến độ: 2" in listed
    assert 1 == listed.count("lặp lại cam kết khác")


def test_a_plan_read_on_the_day_of_its_reports_shows_both_readings() -> None:
    """Trà Vinh: what stood in the reports, and what stands now."""
    name = "tra-vinh-2019-officials-computers"
    reading = {
        "target": name,
        "reading_day": dt.date(2019, 10, 14),
        "value": Decimal("81.2500"),
        "status": "behind",
    }
    target = row(name, province="tra-vinh", status="attained", value=Decimal("100.0000"))

    shown = printed(tables.targets_table([target], titles(), readings=[reading]))

    assert "đọc ngày 14/10/2019: 81,25%, chậm tiến độ" in shown


def test_an_alert_and_a_figure_show_the_assumption_too() -> None:
    """Whoever reads the number reads what it rests on."""
    alert = {
        "province": "dong-nai",
        "rule": "target_behind",
        "target": MAIL,
        "agency": None,
        "severity": "error",
        "state": "firing",
        "reason_vi": "Chậm tiến độ",
        "starts_at": dt.date(2019, 1, 2),
    }
    kpi = {
        "province": "dong-nai",
        "plan": "dong-nai-2016-2020",
        "indicator": MAIL,
        "agency": "*",
        "window": "now",
        "value": Decimal("72.5000"),
        "unit": "%",
    }

    assert "giả định: thường xuyên" in printed(tables.alerts_table([alert], titles()))
    assert "giả định: thường xuyên" in printed(tables.kpi_table([kpi], "dong-nai", titles()))


def test_an_agency_s_alert_has_no_assumption() -> None:
    """The house's rules stand in their own words."""
    alert = {
        "province": "dong-nai",
        "rule": "silent",
        "target": None,
        "agency": "so-tttt",
        "severity": "warning",
        "state": "firing",
        "reason_vi": "Im lặng",
        "starts_at": dt.date(2019, 1, 2),
    }

    shown = printed(tables.alerts_table([alert], titles()))

    assert "so-tttt" in shown
    assert "giả định" not in shown
