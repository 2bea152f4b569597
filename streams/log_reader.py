"""A province's log read back by whoever owns nothing: committed records only, of any stretch, in no group.

Workers are not disturbed, and nothing is noted anywhere.
"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Iterable
from contextlib import asynccontextmanager
from typing import Any, Final

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError

from models.errors import TiendoError
from models.facts import Record
from models.topics import progress_topic
from sinks.brokers import Brokers, why

FETCH_BYTES: Final = 4 * 1024 * 1024
READ_SECONDS: Final = 30.0
"""Longest wait for records that the log is known to have."""


class Unverifiable(TiendoError):  # noqa: N818 - named for what it says of the tables
    """There is nothing to compare the tables with; the message says why, and what can be checked instead."""


class LogReader:
    """A province's log, opened for reading."""

    def __init__(self, consumer: Any, province: str, start: int) -> None:  # noqa: ANN401 - aiokafka is untyped
        self._consumer = consumer
        self._province = province
        self._partition = _partition_of(province)
        self.start = start
        """The first offset that retention has left."""

    async def batches(self, base: int, until: int) -> AsyncGenerator[list[Record], None]:
        """Yield the committed records of `base <= offset < until`; the next call may begin anywhere."""
        self._consumer.seek(self._partition, base)
        while base < until:
            async with asyncio.timeout(READ_SECONDS):
                fetched = await self._consumer.getmany(self._partition, timeout_ms=1000)
            found = fetched.get(self._partition, ())
            records = records_of(
                self._province, (one for one in found if base <= one.offset < until)
            )
            if records:
                base = records[-1].offset + 1
                yield records
            elif await self._consumer.position(self._partition) >= until:
                return


@asynccontextmanager
async def open_log(brokers: Brokers, province: str) -> AsyncIterator[LogReader]:
    """Open what there is of a province's log; Unavailable when Kafka is away, then and while it is read."""
    consumer = AIOKafkaConsumer(
        **brokers.for_aiokafka,
        enable_auto_commit=False,
        auto_offset_reset="none",
        isolation_level="read_committed",
        max_partition_fetch_bytes=FETCH_BYTES,
    )
    partition = _partition_of(province)
    try:
        await consumer.start()
        consumer.assign([partition])
        starts = await consumer.beginning_offsets([partition])
        yield LogReader(consumer, province, int(starts[partition]))
    except (KafkaError, TimeoutError) as error:
        raise await why(brokers, f"did not show the log of {province}", error) from error
    finally:
        await consumer.stop()


@asynccontextmanager
async def log_reader(brokers: Brokers, province: str) -> AsyncIterator[LogReader]:
    """Open a province's log from its beginning; Unverifiable where that is gone, Unavailable when Kafka is away."""
    async with open_log(brokers, province) as reader:
        if reader.start > 0:
            raise Unverifiable(
                f"the log of {province} begins at offset {reader.start}: retention has removed what came before, so the"
                " tables cannot be folded again; --from-subjects checks the panes against the subjects"
            )
        yield reader


def records_of(province: str, fetched: Iterable[Any]) -> list[Record]:
    """Return what aiokafka fetched of a province's topic as the fold is given it."""
    return [
        Record(province, one.offset, one.timestamp, one.key, one.value, tuple(one.headers))
        for one in fetched
    ]


def _partition_of(province: str) -> TopicPartition:
    return TopicPartition(progress_topic(province), 0)
