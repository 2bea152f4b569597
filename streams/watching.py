"""A worker's look at its provinces every few seconds: for the metrics, for its endpoint, for the ledger, and for its own end.

It looks beside the batches and holds none of them up. A service that is away is noted; a province that stands still though both
services are there ends the worker.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Collection, Mapping
from typing import Final, Protocol

import structlog

from models.errors import Forbidden, Unavailable
from models.operating import Stored
from models.topics import progress_topic, province_of
from streams.log_check import LogSight
from streams.observation import Observation
from streams.owner import Health
from streams.patience import Absence
from streams.stall import Sight, StallWatch
from streams.vitals import PULSE_SECONDS, Vitals

log = structlog.get_logger(__name__)

LOOK_SECONDS: Final = 5.0
"""How often the provinces are looked at."""


class Stalled(Exception):  # noqa: N818 - named for what happened
    """A province had lag and the ledger did not move."""


class Membership(Protocol):
    """What is seen of the worker's place in its group."""

    def assigned_topics(self) -> Collection[str]:
        """Return the topics that the group gave to this worker."""

    def is_member(self) -> bool:
        """Return whether it is in the group, with no rebalance on its way."""


class Tends(Protocol):
    """Where a worker says which provinces it tends."""

    async def tend(self, standings: Mapping[str, tuple[str, str]]) -> list[Stored]:
        """Say how they stand here, and return what is stored of them."""


Look = Callable[[Mapping[str, int | None]], Awaitable[dict[str, LogSight]]]
"""Topic -> mark, to topic -> what its log has beyond; Unavailable."""


class Watching:
    """The looks of one worker."""

    def __init__(
        self, vitals: Vitals, observation: Observation, tending: Tends | None, look: Look
    ) -> None:
        """Watch; without `tending` nothing is said to the ledger, nor heard of it (`try`, `demo`)."""
        self._vitals = vitals
        self._observation = observation
        self._tending = tending
        self._look_at_logs = look
        self._absence = Absence(log.bind(service="kafka"))
        """Of a Kafka that refuses us; of one that is away the library tells."""

    async def pulse(self, membership: Membership) -> None:
        """Show for ever that the loop turns, and the worker's place in its group."""
        while True:
            self._vitals.beat()
            self._vitals.joined = membership.is_member()
            self._vitals.assigned = _assigned(membership)
            await asyncio.sleep(PULSE_SECONDS)

    async def run(
        self,
        membership: Membership,
        health: Callable[[], Mapping[str, Health]],
        stall_seconds: float,
    ) -> None:
        """Look for ever; Stalled when a province that is ours stands still though Kafka and Postgres are there."""
        stalls = StallWatch(stall_seconds)
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            sights = await self.look(_assigned(membership), health())
            stalled = stalls.stalled(time.monotonic(), sights)
            if stalled:
                raise Stalled(
                    f"{', '.join(stalled)}: there are records, and none was applied for "
                    f"{stall_seconds:.0f} s"
                )

    async def look(
        self, assigned: Collection[str], health: Mapping[str, Health]
    ) -> dict[str, Sight]:
        """Look once at the provinces that are ours; return what can be seen of those whose logs answered."""
        stored = await self._stored({province: health[province] for province in assigned})
        known = {province: row.next_offset for province, row in stored.items()}
        known |= {
            province: seen.next_offset
            for province, seen in health.items()
            if seen.next_offset is not None
        }
        marks = {province: mark for province, mark in known.items() if mark is not None}
        logs = await self._logs({province: marks.get(province) for province in assigned})
        seen, vitals = self._observation, self._vitals
        vitals.stored, vitals.logs = stored, logs
        seen.services(kafka=vitals.kafka_away is None, postgres=vitals.postgres_away is None)
        seen.standing(health, assigned)
        seen.left(health.keys() - set(assigned))
        seen.postgres(stored.values())
        seen.kafka(logs, marks, time.time())
        return {province: _sight(health[province], log) for province, log in logs.items()}

    async def _stored(self, health: Mapping[str, Health]) -> dict[str, Stored]:
        if self._tending is None:
            return {}
        standings = {
            province: (str(seen.standing), seen.detail) for province, seen in health.items()
        }
        try:
            rows = await self._tending.tend(standings)
        except Unavailable as error:
            self._vitals.postgres_away = str(error)
            return {}
        self._vitals.postgres_away = None
        return {row.province: row for row in rows}

    async def _logs(self, marks: Mapping[str, int | None]) -> dict[str, LogSight]:
        try:
            logs = await self._look_at_logs(
                {progress_topic(province): mark for province, mark in marks.items()}
            )
        except Unavailable as error:
            self._vitals.kafka_away = str(error)
            if isinstance(error, Forbidden):
                self._absence.missed(error)
            return {}  # nothing to be said about lag while the broker is away
        self._vitals.kafka_away = None
        self._absence.ended()
        return {province_of(topic): log for topic, log in logs.items()}


def _assigned(membership: Membership) -> tuple[str, ...]:
    return tuple(map(province_of, membership.assigned_topics()))


def _sight(health: Health, log: LogSight) -> Sight:
    """Return what the stall watch is shown: a log whose last record is applied ends at the mark, whatever stands behind it."""
    return Sight(health, (health.next_offset or 0) if log.waiting_since is None else log.end)
