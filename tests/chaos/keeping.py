"""Topics read back from their beginning to their end, as any other consumer would read them."""

import asyncio
from collections.abc import Iterable
from pathlib import Path
from typing import Final

import msgspec
from aiokafka import AIOKafkaConsumer, TopicPartition

from models.facts import Record

READ_SECONDS: Final = 30.0
"""Longest wait for the next records of a log whose end is known."""

_encode: Final = msgspec.msgpack.Encoder().encode
_decode: Final = msgspec.msgpack.Decoder(list[Record]).decode


async def read_topic(bootstrap: str, topic: str, province: str) -> list[Record]:
    """Return the committed records of a topic's first partition."""
    partition = TopicPartition(topic, 0)
    consumer = AIOKafkaConsumer(
        bootstrap_servers=bootstrap,
        enable_auto_commit=False,
        isolation_level="read_committed",
        max_partition_fetch_bytes=8 * 1024 * 1024,
    )
    await consumer.start()
    try:
        consumer.assign([partition])
        await consumer.seek_to_beginning(partition)
        end = (await consumer.end_offsets([partition]))[partition]
        records: list[Record] = []
        while await consumer.position(partition) < end:
            async with asyncio.timeout(READ_SECONDS):
                fetched = await consumer.getmany(partition, timeout_ms=1000)
            records += [
                Record(province, one.offset, one.timestamp, one.key, one.value, tuple(one.headers))
                for one in fetched.get(partition, ())
            ]
    finally:
        await consumer.stop()
    return records


def keep(path: Path, records: Iterable[Record]) -> None:
    """Write records to a file."""
    path.write_bytes(_encode(list(records)))


def kept(path: Path) -> list[Record]:
    """Return the records of a file."""
    return _decode(path.read_bytes())
