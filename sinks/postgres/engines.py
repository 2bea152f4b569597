"""The versions of the engine that a province has known, in the order in which `tiendo migrate` brought them.

The latest is the one to fold with: a worker of an earlier one is refused once the province has been taken over.
"""

from collections.abc import Mapping
from typing import Final

from sinks.postgres.connection import Connection

_LOCK: Final = "LOCK TABLE tiendo.engine IN SHARE ROW EXCLUSIVE MODE"
_ADD: Final = """
INSERT INTO tiendo.engine (province, version, number)
SELECT $1, $2, coalesce(max(number), 0) + 1 FROM tiendo.engine WHERE province = $1
ON CONFLICT (province, version)"""
_REGISTER: Final = f"{_ADD} DO NOTHING"
# A version that is the latest already keeps its number: the one that would follow is the next.
_REINSTATE: Final = f"""
{_ADD} DO UPDATE SET number = excluded.number, registered_at = excluded.registered_at
WHERE engine.number < excluded.number - 1"""
_MEASURES: Final = """
INSERT INTO tiendo.engine_measure (province, version, measure, measure_version)
SELECT $1, $2, measure, measure_version FROM unnest($3::text[], $4::text[]) AS given (measure, measure_version)
ON CONFLICT DO NOTHING"""
_IS_LATEST: Final = """
SELECT version = $2 FROM tiendo.engine WHERE province = $1 ORDER BY number DESC LIMIT 1"""
_FOLDED_BY: Final = "SELECT engine_version FROM tiendo.progress WHERE province = $1 FOR UPDATE"


async def register(
    connection: Connection,
    province: str,
    version: str,
    measures: Mapping[str, str],
    *,
    reinstate: bool = False,
) -> bool:
    """Add a version as the latest of a province, unless it is known; return whether it is the latest now.

    Args:
        connection: inside a transaction.
        province: the province.
        version: the catalogue's and the engine's.
        measures: measure -> the version of what makes its panes.
        reinstate: make a version that is known the latest again.
    """
    await connection.execute(_LOCK)
    await connection.execute(_REINSTATE if reinstate else _REGISTER, province, version)
    await connection.execute(_MEASURES, province, version, list(measures), list(measures.values()))
    return bool(await connection.fetchval(_IS_LATEST, province, version))


async def is_folded_by_another(connection: Connection, province: str, version: str) -> bool:
    """Return whether the province's rows are those of another version; they stay so until the transaction ends."""
    found = await connection.fetchval(_FOLDED_BY, province)
    return found is not None and found != version
