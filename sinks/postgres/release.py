"""An operator's decision about a parked province, recorded and carried out in one transaction.

Every decision raises the epoch: whoever still has the province's book in memory is fenced, and the next claim reads it anew.
A decision never touches another province, and never changes a figure: it only says from where a worker folds on, or empties
all tables that a fold of the log fills again.
"""

from typing import Final, NamedTuple

import asyncpg

from models.errors import TiendoError, Unavailable
from models.operating import TENDED_SECONDS, Choice
from sinks.postgres.connection import Connection, Session

FOLDED: Final = (
    *("subject", "pane", "pane_next", "upgrade", "kept", "agency", "kpi", "kpi_history"),
    *("attainment", "target_reading", "obligation", "problem_standing", "alert", "alert_history"),
    *("outbox", "dead_letter", "dead_letter_former", "feed", "close"),
)
"""The tables whose rows a fold of the log makes: what a refold empties, beside the mark."""
EMPTY_SECONDS: Final = 1800.0
"""Longest wait for one statement: a province may have millions of subjects."""
_TRIES: Final = 20
"""How often a relay is ended that takes its lock again before we have it."""

_HOLD: Final = """
SELECT p.next_offset, p.parked_reason, p.parked_detail,
    CASE WHEN t.standing = 'parked' AND t.seen_at > now() - $2 * interval '1 second' THEN t.detail END AS parked_in_worker
FROM tiendo.progress AS p LEFT JOIN tiendo.tended AS t ON t.province = p.province
WHERE p.province = $1 FOR UPDATE OF p"""
_RECORD: Final = """
INSERT INTO tiendo.decision (province, number, decided_by, reason, choice, parked_reason, parked_detail,
    mark_before, mark_after, log_start, log_end)
SELECT $1, coalesce(max(number), 0) + 1, $2, $3, $4, $5, $6, $7, $8, $9, $10 FROM tiendo.decision WHERE province = $1
RETURNING number"""
_UNPARK: Final = """
UPDATE tiendo.progress SET epoch = epoch + 1, parked_reason = NULL, parked_detail = NULL, parked_at = NULL
WHERE province = $1"""
_MOVE: Final = "UPDATE tiendo.progress SET next_offset = $2, last_crc = NULL WHERE province = $1"
_BEGIN_ANEW: Final = """
UPDATE tiendo.progress
SET upgraded_day = NULL, first_day = NULL, as_of = NULL, closed_day = NULL, watermark = NULL, outbox_seq = 0,
    dead_letters = 0, dead_letters_kept = 0, dead_letter_bytes = 0, committed_at = NULL
WHERE province = $1"""
_SET_ASIDE: Final = """
WITH gone AS (DELETE FROM tiendo.dead_letter WHERE province = $1 AND "offset" >= $2 RETURNING *)
INSERT INTO tiendo.dead_letter_former SELECT gone.*, $3 FROM gone"""
_TEND: Final = """
UPDATE tiendo.tended SET standing = 'released', detail = 'an operator has released it', seen_at = now()
WHERE province = $1 AND standing = 'parked'"""
_LOCK_OUTBOX: Final = (
    "SELECT pg_try_advisory_xact_lock(hashtextextended('tiendo outbox ' || $1::text, 0))"
)
_END_RELAY: Final = """
SELECT pg_terminate_backend(pid, 2000) FROM pg_locks
WHERE locktype = 'advisory' AND objsubid = 1 AND pid <> pg_backend_pid()
    AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
    AND (classid::bigint << 32) | objid::bigint = hashtextextended('tiendo outbox ' || $1::text, 0)"""


class NotParked(TiendoError):  # noqa: N818 - named for what was found
    """There is nothing to release."""


class Order(NamedTuple):
    """What an operator has decided."""

    province: str
    choice: Choice
    mark_before: int
    """The mark that the decision was made on; another one by now voids it."""
    mark_after: int
    """From where the log is folded on."""
    log_start: int
    log_end: int
    decided_by: str
    reason: str


async def release(dsn: str, order: Order) -> int:
    """Record a decision, carry it out, and return its number.

    Raises:
        NotParked: the province is not parked, or not at this mark any more.
        Unavailable: Postgres is away, and nothing has changed; or it is not known whether it has: look at `tiendo status`.
    """
    session = Session(dsn, "tiendo release", {"statement_timeout": f"{EMPTY_SECONDS:.0f}s"})
    try:
        async with session.use() as connection, connection.transaction():
            return await _carry_out(connection, order)
    finally:
        await session.close()


async def _carry_out(connection: Connection, order: Order) -> int:
    province = order.province
    row = await connection.fetchrow(_HOLD, province, TENDED_SECONDS)
    reason, detail = _parked(province, row)
    if row is None or row["next_offset"] != order.mark_before:
        raise NotParked(f"the mark of {province} has moved meanwhile: look again with --dry-run")
    number: int = await connection.fetchval(
        _RECORD,
        province,
        order.decided_by,
        order.reason,
        order.choice,
        reason,
        detail,
        order.mark_before,
        order.mark_after,
        order.log_start,
        order.log_end,
    )
    if order.choice is Choice.REFOLD:
        await _empty(connection, province)
    elif order.mark_after < order.mark_before:
        await connection.execute(_SET_ASIDE, province, order.mark_after, number)
    if order.choice is not Choice.RETRY:
        await connection.execute(_MOVE, province, order.mark_after)
    await connection.execute(_UNPARK, province)
    await connection.execute(_TEND, province)
    return number


def _parked(province: str, row: asyncpg.Record | None) -> tuple[str, str]:
    if row is not None and row["parked_reason"] is not None:
        return row["parked_reason"], row["parked_detail"]
    if row is not None and row["parked_in_worker"] is not None:
        return "bug", row["parked_in_worker"]
    raise NotParked(f"{province} is not parked: there is nothing to release")


async def _empty(connection: Connection, province: str) -> None:
    """Delete every row that a fold makes, while no relay can mark new messages as sent for having sent the old ones."""
    for _ in range(_TRIES):
        if await connection.fetchval(_LOCK_OUTBOX, province):
            break
        await connection.execute(_END_RELAY, province)
    else:
        raise Unavailable(f"the relay of {province} does not let go of its outbox: try again")
    for table in FOLDED:
        await connection.execute(
            f"DELETE FROM tiendo.{table} WHERE province = $1",  # noqa: S608 - constants
            province,
            timeout=EMPTY_SECONDS,
        )
    await connection.execute(_BEGIN_ANEW, province)
