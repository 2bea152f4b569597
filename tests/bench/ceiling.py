"""The ceiling: how fast aiokafka alone fetches the provinces' topics, with each value decoded and counted.

Runs in a process of its own, as the worker does, and fetches as the worker does: `python -m tests.bench.ceiling BOOTSTRAP PROVINCE=END...`
"""

import asyncio
import json
import sys
import time
from collections import Counter
from collections.abc import Mapping
from typing import Any, NamedTuple

import msgspec
import uvloop
from aiokafka import AIOKafkaConsumer, TopicPartition

from models.topics import progress_topic
from streams.settings import load_settings


class Envelope(msgspec.Struct):
    """What every event has, and its payload as it stands."""

    id: str
    source: str
    type: str
    subject: str
    time: str
    province: str
    agency: str
    data: dict[str, Any]
    recordedtime: str | None = None


class Ceiling(NamedTuple):
    """One pass over the topics."""

    events: int
    seconds: float
    cpu_seconds: float

    @property
    def events_per_second(self) -> float:
        """Return the rate."""
        return self.events / self.seconds


def between(before: Ceiling, after: Ceiling) -> Ceiling:
    """Return the mean of two passes, one on each side of what is measured against them: a shared machine is slower now and then."""
    return Ceiling(
        before.events,
        (before.seconds + after.seconds) / 2,
        (before.cpu_seconds + after.cpu_seconds) / 2,
    )


async def measured(bootstrap: str, ends: Mapping[str, int]) -> Ceiling:
    """Run this module in a process of its own and return what it found."""
    named = [f"{province}={end}" for province, end in ends.items()]
    child = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", __name__, bootstrap, *named), stdout=asyncio.subprocess.PIPE
    )
    output, _ = await child.communicate()
    return Ceiling(*json.loads(output))


async def read(bootstrap: str, ends: Mapping[str, int]) -> Ceiling:
    """Fetch, decode and count everything before `ends`."""
    left = {TopicPartition(progress_topic(province), 0): end for province, end in ends.items()}
    decode = msgspec.json.Decoder(Envelope).decode
    types: Counter[str] = Counter()
    consumer = AIOKafkaConsumer(
        bootstrap_servers=bootstrap,
        max_partition_fetch_bytes=load_settings().fetch_max_bytes,
        isolation_level="read_committed",
        auto_offset_reset="earliest",
        enable_auto_commit=False,
    )
    await consumer.start()
    try:
        began, cpu_began = time.perf_counter(), time.process_time()
        consumer.assign(list(left))
        while left:
            for tp, records in (await consumer.getmany(timeout_ms=1000)).items():
                for record in records:
                    types[decode(record.value).type] += 1
                if records[-1].offset + 1 >= left[tp]:
                    del left[tp]
        seconds, cpu_seconds = time.perf_counter() - began, time.process_time() - cpu_began
    finally:
        await consumer.stop()
    return Ceiling(types.total(), seconds, cpu_seconds)


def main(arguments: list[str]) -> None:
    """Read what the command line names and print the result as JSON."""
    bootstrap, *named = arguments
    ends = {province: int(end) for province, _, end in (pair.partition("=") for pair in named)}
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        sys.stdout.write(json.dumps(runner.run(read(bootstrap, ends))))


if __name__ == "__main__":
    main(sys.argv[1:])
