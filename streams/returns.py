"""The topic of a province's dead letters, read by a sender that has no database: from the beginning, or from a moment on.

A relay that died may have sent one twice: each refused record is told once.
"""

import asyncio
from collections.abc import AsyncIterator
from typing import Final

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError

from models.errors import TiendoError
from models.facts import DeadLetter, Record
from models.returned import returned
from models.topics import dead_letters_topic
from sinks.brokers import why
from streams.settings import Settings

_FETCH_BYTES: Final = 8 * 1024 * 1024
_READ_SECONDS: Final = 30.0
"""Longest wait for records that the topic is known to have."""


class NoTopic(TiendoError):  # noqa: N818 - named for what is missing
    """There is no topic of dead letters, or none that the reader may see."""


async def read_returned(
    settings: Settings, province: str, since_ms: int | None = None
) -> AsyncIterator[DeadLetter]:
    """Yield the dead letters that stand in the topic now, in its order.

    Raises:
        Unavailable: Kafka is away.
        NoTopic: the topic is missing, or not to be read by this reader.
    """
    partition = TopicPartition(dead_letters_topic(province), 0)
    consumer = AIOKafkaConsumer(
        **settings.brokers.for_aiokafka,
        enable_auto_commit=False,
        isolation_level="read_committed",
        max_partition_fetch_bytes=_FETCH_BYTES,
    )
    seen: set[int] = set()
    try:
        await consumer.start()
        end = await _place(consumer, partition, since_ms)
        while await consumer.position(partition) < end:
            async with asyncio.timeout(_READ_SECONDS):
                fetched = await consumer.getmany(partition, timeout_ms=1000)
            for one in fetched.get(partition, ()):
                letter = returned(
                    Record(
                        province, one.offset, one.timestamp, one.key, one.value, tuple(one.headers)
                    )
                )
                if one.offset < end and letter is not None and letter.record.offset not in seen:
                    seen.add(letter.record.offset)
                    yield letter
    except (KafkaError, TimeoutError) as error:
        raise await why(settings.brokers, "does not give records", error) from error
    finally:
        await consumer.stop()


async def _place(
    consumer: AIOKafkaConsumer, partition: TopicPartition, since_ms: int | None
) -> int:
    """Go to where reading begins; return where it ends."""
    if partition.topic not in await consumer.topics():
        raise NoTopic(
            f"there is no topic {partition.topic}: create it with `tiendo topics`,"
            " or ask its operator for the right to read it"
        )
    consumer.assign([partition])
    end: int = (await consumer.end_offsets([partition]))[partition]
    begin = (await consumer.beginning_offsets([partition]))[partition]
    if since_ms is not None:
        found = (await consumer.offsets_for_times({partition: since_ms}))[partition]
        begin = end if found is None else found.offset
    consumer.seek(partition, begin)
    return end
