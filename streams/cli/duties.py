"""The reporting duties for people: each in the plan's words, with its assumption and a row per report.

In a province those that somebody is late with come first; a report that many owe is one row, in which a few are named, with their codes.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import groupby
from operator import itemgetter
from typing import Final

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from models.definitions import NeverDue
from models.duties import ONCE, DutyState
from models.panes import ALL
from models.topics import PROVINCE_NAMES, PROVINCES
from streams.cli.tables import new_table
from streams.cli.words import DUTY_STATES, NEVER_DUE, NOTHING, STYLES, day

Row = Mapping[str, object]

_NAMES_SHOWN: Final = 4
"""Agencies of a state that a row names; of more it says how many."""

_DUTY: Final = itemgetter("province", "duty")
_REPORT: Final = itemgetter("province", "duty", "period")
_PENDING: Final = (DutyState.LATE, DutyState.DUE_SOON)


def duties_overview(duties: Sequence[Row]) -> RenderableType:
    """Return the reports that are owed, by province and duty; `duties` come in the order of the view."""
    parts: list[RenderableType] = []
    for (province, _), rows in sorted(
        ((key, list(rows)) for key, rows in groupby(duties, _DUTY)), key=_urgent_first
    ):
        first = rows[0]
        words = Text(f"{PROVINCE_NAMES[str(province)]}, {_sentence(first)}\n")
        words.append(str(first["house_rule_vi"]), style="dim")
        parts += [words, _reports_table(rows)]
    return Group(*parts)


def _reports_table(duty: Sequence[Row]) -> Table:
    """Return how the reports of one duty stand, a row each."""
    table = new_table("")
    table.add_column("Kỳ", width=7)
    table.add_column("Hạn", width=10)
    table.add_column("Tình trạng", ratio=1)
    for _, rows in groupby(duty, _REPORT):
        report = list(rows)
        period, due_on = report[0]["period"], report[0]["due_on"]
        name = "một lần" if period == ONCE else str(period or NOTHING)
        table.add_row(name, day(due_on), _standing(report))
    return table


def _urgent_first(duty: tuple[tuple[object, ...], list[Row]]) -> tuple[int, int]:
    (province, _), rows = duty
    states = {row["state"] for row in rows}
    urgency = next((n for n, state in enumerate(DUTY_STATES) if state in states), 0)
    return PROVINCES.index(str(province)), urgency


def _sentence(row: Row) -> str:
    recipient = row["recipient"]
    to = "" if recipient is None else f" (nơi nhận: {recipient})"
    return f"{row['section']}. {row['text_vi']}{to}"


def _standing(report: Sequence[Row]) -> Text:
    """Return how many agencies stand how with a report; of one that is never due, when it was seen last."""
    reason = report[0]["reason"]
    if reason is not None:
        seen = [row["filed_on"] for row in report if row["filed_on"] is not None]
        last = f"; lần gần nhất {day(max(seen))}" if seen else ""  # type: ignore[type-var]  # dates
        return Text(f"{NEVER_DUE[NeverDue(str(reason))]}{last}", style="dim")
    if report[0]["reporter"] == ALL:
        word = DUTY_STATES[DutyState(str(report[0]["state"]))]
        return Text(f"{word}; danh bạ chưa có cơ quan nào phải gửi", style="dim")
    counts = Counter(row["state"] for row in report)
    standing = Text()
    for state, word in DUTY_STATES.items():
        if counts[state]:
            names = f": {_names(report, state)}" if state in _PENDING else ""
            standing.append("\n" if standing else "")
            standing.append(f"{word} {counts[state]}{names}", style=STYLES.get(state, "dim"))
    return standing


def _names(report: Sequence[Row], state: DutyState) -> str:
    names = [_named(row) for row in report if row["state"] == state]
    rest = len(names) - _NAMES_SHOWN
    return ", ".join(names[:_NAMES_SHOWN]) + (f" và {rest} cơ quan khác" if rest > 0 else "")


def _named(row: Row) -> str:
    code, name = row["reporter"], row["reporter_name"]
    return str(code) if name is None else f"{name} ({code})"
