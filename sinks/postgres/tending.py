"""What operators and workers see of the provinces in the database, and where a worker says which of them it tends.

Nothing here is compared by verification, and nothing here moves a province.
"""

import contextlib
from collections.abc import Collection, Mapping
from typing import Final

import asyncpg

from models.errors import Unavailable
from models.operating import Decision, Stored
from sinks.postgres.connection import Connection, Session

HEARD_SECONDS: Final = 10.0
"""By then a worker has heard of an operator's release: it asks every three seconds, and says how it stands every five. Until then its "parked" is old."""

_TEND: Final = """
INSERT INTO tiendo.tended (province, worker, standing, detail, seen_at)
SELECT province, $1, standing, detail, now() FROM unnest($2::text[], $3::text[], $4::text[]) AS given (province, standing, detail)
WHERE standing <> 'parked' OR NOT EXISTS (
    SELECT FROM tiendo.decision AS d WHERE d.province = given.province AND d.decided_at > now() - $5 * interval '1 second')
ON CONFLICT (province) DO UPDATE
SET worker = excluded.worker, standing = excluded.standing, detail = excluded.detail, seen_at = excluded.seen_at"""
_LEAVE: Final = "DELETE FROM tiendo.tended WHERE worker = $1"
_STORED: Final = """
SELECT asked.province, now() AS now, p.next_offset, p.epoch, p.engine_version, p.as_of, p.closed_day, p.committed_at,
    coalesce(p.dead_letters, 0) AS dead_letters, coalesce(p.dead_letters_kept, 0) AS dead_letters_kept,
    (SELECT e.version FROM tiendo.engine AS e WHERE e.province = asked.province ORDER BY e.number DESC LIMIT 1) AS latest_version,
    p.parked_reason, p.parked_detail, p.parked_at, t.worker, t.standing, t.detail, t.seen_at,
    (SELECT count(*) FROM tiendo.outbox AS o WHERE o.province = asked.province AND o.published_at IS NULL) AS outbox_pending,
    (SELECT o.written_at FROM tiendo.outbox AS o WHERE o.province = asked.province AND o.published_at IS NULL
     ORDER BY o.seq LIMIT 1) AS outbox_since
FROM unnest($1::text[]) WITH ORDINALITY AS asked (province, place)
LEFT JOIN tiendo.progress AS p ON p.province = asked.province
LEFT JOIN tiendo.tended AS t ON t.province = asked.province
ORDER BY asked.place"""
_ELSEWHERE: Final = """
SELECT number, decided_at, decided_by, reason, choice, mark_before, mark_after, log_start, log_end
FROM tiendo.decision AS d WHERE province = $1 AND choice = 'go_on' AND mark_after <> mark_before AND number > (
    SELECT coalesce(max(number), 0) FROM tiendo.decision AS r WHERE r.province = $1 AND r.choice = 'refold')
ORDER BY number DESC LIMIT 1"""
_DECISIONS: Final = """
SELECT DISTINCT ON (province) province, number, decided_at, decided_by, reason, choice, mark_before, mark_after, log_start, log_end
FROM tiendo.decision WHERE province = ANY($1::text[]) AND choice <> 'retry' ORDER BY province, number DESC"""

_LETTERS: Final = """
SELECT province, reason, count(*) FROM tiendo.dead_letter WHERE province = ANY($1::text[]) GROUP BY 1, 2 ORDER BY 1, 2"""


class Tending:
    """One worker's line to the database beside its ledger's."""

    def __init__(self, dsn: str, worker: str) -> None:
        self._worker = worker
        self._session = Session(dsn, "tiendo watch")

    async def tend(self, standings: Mapping[str, tuple[str, str]]) -> list[Stored]:
        """Say of each province how it stands here (a word and a detail), and return what is stored of them; Unavailable."""
        provinces = sorted(standings)
        words, details = ([standings[one][column] for one in provinces] for column in (0, 1))
        async with self._session.use() as connection:
            if provinces:
                await connection.execute(
                    _TEND, self._worker, provinces, words, details, HEARD_SECONDS
                )
            return await stored(connection, provinces)

    async def close(self) -> None:
        """Say that this worker tends nothing any more, if the database can be told, and close the connection."""
        with contextlib.suppress(Unavailable):
            async with self._session.use() as connection:
                await connection.execute(_LEAVE, self._worker)
        await self._session.close()


async def stored(connection: Connection, provinces: Collection[str]) -> list[Stored]:
    """Return what the ledger says of provinces, in their order."""
    asked = list(provinces)
    rows = await connection.fetch(_STORED, asked)
    decided = {row["province"]: _decision(row) for row in await connection.fetch(_DECISIONS, asked)}
    return [Stored(**row, decision=decided.get(row["province"])) for row in rows]


async def went_on_elsewhere(connection: Connection, province: str) -> Decision | None:
    """Return the last decision by which the province's tables are more, or less, than a fold of its log; None: they are one."""
    row = await connection.fetchrow(_ELSEWHERE, province)
    return None if row is None else _decision(row)


async def dead_letters(
    connection: Connection, provinces: Collection[str]
) -> dict[str, dict[str, int]]:
    """Return province -> reason code -> dead letters that are kept."""
    found: dict[str, dict[str, int]] = {}
    for province, reason, count in await connection.fetch(_LETTERS, list(provinces)):
        found.setdefault(province, {})[reason] = count
    return found


def _decision(row: asyncpg.Record) -> Decision:
    return Decision(**{name: row[name] for name in Decision.__dataclass_fields__})
