"""Two databases compared row by row: a province as the workers keep it, and as it was folded again.

Rows stream side by side in key order, so it does not matter how many there are; what is compared, `comparable.py` says.
"""

from collections import Counter
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple
from zlib import crc32

from models.changes import Mark
from sinks.postgres.comparable import Table
from sinks.postgres.connection import Connection
from sinks.postgres.reads import LOAD_SECONDS, MARK_COLUMNS, mark_of

_FIRST: Final = 20
"""Differences of a table that are kept."""
_PORTION: Final = 2_000

_STANDS: Final = f"""
SELECT engine_version, {MARK_COLUMNS} FROM tiendo.progress WHERE province = $1"""  # noqa: S608 - a constant


class Stands(NamedTuple):
    """How far a province is, and by whom."""

    mark: Mark
    engine_version: str


class Difference(NamedTuple):
    """A row that is not what it must be: the columns that differ; None for a row that is missing."""

    table: str
    key: tuple[str, ...]
    stored: Mapping[str, str] | None
    recomputed: Mapping[str, str] | None


@dataclass
class Compared:
    """What came of a comparison."""

    rows: dict[str, int] = field(default_factory=dict)
    """By table, the rows that are on either side."""
    differences: list[Difference] = field(default_factory=list)
    """The first of each table."""
    _differing: Counter[str] = field(default_factory=Counter)

    @property
    def differing(self) -> int:
        """How many rows differ, of all tables."""
        return self._differing.total()

    def counts(self, table: str) -> bool:
        """Count a row that differs; return whether it is one of the table's first, which are kept."""
        self._differing[table] += 1
        return self._differing[table] <= _FIRST


@asynccontextmanager
async def one_moment(connection: Connection) -> AsyncIterator[None]:
    """See everything as it is at one moment for the length of a block, whatever workers do meanwhile."""
    async with connection.transaction(isolation="repeatable_read", readonly=True):
        await connection.execute(f"SET LOCAL statement_timeout = '{LOAD_SECONDS:.0f}s'")
        await connection.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
        yield


async def stands(connection: Connection, province: str) -> Stands | None:
    """Return how far a province is; None where nobody has claimed it yet."""
    row = await connection.fetchrow(_STANDS, province)
    return None if row is None else Stands(mark_of(row), row["engine_version"])


async def compare(
    compared: Compared, table: Table, province: str, stored: Connection, recomputed: Connection
) -> None:
    """Compare a province's rows of a table; both connections are in a transaction."""
    count = 0
    ours, theirs = _rows(stored, table, province), _rows(recomputed, table, province)
    left, right = await anext(ours, None), await anext(theirs, None)
    while left is not None or right is not None:
        count += 1
        key = min(row[: len(table.key)] for row in (left, right) if row is not None)
        mine = left if left is not None and left[: len(table.key)] == key else None
        other = right if right is not None and right[: len(table.key)] == key else None
        if mine != other and compared.counts(table.name):
            compared.differences.append(_difference(table, key, mine, other))
        if mine is not None:
            left = await anext(ours, None)
        if other is not None:
            right = await anext(theirs, None)
    compared.rows[table.name] = count


async def _rows(
    connection: Connection, table: Table, province: str
) -> AsyncIterator[tuple[Any, ...]]:
    order = ", ".join(f'"{name}"' for name in table.key) or "province"
    cursor = await connection.cursor(
        f"SELECT {', '.join(table.columns)} FROM tiendo.{table.name}"  # noqa: S608 - names from the catalog
        f" WHERE province = $1 AND {table.where} ORDER BY {order}",
        province,
    )
    while rows := await cursor.fetch(_PORTION, timeout=LOAD_SECONDS):
        for row in rows:
            yield tuple(row)


def _difference(
    table: Table,
    key: tuple[Any, ...],
    stored: tuple[Any, ...] | None,
    other: tuple[Any, ...] | None,
) -> Difference:
    def side(row: tuple[Any, ...] | None, against: tuple[Any, ...] | None) -> dict[str, str] | None:
        if row is None:
            return None
        return {
            name: shown(value)
            for place, (name, value) in enumerate(zip(table.names, row, strict=True))
            if against is None or against[place] != value
        }

    return Difference(
        table.name, tuple(shown(part) for part in key), side(stored, other), side(other, stored)
    )


def shown(value: object) -> str:
    """Return a value as a difference shows it; bytes by length and checksum, for they may tell of people."""
    if isinstance(value, bytes):
        return f"{len(value)} bytes, CRC {crc32(value):08x}"
    return "NULL" if value is None else str(value)
