"""Instants and dates as senders write them: RFC 3339 text in, the engine's integers out.

Strict on purpose: an instant without offset, a date with a time or a number in place of text is refused, never guessed.
"""

import re
from datetime import date
from functools import lru_cache
from typing import Final

from models.days import (
    MICROSECONDS_PER_DAY,
    Day,
    Instant,
    date_of,
    datetime_of,
    day_from_date,
    start_of,
)

_INSTANT: Final = re.compile(
    r"(\d{4}-\d\d-\d\d)[Tt]([01]\d|2[0-3]):([0-5]\d):([0-5]\d)(?:\.(\d{1,30}))?"
    r"(?:[Zz]|([+-])([01]\d|2[0-3]):([0-5]\d))",
    re.ASCII,
)
_WITHOUT_OFFSET: Final = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(?:\.\d{1,30})?", re.ASCII)
_DATE: Final = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_MINUTES: Final = {
    f"{hour:02}:{minute:02}": (hour * 60 + minute) * 60_000_000
    for hour in range(24)
    for minute in range(60)
}
"""Time of day as written -> microseconds; colons are in the keys, so that looking up checks them too."""
_SECONDS: Final = {f":{second:02}": second * 1_000_000 for second in range(60)}
_WITHOUT_FRACTION: Final = frozenset(
    (len("2019-10-31T08:00:00+07:00"), len("2019-10-31T01:00:00Z"))
)

_EARLIEST: Final = start_of(day_from_date(date.min))
_LATEST: Final = start_of(day_from_date(date.max)) + MICROSECONDS_PER_DAY - 1

INSTANT_EXPECTED: Final = "an RFC 3339 instant with offset, such as 2019-10-31T08:00:00+07:00"
DATE_EXPECTED: Final = "a date written YYYY-MM-DD"


def parse_instant(text: str) -> Instant:
    """Return the instant that `text` writes, cut to microseconds.

    Raises:
        ValueError: not an RFC 3339 instant with offset, a leap second, or outside the calendar
            days 0001-01-01 to 9999-12-31 in Việt Nam. The message never quotes the text.
    """
    if len(text) in _WITHOUT_FRACTION:
        # A log has few days and offsets: only the time of day is new.
        midnight = _midnight(text[:11] + text[19:])
        minute = _MINUTES.get(text[11:16])
        second = _SECONDS.get(text[16:19])
        if midnight is not None and minute is not None and second is not None:
            return Instant(midnight + minute + second)
    return _parse(text)


@lru_cache(maxsize=4096)
def _midnight(day_and_offset: str) -> Instant | None:
    """Return the instant of 00:00:00 on a day that is far from the calendar's ends, None on any other.

    Far from them, midnight is inside the calendar if and only if every instant of its day is.
    """
    if not "1" <= day_and_offset[0] <= "2":
        return None
    return _parse(f"{day_and_offset[:11]}00:00:00{day_and_offset[11:]}")


def _parse(text: str) -> Instant:
    match = _INSTANT.fullmatch(text)
    if match is None:
        raise ValueError(INSTANT_EXPECTED)
    day, hour, minute, second, fraction, sign, offset_hour, offset_minute = match.groups()
    seconds = int(hour) * 3600 + int(minute) * 60 + int(second)
    if sign is not None:
        offset = int(offset_hour) * 3600 + int(offset_minute) * 60
        seconds += offset if sign == "-" else -offset
    microseconds = int(fraction[:6].ljust(6, "0")) if fraction is not None else 0
    instant = parse_date(day) * MICROSECONDS_PER_DAY + seconds * 1_000_000 + microseconds
    if not _EARLIEST <= instant <= _LATEST:
        raise ValueError(INSTANT_EXPECTED)
    return Instant(instant)


@lru_cache(maxsize=16_384)
def parse_date(text: str) -> Day:
    """Return the day that `text` writes as YYYY-MM-DD.

    Raises:
        ValueError: anything else, a date with a time included. The message never quotes the text.
    """
    if _DATE.fullmatch(text) is None:
        raise ValueError(DATE_EXPECTED)
    try:
        return day_from_date(date.fromisoformat(text))
    except ValueError:
        raise ValueError(DATE_EXPECTED) from None


def lacks_offset(text: object) -> bool:
    """Return whether `text` would be an RFC 3339 instant if it had an offset."""
    return isinstance(text, str) and _WITHOUT_OFFSET.fullmatch(text) is not None


def format_instant(instant: int) -> str:
    """Return `instant` as RFC 3339 text in Việt Nam's time."""
    return datetime_of(instant).isoformat()


def format_date(day: int) -> str:
    """Return `day` as YYYY-MM-DD."""
    return date_of(day).isoformat()
