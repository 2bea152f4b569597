"""Puts a load into the provinces' topics before anything is measured."""

from asyncio import Future
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from typing import Final

from aiokafka import AIOKafkaProducer
from aiokafka.structs import RecordMetadata

from models.topics import progress_topic
from streams.publisher import STRUCTURED
from streams.settings import Settings

BATCH_BYTES: Final = 256 * 1024
"""Many senders fill a log with small batches, but a reader's cost hardly depends on it."""
LINGER_MS: Final = 20
AT_ONCE: Final = 10_000


@asynccontextmanager
async def producing(
    settings: Settings, *, linger_ms: int, batch_bytes: int
) -> AsyncIterator[AIOKafkaProducer]:
    """Open a producer whose every record is acknowledged by all replicas."""
    producer = AIOKafkaProducer(
        bootstrap_servers=settings.kafka_bootstrap_servers,
        acks="all",
        enable_idempotence=settings.kafka_idempotence,
        linger_ms=linger_ms,
        max_batch_size=batch_bytes,
    )
    await producer.start()
    try:
        yield producer
    finally:
        await producer.stop()


async def send(producer: AIOKafkaProducer, province: str, value: bytes) -> "Future[RecordMetadata]":
    """Hand one event to the producer; the future is its acknowledgement."""
    future: Future[RecordMetadata] = await producer.send(
        progress_topic(province), value, headers=list(STRUCTURED)
    )
    return future


async def publish_all(settings: Settings, lines: Iterable[tuple[str, bytes]]) -> dict[str, int]:
    """Publish everything; return province -> offset after its last record."""
    ends: dict[str, int] = {}
    waiting: list[tuple[str, Future[RecordMetadata]]] = []

    async def acknowledged() -> None:
        for province, future in waiting:
            ends[province] = max(ends.get(province, 0), (await future).offset + 1)
        waiting.clear()

    async with producing(settings, linger_ms=LINGER_MS, batch_bytes=BATCH_BYTES) as producer:
        for province, value in lines:
            waiting.append((province, await send(producer, province, value)))
            if len(waiting) >= AT_ONCE:
                await acknowledged()
        await acknowledged()
    return ends
