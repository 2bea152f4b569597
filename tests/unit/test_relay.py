"""The relay between an outbox and a publisher that fail when told to: order, repetition, patience."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Sequence

import pytest

from models.changes import OutboxMessage
from models.errors import Unavailable
from streams.relay import Relay
from tests.support.eventually import eventually


class ListedOutbox:
    """An outbox in memory; `misses` is how many of the next calls find Postgres away."""

    province = "dong-nai"

    def __init__(self, waiting: Sequence[int] = ()) -> None:
        self.waiting: list[int] | None = list(waiting)
        self.old = 0
        """How many messages need be kept no longer."""
        self.misses = 0
        self.reads = 0

    async def pending(self) -> list[OutboxMessage] | None:
        """Return the waiting messages, two at a time."""
        self.reads += 1
        self._miss()
        return None if self.waiting is None else [message(seq) for seq in self.waiting[:2]]

    async def mark_published(self, last: int) -> None:
        """Forget what was sent."""
        self._miss()
        self.waiting = [seq for seq in self.waiting or () if seq > last]

    async def prune(self, keep_days: int) -> int:
        """Forget two of what was kept for long enough."""
        assert keep_days == 30
        self._miss()
        removed = min(2, self.old)
        self.old -= removed
        return removed

    def _miss(self) -> None:
        if self.misses > 0:
            self.misses -= 1
            raise Unavailable("Postgres is away")


class RecordingPublisher:
    """Remembers what was acknowledged; `misses` is how many of the next calls find Kafka away."""

    def __init__(self, misses: int = 0) -> None:
        self.sent: list[int] = []
        self.misses = misses

    async def publish(self, messages: Sequence[OutboxMessage]) -> None:
        """Acknowledge, or miss."""
        if self.misses > 0:
            self.misses -= 1
            raise Unavailable("Kafka is away")
        self.sent += [message.seq for message in messages]


class BrokenPublisher:
    """A publisher with a bug."""

    async def publish(self, messages: Sequence[OutboxMessage]) -> None:
        """Fail as nobody foresaw."""
        raise LookupError(len(messages))


def message(seq: int) -> OutboxMessage:
    """Return a message with nothing in it."""
    return OutboxMessage(seq, "alerts.dong-nai", b"k", b"v", ())


@contextlib.asynccontextmanager
async def running(relay: Relay) -> AsyncIterator[None]:
    """Run the relay for the length of a block."""
    task = asyncio.create_task(relay.run())
    try:
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


async def test_messages_go_out_in_order_until_none_waits() -> None:
    """Batch after batch, without waiting in between."""
    outbox, publisher = ListedOutbox([1, 2, 3, 4, 5]), RecordingPublisher()
    async with running(Relay(outbox, publisher, keep_days=30, poll_seconds=60)):
        await eventually(lambda: outbox.waiting == [])

    assert [1, 2, 3, 4, 5] == publisher.sent


async def test_a_commit_wakes_the_relay() -> None:
    """What our own worker committed is sent at once, not at the next poll."""
    outbox, publisher = ListedOutbox(), RecordingPublisher()
    relay = Relay(outbox, publisher, keep_days=30, poll_seconds=60)
    async with running(relay):
        await eventually(lambda: outbox.reads == 1)
        outbox.waiting = [1]
        relay.wake()
        await eventually(lambda: publisher.sent == [1])


async def test_a_relay_that_stands_by_looks_again() -> None:
    """Another relay has the province; when it goes, this one finds out by itself."""
    outbox, publisher = ListedOutbox(), RecordingPublisher()
    outbox.waiting = None
    async with running(Relay(outbox, publisher, keep_days=30, poll_seconds=0.001)):
        await eventually(lambda: outbox.reads > 2)
        outbox.waiting = [7]
        await eventually(lambda: publisher.sent == [7])


async def test_kafka_away_leaves_messages_out_never() -> None:
    """They wait unmarked and go out in order when it is back."""
    outbox, publisher = ListedOutbox([1, 2, 3]), RecordingPublisher(misses=3)
    async with running(Relay(outbox, publisher, keep_days=30, poll_seconds=60)):
        await eventually(lambda: outbox.waiting == [])

    assert [1, 2, 3] == publisher.sent


async def test_postgres_away_at_the_mark_sends_again_rather_than_never() -> None:
    """An acknowledged batch that could not be marked is repeated: readers drop it by event id."""
    outbox = ListedOutbox([1, 2])

    class MissesTheMark(RecordingPublisher):
        """Acknowledges; the first time Postgres is away right after."""

        async def publish(self, messages: Sequence[OutboxMessage]) -> None:
            """Acknowledge, then lose Postgres once."""
            await super().publish(messages)
            outbox.misses = 1 if len(self.sent) == len(messages) else 0

    publisher = MissesTheMark()
    async with running(Relay(outbox, publisher, keep_days=30, poll_seconds=60)):
        await eventually(lambda: outbox.waiting == [])

    assert [1, 2, 1, 2] == publisher.sent


async def test_what_was_sent_long_ago_is_cleared_away_beside_what_is_sent() -> None:
    """Batch after batch until none is left, without waiting in between, while messages go out as ever; Postgres may be away meanwhile."""
    outbox, publisher = ListedOutbox([1, 2, 3, 4, 5]), RecordingPublisher()
    outbox.old, outbox.misses = 9, 1
    async with running(Relay(outbox, publisher, keep_days=30, poll_seconds=60)):
        await eventually(lambda: (outbox.waiting, outbox.old) == ([], 0))

    assert [1, 2, 3, 4, 5] == publisher.sent


async def test_a_relay_does_not_look_all_the_time_for_what_it_may_clear_away() -> None:
    """Once there is none, a batch later is soon enough for messages that lay there for weeks."""
    outbox, publisher = ListedOutbox(), RecordingPublisher()
    async with running(Relay(outbox, publisher, keep_days=30, poll_seconds=0.001)):
        await eventually(lambda: outbox.reads > 2)
        outbox.old = 1
        reads = outbox.reads
        await eventually(lambda: outbox.reads > reads + 5)

    assert 1 == outbox.old


async def test_any_other_error_ends_the_relay() -> None:
    """A bug is not retried for ever: the process that runs the relay stops."""
    with pytest.raises(LookupError):
        await Relay(ListedOutbox([1]), BrokenPublisher(), keep_days=30).run()
