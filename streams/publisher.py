"""Producers for the provinces' topics, and how a line becomes a record, as an agency's system would send it.

A line's bytes are never touched, and the record's timestamp is left to the clock: the record is what the sender wrote.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Final, TypeAlias

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError
from aiokafka.structs import RecordMetadata

from models.topics import PROGRESS_MAX_BYTES, progress_topic
from sinks.brokers import why
from streams.lines import Line, key_named
from streams.settings import Settings

STRUCTURED: Final = (("content-type", b"application/cloudevents+json; charset=UTF-8"),)
Acknowledgement: TypeAlias = "asyncio.Future[RecordMetadata]"
"""What a broker will say of a record."""


async def started_producer(settings: Settings) -> AIOKafkaProducer:
    """Start a producer for the configured brokers; Unavailable when none answers."""
    producer = AIOKafkaProducer(
        **settings.brokers.for_aiokafka,
        acks="all",
        enable_idempotence=settings.kafka_idempotence,
        linger_ms=5,
        max_request_size=PROGRESS_MAX_BYTES,
    )
    try:
        await producer.start()
    except BaseException as error:
        await producer.stop()
        if not isinstance(error, KafkaError):
            raise
        raise await why(settings.brokers, "does not take records", error) from error
    return producer


@contextlib.asynccontextmanager
async def producing(settings: Settings) -> AsyncIterator[AIOKafkaProducer]:
    """Open a producer for the length of a block; Unavailable when no broker answers."""
    producer = await started_producer(settings)
    try:
        yield producer
    finally:
        await producer.stop()


async def send_line(producer: AIOKafkaProducer, line: Line) -> Acknowledgement:
    """Hand a line to the producer; return what its acknowledgement will be. Errors are Kafka's own."""
    acknowledgement: Acknowledgement = await producer.send(
        progress_topic(line.province),
        value=line.value,
        key=key_named(line.value),
        headers=list(STRUCTURED),
    )
    return acknowledgement
