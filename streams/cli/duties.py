"""The table of reporting duties: under each duty its reports, those that are late first, with who has not filed.

A duty's assumption stands beneath its words; a report that many owe is one row, in which a few are named.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import groupby
from operator import itemgetter
from typing import Final

from rich.table import Table
from rich.text import Text

from models.definitions import NeverDue
from models.duties import DutyState
from models.topics import PROVINCE_NAMES, PROVINCES
from streams.cli.tables import new_table
from streams.cli.words import DUTY_STATES, NEVER_DUE, STYLES, day

Row = Mapping[str, object]

_CODES_SHOWN: Final = 4
"""Agencies of a state that a row names; of more it says how many."""

_DUTY: Final = itemgetter("province", "duty")
_REPORT: Final = itemgetter("province", "duty", "period")
_PENDING: Final = (DutyState.LATE, DutyState.DUE_SOON)


def duties_table(duties: Sequence[Row]) -> Table:
    """Return the reports that are owed, by province and duty; `duties` come in the order of the view."""
    table = new_table("Chế độ báo cáo")
    table.add_column("Tỉnh", width=10)
    table.add_column("Báo cáo", ratio=3)
    table.add_column("Kỳ", width=7)
    table.add_column("Hạn", width=10)
    table.add_column("Tình trạng", ratio=2)
    for (province, _), found in sorted(
        ((key, list(rows)) for key, rows in groupby(duties, _DUTY)), key=_urgent_first
    ):
        first = found[0]
        words = Text(_sentence(first))
        words.append(f"\n{first['house_rule_vi']}", style="dim")
        for number, (_, rows) in enumerate(groupby(found, _REPORT)):
            report = list(rows)
            table.add_row(
                PROVINCE_NAMES[str(province)] if number == 0 else "",
                words if number == 0 else "",
                str(report[0]["period"] or ""),
                day(report[0]["due_on"]),
                _standing(report),
            )
        table.add_section()
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
    counts = Counter(row["state"] for row in report)
    standing = Text()
    for state, word in DUTY_STATES.items():
        if counts[state]:
            names = f": {_codes(report, state)}" if state in _PENDING else ""
            standing.append("\n" if standing else "")
            standing.append(f"{word} {counts[state]}{names}", style=STYLES.get(state, "dim"))
    return standing


def _codes(report: Sequence[Row], state: DutyState) -> str:
    codes = [str(row["reporter"]) for row in report if row["state"] == state]
    rest = len(codes) - _CODES_SHOWN
    return ", ".join(codes[:_CODES_SHOWN]) + (f" và {rest} cơ quan khác" if rest > 0 else "")
