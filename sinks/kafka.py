"""Sends outbox messages to Kafka: in order, each acknowledged by all replicas, none repeated by the client's own retries.

After a failure the producer is thrown away: what it still held may not overtake what is sent next.
"""

import asyncio
from collections.abc import Sequence
from typing import Final

from aiokafka import AIOKafkaProducer
from aiokafka.errors import (
    KafkaError,
    KafkaTimeoutError,
    OutOfOrderSequenceNumber,
    UnknownProducerId,
)

from models.changes import OutboxMessage
from models.topics import DEAD_LETTERS_MAX_BYTES
from sinks.brokers import UNRIGHTED, Brokers, why

PUBLISH_SECONDS: Final = 20.0
"""Longest wait for the acknowledgement of a batch; below the idle limit of the relay's database session."""
_REQUEST_MILLISECONDS: Final = 10_000
_MENDED_BY_A_NEW_PRODUCER: Final = (
    OutOfOrderSequenceNumber,
    UnknownProducerId,
    KafkaTimeoutError,  # a batch lay in the producer for too long: the broker is slow, or this process was busy
)


class Publisher:
    """A producer for one relay, started when first used and again after a failure."""

    def __init__(self, brokers: Brokers, *, client_id: str, idempotent: bool = True) -> None:
        self._brokers = brokers
        self._client_id = client_id
        self._idempotent = idempotent
        self._producer: AIOKafkaProducer | None = None

    async def publish(self, messages: Sequence[OutboxMessage]) -> None:
        """Send `messages` in order to the only partition of their topics; return when all are acknowledged.

        Unavailable when the broker is away or a topic is missing, Forbidden when we may not write there: some of them may have
        been sent.
        """
        acknowledgements: list[asyncio.Future[object]] = []
        try:
            async with asyncio.timeout(PUBLISH_SECONDS):
                producer = await self._started()
                for message in messages:
                    acknowledgements.append(await _send(producer, message))  # noqa: PERF401 - kept if the next one fails
                await asyncio.gather(*acknowledgements)
        except BaseException as error:
            for acknowledgement in acknowledgements:
                acknowledgement.cancel()
            await self._discard()
            if is_unavailable(error):
                raise await why(self._brokers, "did not take the messages", error) from error
            raise

    async def close(self) -> None:
        """Stop the producer, which holds nothing between two calls; the next use starts another."""
        producer, self._producer = self._producer, None
        if producer is not None:
            await producer.stop()

    async def _discard(self) -> None:
        producer, self._producer = self._producer, None
        if producer is not None:
            await discard(producer)

    async def _started(self) -> AIOKafkaProducer:
        if self._producer is None:
            self._producer = AIOKafkaProducer(
                **self._brokers.for_aiokafka,
                client_id=self._client_id,
                acks="all",
                enable_idempotence=self._idempotent,
                max_request_size=DEAD_LETTERS_MAX_BYTES,
                request_timeout_ms=_REQUEST_MILLISECONDS,
            )
            await self._producer.start()
        return self._producer


async def discard(producer: AIOKafkaProducer) -> None:
    """Drop a producer with what it holds.

    Its own `stop` delivers everything first, for ever where the broker is away; so its steps are taken here, without that one.
    """
    producer._closed = True  # noqa: SLF001 - there is no public way
    await producer._sender.close()  # noqa: SLF001 - as above
    await producer.client.close()


async def _send(producer: AIOKafkaProducer, message: OutboxMessage) -> "asyncio.Future[object]":
    key = message.key
    if key is None and message.value is None:
        key = b""  # aiokafka refuses a record that has neither
    acknowledgement: asyncio.Future[object] = await producer.send(
        message.topic, value=message.value, key=key, headers=list(message.headers), partition=0
    )
    return acknowledgement


def is_unavailable(error: BaseException) -> bool:
    """Tell whether another try may succeed where `error` was raised."""
    if isinstance(error, KafkaError):
        return bool(error.retriable) or isinstance(error, (*_MENDED_BY_A_NEW_PRODUCER, *UNRIGHTED))
    return isinstance(error, OSError)
