"""The latency from an event's sending to its committed figure, at an even rate over the provinces.

An event counts as seen when its province's mark has passed it: figures and mark move in one transaction. The marks are
read every few milliseconds, and an event is not seen before the answer is here: latencies err upwards, by that much.
"""

import asyncio
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Final, NamedTuple

from aiokafka import AIOKafkaProducer

from streams.collection import Collection
from tests.bench.place import Place, Worker
from tests.bench.publishing import producing, send
from tests.bench.report import report, tell
from tests.support.eventually import eventually

POLL_SECONDS: Final = 0.005
SETTLE_SECONDS: Final = 120.0
"""How long what came before may take to be over, and the last events to be seen."""
_DAYS: Final = "SELECT coalesce(sum(as_of - first_day), 0) FROM tiendo.progress"


class Sent(NamedTuple):
    """One event on its way."""

    province: str
    offset: int
    at: float


class Mark(NamedTuple):
    """A mark when it was seen to have moved."""

    next_offset: int
    at: float


async def bench_latency(
    place: Place, worker: Worker, lines: Sequence[tuple[str, bytes]], rate: int
) -> None:
    """Send `lines` evenly at `rate` events a second to a worker that has nothing else to do, and print the line."""
    await place.settled(within=SETTLE_SECONDS)
    tell(f"measuring the latency at {rate} events/s ...")
    days = await place.connection.fetchval(_DAYS)
    before = worker.logged("batch.committed")
    cpu_before = worker.cpu_seconds
    measured = await latencies(place, lines, rate)
    told = await worker.batches(sum(line["records"] for line in before) + len(lines))
    batches = sorted(line["seconds"] for line in told[len(before) :])
    report(
        bench="latency",
        rate=rate,
        events=len(lines),
        **measured.figures(),
        seconds=round(measured.seconds, 2),
        transactions=len(batches),
        transaction_p50_ms=milliseconds(batches, 0.5),
        transaction_p99_ms=milliseconds(batches, 0.99),
        poll_ms=round(POLL_SECONDS * 1000),
        slowest_poll_ms=round(measured.slowest_poll * 1000, 1),
        days_begun=await place.connection.fetchval(_DAYS) - days,
        worker_cpu=round((worker.cpu_seconds - cpu_before) / measured.seconds, 2),
        broker=place.broker,
    )


class Measured(NamedTuple):
    """What one run of sending evenly saw."""

    ascending: list[float]
    """Seconds from each event's sending to its figure, in order of size."""
    seconds: float
    """How long the sending took."""
    slowest_poll: float
    """Seconds between two readings of the marks at most: beyond it nothing is measured."""

    def figures(self) -> dict[str, float]:
        """Return what is told of the latencies."""
        return {
            "p50_ms": milliseconds(self.ascending, 0.5),
            "p99_ms": milliseconds(self.ascending, 0.99),
            "max_ms": milliseconds(self.ascending, 1.0),
        }


async def latencies(place: Place, lines: Sequence[tuple[str, bytes]], rate: int) -> Measured:
    """Send `lines` evenly at `rate` events a second and see each of them in the marks."""
    watch = Watch(place)
    watching = asyncio.create_task(watch.run())
    began = time.perf_counter()
    try:
        with Collection().governed():  # a walk over the benchmark's own load would stop its clock
            async with producing(place.settings, linger_ms=0, batch_bytes=16 * 1024) as producer:
                sent = await _send_evenly(producer, lines, rate)
            seconds = time.perf_counter() - began
            await watch.passed(sent)
    finally:
        watching.cancel()
        await asyncio.wait({watching})
    return Measured(sorted(_latencies(sent, watch.seen)), seconds, watch.slowest_poll)


class Watch:
    """Reads the marks again and again and remembers when each moved."""

    def __init__(self, place: Place) -> None:
        self._place = place
        self.seen: defaultdict[str, list[Mark]] = defaultdict(list)
        self.slowest_poll = 0.0
        """Seconds between two readings at most: beyond it nothing is measured."""

    async def run(self) -> None:
        """Watch until cancelled."""
        last: dict[str, int] = {}
        before = time.perf_counter()
        while True:
            offsets = await self._place.next_offsets()
            now = time.perf_counter()
            self.slowest_poll = max(self.slowest_poll, now - before)
            before = now
            for province, next_offset in offsets.items():
                if last.get(province) != next_offset:
                    self.seen[province].append(Mark(next_offset, now))
            last = offsets
            await asyncio.sleep(POLL_SECONDS)

    async def passed(self, sent: Iterable[Sent]) -> None:
        """Wait until every event that was sent has been seen."""
        ends = {one.province: one.offset for one in sorted(sent, key=lambda one: one.offset)}
        await eventually(
            lambda: all(self.seen[slug][-1].next_offset > end for slug, end in ends.items()),
            within=SETTLE_SECONDS,
        )


async def _send_evenly(
    producer: AIOKafkaProducer, lines: Sequence[tuple[str, bytes]], rate: int
) -> list[Sent]:
    """Send one line after another, each at its moment; wait for the acknowledgements at the end only."""
    waiting = []
    began = time.perf_counter()
    for number, (province, value) in enumerate(lines):
        early = began + number / rate - time.perf_counter()
        if early > 0:
            await asyncio.sleep(early)
        at = time.perf_counter()
        waiting.append((province, at, await send(producer, province, value)))
    return [Sent(province, (await future).offset, at) for province, at, future in waiting]


def _latencies(sent: Iterable[Sent], seen: dict[str, list[Mark]]) -> Iterator[float]:
    """Yield the seconds from each event's sending until its province's mark was seen behind it."""
    marks = {province: iter(moves) for province, moves in seen.items()}
    present = {province: next(moves) for province, moves in marks.items()}
    for province, offset, at in sorted(sent):
        while present[province].next_offset <= offset:
            present[province] = next(marks[province])
        yield present[province].at - at


def milliseconds(ascending: Sequence[float], share: float) -> float:
    """Return the value that `share` of all do not exceed."""
    place = max(round(share * len(ascending)), 1) - 1
    return round(ascending[place] * 1000, 1)
