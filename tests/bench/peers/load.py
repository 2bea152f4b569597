"""What the peers count: the benchmark's load in the provinces' topics, with markers whose rows tell how far a peer has come.

A marker is an event of an agency that nobody else has: its row appears when it is counted, and the greatest marker seen
in a province says that all events before it are counted, as every peer writes a province's rows in the order of its log.
The record key is the province.
"""

import asyncio
import itertools
import json
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from typing import Any, Final, NamedTuple

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition

from models.topics import PROVINCES, progress_topic
from streams.simulator import load
from tests.bench.peers.counting import Row, row_of

SEED: Final = 3
MARKER_PREFIX: Final = "zz-"
EVENTS_PER_MARKER: Final = 4
"""No divisor of five: the provinces take turns, and each is to have markers."""
AT_ONCE: Final = 10_000
_TEMPLATE: Final = "vn.tiendo.website.content_updated.v1"


class Line(NamedTuple):
    """An event to be sent; `marker` is its agency where it is one."""

    province: str
    value: bytes
    marker: str | None = None


class Sent(NamedTuple):
    """A marker on its way."""

    province: str
    marker: str
    at: float
    """Reading of the performance counter."""


class Load:
    """Lines of a run, made once and given to every peer alike."""

    def __init__(self, events: int) -> None:
        """Make `events` lines of the load."""
        self.lines = [Line(*one) for one in load(SEED, events, days=90, agencies=200)]
        self._templates = dict(self._markable())

    def full_log(self) -> tuple[list[Line], list[Line]]:
        """Return all lines, and a marker a province that ends them."""
        numbers = itertools.count()
        return self.lines, [self._marker(province, next(numbers)) for province in PROVINCES]

    def flow(self, first: int) -> Iterator[Line]:
        """Yield lines for ever, some of them markers numbered from `first` on."""
        numbers = itertools.count(first)
        for place, line in enumerate(itertools.cycle(self.lines)):
            is_marker = place % EVENTS_PER_MARKER == 0
            yield self._marker(line.province, next(numbers)) if is_marker else line

    def _marker(self, province: str, number: int) -> Line:
        name = f"{MARKER_PREFIX}{number:08d}"
        event = self._templates[province] | {"id": name, "agency": name}
        return Line(province, json.dumps(event).encode(), name)

    def _markable(self) -> Iterator[tuple[str, dict[str, Any]]]:
        """Yield an event without level and channel for each province, so that all markers lie side by side in an index."""
        for line in self.lines:
            event = json.loads(line.value)
            if event["type"] == _TEMPLATE:
                yield line.province, event


async def send_all(producer: AIOKafkaProducer, lines: Iterable[Line]) -> None:
    """Send lines as fast as the broker takes them, and wait until it has them."""
    lines = iter(lines)
    while some := list(itertools.islice(lines, AT_ONCE)):
        for acknowledged in [await _send(producer, line) for line in some]:
            await acknowledged


async def send_evenly(
    producer: AIOKafkaProducer, lines: Iterable[Line], rate: int
) -> AsyncIterator[Sent]:
    """Send `rate` lines a second, each at its moment; yield the markers as they go, and wait for the broker at the end."""
    waiting, began = [], time.perf_counter()
    for number, line in enumerate(lines):
        early = began + number / rate - time.perf_counter()
        if early > 0:
            await asyncio.sleep(early)
        at = time.perf_counter()
        waiting.append(await _send(producer, line))
        if line.marker is not None:
            yield Sent(line.province, line.marker, at)
    await asyncio.gather(*waiting)


async def counted(bootstrap: str) -> Counter[Row]:
    """Read the provinces' topics to their ends and count: what the rows must be."""
    partitions = [TopicPartition(progress_topic(province), 0) for province in PROVINCES]
    counts: Counter[Row] = Counter()
    consumer = AIOKafkaConsumer(bootstrap_servers=bootstrap, auto_offset_reset="earliest")
    await consumer.start()
    try:
        consumer.assign(partitions)
        left = {tp: end for tp, end in (await consumer.end_offsets(partitions)).items() if end > 0}
        while left:
            for tp, records in (await consumer.getmany(timeout_ms=1000)).items():
                counts.update(row_of(json.loads(record.value)) for record in records)
                if records[-1].offset + 1 >= left[tp]:
                    del left[tp]
    finally:
        await consumer.stop()
    return counts


def percentile(values: Sequence[float], share: float) -> float:
    """Return the value that `share` of all do not exceed."""
    return sorted(values)[max(round(share * len(values)), 1) - 1]


async def _send(producer: AIOKafkaProducer, line: Line) -> "asyncio.Future[object]":
    future: asyncio.Future[object] = await producer.send(
        progress_topic(line.province), line.value, line.province.encode()
    )
    return future
