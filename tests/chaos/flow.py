"""What flows while faults strike: a seeded log of every province, sent in bursts, with floods of poison and skewed clocks when told.

The sender remembers what each broken record must be refused for: that is the witness of the dead letters.
"""

import asyncio
import itertools
import json
import time
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from random import Random
from typing import Final, NamedTuple

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError

from models.topics import PROGRESS_MAX_BYTES, PROVINCES, progress_topic
from streams.publisher import STRUCTURED
from streams.simulator import load
from streams.simulator.trouble import BROKEN
from tests.support.histories import long_log
from tests.support.oracle.province import setting

SMALL: Final = "tra-vinh"
"""The province whose log has all types and troubles, and is small enough for the slowest part of the oracle."""
SMALL_DAYS: Final = 40
_MISNAMED: Final = b"not/the/key"
"""In lines that the drawn history means to be refused: the only poison here is that of the floods."""
AFTER_SHARE: Final = 0.1
"""Of its rate a flow has once it has sent what it was to: faults must have something to strike."""
_WITHOUT_END: Final = 10**9
BURST_SECONDS: Final = 0.5
REQUEST_SECONDS: Final = 15.0
HOUR: Final = 3600.0
AHEAD_HOURS: Final = 24.0
"""How far an event may lie ahead of its record's timestamp (design, 4.1)."""
SKEWS: Final = (-40.0, -25.0, -2.0, -0.5, 0.0, 3.0)
"""Hours by which a skewed sender's clock differs from its events'."""


class Line(NamedTuple):
    """A record to be sent."""

    province: str
    value: bytes | None
    reason: str | None = None
    """Why it must be refused; None: it is as it should be."""
    timestamp_ms: int | None = None
    """None: the clock's."""


def log_of(seed: int, events: int, days: int, small_recipes: int) -> Iterator[Line]:
    """Yield lines without end: `events` over so many days, the small province's spread evenly among them, and more on the last."""
    drawn = long_log(setting(SMALL, SMALL_DAYS), seed, small_recipes)
    small = [record.value for record in drawn if _MISNAMED not in (record.value or _MISNAMED)]
    large = max(events - len(small), 1)
    lines = load(
        seed, large * len(PROVINCES) // (len(PROVINCES) - 1), days, agencies=60, after=_WITHOUT_END
    )
    sent = taken = 0
    for province, value in lines:
        if province == SMALL:
            continue
        yield Line(province, value)
        sent += 1
        while taken < len(small) * min(sent, large) // large:
            yield Line(SMALL, small[taken])
            taken += 1


def flood(chance: Random, province: str, lines: Sequence[bytes], count: int) -> list[Line]:
    """Return so many records that no decoder may take, a large one and a null one among them; made of those `lines` that tell of facts."""
    found = [Line(province, None, "null_value")]
    events = [
        event for event in map(json.loads, lines) if event["data"]
    ]  # a day's beginning has no field to leave out
    for number in range(count):
        event = {**events[number % len(events)], "id": f"flood-{chance.getrandbits(48)}"}
        reason, broken = BROKEN[number % len(BROKEN)]
        if reason == "too_large" and number > len(BROKEN):  # one is enough of what is so long
            reason, value = "bad_encoding", bytes(chance.getrandbits(7) | 128 for _ in range(40))
        else:
            value = broken(event)
        found.append(Line(province, value, reason))
    return found


def skewed(chance: Random, line: Line) -> Line:
    """Return the line as a sender with a wrong clock sends it, and whether it is refused for that."""
    event = json.loads(line.value or b"")
    instants = [
        datetime.fromisoformat(event[name]) for name in ("time", "recordedtime") if name in event
    ]
    happened = instants[0].timestamp()
    clock = happened + chance.choice(SKEWS) * HOUR
    timestamp_ms = int(clock * 1000)
    ahead = max(instants).timestamp() * 1000 > timestamp_ms + AHEAD_HOURS * HOUR * 1000
    return Line(line.province, line.value, "time_in_future" if ahead else None, timestamp_ms)


class Flow:
    """Sends a log in bursts, and whatever else it is given."""

    def __init__(
        self, bootstrap: str, lines: Iterator[Line], events: int, seconds: float, chance: Random
    ) -> None:
        """Send `events` of the lines in about so many seconds."""
        self._bootstrap = bootstrap
        self._lines = lines
        self._events = events
        self._per_second = events / seconds
        self._taken = 0
        self._chance = chance
        self._producer: AIOKafkaProducer | None = None
        self._turn = asyncio.Lock()
        self._changed: Callable[[Line], Line] | None = None
        self.refused: dict[tuple[bytes | None, int | None], str] = {}
        """(value, timestamp where the sender set it) -> why it must be refused."""
        self.sent = 0
        self.recent: dict[str, list[bytes]] = {province: [] for province in PROVINCES}
        """Some sound lines of each province."""

    async def run(self) -> None:
        """Send until cancelled, at about the flow's rate, and more slowly once all is sent."""
        due = time.monotonic()
        while True:
            await asyncio.sleep(BURST_SECONDS * self._chance.uniform(0.4, 1.6))
            now = time.monotonic()
            rate = self._per_second * (1.0 if self._taken < self._events else AFTER_SHARE)
            await self._next(int((now - due) * rate))
            due = now

    async def finish(self, at_once: int = 2_000) -> None:
        """Send the rest as fast as it goes."""
        while self._taken < self._events:
            await self._next(at_once)

    async def more(self, province: str, count: int) -> None:
        """Send sound lines of a province once more: duplicates, which the log holds and the figures do not count."""
        recent = self.recent[province]
        await self.send([Line(province, recent[number % len(recent)]) for number in range(count)])

    @asynccontextmanager
    async def changed(self, change: Callable[[Line], Line]) -> AsyncIterator[None]:
        """Change the lines that are sent during a block."""
        self._changed = change
        try:
            yield
        finally:
            self._changed = None

    async def _next(self, count: int) -> None:
        lines = list(itertools.islice(self._lines, max(count, 1)))
        self._taken += len(lines)
        change = self._changed
        if change is not None:
            lines = [line if line.province == SMALL else change(line) for line in lines]
        for line in lines:
            if line.reason is None and line.value is not None:
                self.recent[line.province] = [*self.recent[line.province][-50:], line.value]
        await self.send(lines)

    async def send(self, lines: Sequence[Line]) -> None:
        """Append records, for as long as that takes; after a failure all of them again, which the log may hold twice."""
        for line in lines:
            if line.reason is not None:
                self.refused[line.value, line.timestamp_ms] = line.reason
        async with self._turn:
            while True:
                try:
                    await self._send(lines)
                except (KafkaError, OSError):
                    await self._closed()
                    await asyncio.sleep(0.5)
                else:
                    self.sent += len(lines)
                    return

    async def _send(self, lines: Sequence[Line]) -> None:
        if self._producer is None:
            producer = AIOKafkaProducer(
                bootstrap_servers=self._bootstrap,
                acks="all",
                linger_ms=5,
                max_request_size=PROGRESS_MAX_BYTES,
                request_timeout_ms=int(REQUEST_SECONDS * 1000),
            )
            try:
                await producer.start()
            except BaseException:
                await producer.stop()
                raise
            self._producer = producer
        futures = [
            await self._producer.send(
                progress_topic(line.province),
                line.value,
                b"key",
                partition=0,
                timestamp_ms=line.timestamp_ms,
                headers=list(STRUCTURED),
            )
            for line in lines
        ]
        for done in await asyncio.gather(*futures, return_exceptions=True):
            if isinstance(done, BaseException):
                raise done

    async def close(self) -> None:
        """Stop sending."""
        async with self._turn:
            await self._closed()

    async def _closed(self) -> None:
        producer, self._producer = self._producer, None
        if producer is not None:
            try:
                async with asyncio.timeout(5):
                    await producer.stop()
            except (TimeoutError, KafkaError):
                pass
