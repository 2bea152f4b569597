"""Lines into the provinces' topics, as an agency's system would send them.

A line's bytes are never touched, and the record's timestamp is left to the clock: the record is what the sender wrote.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Iterable
from typing import Final, TypeAlias

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError, MessageSizeTooLargeError
from aiokafka.structs import RecordMetadata

from models.errors import Forbidden, TiendoError, Unavailable
from models.topics import PROGRESS_MAX_BYTES, progress_topic
from sinks.brokers import UNRIGHTED, why
from streams.lines import Line, key_named
from streams.settings import Settings

STRUCTURED: Final = (("content-type", b"application/cloudevents+json; charset=UTF-8"),)
Acknowledgement: TypeAlias = "asyncio.Future[RecordMetadata]"
"""What a broker will say of a record."""

_AT_ONCE: Final = 2_000
"""Records whose acknowledgements are awaited together."""


class NotPublished(TiendoError):  # noqa: N818 - named for what happened to the line
    """The broker refused a line for good; the lines before it are sent."""


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


async def publish(
    producer: AIOKafkaProducer, lines: Iterable[Line], sent: Callable[[int], None] | None = None
) -> dict[str, int]:
    """Send every line to its province's topic; return province -> offset after the last record sent.

    `sent` is told how many lines were acknowledged since it was last called.
    """
    ends: dict[str, int] = {}
    waiting: list[tuple[Line, Acknowledgement]] = []
    for line in lines:
        waiting.append((line, await _send(producer, line)))
        if len(waiting) >= _AT_ONCE:
            await _acknowledged(waiting, ends, sent)
    await _acknowledged(waiting, ends, sent)
    return ends


async def send_line(producer: AIOKafkaProducer, line: Line) -> Acknowledgement:
    """Hand a line to the producer; return what its acknowledgement will be. Errors are Kafka's own."""
    acknowledgement: Acknowledgement = await producer.send(
        progress_topic(line.province),
        value=line.value,
        key=key_named(line.value),
        headers=list(STRUCTURED),
    )
    return acknowledgement


async def _send(producer: AIOKafkaProducer, line: Line) -> Acknowledgement:
    try:
        return await send_line(producer, line)
    except MessageSizeTooLargeError as error:
        raise NotPublished(
            f"line {line.number} has {len(line.value)} bytes, more than a topic takes: an event has at most 1 MiB"
        ) from error
    except UNRIGHTED as error:
        raise _forbidden(line) from error
    except KafkaError as error:
        raise Unavailable(f"line {line.number} was not sent ({error}): is Kafka up?") from error


def _forbidden(line: Line) -> Forbidden:
    return Forbidden(
        f"line {line.number} is of {line.province}, and Kafka does not let this user write {progress_topic(line.province)}:"
        " a sender writes its own province only; ask whoever keeps the file of `tiendo topics --acl`"
    )


async def _acknowledged(
    waiting: list[tuple[Line, Acknowledgement]],
    ends: dict[str, int],
    sent: Callable[[int], None] | None,
) -> None:
    """Wait until the broker has the lines in `waiting`, and empty it."""
    for line, future in waiting:
        try:
            metadata = await future
        except UNRIGHTED as error:
            raise _forbidden(line) from error
        except KafkaError as error:
            raise Unavailable(
                f"line {line.number} was not acknowledged ({error}): is Kafka up, and were the topics created"
                " (tiendo topics)?"
            ) from error
        ends[line.province] = max(ends.get(line.province, 0), metadata.offset + 1)
    if sent is not None and waiting:
        sent(len(waiting))
    waiting.clear()
