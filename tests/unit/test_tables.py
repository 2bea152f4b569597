"""Tables for people: what the rows of the views look like, at most 100 columns wide."""

import datetime as dt
import io
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

from rich.console import Console, RenderableType

from streams.cli.notes import Titles
from streams.cli.tables import WIDTH, alerts_table, dead_letters_table, problems_table

RAISED: Final[Mapping[str, Any]] = {
    "province": "tra-vinh",
    "state": "raised",
    "text_vi": "Vừa tiếp nhận hồ sơ trên phần mềm, vừa lưu trữ hồ sơ giấy tại Bộ phận một cửa",
    "since": dt.date(2019, 4, 22),
    "value": Decimal("11.3636"),
    "numerator": 5,
    "denominator": 44,
    "unit": "%",
    "operator": "at_least",
    "threshold": Decimal(10),
    "house_rule_vi": "song song = hồ sơ có cả bước trên giấy và bước trên phần mềm",
    "why_vi": None,
}
UNSEEN: Final[Mapping[str, Any]] = {
    **dict.fromkeys(RAISED),
    "province": "binh-thuan",
    "state": "undetectable",
    "text_vi": "Tránh đầu tư trùng lặp",
    "why_vi": "phần mềm của Bộ không có trong sự kiện nào",
}


def printed(renderable: RenderableType) -> str:
    """Return a table as it is printed, its lines joined to one."""
    out = io.StringIO()
    Console(file=out, width=WIDTH, highlight=False).print(renderable)
    lines = out.getvalue().splitlines()
    assert [] == [line for line in lines if len(line) > WIDTH]
    return "\n".join(lines)


def test_a_problem_is_printed_with_its_figure_bound_and_assumption() -> None:
    """Both sides of a share, from where on it is raised, since when, and the house rule."""
    shown = printed(problems_table([RAISED]))

    assert "đang có: 1" in shown
    for part in ("11,36%", "5/44", "ít nhất 10%", "22/04/2019", "song song = hồ sơ có"):
        assert part in shown


def test_a_problem_that_stands_on_an_earlier_figure_says_so() -> None:
    """Silence ends no problem; the reader must not take the dash for a figure."""
    stale = {**RAISED, "value": None, "numerator": 0, "denominator": 0}

    assert "nay không có số liệu" in printed(problems_table([stale]))
    assert "nay không có số liệu" not in printed(problems_table([RAISED]))


def test_a_problem_that_no_event_shows_is_printed_with_the_reason() -> None:
    """No figure, no bound, no day."""
    shown = printed(problems_table([UNSEEN, RAISED]))

    assert shown.index("đang có: 1") < shown.index("không sự kiện nào cho thấy: 1")
    assert "phần mềm của Bộ" in shown
    assert "None" not in shown


def alert(number: int, rule: str, **more: str) -> dict[str, Any]:
    """Return a firing alert of a rule."""
    return {
        "province": "tra-vinh",
        "rule": rule,
        "target": None,
        "agency": None,
        "dedup_key": f"tra-vinh/x/{rule}/k{number}",
        "state": "firing",
        "severity": "warning",
        "reason_vi": f"lý do {number}",
        "starts_at": dt.date(2019, 4, number),
        **more,
    }


CALLED: Final = Titles(
    indicators={},
    targets={"t": "Chỉ tiêu thứ nhất"},
    duties={},
    problems={"k3": "Thư ít dùng"},
    definitions={},
)


def test_an_alert_is_about_a_target_an_agency_a_problem_or_a_topic() -> None:
    """Targets and problems stand there in the plan's words."""
    rows = [
        alert(1, "target_at_risk", target="t"),
        alert(2, "silent", agency="H59.01"),
        alert(3, "problem_raised"),
        alert(4, "dead_letters", dedup_key="tra-vinh/house/dead_letters/progress.tra-vinh"),
    ]

    shown = printed(alerts_table(rows, CALLED))

    for part in ("Chỉ tiêu thứ nhất", "H59.01", "Thư ít dùng", "progress.tra-vinh"):
        assert part in shown


def test_an_overview_shows_one_alert_of_each_rule_before_a_second() -> None:
    """Many problems leave room for what else fires."""
    rows = [alert(n, "problem_raised") for n in (3, 4, 5)] + [alert(6, "silent", agency="H59.01")]

    shown = printed(alerts_table(rows, CALLED, a_province=2))

    assert "H59.01" in shown
    assert "Thư ít dùng" in shown
    assert "2 cảnh báo nữa" in shown


def test_refused_records_are_counted_by_the_feeds_and_their_reasons_by_what_is_kept() -> None:
    """Beyond a day's limit there are more of them than rows, and the table says so; elsewhere it says nothing of it."""
    feeds = [
        {"province": "tra-vinh", "dead_letters": 1500},
        {"province": "tra-vinh", "dead_letters": 0},
        {"province": "tra-vinh", "dead_letters": 4},
        {"province": "hai-duong", "dead_letters": 1},
    ]
    letters = [
        {"province": "tra-vinh", "reason": "not_json"},
        {"province": "tra-vinh", "reason": "null_value"},
        {"province": "tra-vinh", "reason": "not_json"},
        {"province": "hai-duong", "reason": "bad_encoding"},
    ]

    lines = printed(dead_letters_table(letters, feeds)).splitlines()

    (flooded,) = (line.split() for line in lines if "Trà Vinh" in line)
    (sound,) = (line.split() for line in lines if "Hải Dương" in line)
    assert "Trà Vinh 1.504 not_json 2, null_value 1 (chỉ lưu riêng 3," == " ".join(flooded[:11])
    assert "Hải Dương 1 bad_encoding 1" == " ".join(sound)
    assert "" == printed(dead_letters_table([], [{"province": "tra-vinh", "dead_letters": 0}]))
