"""Carries a province's outbox to Kafka: read in order, publish, mark after the acknowledgement, again; and clears away what was sent long ago.

A relay that dies between publishing and marking repeats: readers drop by event id. It never leaves a message out and never
lets a later one overtake. While Postgres or Kafka is away it waits; any other error is a bug and ends it.
"""

import asyncio
import contextlib
from collections.abc import Callable, Sequence
from typing import Final, Protocol

import structlog

from models.changes import OutboxMessage
from streams.patience import Absence, patiently

POLL_SECONDS: Final = 1.0
"""How long a message of another process's transaction may lie unseen; our own worker wakes the relay."""
PRUNE_SECONDS: Final = 60.0
"""How often a relay looks for messages that need be kept no longer; once it finds some, it goes on until there are none."""

Published = Callable[[str, Sequence[OutboxMessage]], None]

_log = structlog.get_logger(__name__)


class Outbox(Protocol):
    """Where the messages of one province wait."""

    province: str

    async def pending(self) -> list[OutboxMessage] | None:
        """Return the next messages in order; None while another relay has the province."""

    async def mark_published(self, last: int) -> None:
        """Record that everything up to `last` was acknowledged."""

    async def prune(self, keep_days: int) -> int:
        """Remove some messages that were sent more than `keep_days` ago; return how many."""


class Publisher(Protocol):
    """Where they go."""

    async def publish(self, messages: Sequence[OutboxMessage]) -> None:
        """Send in order, return when all are acknowledged."""


class Relay:
    """One province's relay. Several may run at once, in one process or many: one of them works, the others stand by."""

    def __init__(
        self,
        outbox: Outbox,
        publisher: Publisher,
        *,
        keep_days: int,
        poll_seconds: float = POLL_SECONDS,
        published: Published | None = None,
    ) -> None:
        """Carry `outbox` to `publisher`; `published` is told of each batch once it is marked, which is kept for `keep_days`."""
        self._outbox = outbox
        self._publisher = publisher
        self._keep_days = keep_days
        self._prune_at = 0.0
        """By the loop's clock: when to look again for what need be kept no longer."""
        self._poll_seconds = poll_seconds
        self._published = published
        self._wake = asyncio.Event()
        self._absence = Absence(_log.bind(province=outbox.province))

    def wake(self) -> None:
        """Say that messages were committed: the relay looks at once instead of at its next poll."""
        self._wake.set()

    async def run(self) -> None:
        """Relay until cancelled."""
        while True:
            self._wake.clear()
            published = await patiently(
                self.publish_pending, alive=lambda: True, away=self._absence.missed
            )
            self._absence.ended()
            pruned = await patiently(self.prune, alive=lambda: True, away=self._absence.missed)
            self._absence.ended()
            if published == 0 and pruned == 0:
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._wake.wait(), self._poll_seconds)

    async def publish_pending(self) -> int:
        """Publish one batch; return how many messages it had (0 while another relay works). Unavailable is the caller's."""
        messages = await self._outbox.pending()
        if not messages:
            return 0
        await self._publisher.publish(messages)
        last = messages[-1].seq
        await self._outbox.mark_published(last)
        if self._published is not None:
            self._published(self._outbox.province, messages)
        _log.info(
            "outbox.published",
            province=self._outbox.province,
            messages=len(messages),
            last_seq=last,
        )
        return len(messages)

    async def prune(self) -> int:
        """Remove a batch of what was sent long ago, where it is time to look for it; return how many. Unavailable is the caller's."""
        now = asyncio.get_running_loop().time()
        if now < self._prune_at:
            return 0
        removed = await self._outbox.prune(self._keep_days)
        if removed == 0:
            self._prune_at = now + PRUNE_SECONDS
        else:
            _log.info("outbox.pruned", province=self._outbox.province, messages=removed)
        return removed
