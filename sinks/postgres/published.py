"""What was published of a figure, and where in the log its days were closed; in one transaction with what is known now."""

from collections.abc import Collection
from typing import Final, NamedTuple

from models.changes import Figure, KpiKey
from models.days import Day
from sinks.postgres.connection import Connection

_BEFORE: Final = 5
_AFTER: Final = 3

_PUBLISHED: Final = """
SELECT closed_day - date '1970-01-01', value, numerator, denominator, definition_version
FROM tiendo.kpi_history
WHERE province = $1 AND plan = $2 AND indicator = $3 AND agency = $4 AND "window" = $5 AND closed_day """
_UP_TO: Final = f"{_PUBLISHED} <= tiendo.day($6) ORDER BY closed_day DESC LIMIT {_BEFORE}"
_LATER: Final = f"{_PUBLISHED} > tiendo.day($6) ORDER BY closed_day LIMIT {_AFTER}"
_CLOSE: Final = """
SELECT next_offset FROM tiendo.close WHERE province = $1 AND closed_day = tiendo.day($2)"""

_ARRIVED: Final = """
SELECT asked.day,
    coalesce((SELECT c.next_offset FROM tiendo.close AS c WHERE c.province = $1 AND c.closed_day < tiendo.day(asked.day)
        ORDER BY c.closed_day DESC LIMIT 1), 0),
    (SELECT c.next_offset FROM tiendo.close AS c WHERE c.province = $1 AND c.closed_day >= tiendo.day(asked.day)
        ORDER BY c.closed_day LIMIT 1)
FROM unnest($2::integer[]) AS asked (day)"""


class PublishedRow(NamedTuple):
    """A row of the history."""

    closed_day: Day
    figure: Figure
    definition_version: str


async def published_about(
    connection: Connection, province: str, key: KpiKey, window: str, day: int
) -> list[PublishedRow]:
    """Return the last rows of a figure up to a day, and the first ones after it, in order of their days."""
    named = (province, *key, window, day)
    before = await connection.fetch(_UP_TO, *named)
    later = await connection.fetch(_LATER, *named)
    return [
        PublishedRow(Day(row[0]), Figure(*row[1:4]), row[4]) for row in (*reversed(before), *later)
    ]


async def closed_at(connection: Connection, province: str, day: int) -> int | None:
    """Return the offset before which records were known when a day was closed; None where it was not."""
    offset: int | None = await connection.fetchval(_CLOSE, province, day)
    return offset


async def arrived(
    connection: Connection, province: str, days: Collection[int]
) -> dict[int, tuple[int, int | None]]:
    """Return of each day the offsets between which most of its events came: from where it began to where the next one did.

    The second is None where no later day has begun. Events may be late, and a sender's clock ahead.
    """
    rows = await connection.fetch(_ARRIVED, province, sorted(days))
    return {day: (first, end) for day, first, end in rows}
