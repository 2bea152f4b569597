"""Days and instants: the two ways in which tiendo counts time.

A day is a number of days since 1970-01-01 in Asia/Ho_Chi_Minh, an instant a number of microseconds since the epoch in UTC.
Both are plain integers inside the engine, so that merging, hashing and storing them costs nothing.
"""

from datetime import UTC, date, datetime, timedelta, timezone
from typing import Final, NewType

Day = NewType("Day", int)
"""Days since 1970-01-01 in Asia/Ho_Chi_Minh."""

Instant = NewType("Instant", int)
"""Microseconds since 1970-01-01T00:00:00Z."""

FOREVER: Final = Day(date.max.toordinal() - date(1970, 1, 1).toordinal() + 1)
"""The end of an interval that is still open: the day after 31 December 9999, the last that a calendar date can name."""

EARLIEST: Final = Day(date.min.toordinal() - date(1970, 1, 1).toordinal())
"""The first day that a calendar date can name."""

VIETNAM: Final = timezone(timedelta(hours=7), "+07:00")
"""Asia/Ho_Chi_Minh has been UTC+07:00 without daylight saving since 1975."""

MICROSECONDS_PER_DAY: Final = 86_400_000_000
_OFFSET: Final = 7 * 3_600_000_000
_EPOCH_ORDINAL: Final = date(1970, 1, 1).toordinal()
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


def day_of(instant: int) -> Day:
    """Return the day in Việt Nam on which `instant` (microseconds) falls."""
    return Day((instant + _OFFSET) // MICROSECONDS_PER_DAY)


def day_from_date(value: date) -> Day:
    """Return the day that a calendar date names."""
    return Day(value.toordinal() - _EPOCH_ORDINAL)


def date_of(day: int) -> date:
    """Return the calendar date of `day`."""
    return date.fromordinal(day + _EPOCH_ORDINAL)


def datetime_of(instant: int) -> datetime:
    """Return `instant` as an aware datetime in +07:00."""
    return (_EPOCH + timedelta(microseconds=instant)).astimezone(VIETNAM)


def start_of(day: int) -> Instant:
    """Return the first microsecond of `day`."""
    return Instant(day * MICROSECONDS_PER_DAY - _OFFSET)


def year_start(day: int) -> Day:
    """Return 1 January of the year in which `day` falls."""
    return day_from_date(date(date_of(day).year, 1, 1))


def next_year(day: int) -> Day:
    """Return 1 January after `day`; `FOREVER` after the year 9999."""
    year = date_of(day).year
    return FOREVER if year == date.max.year else day_from_date(date(year + 1, 1, 1))
