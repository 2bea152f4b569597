"""Working days in Việt Nam: Monday to Friday without public holidays, with days off in lieu and in exchange.

The holidays come from the library `holidays`; `EXCHANGES` has what the government decided and the library does not know.
Every function is total: outside 2000-2030 no holiday is known and only weekends are off.
"""

from datetime import date
from functools import cache
from typing import Final, NamedTuple

from holidays import country_holidays

from models.days import Day, date_of, day_from_date

FIRST_YEAR: Final = 2000
LAST_YEAR: Final = 2030

_START: Final = day_from_date(date(FIRST_YEAR, 1, 1))
_END: Final = day_from_date(date(LAST_YEAR + 1, 1, 1))


class Exchange(NamedTuple):
    """A decision that officials rest on one day and work on another (hoán đổi ngày làm việc)."""

    off: date
    worked: date
    source: str


EXCHANGES: Final = (
    Exchange(date(2010, 9, 3), date(2010, 9, 11), "Công văn 5971/VPCP-KGVX, 2010"),
    Exchange(date(2011, 1, 31), date(2011, 1, 29), "Công văn 9529/VPCP-KGVX, 31/12/2010"),
    Exchange(date(2011, 2, 1), date(2011, 1, 30), "Công văn 9529/VPCP-KGVX, 31/12/2010"),
    Exchange(date(2011, 4, 11), date(2011, 4, 9), "Công văn 9529/VPCP-KGVX, 31/12/2010"),
    Exchange(date(2012, 12, 31), date(2013, 1, 5), "VPCP, 23/11/2012: Tiền Phong, Báo Thái Nguyên"),
    Exchange(date(2013, 2, 15), date(2013, 2, 23), "VPCP, 23/11/2012: Tiền Phong, Báo Thái Nguyên"),
    Exchange(date(2014, 1, 28), date(2014, 1, 25), "Thông báo nghỉ Tết Giáp Ngọ 2014: Lao Động"),
    Exchange(date(2014, 1, 29), date(2014, 2, 8), "Thông báo nghỉ Tết Giáp Ngọ 2014: Lao Động"),
    Exchange(date(2026, 1, 2), date(2026, 1, 10), "Công văn 12729/VPCP-KGVX, 25/12/2025"),
)
"""Beyond those that the library has; a day of rest that is a holiday there already does no harm."""

DAYS_IN_LIEU: Final = ((date(2014, 2, 5), "Thông báo nghỉ Tết Giáp Ngọ 2014: Lao Động"),)
"""Days off in lieu of a holiday on a weekend that the library puts on another day."""


class _Table(NamedTuple):
    """The calendar unrolled: how many working days there are up to each day, and which they are."""

    counts: tuple[int, ...]
    """`counts[i]`: working days from 1 January 2000 up to and including day `_START + i - 1`."""
    working: tuple[Day, ...]


@cache
def _table() -> _Table:
    # Tết and exchanges cross the year
    known = country_holidays("VN", years=range(FIRST_YEAR - 1, LAST_YEAR + 2))
    off = {exchange.off for exchange in EXCHANGES} | {day for day, _ in DAYS_IN_LIEU}
    worked = {exchange.worked for exchange in EXCHANGES}
    counts = [0]
    working: list[Day] = []
    for number in range(_START, _END):
        day = date_of(number)
        if day in worked or (known.is_working_day(day) and day not in off):
            working.append(Day(number))
        counts.append(len(working))
    return _Table(tuple(counts), tuple(working))


def _weekdays(day: int) -> int:
    """Count Monday to Friday from Monday 29 December 1969 up to and including `day`."""
    weeks, weekday = divmod(day + 3, 7)
    return 5 * weeks + min(weekday + 1, 5)


def _weekday_number(count: int) -> Day:
    """Return the `count`-th weekday: the inverse of `_weekdays`."""
    weeks, weekday = divmod(count - 1, 5)
    return Day(7 * weeks + weekday - 3)


def _rank(day: int) -> int:
    """Count the working days up to and including `day`, from 1 January 2000; negative before."""
    counts = _table().counts
    if day < _START:
        return _weekdays(day) - _weekdays(_START - 1)
    if day < _END:
        return counts[day - _START + 1]
    return counts[-1] + _weekdays(day) - _weekdays(_END - 1)


def is_working_day(day: Day) -> bool:
    """Tell whether offices work on `day`."""
    return _rank(day) > _rank(day - 1)


def working_days(after: Day, until: Day) -> int:
    """Count the working days d with after < d <= until; 0 where `until` is not later."""
    return _rank(until) - _rank(after) if until > after else 0


def add_working_days(day: Day, n: int) -> Day:
    """Return the n-th working day after `day`; `day` itself for 0.

    Raises:
        ValueError: `n` is negative.
    """
    if n < 0:
        raise ValueError(f"working days are added forward only, not {n}")
    if n == 0:
        return day
    rank = _rank(day) + n
    working = _table().working
    if rank <= 0:
        return _weekday_number(rank + _weekdays(_START - 1))
    if rank <= len(working):
        return working[rank - 1]
    return _weekday_number(rank - len(working) + _weekdays(_END - 1))
