"""The outbox on a real Postgres and its way to real brokers."""

import asyncio
import contextlib
import uuid
from collections.abc import AsyncIterator, Sequence

import pytest
from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition

from models.changes import Changes, Mark, OutboxMessage
from models.errors import Unavailable
from models.topics import DEAD_LETTERS_MAX_BYTES
from sinks.brokers import Brokers
from sinks.kafka import Publisher
from sinks.postgres.connection import Connection
from sinks.postgres.ledger import Ledger
from sinks.postgres.outbox import BATCH_MESSAGES, Outbox
from streams.embedded import embedded_kafka
from streams.relay import Relay
from tests.support.eventually import eventually
from tests.support.kafka import ApacheKafka, create_topics

pytestmark = pytest.mark.integration

PROVINCE = "dong-nai"
ALERTS = "alerts.dong-nai"
DEAD_LETTERS = "deadletters.dong-nai"
RECORD_MAX_BYTES = 4 * 1024 * 1024


def message(seq: int, topic: str = ALERTS, value: bytes | None = None) -> OutboxMessage:
    """Return a message that names its place."""
    return OutboxMessage(
        seq,
        topic,
        f"key-{seq}".encode(),
        value or f"value-{seq}".encode(),
        (("content-type", b"application/cloudevents+json"), ("x", b"\xff")),
    )


async def write(database: str, messages: Sequence[OutboxMessage]) -> None:
    """Commit the messages as a worker does."""
    ledger = Ledger(database, "engine-1")
    claim = await ledger.claim(PROVINCE)
    written = Changes(
        PROVINCE,
        claim.mark,
        Mark(next_offset=claim.mark.next_offset + 1, outbox_seq=messages[-1].seq),
    )
    written.outbox = list(messages)
    await ledger.commit(claim, written)
    await ledger.close()


async def received(bootstrap: str, topic: str, count: int) -> list[ConsumerRecord]:
    """Return the first `count` records of the topic's only partition."""
    consumer = AIOKafkaConsumer(
        bootstrap_servers=bootstrap,
        auto_offset_reset="earliest",
        max_partition_fetch_bytes=DEAD_LETTERS_MAX_BYTES,
    )
    await consumer.start()
    try:
        consumer.assign([TopicPartition(topic, 0)])
        async with asyncio.timeout(30):
            return [await consumer.getone() for _ in range(count)]
    finally:
        await consumer.stop()


@contextlib.asynccontextmanager
async def relaying(database: str, publisher: Publisher) -> AsyncIterator[Relay]:
    """Run a relay for the length of a block."""
    outbox = Outbox(database, PROVINCE)
    relay = Relay(outbox, publisher, keep_days=30, poll_seconds=0.05)
    task = asyncio.create_task(relay.run())
    try:
        yield relay
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
        await outbox.close()
        await publisher.close()


async def unpublished(connection: Connection) -> int:
    """Count the messages that wait."""
    count: int = await connection.fetchval(
        "SELECT count(*) FROM tiendo.outbox WHERE published_at IS NULL"
    )
    return count


async def test_messages_arrive_in_order_as_they_were_written_and_are_marked(
    database: str, connection: Connection
) -> None:
    """Key, value and headers are those of the outbox; more than one batch waits."""
    messages = [message(seq) for seq in range(1, BATCH_MESSAGES + 3)]
    await write(database, messages)
    async with embedded_kafka() as bootstrap:
        await create_topics(bootstrap, [ALERTS])
        publisher = Publisher(Brokers(bootstrap), client_id="test", idempotent=False)
        async with relaying(database, publisher):

            async def done() -> bool:
                return await unpublished(connection) == 0

            await eventually(done)
        records = await received(bootstrap, ALERTS, len(messages))

    assert [(row.key, row.value, row.headers) for row in messages] == [
        (record.key, record.value, tuple(record.headers)) for record in records
    ]


async def test_one_relay_works_and_the_next_follows_when_it_is_gone(database: str) -> None:
    """The order needs a single sender: the second sees nothing until the first one's connection has ended."""
    await write(database, [message(1)])
    first, second = Outbox(database, PROVINCE), Outbox(database, PROVINCE)

    assert [message(1)] == await first.pending()
    assert await second.pending() is None
    assert [message(1)] == await first.pending()
    await first.close()

    async def follows() -> bool:
        return await second.pending() == [message(1)]

    await eventually(follows)
    await second.mark_published(1)
    assert [] == await second.pending()
    await second.close()


async def test_a_relay_whose_connection_ended_has_lost_the_province(
    database: str, connection: Connection
) -> None:
    """The lock lives with the connection: after a reconnection it must be won again."""
    await write(database, [message(1)])
    first, second = Outbox(database, PROVINCE), Outbox(database, PROVINCE)
    await first.pending()
    await connection.execute(
        "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE application_name LIKE 'tiendo relay %'"
    )

    assert [message(1)] == await second.pending()

    async def stands_by() -> bool:
        with contextlib.suppress(Unavailable):
            return await first.pending() is None
        return False

    await eventually(stands_by)
    await first.close()
    await second.close()


async def kept(connection: Connection) -> list[int]:
    """Return the numbers of the messages that are still there."""
    return [row["seq"] for row in await connection.fetch("SELECT seq FROM tiendo.outbox ORDER BY seq")]  # fmt: skip


async def test_only_what_was_sent_long_ago_is_removed(
    database: str, connection: Connection
) -> None:
    """From the front: what waits stays however old it is, what was sent lately stays, and so does all behind them."""
    await write(database, [message(seq) for seq in range(1, 7)])
    await connection.execute("UPDATE tiendo.outbox SET written_at = now() - interval '900 days'")
    outbox = Outbox(database, PROVINCE)
    other = Outbox(database, PROVINCE)
    await outbox.pending()
    await outbox.mark_published(4)
    assert 0 == await outbox.prune(30)
    # The clock of the server went back once: 4 is said to have been sent before 3.
    for seq, days in ((1, 31), (2, 31), (3, 29), (4, 31)):
        await connection.execute(
            "UPDATE tiendo.outbox SET published_at = now() - make_interval(days => $2) WHERE seq = $1",
            seq,
            days,
        )

    assert await other.pending() is None
    assert 0 == await other.prune(30)
    assert 2 == await outbox.prune(30)
    assert 0 == await outbox.prune(30)

    assert [3, 4, 5, 6] == await kept(connection)
    assert [message(5), message(6)] == await outbox.pending()
    await outbox.close()
    await other.close()


async def test_old_messages_are_removed_in_batches_and_the_last_one_stays(
    database: str, connection: Connection
) -> None:
    """No statement takes long, however many there are; the last one says up to where there were messages."""
    last = BATCH_MESSAGES + 8
    await write(database, [message(seq) for seq in range(1, last + 1)])
    await connection.execute("UPDATE tiendo.outbox SET published_at = now() - interval '31 days'")
    outbox = Outbox(database, PROVINCE)
    await outbox.pending()

    assert [BATCH_MESSAGES, 7, 0] == [await outbox.prune(30) for _ in range(3)]

    assert [last] == await kept(connection)
    await write(database, [message(last + 1)])
    assert [message(last + 1)] == await outbox.pending()
    await outbox.close()


async def test_a_batch_of_large_messages_ends_early(database: str) -> None:
    """Dead letters are megabytes: a relay never holds more than a few of them."""
    value = b"x" * RECORD_MAX_BYTES
    await write(database, [message(seq, DEAD_LETTERS, value) for seq in (1, 2, 3)])
    outbox = Outbox(database, PROVINCE)

    batch = await outbox.pending()
    await outbox.close()

    assert batch is not None
    assert [1, 2] == [row.seq for row in batch]


@pytest.mark.kafka
async def test_the_largest_dead_letter_passes(
    database: str, connection: Connection, kafka: ApacheKafka
) -> None:
    """A refused record of 4 MiB and its reason fit the topic that `tiendo topics` makes."""
    topic = f"deadletters.{uuid.uuid4()}"
    await create_topics(
        kafka.bootstrap,
        [topic],
        config={"max.message.bytes": str(DEAD_LETTERS_MAX_BYTES)},
    )
    await write(database, [message(1, topic, b"x" * RECORD_MAX_BYTES), message(2, topic)])
    async with relaying(database, Publisher(Brokers(kafka.bootstrap), client_id="test")):
        records = await received(kafka.bootstrap, topic, 2)

        async def done() -> bool:
            return await unpublished(connection) == 0

        await eventually(done)

    assert [RECORD_MAX_BYTES, 7] == [len(record.value) for record in records]


@pytest.mark.kafka
@pytest.mark.logs_errors
async def test_a_broker_that_was_killed_gets_the_messages_when_it_is_back(
    database: str, connection: Connection, own_kafka: ApacheKafka
) -> None:
    """The relay keeps them, and sends them in order; what it repeats has the same id."""
    await create_topics(own_kafka.bootstrap, [ALERTS])
    await write(database, [message(1)])
    async with relaying(database, Publisher(Brokers(own_kafka.bootstrap), client_id="test")):
        await received(own_kafka.bootstrap, ALERTS, 1)
        await asyncio.to_thread(own_kafka.kill)
        await write(database, [message(2), message(3)])
        await asyncio.to_thread(own_kafka.start)

        async def done() -> bool:
            return await unpublished(connection) == 0

        await eventually(done, within=60)
        count = len({record.value for record in await received(own_kafka.bootstrap, ALERTS, 3)})

    assert 3 == count


@pytest.mark.logs_errors
async def test_a_publisher_without_a_broker_is_unavailable_and_can_be_closed() -> None:
    """Nobody listens at the address: an answer in time, and nothing left behind."""
    publisher = Publisher(Brokers("127.0.0.1:1"), client_id="test")

    with pytest.raises(Unavailable, match="no Kafka at"):
        await publisher.publish([message(1)])
    await publisher.close()


@pytest.mark.kafka
@pytest.mark.logs_errors
async def test_a_publisher_whose_broker_went_away_gives_up_in_time(
    own_kafka: ApacheKafka, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The producer would keep its messages for ever; we drop it and keep them in the outbox instead."""
    monkeypatch.setattr("sinks.kafka.PUBLISH_SECONDS", 1.0)
    await create_topics(own_kafka.bootstrap, [ALERTS])
    publisher = Publisher(Brokers(own_kafka.bootstrap), client_id="test")
    await publisher.publish([message(1)])
    await asyncio.to_thread(own_kafka.kill)

    async with asyncio.timeout(30):
        with pytest.raises(Unavailable):
            await publisher.publish([message(2)])
        await publisher.close()
