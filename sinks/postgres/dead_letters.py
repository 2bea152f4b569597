"""Refused records as whoever replays them sees them: listed, read in full, marked once they were sent again.

Only `replayed_at` is ever written here, and the tables are never compared by it: what the log says of them stays untouched.
"""

import datetime as dt
from collections.abc import AsyncIterator, Collection, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from typing import Final

import asyncpg

from models.errors import TiendoError
from models.facts import Record
from sinks.postgres.connection import Connection
from sinks.postgres.headers import headers_from_json
from sinks.postgres.queries import VIEWS, Row

_COLUMNS: Final = ", ".join(f'"{column}"' for column in VIEWS["dead_letter"])
_WANTED: Final = """
WHERE province = ANY($1::text[])
    AND ($2::text IS NULL OR reason = $2)
    AND ($3::text IS NULL OR agency = $3)
    AND ($4::text IS NULL OR source = $4)
    AND ($5::timestamptz IS NULL OR received_at >= $5)
    AND ($6::boolean IS NULL OR (replayed_at IS NOT NULL) = $6)
    AND ($7::bigint[] IS NULL OR "offset" = ANY($7))"""
_LIST: Final = f"""
SELECT {_COLUMNS} FROM api.dead_letter {_WANTED}
ORDER BY received_at DESC, province, "offset" DESC LIMIT $8"""  # noqa: S608 - constants
_FULL: Final = """
SELECT province, "offset", (extract(epoch FROM received_at) * 1000)::bigint AS timestamp_ms, key, value, headers::text
FROM tiendo.dead_letter WHERE province = $1 AND "offset" = ANY($2::bigint[]) ORDER BY "offset" """
_SIZES: Final = """
SELECT "offset", coalesce(octet_length(value), 0) AS size
FROM tiendo.dead_letter WHERE province = $1 AND "offset" = ANY($2::bigint[]) ORDER BY "offset" """
_MARK: Final = """
UPDATE tiendo.dead_letter SET replayed_at = now() WHERE province = $1 AND "offset" = ANY($2::bigint[])"""
_LOCK: Final = "SELECT pg_try_advisory_lock(hashtextextended('tiendo replay ' || $1::text, 0))"
_UNLOCK: Final = "SELECT pg_advisory_unlock(hashtextextended('tiendo replay ' || $1::text, 0))"


class NotAllowed(TiendoError):  # noqa: N818 - named for what the database says
    """The role may not do this; the message says which role may."""


class Busy(TiendoError):  # noqa: N818 - named for what stands in the way
    """Somebody else replays the same province."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which dead letters are asked for; None: whatever it is."""

    provinces: Collection[str]
    reason: str | None = None
    agency: str | None = None
    source: str | None = None
    since: dt.datetime | None = None
    """By the record's Kafka timestamp."""
    replayed: bool | None = None
    offsets: Collection[int] | None = None


async def listed(connection: Connection, wanted: Wanted, limit: int | None = None) -> list[Row]:
    """Return rows of `api.dead_letter`, the newest first, at most `limit`."""
    return [
        dict(row)
        for row in await connection.fetch(
            _LIST,
            sorted(wanted.provinces),
            wanted.reason,
            wanted.agency,
            wanted.source,
            wanted.since,
            wanted.replayed,
            None if wanted.offsets is None else sorted(wanted.offsets),
            limit,
        )
    ]


async def portions(
    connection: Connection, province: str, offsets: Collection[int], at_once_bytes: int
) -> list[list[int]]:
    """Return the offsets in order, cut so that the records of a portion have about so many bytes."""
    found: list[list[int]] = []
    size = at_once_bytes
    with _translated():
        rows = await connection.fetch(_SIZES, province, sorted(offsets))
    for offset, value in rows:
        if size >= at_once_bytes:
            found.append([])
            size = 0
        found[-1].append(offset)
        size += max(value, at_once_bytes // 500)
    return found


async def originals(
    connection: Connection, province: str, offsets: Collection[int]
) -> list[Record]:
    """Return refused records as they came: key, headers and bytes; NotAllowed unless the role may read them."""
    with _translated():
        rows = await connection.fetch(_FULL, province, sorted(offsets))
    return [
        Record(
            row["province"],
            row["offset"],
            row["timestamp_ms"],
            row["key"],
            row["value"],
            headers_from_json(row["headers"]),
        )
        for row in rows
    ]


async def mark_replayed(connection: Connection, province: str, offsets: Sequence[int]) -> None:
    """Record that the dead letters were sent again, now; NotAllowed unless the role may."""
    with _translated():
        await connection.execute(_MARK, province, offsets)


@asynccontextmanager
async def alone(connection: Connection, province: str) -> AsyncIterator[None]:
    """Keep other replays of a province out for the length of a block; Busy while one runs."""
    if not await connection.fetchval(_LOCK, province):
        raise Busy(f"another replay of {province} is running: wait for its end")
    try:
        yield
    finally:
        if not connection.is_closed():
            await connection.execute(_UNLOCK, province)


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except asyncpg.InsufficientPrivilegeError as error:
        raise NotAllowed(
            "the bytes of refused records are for the role tiendo_operator only, they may name people:"
            " connect as a member of it, or read your own from the topic with --topic"
        ) from error
