"""Tables for people, at most 100 columns wide: figures, targets by status, problems, alerts, dead letters."""

import operator
import sys
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from rich import box
from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

from models.attainment import Status
from models.messages import STATUSES
from models.rules import State
from models.topics import PROVINCE_NAMES, PROVINCES
from streams.cli.notes import Titles, titles
from streams.cli.words import (
    PROBLEM_STATES,
    PROBLEM_STYLES,
    SEVERITIES,
    STATES,
    STYLES,
    URGENT_FIRST,
    bound,
    day,
    done,
    figure,
)

Row = Mapping[str, object]
Rows = Sequence[Row]

WIDTH: Final = 100
_HOUSE: Final = "house"
_WHOLE: Final = "*"
_WINDOWS: Final = ("7d", "30d", "90d", "year", "plan", "now")
_TARGETS_A_PROVINCE: Final = 1
"""Targets of a status that the overview shows of each province, each with what it rests on; `tiendo targets` shows all."""
_ALERTS_A_PROVINCE: Final = 2
"""Alerts of a severity that the overview shows of each province; `tiendo alerts` shows all."""


def console() -> Console:
    """Return the console for results: as wide as the terminal, at most WIDTH; elsewhere WIDTH."""
    plain = Console()
    return Console(width=min(plain.width, WIDTH) if plain.is_terminal else WIDTH, highlight=False)


def show_found(found: Mapping[str, Rows]) -> None:
    """Print everything that a run of files has found."""
    print_to_stdout(overview(found, titles()))


def overview(found: Mapping[str, Rows], called: Titles) -> RenderableType:
    """Return the figures of the provinces side by side, the targets by status, the alerts, the dead letters."""
    firing = [row for row in found["alerts"] if row["state"] == State.FIRING]
    return Group(
        provinces_table(found["kpi"], called),
        statuses_table(found["targets"], called),
        targets_table(found["targets"], called, _TARGETS_A_PROVINCE),
        alerts_table(firing, called, _ALERTS_A_PROVINCE),
        dead_letters_table(found["dead_letters"], found["feeds"]),
    )


def provinces_table(kpi: Rows, called: Titles) -> Table:
    """Return the house's figures of whole provinces: a row an indicator, a column a province."""
    shown = _present(kpi)
    table = new_table("Chỉ số, năm đến nay")
    table.add_column("Chỉ số", ratio=1)
    for slug in shown:
        table.add_column(PROVINCE_NAMES[slug], justify="right")
    cells: dict[str, dict[str, str]] = {}
    as_of: dict[str, object] = {}
    for row in kpi:
        if (row["plan"], row["agency"]) == (_HOUSE, _WHOLE):
            as_of[str(row["province"])] = row["as_of"]
            if row["window"] in {"year", "now"}:
                line = cells.setdefault(str(row["indicator"]), {})
                line[str(row["province"])] = _share_or_number(row)
    table.add_row("tính đến ngày", *(day(as_of.get(slug)) for slug in shown), end_section=True)
    for indicator in called.in_order(cells):
        line = cells[indicator]
        table.add_row(called.indicators[indicator], *(line.get(slug, "") for slug in shown))
    return table


def kpi_table(kpi: Rows, province: str, called: Titles) -> Table:
    """Return a province's figures: a row an indicator, a column a window."""
    table = new_table(f"Chỉ số – {PROVINCE_NAMES[province]}")
    table.add_column("Chỉ số", ratio=1)
    for window in _WINDOWS:
        table.add_column(window, justify="right")
    cells: dict[str, dict[str, str]] = {}
    for row in kpi:
        if row["province"] == province and row["agency"] == _WHOLE:
            line = cells.setdefault(str(row["indicator"]), {})
            line[str(row["window"])] = _share_or_number(row)
    for indicator in called.in_order(cells):
        line = cells[indicator]
        title = called.with_assumption(called.indicators[indicator], indicator)
        table.add_row(title, *(line.get(name, "") for name in _WINDOWS))
    return table


def statuses_table(targets: Rows, called: Titles) -> Table:
    """Return how many targets of each province stand how; a commitment that stands twice is counted once."""
    shown = _present(targets)
    table = new_table("Chỉ tiêu theo tình trạng")
    table.add_column("Tình trạng", ratio=1)
    for slug in shown:
        table.add_column(PROVINCE_NAMES[slug], justify="right")
    counted = [row for row in targets if called.counts(row["target"])]
    counts = Counter((row["status"], row["province"]) for row in counted)
    for status in URGENT_FIRST:
        if any(counts[status, slug] for slug in shown):
            cells = (str(counts[status, slug]) for slug in shown)
            table.add_row(_status(status), *cells)
    repeated = Counter(row["province"] for row in targets) - Counter(
        row["province"] for row in counted
    )
    if repeated:
        cells = (str(repeated[slug]) for slug in shown)
        table.add_row(Text("lặp lại cam kết khác, không tính thêm", style="dim"), *cells)
    return table


def targets_table(
    targets: Rows, called: Titles, a_province: int | None = None, readings: Rows = ()
) -> Table:
    """Return the targets under their statuses, those that need somebody first, with their Vietnamese text.

    `a_province`: at most so many of each status and province, and those that cannot be measured not at all.
    `readings`: how targets stood on the days on which their plan is read as well.
    """
    read: dict[object, list[str]] = {}
    for row in readings:
        read.setdefault(row["target"], []).append(_reading(row, targets))
    table = new_table("Chỉ tiêu")
    table.add_column("Tỉnh", width=10)
    table.add_column("Chỉ tiêu", ratio=1)
    table.add_column("Hiện nay", justify="right", width=15)
    table.add_column("Yêu cầu", justify="right", width=15)
    table.add_column("Hạn", width=10)
    for status in URGENT_FIRST:
        rows = [row for row in targets if row["status"] == status]
        if not rows or (status is Status.NOT_MEASURABLE and a_province is not None):
            continue
        shown = _first_of_each_province(rows, a_province)
        table.add_row("", _status(status, len(rows)))
        for row in shown:
            done, needed = _done_and_needed(row, called)
            province = PROVINCE_NAMES[str(row["province"])]
            title = called.with_notes(
                str(row["text_vi"]), row["target"], row["reason"], *read.get(row["target"], ())
            )
            table.add_row(province, title, done, needed, day(row["deadline"]))
        _add_rest(table, len(rows) - len(shown), "chỉ tiêu")
        table.add_section()
    return table


def problems_table(problems: Rows) -> Table:
    """Return the problems that the plans speak of under their states, those raised first, each with its assumption."""
    table = new_table("Vấn đề nêu trong kế hoạch")
    table.add_column("Tỉnh", width=10)
    table.add_column("Vấn đề", ratio=1)
    table.add_column("Hiện nay", justify="right", width=15)
    table.add_column("Mức nêu", justify="right", width=15)
    table.add_column("Từ ngày", width=10)
    for state, word in PROBLEM_STATES.items():
        rows = [row for row in problems if row["state"] == state]
        if not rows:
            continue
        table.add_row("", Text(f"{word}: {len(rows)}", style=PROBLEM_STYLES.get(state, "dim")))
        for row in _first_of_each_province(rows, None):
            told = Text(str(row["text_vi"]))
            told.append(f"\n{row['house_rule_vi'] or row['why_vi']}", style="dim")
            if state == "raised" and row["value"] is None:
                told.append(
                    "\nnay không có số liệu: vẫn nêu như lần gần nhất có số liệu", style="dim"
                )
            province = PROVINCE_NAMES[str(row["province"])]
            since = "" if row["since"] is None else day(row["since"])
            table.add_row(province, told, _shown(row), bound(row), since)
        table.add_section()
    return table


def alerts_table(alerts: Rows, called: Titles, a_province: int | None = None) -> Table:
    """Return the alerts, those that fire first, the worst first: what each is about, and its Vietnamese reason.

    `a_province`: at most so many of each severity and province, one of each rule before a second.
    """
    table = new_table("Cảnh báo")
    table.add_column("Tỉnh", width=10)
    table.add_column("Về việc", ratio=2)
    table.add_column("Lý do", ratio=3)
    table.add_column("Từ ngày", width=10)
    for state, in_words in STATES.items():
        for severity, word in SEVERITIES.items():
            rows = [row for row in alerts if (row["state"], row["severity"]) == (state, severity)]
            if not rows:
                continue
            shown = _first_of_each_province(_rules_in_turn(rows), a_province)
            head = f"{word}, {in_words}: {len(rows)}"
            table.add_row("", Text(head, style=STYLES[severity]))
            for row in shown:
                province = PROVINCE_NAMES[str(row["province"])]
                table.add_row(
                    province, _about(row, called), str(row["reason_vi"]), day(row["starts_at"])
                )
            _add_rest(table, len(rows) - len(shown), "cảnh báo")
            table.add_section()
    return table


def dead_letters_table(letters: Rows, feeds: Rows) -> RenderableType:
    """Return how many records of each province were refused, and why those that are kept were; nothing when none was."""
    refused = Counter[object]()
    for row in feeds:
        refused[row["province"]] += int(str(row["dead_letters"]))
    if not refused.total():
        return Text()
    table = new_table("Bản ghi bị từ chối")
    table.add_column("Tỉnh", width=10)
    table.add_column("Số bản ghi", justify="right", width=10)
    table.add_column("Mã lý do", ratio=1)
    for slug in _present(letters):
        reasons = Counter(str(row["reason"]) for row in letters if row["province"] == slug)
        listed = ", ".join(f"{reason} {count}" for reason, count in reasons.most_common())
        if refused[slug] > reasons.total():
            listed += f" (chỉ lưu riêng {figure(reasons.total())}, vượt mức của một ngày)"
        table.add_row(PROVINCE_NAMES[slug], figure(refused[slug]), listed)
    return table


def print_to_stdout(renderable: RenderableType) -> None:
    """Print a table."""
    console().print(renderable)
    sys.stdout.flush()


def _first_of_each_province(rows: Rows, a_province: int | None) -> Rows:
    """Return the rows by province, of each the first so many."""
    return [
        row
        for slug in PROVINCES
        for row in [row for row in rows if row["province"] == slug][:a_province]
    ]


def _rules_in_turn(alerts: Rows) -> Rows:
    """Return the first alert of each province and rule, then the second of each, and so on."""
    met: Counter[object] = Counter()
    turns: list[tuple[int, Row]] = []
    for row in alerts:
        turns.append((met[row["province"], row["rule"]], row))
        met[row["province"], row["rule"]] += 1
    return [row for _, row in sorted(turns, key=operator.itemgetter(0))]


def _add_rest(table: Table, count: int, word: str) -> None:
    if count > 0:
        table.add_row("", Text(f"… và {count} {word} nữa", style="dim"))


def _about(alert: Row, called: Titles) -> Text:
    """Return what an alert is about: a target's words and assumption, an agency's code, or the words of a duty or problem."""
    if alert["target"] is not None:
        target = str(alert["target"])
        return called.with_assumption(called.targets.get(target, target), target)
    if alert["agency"] is not None:
        return Text(str(alert["agency"]))
    about = str(alert["dedup_key"]).split("/")[3]
    return Text(called.duties.get(about) or called.problems.get(about, about))


def _reading(row: Row, targets: Rows) -> str:
    """Return how a target stood on a day on which its plan is read as well."""
    (target,) = (one for one in targets if one["target"] == row["target"])
    done = _done(row["value"], target)
    word = STATUSES[Status(str(row["status"]))].vi
    return f"đọc ngày {day(row['reading_day'])}: {done}{', ' if done else ''}{word}"


def _done(value: object, target: Row) -> str:
    return done(value, str(target["kind"]), str(target["unit"]))


def _done_and_needed(row: Row, called: Titles) -> tuple[str, str]:
    """Return a target's value and what it needs; a milestone needs no number."""
    if row["kind"] == "milestone":
        return _done(row["value"], row), ""
    needed = called.required(row["target"], row["target_value"], str(row["unit"]))
    return _done(row["value"], row), needed


def _shown(row: Row) -> str:
    """Return a figure with its two sides where it has them; nothing where there can be none."""
    if row["unit"] is None:
        return ""
    shown = figure(row["value"], str(row["unit"]))
    if row["numerator"] is None:
        return shown
    return f"{shown}\n{figure(row['numerator'])}/{figure(row['denominator'])}"


def _present(rows: Iterable[Row]) -> list[str]:
    met = {row["province"] for row in rows}
    return [slug for slug in PROVINCES if slug in met]


def _share_or_number(row: Row) -> str:
    """Return a figure without the name of what it counts: the row's title has it."""
    return figure(row["value"], "%" if str(row["unit"]).startswith("%") else "")


def _status(status: Status, count: int | None = None) -> Text:
    word = STATUSES[status].vi
    return Text(word if count is None else f"{word}: {count}", style=STYLES.get(status, "dim"))


def new_table(title: str) -> Table:
    """Return an empty table as all of them look."""
    return Table(
        title=title, title_justify="left", title_style="bold", box=box.SIMPLE_HEAD, expand=True
    )
