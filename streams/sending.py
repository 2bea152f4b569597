"""Lines to Kafka, whoever sends them: a broker that is away is waited for, and it is always known what has arrived.

A line counts once the broker has acknowledged it. What was under way when a broker went is sent again: it may then stand
in the topic twice, which changes no figure.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from typing import Final, Self

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError, MessageSizeTooLargeError

from models.errors import Forbidden, TiendoError, Unavailable
from models.topics import progress_topic
from sinks.brokers import why
from sinks.kafka import discard, is_unavailable
from streams.deadline import Deadline
from streams.lines import Line
from streams.publisher import Acknowledgement, send_line, started_producer
from streams.settings import Settings

ANSWER_SECONDS: Final = 5.0
"""A broker that acknowledges nothing for so long is away."""
PATIENCE_SECONDS: Final = 60.0
"""How long a broker that went away is waited for."""
FIRST_PAUSE_SECONDS: Final = 0.5
LONGEST_PAUSE_SECONDS: Final = 5.0
SAY_AGAIN_SECONDS: Final = 10.0
"""A broker that stays away is spoken of this often."""

_AT_ONCE_LINES: Final = 2_000
_AT_ONCE_BYTES: Final = 8 * 1024 * 1024
"""What is under way together."""

_UnderWay = Sequence[tuple[Line, Acknowledgement]]


class NotPublished(TiendoError):  # noqa: N818 - named for what happened to the line
    """The broker refused a line for good; it is known which lines have arrived."""


def _unheard(_: object) -> None:
    """Tell nobody."""


class Sender:
    """Sends lines to the topics of their provinces; an async context manager that ends its producer."""

    def __init__(
        self,
        settings: Settings,
        *,
        patience_seconds: float | None = None,
        say: Callable[[str], None] = _unheard,
        sent: Callable[[Sequence[Line]], None] = _unheard,
    ) -> None:
        """Prepare; `say` is told of a broker that is away, `sent` of lines that are acknowledged.

        Patience lasts that long. None: not at all before the first connection, for a broker that was never there is most
        likely a wrong address; `PATIENCE_SECONDS` from then on.
        """
        self._settings = settings
        self._patience_seconds = patience_seconds
        self._say = say
        self._sent = sent
        self._producer: AIOKafkaProducer | None = None
        self._topics: frozenset[str] = frozenset()
        self.ends: dict[str, int] = {}
        """Province -> offset after the last record sent."""
        self.next_line = 1
        """Number of the first line of the present file that is not known to have arrived."""

    async def __aenter__(self) -> Self:
        await self._patiently(self._connect, self._patience_seconds or 0.0)
        return self

    async def __aexit__(self, error: type[BaseException] | None, *_: object) -> None:
        producer, self._producer = self._producer, None
        if producer is not None:
            await (producer.stop() if error is None else discard(producer))

    async def send(
        self,
        lines: Iterable[Line],
        first_line: int = 1,
        must_wait: Callable[[], bool] = lambda: False,
    ) -> None:
        """Send lines of one file, in order, `first_line` being the number of the first.

        They are read in a thread. Those that are there are not kept back where the next `must_wait`.

        Raises:
            Unavailable: no broker took them for as long as patience lasts; Forbidden: we may not write to the topic of one.
            NotPublished: a line is too large, or its topic is missing, or the broker refuses it for good.
        """
        self.next_line = first_line
        portions = _portions(lines, must_wait)
        while portion := await asyncio.to_thread(next, portions, None):
            await self._deliver(portion)

    async def _deliver(self, portion: Sequence[Line]) -> None:
        waiting = list(portion)
        seconds = self._patience_seconds
        await self._patiently(
            lambda: self._try(waiting), PATIENCE_SECONDS if seconds is None else seconds
        )
        self.next_line = portion[-1].number + 1

    async def _patiently(self, attempt: Callable[[], Awaitable[None]], seconds: float) -> None:
        deadline = Deadline(seconds)
        pause = FIRST_PAUSE_SECONDS
        said_at: float | None = None
        while True:
            try:
                await attempt()
            except Unavailable as error:
                left = deadline.remaining()
                if left == 0 or isinstance(error, Forbidden):
                    raise
                if said_at is None or time.monotonic() - said_at >= SAY_AGAIN_SECONDS:
                    said_at = time.monotonic()
                    self._say(f"{error}; trying again for {left:.0f} s")
            else:
                return
            await asyncio.sleep(min(pause, deadline.remaining()))
            pause = min(2 * pause, LONGEST_PAUSE_SECONDS)

    async def _connect(self) -> None:
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                await self._started(())
        except TimeoutError as error:
            raise await self._why("does not answer", error) from error

    async def _try(self, waiting: list[Line]) -> None:
        """Send the lines in `waiting`, and take out of it those that arrive."""
        under_way: list[tuple[Line, Acknowledgement]] = []
        try:
            async with asyncio.timeout(ANSWER_SECONDS) as limit:
                producer = await self._started(waiting)
                for line in waiting:
                    under_way.append((line, await send_line(producer, line)))
                    limit.reschedule(asyncio.get_running_loop().time() + ANSWER_SECONDS)
                for _, acknowledgement in under_way:
                    await acknowledgement
                    limit.reschedule(asyncio.get_running_loop().time() + ANSWER_SECONDS)
        except (KafkaError, TimeoutError) as error:
            failed = _failed(waiting, under_way)
            if isinstance(error, MessageSizeTooLargeError):
                await _wait_for([one for _, one in under_way if not one.done()])
                raise NotPublished(
                    f"line {failed.number} has {len(failed.value)} bytes, more than a topic takes:"
                    " an event has at most 1 MiB"
                ) from error
            if not is_unavailable(error):
                raise NotPublished(
                    f"Kafka refuses line {failed.number} for {progress_topic(failed.province)}"
                    f" ({type(error).__name__}): ask its operator why"
                ) from error
            raise await self._why(f"does not take line {failed.number}", error) from error
        finally:
            await self._settle(waiting, under_way)

    async def _settle(self, waiting: list[Line], under_way: _UnderWay) -> None:
        """Count what arrived; with anything left, drop the producer: what it still holds would be sent twice."""
        arrived: list[Line] = []
        for line, acknowledgement in under_way:
            if not acknowledgement.done():
                acknowledgement.cancel()
            elif not acknowledgement.cancelled() and acknowledgement.exception() is None:
                offset = acknowledgement.result().offset
                self.ends[line.province] = max(self.ends.get(line.province, 0), offset + 1)
                arrived.append(line)
        gone = set(map(id, arrived))  # lines of several files may have one number
        waiting[:] = [line for line in waiting if id(line) not in gone]
        self._sent(arrived)
        if waiting:
            self.next_line = waiting[0].number
            producer, self._producer = self._producer, None
            if producer is not None:
                await discard(producer)

    async def _why(self, failed: str, error: Exception) -> Unavailable:
        return await why(self._settings.brokers, failed, error)

    async def _started(self, lines: Sequence[Line]) -> AIOKafkaProducer:
        """Return a producer, and make sure that the topics are there: no broker is to make them up."""
        if self._producer is None:
            self._producer = await started_producer(self._settings)
            self._topics = frozenset()
        wanted = {progress_topic(line.province) for line in lines}
        if not wanted <= self._topics:
            try:
                metadata = await self._producer.client.fetch_all_metadata()
            except KafkaError as error:
                raise await self._why("does not show its topics", error) from error
            self._topics = frozenset(metadata.topics())
        for line in lines:
            topic = progress_topic(line.province)
            if topic not in self._topics:
                raise NotPublished(
                    f"line {line.number} is of {line.province}, and there is no topic {topic}: create it with"
                    " `tiendo topics`, or ask its operator for the right to write there"
                )
        return self._producer


def _portions(lines: Iterable[Line], must_wait: Callable[[], bool]) -> Iterator[list[Line]]:
    portion: list[Line] = []
    size = 0
    for line in lines:
        portion.append(line)
        size += len(line.value)
        if len(portion) >= _AT_ONCE_LINES or size >= _AT_ONCE_BYTES or must_wait():
            yield portion
            portion, size = [], 0
    if portion:
        yield portion


def _failed(waiting: Sequence[Line], under_way: _UnderWay) -> Line:
    """Return the line that the error is about: one whose acknowledgement is an error, the one that was not taken, or that got no answer."""
    for line, one in under_way:
        if one.done() and not one.cancelled() and one.exception() is not None:
            return line
    if len(under_way) < len(waiting):
        return waiting[len(under_way)]
    return next((line for line, one in under_way if not one.done() or one.cancelled()), waiting[-1])


async def _wait_for(acknowledgements: Sequence[Acknowledgement]) -> None:
    if acknowledgements:
        await asyncio.wait(acknowledgements, timeout=ANSWER_SECONDS)
