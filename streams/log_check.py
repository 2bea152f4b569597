"""The check at a take-over that a topic's log is the one which the mark was made from.

A log that lost records before they were read, was created anew, or has another order must never be folded on: the province is parked.
"""

import asyncio
import zlib
from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import CorruptRecordException, KafkaError, OffsetOutOfRangeError

from models.changes import Mark
from sinks.brokers import ASK_SECONDS, Brokers, why
from streams.deadline import Deadline

READ_BACK_SECONDS: Final = 10.0
"""How long the record before the mark may take to arrive."""
BEYOND_THE_END_SECONDS: Final = 2.0
"""The same where the broker says that its log ends before; the embedded one says so of logs that do not."""
FIRST_RECORD_SECONDS: Final = 2.0
"""How long a look waits for the first record after a mark."""
FETCH_BYTES: Final = 1024 * 1024
LOOK_BYTES: Final = 1
"""A look wants one record: a broker sends one batch at least."""


class Fault(NamedTuple):
    """Why a log must not be read on: a reason code and the offsets, never a value."""

    reason: str
    """`partition_count`, `retention_loss`, `log_ends_before_mark`, `checksum_mismatch` or `corrupt_record`; of the tables,
    `inconsistent`."""
    detail: str


async def find_fault(brokers: Brokers, topic: str, mark: Mark) -> Fault | None:
    """Compare a topic's log with the mark; None: go on reading. Unavailable when the broker does not answer."""
    consumer = _consumer(brokers)
    try:
        async with asyncio.timeout(ASK_SECONDS):
            await consumer.start()
            return await _compare(consumer, TopicPartition(topic, 0), mark)
    except (KafkaError, TimeoutError) as error:
        raise await why(brokers, f"did not show {topic}", error) from error
    finally:
        await consumer.stop()


class LogSight(NamedTuple):
    """What can be seen of a log from a mark."""

    start: int
    end: int
    """Offset after its last committed record."""
    waiting_since: int | None
    """Kafka timestamp, in milliseconds, of the first committed record that the mark does not include; None where there is none."""


async def look(brokers: Brokers, marks: Mapping[str, int | None]) -> dict[str, LogSight]:
    """Return topic -> what its log has beyond a mark (None: nobody knows the mark, and nothing is read), of the topics that exist.

    What ends a transaction takes an offset and is no record: a log may end beyond its last record, with nothing waiting.
    """
    if not marks:
        return {}
    consumer = _consumer(brokers, LOOK_BYTES)
    try:
        async with asyncio.timeout(ASK_SECONDS):
            await consumer.start()
            there = await consumer.topics()
            tps = {TopicPartition(topic, 0): marks[topic] for topic in marks if topic in there}
            starts = await consumer.beginning_offsets(list(tps))
            ends = await consumer.end_offsets(list(tps))
            behind = {
                tp: mark
                for tp, mark in tps.items()
                if mark is not None and starts[tp] <= mark < ends[tp]
            }
            waiting = await _first_records(consumer, behind)
    except (KafkaError, TimeoutError) as error:
        raise await why(brokers, "did not tell where the logs end", error) from error
    finally:
        await consumer.stop()
    return {tp.topic: LogSight(int(starts[tp]), int(ends[tp]), waiting.get(tp)) for tp in tps}


async def _first_records(
    consumer: Any,  # noqa: ANN401 - aiokafka is untyped
    positions: Mapping[TopicPartition, int],
) -> dict[TopicPartition, int]:
    """Return the timestamp of the first record from each position on, of those that have one and show it in time."""
    found: dict[TopicPartition, int] = {}
    consumer.assign(list(positions))
    for tp, offset in positions.items():
        consumer.seek(tp, offset)
    deadline = Deadline(FIRST_RECORD_SECONDS)
    while (left := [tp for tp in positions if tp not in found]) and deadline.remaining() > 0:
        wait = int(deadline.remaining() * 1000)
        try:
            fetched = await consumer.getmany(*left, timeout_ms=wait, max_records=len(left))
        except CorruptRecordException:
            break  # whoever reads on says which
        for tp, records in fetched.items():
            found.setdefault(tp, int(records[0].timestamp))
    return found


def checksum(value: bytes | None) -> int:
    """Return the CRC-32 that the mark keeps of the record before it."""
    return zlib.crc32(value or b"")


def _consumer(brokers: Brokers, fetch_bytes: int = FETCH_BYTES) -> Any:  # noqa: ANN401 - aiokafka is untyped
    return AIOKafkaConsumer(
        max_partition_fetch_bytes=fetch_bytes,
        **brokers.for_aiokafka,
        group_id=None,
        enable_auto_commit=False,
        auto_offset_reset="none",
        isolation_level="read_committed",
        fetch_max_wait_ms=100,
    )


async def _compare(consumer: Any, tp: TopicPartition, mark: Mark) -> Fault | None:  # noqa: ANN401 - aiokafka is untyped
    consumer.assign([tp])
    consumer.seek(tp, max(mark.next_offset - 1, 0))
    start = int((await consumer.beginning_offsets([tp]))[tp])
    partitions = len(consumer.partitions_for_topic(tp.topic) or ())
    if partitions != 1:
        return Fault(
            "partition_count",
            f"{tp.topic} has {partitions} partitions, one order needs exactly one",
        )
    if start > mark.next_offset:
        return Fault(
            "retention_loss",
            f"{tp.topic} starts at offset {start}, the next to be applied is {mark.next_offset}",
        )
    if mark.last_crc is None or start == mark.next_offset:
        return None
    return await _compare_last(consumer, tp, mark)


async def _compare_last(consumer: Any, tp: TopicPartition, mark: Mark) -> Fault | None:  # noqa: ANN401 - aiokafka is untyped
    end = int((await consumer.end_offsets([tp]))[tp])
    ended = Fault(
        "log_ends_before_mark",
        f"{tp.topic} ends at offset {end}, records up to {mark.next_offset} were applied",
    )
    beyond = end < mark.next_offset
    try:
        async with asyncio.timeout(BEYOND_THE_END_SECONDS if beyond else READ_BACK_SECONDS):
            record = await consumer.getone(tp)
    except OffsetOutOfRangeError:
        return ended
    except TimeoutError:
        if beyond:
            return ended
        raise
    if record.offset != mark.next_offset - 1 or checksum(record.value) != mark.last_crc:
        return Fault(
            "checksum_mismatch",
            f"{tp.topic} at offset {mark.next_offset - 1} is not the record that was applied there",
        )
    return None
