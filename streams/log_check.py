"""The check at a take-over that a topic's log is the one which the mark was made from.

A log that lost records before they were read, was created anew, or has another order must never be folded on: the province is parked.
"""

import asyncio
import zlib
from collections.abc import Sequence
from typing import Any, Final, NamedTuple

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError, OffsetOutOfRangeError

from models.changes import Mark
from sinks.brokers import ASK_SECONDS, Brokers, why

READ_BACK_SECONDS: Final = 10.0
"""How long the record before the mark may take to arrive."""
BEYOND_THE_END_SECONDS: Final = 2.0
"""The same where the broker says that its log ends before; the embedded one says so of logs that do not."""


class Fault(NamedTuple):
    """Why a log must not be read on: a reason code and the offsets, never a value."""

    reason: str
    """`partition_count`, `retention_loss`, `log_ends_before_mark` or `checksum_mismatch`; of the tables, `inconsistent`."""
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


async def log_ends(brokers: Brokers, topics: Sequence[str]) -> dict[str, int]:
    """Return topic -> offset after its last committed record."""
    if not topics:
        return {}
    consumer = _consumer(brokers)
    try:
        async with asyncio.timeout(ASK_SECONDS):
            await consumer.start()
            ends = await consumer.end_offsets([TopicPartition(topic, 0) for topic in topics])
    except (KafkaError, TimeoutError) as error:
        raise await why(brokers, "did not tell where the logs end", error) from error
    finally:
        await consumer.stop()
    return {tp.topic: int(end) for tp, end in ends.items()}


def checksum(value: bytes | None) -> int:
    """Return the CRC-32 that the mark keeps of the record before it."""
    return zlib.crc32(value or b"")


def _consumer(brokers: Brokers) -> Any:  # noqa: ANN401 - aiokafka is untyped
    return AIOKafkaConsumer(
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
