"""Compile `held` (form 1): the minutes that a report holds, until the key's next report and at most so long.

Whole minutes by the clock, split at midnight in Việt Nam: pieces that touch add up to what the whole would be.
"""

from typing import Final

from models.days import MICROSECONDS_PER_DAY, Day, day_of, start_of
from models.measures.amounts import Add, Amounts
from models.subjects import Grouped
from models.where import CompiledWhere

_MICROSECONDS_PER_MINUTE: Final = 60_000_000


def add_minutes_held(
    name: str, fact: str, longest_minutes: int, where: CompiledWhere, *, own_code: bool
) -> Add:
    """Return what adds the minutes that the reports meant hold."""
    longest = longest_minutes * _MICROSECONDS_PER_MINUTE

    def add(facts: Grouped, key: str, out: Amounts, sign: int) -> None:
        panes = out[name]
        for series in facts.get(fact, {}).values():
            for index, report in enumerate(series):
                if not where.means(report, facts):
                    continue
                end = report.moment + longest
                if index + 1 < len(series):
                    end = min(end, series[index + 1].moment)
                agency = key if own_code else report.agency
                for day, minutes in minutes_by_day(report.moment, end):
                    pane = ("", agency, day)
                    panes[pane] = panes.get(pane, 0) + sign * minutes

    return add


def minutes_by_day(start: int, end: int) -> list[tuple[Day, int]]:
    """Split the instants [start, end) at midnights; whole minutes, days without any left out."""
    pieces = []
    while start < end:
        day = day_of(start)
        stop = min(end, start_of(day) + MICROSECONDS_PER_DAY)
        minutes = stop // _MICROSECONDS_PER_MINUTE - start // _MICROSECONDS_PER_MINUTE
        if minutes:
            pieces.append((day, minutes))
        start = stop
    return pieces
