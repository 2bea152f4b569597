"""Reporting duties of a province, period by period: what is owed until when, and how one agency stands on a day.

A state follows from the due date, the day of the filing and the day it is read on; nothing else is remembered of a duty.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Final, NamedTuple

from models.days import Day, date_of, day_from_date
from models.definitions import Due, Every, NeverDue, Population, Text

DUE_SOON_DAYS: Final = 14
"""A report is due soon from so many days before its last day on (house rule)."""

ONCE: Final = "plan"
"""Name of the only period of a report that is owed once."""

NO_PERIOD: Final = ""
"""Stands for the period of a duty that is never due."""

_MONTHS: Final = {Every.MONTH: 1, Every.QUARTER: 3, Every.HALF_YEAR: 6, Every.YEAR: 12}


class DutyState(StrEnum):
    """How one agency stands with one report."""

    NOT_DUE = "not_due"
    """Not filed, and its last day is far."""
    DUE_SOON = "due_soon"
    """Not filed, and its last day is at most `DUE_SOON_DAYS` away."""
    LATE = "late"
    """Not filed, and its last day has passed."""
    FILED = "filed"
    """Filed on its last day or before."""
    FILED_LATE = "filed_late"
    """Filed after its last day."""
    NOT_MEASURABLE = "not_measurable"
    """The duty is never due; the filing, if any, is the last one seen."""


class Period(NamedTuple):
    """The days that a report is about, both ends inside."""

    name: str
    """`2011`, `2011-H1`, `2011-Q1`, `2011-01`, or `plan`."""
    start: Day
    end: Day


@dataclass(frozen=True, slots=True)
class Obligation:
    """One report of a duty: every agency of its population owes it."""

    duty: str
    section: str
    period: Period | None
    """None: the duty is never due, and any report counts as a sign of it."""
    due_on: Day | None
    """The last day, inside; None: never due."""
    over: Population
    filed: tuple[str, ...]
    """Measures whose buckets are the last days of the periods that reports are about; each must have one about this period."""
    recipient: Text | None
    alerts: bool
    """Whether the plan prints the date: then being due soon or late raises alerts."""
    never_due: NeverDue | None = None

    @property
    def name(self) -> str:
        """The name of its period."""
        return NO_PERIOD if self.period is None else self.period.name

    def covers(self, day: int) -> bool:
        """Tell whether a report about a period that ends on `day` is this one."""
        return self.period is None or self.period.start <= day <= self.period.end

    def state(self, filed_on: Day | None, day: int) -> DutyState:
        """Return how an agency that files on `filed_on` (None: not yet known to) stands on `day`."""
        if self.due_on is None:
            return DutyState.NOT_MEASURABLE
        if filed_on is not None and filed_on <= day:
            return DutyState.FILED if filed_on <= self.due_on else DutyState.FILED_LATE
        if day > self.due_on:
            return DutyState.LATE
        return DutyState.DUE_SOON if day >= self.due_on - DUE_SOON_DAYS else DutyState.NOT_DUE


def periods(every: Every, first: date, last: date) -> Iterator[Period]:
    """Yield the periods of a rhythm that meet the days from `first` to `last`: whole ones, also where the plan begins within."""
    if every is Every.ONCE:
        yield Period(ONCE, day_from_date(first), day_from_date(last))
        return
    months = _MONTHS[every]
    number = (first.year * 12 + first.month - 1) // months
    while (start := _month(number * months)) <= last:
        end = _month((number + 1) * months) - timedelta(days=1)
        yield Period(_name(every, start), day_from_date(start), day_from_date(end))
        number += 1


def last_day(period: Period, due: Due | None) -> Day:
    """Return the last day for a report about `period`."""
    if due is None:
        return period.end
    if due.before is not None:
        return Day(day_from_date(due.before) - 1)
    if due.by is not None:
        return day_from_date(due.by)
    period_end = date_of(period.end)
    month = period_end.year * 12 + period_end.month - 1 + due.months
    month_end = _month(month + 1) - timedelta(days=1)
    return day_from_date(month_end.replace(day=min(due.day or 1, month_end.day)))


def _month(number: int) -> date:
    """Return the first day of a month counted from the year 0."""
    return date(number // 12, number % 12 + 1, 1)


def _name(every: Every, start: date) -> str:
    year, month = start.year, start.month
    return {
        Every.MONTH: f"{year}-{month:02}",
        Every.QUARTER: f"{year}-Q{(month + 2) // 3}",
        Every.HALF_YEAR: f"{year}-H{(month + 5) // 6}",
        Every.YEAR: f"{year}",
    }[every]
