"""A producer for tests of the agencies' package: it acknowledges what it is given, or refuses as it is told to."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import cast

from confluent_kafka import KafkaError, KafkaException, Message, Producer

Delivered = Callable[[KafkaError | None, Message], None]
Verdict = Callable[[list[str]], KafkaError | None]


def error_of(code: int, *, fatal: bool = False) -> KafkaError:
    """Return an error as librdkafka gives it."""
    return KafkaError(code, f"error {code}", fatal)


@dataclass
class Brokers:
    """What producers have sent; they deliver a batch at each poll, after the verdict on all of its ids."""

    verdict: Verdict = field(default=lambda _ids: None)
    taken: list[str] = field(default_factory=list)
    """Ids that were acknowledged, in order, repeats included."""
    batches: list[int] = field(default_factory=list)
    started: int = 0
    refused_by_client: str = ""
    """Id of an event that the client does not even queue."""
    queue_size: int = 1000
    silent: bool = False
    """Nothing is answered: the brokers are away."""

    def producer(self, on_error: Callable[[KafkaError], None]) -> Producer:
        """Return a producer on these brokers."""
        self.started += 1
        return cast("Producer", _Producer(self, on_error))


class _Producer:
    def __init__(self, brokers: Brokers, on_error: Callable[[KafkaError], None]) -> None:
        self._brokers = brokers
        self._on_error = on_error
        self._queue: list[tuple[str, Delivered]] = []

    def produce(
        self,
        topic: str,
        value: bytes,
        key: bytes,
        on_delivery: Delivered,
        headers: list[tuple[str, bytes]],
    ) -> None:
        assert topic == "progress.tra-vinh"
        assert headers == [("content-type", b"application/cloudevents+json")]
        assert key in value
        event_id = value.decode().split('"id":"')[1].split('"')[0]
        if len(self._queue) == self._brokers.queue_size:
            raise BufferError
        if event_id == self._brokers.refused_by_client:
            raise KafkaException(error_of(KafkaError.MSG_SIZE_TOO_LARGE))
        self._queue.append((event_id, on_delivery))

    def poll(self, _seconds: float) -> int:
        if self._brokers.silent or not self._queue:
            return 0
        batch, self._queue = self._queue, []
        error = self._brokers.verdict([event_id for event_id, _ in batch])
        if error is not None and error.fatal():
            self._on_error(error)
        self._brokers.batches.append(len(batch))
        for event_id, on_delivery in batch:
            if error is None:
                self._brokers.taken.append(event_id)
            on_delivery(error, cast("Message", None))
        return len(batch)

    def purge(self) -> None:
        self._queue.clear()

    def flush(self, _seconds: float) -> int:
        return 0
