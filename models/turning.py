"""Turning days: on which days may a figure differ from that of the day before, without a fact having changed?

Every such day is found; a day that is found may still leave the figure as it was.
"""

from collections.abc import Iterator

from models.days import Day, year_start
from models.definitions import WindowName
from models.figures import CompiledIndicator, Sources
from models.forms import ChangeForm
from models.panes import ALL
from models.windows import TRAILING


def turning_days(
    indicator: CompiledIndicator, sources: Sources, first: int, last: int
) -> list[Day]:
    """Return the days of [first, last] on which an amount enters or leaves the indicator's window, or its agencies change."""
    if first > last:  # an ordinary close: only its own day is read
        return []
    if isinstance(indicator.form, ChangeForm):  # it reads days of another year too
        return [Day(day) for day in range(first, last + 1)]
    days = {day for day in _moves(indicator, sources, first) if first <= day <= last}
    if indicator.over is not None:
        days.update(day for day in range(first, last + 1) if sources.register.turns(day))
    return [Day(day) for day in sorted(days)]


def _moves(indicator: CompiledIndicator, sources: Sources, first: int) -> Iterator[int]:
    """Yield the days on which an amount enters or leaves the window; at least those from `first` on."""
    period, window, panes = indicator.period, indicator.window, sources.panes
    back = first - TRAILING.get(window, 0)
    if window is WindowName.YEAR:
        back = year_start(first - 1)
    for measure in indicator.form.measures:
        for bucket in panes.by_bucket(measure, ALL):
            for day in panes.series(measure, bucket, ALL).days(back):
                yield day
                yield from period.edges(window, day)
