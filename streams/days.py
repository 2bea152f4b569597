"""The beginning of each day, published to the provinces that this process owns, so that silence and deadlines are seen without any other event.

An owner publishes a day once; another owner may publish it again, which changes nothing: all that matters is the day itself.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable, Collection
from typing import Final

import structlog
from aiokafka.errors import KafkaError

from models.days import Day, Instant, date_of, datetime_of, day_of, start_of
from models.errors import Forbidden, Unavailable
from models.topics import progress_topic
from sinks.brokers import why
from streams.publisher import STRUCTURED, producing
from streams.settings import Settings

log = structlog.get_logger(__name__)

LOOK_SECONDS: Final = 5.0
"""How soon after midnight, or after a province was taken over, its day is published."""

Send = Callable[[str, bytes], Awaitable[None]]
"""(province, value) -> acknowledged; Unavailable when the broker is away."""


class DayTicker:
    """Publishes the present day to each owned province that has not had it from this process."""

    def __init__(
        self, owned: Callable[[], Collection[str]], send: Send, clock: Callable[[], Instant]
    ) -> None:
        self._owned = owned
        self._send = send
        self._clock = clock
        self._published: dict[str, Day] = {}
        self._refused: dict[str, Day] = {}

    async def tick(self) -> None:
        """Publish what is due; what the broker does not take stays due."""
        today = day_of(self._clock())
        for province in sorted(self._owned()):
            if self._published.get(province) == today:
                continue
            try:
                await self._send(province, day_started(province, today))
            except Forbidden as error:
                if self._refused.get(province) != today:
                    self._refused[province] = today
                    log.warning(
                        "day.forbidden",
                        province=province,
                        reason=str(error),
                        mend="let an operator grant it; tried again every few seconds, and said once a day",
                    )
                continue
            except Unavailable as error:
                log.warning(
                    "day.postponed",
                    province=province,
                    reason=str(error),
                    mend="nothing if Kafka comes back: tried again every few seconds",
                )
                return
            self._published[province] = today
            log.info("day.started", province=province, day=date_of(today).isoformat())

    async def run(self) -> None:
        """Tick for ever."""
        while True:
            await self.tick()
            await asyncio.sleep(LOOK_SECONDS)


def day_started(province: str, day: Day) -> bytes:
    """Return the CloudEvent that says in `province` that `day` has begun."""
    subject = f"day/{date_of(day).isoformat()}"
    return json.dumps(
        {
            "specversion": "1.0",
            "id": subject,
            "source": f"urn:tiendo:{province}:days",
            "type": "vn.tiendo.day.started.v1",
            "subject": subject,
            "time": datetime_of(start_of(day)).isoformat(),
            "province": province,
            "agency": "tiendo",
            "partitionkey": subject,
            "datacontenttype": "application/json",
            "data": {"date": date_of(day).isoformat()},
        }
    ).encode()


def sender(settings: Settings) -> Send:
    """Return a `Send` that opens a producer for the moment of sending: it is needed once a day."""

    async def send(province: str, value: bytes) -> None:
        async with producing(settings) as producer:
            try:
                await producer.send_and_wait(
                    progress_topic(province), value, headers=list(STRUCTURED)
                )
            except KafkaError as error:
                raise await why(
                    settings.brokers, f"did not take the day of {province}", error
                ) from error

    return send
