"""Postgres's own ceiling: the rows that a run has written, written again by the server from its own tables, and nothing else.

As many rows inserted and as many updated, table by table, all provinces side by side, each on a connection of its own; nobody
folds, and no row goes over a wire. A pipeline that writes these rows cannot be faster on this machine.
"""

import asyncio
import time
from collections.abc import Sequence
from typing import Final, NamedTuple

from sinks.postgres.connection import connect
from tests.bench.place import Place

STATISTICS_SECONDS: Final = 2.0
"""By then an idle session has told the server what it wrote."""
_WRITTEN: Final = """
SELECT stat.relname AS name, stat.n_tup_ins AS inserted, stat.n_tup_upd AS updated,
    coalesce(array_to_string(class.reloptions, ', '), 'fillfactor = 100') AS options
FROM pg_stat_user_tables AS stat JOIN pg_class AS class ON class.oid = stat.relid
WHERE stat.schemaname = 'tiendo' AND stat.n_tup_ins > 0 AND NOT class.relkind = 'p'
    AND starts_with(reverse(stat.relname), reverse($1))
ORDER BY stat.relname"""


class Written(NamedTuple):
    """What was written to one province's part of a table."""

    name: str
    inserted: int
    updated: int
    options: str


class PostgresCeiling(NamedTuple):
    """What the server can do by itself."""

    rows: int
    """Inserted and updated."""
    seconds: float


async def postgres_ceiling(place: Place, provinces: Sequence[str]) -> PostgresCeiling:
    """Write again what a run wrote; leaves nothing behind."""
    await asyncio.sleep(STATISTICS_SECONDS)
    tables = {
        province: [
            Written(*row)
            for row in await place.connection.fetch(_WRITTEN, "_" + province.replace("-", "_"))
        ]
        for province in provinces
    }
    await place.connection.execute("CREATE SCHEMA ceiling")
    try:
        for written in tables.values():
            for table in written:
                await place.connection.execute(
                    f'CREATE TABLE ceiling."{table.name}" (LIKE tiendo."{table.name}" INCLUDING ALL);'
                    f'ALTER TABLE ceiling."{table.name}" SET ({table.options})'
                )
        began = time.perf_counter()
        rows = await asyncio.gather(*(_write(place, written) for written in tables.values()))
        return PostgresCeiling(sum(rows), time.perf_counter() - began)
    finally:
        await place.connection.execute("DROP SCHEMA ceiling CASCADE")


async def _write(place: Place, tables: Sequence[Written]) -> int:
    """Write one province's rows; return how many."""
    connection = await connect(place.settings.dsn, "tiendo bench ceiling")
    rows = 0
    try:
        for table in tables:
            own = f'ceiling."{table.name}"'
            fill = f'INSERT INTO {own} SELECT * FROM tiendo."{table.name}"'  # noqa: S608 - names from the catalog
            stored = _count(await connection.execute(fill))
            rows, left = rows + stored, table.updated if stored else 0
            while left > 0:
                some = min(left, stored)
                await connection.execute(
                    f"UPDATE {own} SET province = province WHERE ctid IN (SELECT ctid FROM {own} LIMIT {some})"  # noqa: S608
                )
                rows, left = rows + some, left - some
    finally:
        await connection.close()
    return rows


def _count(status: str) -> int:
    """Return the number of rows in a command's status."""
    return int(status.rpartition(" ")[2])
