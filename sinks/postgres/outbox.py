"""A province's outbox as its relay sees it: what waits to be sent, in order, what was sent, and for how long that is kept.

Only one relay at a time may read it: the lock lives and dies with the connection. A relay that froze loses its connection
after a while, and finds out at its next read; what it had in flight may then be sent twice, never be left out.
"""

from typing import Final

from models.changes import OutboxMessage
from models.errors import Unavailable
from sinks.postgres.connection import Connection, Session
from sinks.postgres.headers import headers_from_json

BATCH_MESSAGES: Final = 500
BATCH_BYTES: Final = 8 * 1024 * 1024
"""A batch ends with the message that reaches this size: dead letters are up to some MiB each."""

_SETTINGS: Final = {
    "idle_session_timeout": "30s",
    "tcp_keepalives_idle": "10",
    "tcp_keepalives_interval": "5",
    "tcp_keepalives_count": "3",
}
_LOCK: Final = "SELECT pg_try_advisory_lock(hashtextextended('tiendo outbox ' || $1::text, 0))"
_PENDING: Final = """
SELECT seq, topic, key, value, headers::text FROM (
    SELECT seq, topic, key, value, headers,
        sum(coalesce(octet_length(value), 0)) OVER (ORDER BY seq) - coalesce(octet_length(value), 0) AS before
    FROM (
        SELECT seq, topic, key, value, headers FROM tiendo.outbox
        WHERE province = $1 AND published_at IS NULL ORDER BY seq LIMIT $2
    ) AS pending
) AS measured
WHERE before < $3 ORDER BY seq"""
# Numbers are given out in the order of the commits: nothing below the last one sent can appear later.
_PUBLISHED: Final = """
UPDATE tiendo.outbox SET published_at = now()
WHERE province = $1 AND seq <= $2 AND published_at IS NULL"""
# From the front only, and never the last one looked at: what is left is all from a number on, so that `verify` knows what to expect.
_PRUNED: Final = """
WITH oldest AS (SELECT seq, published_at FROM tiendo.outbox WHERE province = $1 ORDER BY seq LIMIT $3),
kept AS (
    SELECT coalesce(
        min(seq) FILTER (WHERE published_at IS NULL OR published_at >= now() - make_interval(days => $2)), max(seq)
    ) AS first FROM oldest
),
gone AS (DELETE FROM tiendo.outbox USING kept WHERE province = $1 AND seq < kept.first RETURNING seq)
SELECT count(*) FROM gone"""


class Outbox:
    """The outbox of one province, on a connection of its own."""

    def __init__(self, dsn: str, province: str) -> None:
        self.province = province
        self._session = Session(dsn, f"tiendo relay {province}", _SETTINGS)
        self._locked_by: Connection | None = None

    async def pending(self) -> list[OutboxMessage] | None:
        """Return the next messages in order, [] when there are none, None while another relay has the province.

        Unavailable when Postgres is away.
        """
        async with self._session.use() as connection:
            if self._locked_by is not connection:
                if not await connection.fetchval(_LOCK, self.province):
                    return None
                self._locked_by = connection
            rows = await connection.fetch(_PENDING, self.province, BATCH_MESSAGES, BATCH_BYTES)
        return [
            OutboxMessage(seq, topic, key, value, headers_from_json(headers))
            for seq, topic, key, value, headers in rows
        ]

    async def mark_published(self, last: int) -> None:
        """Record that everything up to `seq` = `last` was acknowledged, on the connection that has the lock.

        Unavailable when Postgres is away or that connection was lost: another relay may have the province, or another message
        the number; what was read is then read again.
        """
        async with self._session.use() as connection:
            if self._locked_by is not connection:
                raise Unavailable(f"the relay of {self.province} has lost its lock on the outbox")
            await connection.execute(_PUBLISHED, self.province, last)

    async def prune(self, keep_days: int) -> int:
        """Remove messages that were sent more than `keep_days` ago, a batch of the oldest; return how many.

        One that waits, or comes after one that waits, is never removed, nor the last one of all. 0 while another relay has the province.
        Unavailable when Postgres is away.
        """
        async with self._session.use() as connection:
            if self._locked_by is not connection:
                return 0
            removed: int = await connection.fetchval(
                _PRUNED, self.province, keep_days, BATCH_MESSAGES + 1
            )
            return removed

    async def close(self) -> None:
        """Close the connection, and with it let the province go to another relay."""
        self._locked_by = None
        await self._session.close()
