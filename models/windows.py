"""Windows: the days that a figure is read over, given the day that it is read on."""

from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from models.days import Day, date_of, day_from_date, next_year, year_start
from models.definitions import WindowName
from models.panes import Span

TRAILING = {WindowName.DAYS_7: 7, WindowName.DAYS_30: 30, WindowName.DAYS_90: 90}
"""Days in the windows that trail the day read on, that day included."""

FLOW_WINDOWS = (
    WindowName.DAYS_7,
    WindowName.DAYS_30,
    WindowName.DAYS_90,
    WindowName.YEAR,
    WindowName.PLAN,
)
STOCK_WINDOWS = (WindowName.NOW,)


@dataclass(frozen=True, slots=True)
class Period:
    """The period of a plan; `clipped`: a year never leaves it (house indicators' years do)."""

    start: Day
    end: Day
    clipped: bool = True

    def span(self, window: WindowName, day: int) -> Span:
        """Return the first and last day of `window` read on `day`; first None: from ever."""
        if window is WindowName.NOW:
            return None, day
        if window is WindowName.PLAN:
            return self.start, min(day, self.end)
        if window is WindowName.YEAR:
            if not self.clipped:
                return year_start(day), day
            last = min(day, self.end)
            return max(year_start(last), self.start), last
        return day - TRAILING[window] + 1, day

    def edges(self, window: WindowName, day: int) -> list[int]:
        """Return the days after `day` on which an amount dated `day` leaves `window`."""
        if window in TRAILING:
            return [day + TRAILING[window]]
        if window is WindowName.YEAR:
            following = next_year(day)
            return [] if self.clipped and following > self.end else [following]
        return []


class View(NamedTuple):
    """A window of a period as it is read on a day."""

    period: Period
    window: WindowName
    day: int
    span: Span


@lru_cache(maxsize=4096)  # many figures are read over the same few windows on a day
def view(period: Period, window: WindowName, day: int) -> View:
    """Return a window of a period as it is read on a day."""
    return View(period, window, day, period.span(window, day))


@lru_cache(maxsize=4096)
def view_years_before(seen: View, years: int) -> View:
    """Return the same window read on the same date `years` earlier, of a period that lies as much earlier."""
    period = seen.period
    shifted = Period(
        years_before(period.start, years), years_before(period.end, years), period.clipped
    )
    return view(shifted, seen.window, years_before(seen.day, years))


def years_before(day: int, years: int) -> Day:
    """Return the same date `years` earlier; 28 February for a 29th that year lacks."""
    value = date_of(day)
    try:
        return day_from_date(value.replace(year=value.year - years))
    except ValueError:
        return day_from_date(value.replace(year=value.year - years, day=28))


def year_period(day: int) -> Period:
    """Return the calendar year of a day as a period."""
    return Period(year_start(day), Day(next_year(day) - 1))
