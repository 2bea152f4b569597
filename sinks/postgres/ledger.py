"""The ledger: Postgres holds each province's figures and the offset that they include; one transaction moves both.

1. `claim` raises the province's epoch: whoever owned it before is fenced from this moment. A worker of an earlier version than
   the one that folded the province is refused; one of a later version must upgrade it (`upgrade.py`) before it loads.
2. `load` reads what the former owner left, `read_parts` what a batch touches.
3. `commit` compares the mark with the changes' base and swaps it, then writes the rows, all or nothing. A miss means
   either that an earlier try of the same changes had landed though its reply was lost, or that somebody else owns the province.

Never compare with a record's offset: gaps are legal. Never keep what was read before a claim. After `Unavailable` the
caller tries the same changes again, for as long as the province is its own.
"""

from collections.abc import AsyncIterator, Collection
from dataclasses import dataclass
from typing import Final

import asyncpg

from models.changes import Changes, Mark, PartKey, PartRequest, StoredBook
from models.errors import Fenced, Unavailable
from models.topics import progress_topic
from sinks.postgres.connection import Connection, Session
from sinks.postgres.copies import Copy, copies
from sinks.postgres.reads import MARK_COLUMNS, load_book, mark_of, read_parts
from sinks.postgres.writes import together, writes

_PLANNING: Final = {
    # Rows are found by their keys, some thousands at a time: reading a table whole to join them never pays.
    "enable_hashjoin": "off",
    "enable_mergejoin": "off",
}

_CLAIM: Final = f"""
INSERT INTO tiendo.progress AS p (province, topic, partition, epoch, engine_version)
SELECT $1, $2, 0, 1, version FROM tiendo.engine WHERE province = $1 AND version = $3
ON CONFLICT (province) DO UPDATE SET epoch = p.epoch + 1
WHERE p.parked_reason IS NULL
    AND (SELECT mine.number > coalesce(theirs.number, 0) OR p.engine_version = mine.version
         FROM tiendo.engine AS mine
         LEFT JOIN tiendo.engine AS theirs ON theirs.province = mine.province AND theirs.version = p.engine_version
         WHERE mine.province = p.province AND mine.version = excluded.engine_version)
RETURNING epoch, engine_version, {MARK_COLUMNS},
    (SELECT coalesce(max(number), 0) FROM tiendo.decision AS d WHERE d.province = $1) AS decision"""  # noqa: S608 - a constant
_DECISION: Final = "SELECT coalesce(max(number), 0) FROM tiendo.decision WHERE province = $1"
_REFUSAL: Final = """
SELECT e.version IS NOT NULL AS registered, p.parked_reason, p.parked_detail, p.engine_version
FROM (SELECT $1 COLLATE "C" AS province, $2 COLLATE "C" AS version) AS asked
LEFT JOIN tiendo.engine AS e ON e.province = asked.province AND e.version = asked.version
LEFT JOIN tiendo.progress AS p ON p.province = asked.province"""
_SWAP: Final = """
UPDATE tiendo.progress
SET next_offset = $7, last_crc = $8, first_day = tiendo.day($9), as_of = tiendo.day($10),
    closed_day = tiendo.day($11), watermark = tiendo.instant($12), outbox_seq = $13,
    dead_letters = $14, dead_letters_kept = $15, dead_letter_bytes = $16, committed_at = now()
WHERE province = $1 AND epoch = $2 AND engine_version = $3 AND next_offset = $4
    AND closed_day IS NOT DISTINCT FROM tiendo.day($5) AND as_of IS NOT DISTINCT FROM tiendo.day($6)"""
_MARK: Final = (
    f"SELECT epoch, engine_version, {MARK_COLUMNS} FROM tiendo.progress WHERE province = $1"  # noqa: S608 - a constant
)
# Postgres by itself lets go of an owner that froze between two statements, and of no other: one that stopped while it
# sent a statement or rows of a COPY is waited for, for ever. Who waits for a lock holds none that matters.
_END_HOLDERS: Final = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE application_name = $1 AND datname = current_database() AND usename = current_user AND pid <> pg_backend_pid()
    AND xact_start < now() - current_setting('lock_timeout')::interval AND wait_event_type IS DISTINCT FROM 'Lock'"""
_PARK: Final = """
UPDATE tiendo.progress SET parked_reason = $3, parked_detail = $4, parked_at = now()
WHERE province = $1 AND epoch = $2"""


@dataclass(frozen=True, slots=True)
class Claim:
    """The right to write a province until somebody else claims it, and the mark found at the claim."""

    province: str
    epoch: int
    mark: Mark
    upgrade_from: str | None = None
    """The version that the province's rows are of, where that is an earlier one: it is upgraded before anything else."""
    decision: int = 0
    """Number of the last decision that an operator had made about the province; 0: none."""


class Ledger:
    """The provinces' tables, for the workers that fold them. One connection a province: a locked row holds up its own only."""

    def __init__(self, dsn: str, engine_version: str) -> None:
        self._dsn = dsn
        self._engine_version = engine_version
        self._sessions: dict[str, Session] = {}

    async def close(self) -> None:
        """Close all connections."""
        while self._sessions:
            _, session = self._sessions.popitem()
            await session.close()

    async def claim(self, province: str) -> Claim:
        """Become the owner of `province`: fences whoever was, and ends its transaction where that holds the row for too long.

        Fenced when it is parked or folded by a later version of the engine; Unavailable when Postgres is away, or does not know
        this version yet.
        """
        async with self._session(province).use() as connection:
            try:
                row = await connection.fetchrow(
                    _CLAIM, province, progress_topic(province), self._engine_version
                )
            except asyncpg.LockNotAvailableError as error:
                if not await connection.fetch(_END_HOLDERS, _name(province)):
                    raise
                raise Unavailable(
                    f"a transaction of the former owner of {province} held its row, and was ended"
                ) from error
            if row is None:
                refusal = await connection.fetchrow(_REFUSAL, province, self._engine_version)
                raise _refused(province, self._engine_version, refusal)
        found = row["engine_version"]
        upgrade_from = None if found == self._engine_version else found
        return Claim(province, row["epoch"], mark_of(row), upgrade_from, row["decision"])

    async def last_decision(self, province: str) -> int:
        """Return the number of the last decision that an operator made about the province, 0 where there is none."""
        async with self._session(province).use() as connection:
            return int(await connection.fetchval(_DECISION, province))

    async def load(self, claim: Claim) -> StoredBook:
        """Return everything that the province's owner must know; Fenced when the claim is no longer the latest."""
        async with (
            self._session(claim.province).use() as connection,
            connection.transaction(isolation="repeatable_read", readonly=True),
        ):
            row = await connection.fetchrow(_MARK, claim.province)
            if row is None or row["epoch"] != claim.epoch:
                raise Fenced(overtaken(claim, row))
            if row["engine_version"] != self._engine_version:
                raise Fenced(f"{claim.province} is not upgraded to this version yet")
            return await load_book(connection, claim.province, mark_of(row))

    async def read_parts(
        self, province: str, requests: Collection[PartRequest]
    ) -> dict[PartKey, bytes]:
        """Return the stored parts among those requested. What was read under a lost claim must not be used."""
        if not requests:
            return {}
        async with self._session(province).use() as connection:
            return await read_parts(connection, province, requests)

    async def commit(self, claim: Claim, changes: Changes) -> None:
        """Move the mark from `changes.base` to `changes.mark` and write all rows, in one transaction.

        Returns too when an earlier try of the same changes had landed. Fenced: another owner, nothing is written.
        Unavailable: it is not known whether it landed; call again with the same changes.
        """
        several, bulk = writes(changes), list(copies(changes))
        async with (
            self._session(claim.province).use() as connection,
            connection.transaction(),
        ):
            if await self._swap(connection, claim, changes):
                if several:
                    sql, arguments = together(several)
                    await connection.execute(sql, *arguments)
                for copy in bulk:
                    await copy_rows(connection, copy)
                return
            row = await connection.fetchrow(_MARK, claim.province)
            if row is None or row["epoch"] != claim.epoch or mark_of(row) != changes.mark:
                raise Fenced(overtaken(claim, row))

    async def park(self, claim: Claim, reason: str, detail: str) -> None:
        """Record that nothing of this province may be read until an operator decides; it cannot be claimed meanwhile."""
        async with self._session(claim.province).use() as connection:
            status = await connection.execute(_PARK, claim.province, claim.epoch, reason, detail)
            if status != "UPDATE 1":
                raise Fenced(overtaken(claim, await connection.fetchrow(_MARK, claim.province)))

    async def _swap(self, connection: Connection, claim: Claim, changes: Changes) -> bool:
        base, mark = changes.base, changes.mark
        status = await connection.execute(
            _SWAP,
            claim.province,
            claim.epoch,
            self._engine_version,
            base.next_offset,
            base.closed,
            base.as_of,
            mark.next_offset,
            mark.last_crc,
            mark.first_day,
            mark.as_of,
            mark.closed,
            mark.watermark,
            mark.outbox_seq,
            mark.dead_letters,
            mark.dead_letters_kept,
            mark.dead_letter_bytes,
        )
        return status == "UPDATE 1"

    def _session(self, province: str) -> Session:
        session = self._sessions.get(province)
        if session is None:
            session = self._sessions[province] = Session(self._dsn, _name(province), _PLANNING)
        return session


def _name(province: str) -> str:
    """Return what a session of a province's owner calls itself."""
    return f"tiendo ledger {province}"


async def copy_rows(connection: Connection, copy: Copy, *, seconds: float | None = None) -> None:
    """Copy new rows into their table; they may take so many seconds, else as long as any statement."""
    table, columns, rows = copy
    if isinstance(rows, bytes):
        await connection.copy_to_table(
            table,
            schema_name="tiendo",
            columns=columns,
            source=_at_once(rows),
            format="text",
            timeout=seconds,
        )
    else:
        await connection.copy_records_to_table(
            table, schema_name="tiendo", columns=columns, records=rows, timeout=seconds
        )


async def _at_once(lines: bytes) -> AsyncIterator[bytes]:
    yield lines


def _refused(province: str, version: str, row: asyncpg.Record | None) -> Fenced | Unavailable:
    if row is None or not row["registered"]:
        return Unavailable(
            f"version {version} of catalogue and engine is not registered for {province}: run `tiendo migrate`"
        )
    if row["parked_reason"] is not None:
        return Fenced(
            f"{province} is parked ({row['parked_reason']}: {row['parked_detail']}): "
            f"`tiendo release {province}` shows how it can go on"
        )
    return Fenced(
        f"{province} is folded by version {row['engine_version']}, which is later than this worker's {version}: "
        "restart it with that one, or go back to this one by `tiendo migrate --reinstate`"
    )


def overtaken(claim: Claim, row: asyncpg.Record | None) -> str:
    """Say that a claim is not the latest any more."""
    found = "no mark" if row is None else f"epoch {row['epoch']}, offset {row['next_offset']}"
    return f"{claim.province} is no longer ours: claimed at epoch {claim.epoch}, the ledger has {found}"
