"""What the batch transport delivers from Apache Kafka: every record once and in order, whatever its sender and the brokers do."""

import asyncio

import pytest
from aiokafka import TopicPartition

from streams.batch import Batch
from streams.fetching import BATCH_RECORDS, FIRST_RECORDS, GROWTH, PORTION_RECORDS
from tests.support.eventually import eventually
from tests.support.kafka import ApacheKafka, administration, create_topics, send
from tests.support.owners import CountingLedger, CountingOwner, reading, transport_settings
from tests.support.transport import fresh, group, numbers

pytestmark = [
    pytest.mark.integration,
    pytest.mark.kafka,
    # what aiokafka calls errors while a group's coordinator is found and a topic is not there yet
    pytest.mark.logs_errors("GroupCoordinatorNotAvailable", "not found in cluster metadata"),
]

COMPRESSIONS = ("gzip", "snappy", "lz4", "zstd")


async def test_each_record_is_applied_once_and_in_order(kafka: ApacheKafka) -> None:
    """A topic is read from the owner's position to its end, in batches of many records."""
    [topic] = fresh()
    await create_topics(kafka.bootstrap, [topic])
    await send(kafka.bootstrap, topic, numbers(0, 5000))
    ledger = CountingLedger()

    async with reading(
        transport_settings(kafka.bootstrap, group()), CountingOwner(ledger), [topic]
    ):
        await eventually(lambda: len(ledger.applied(topic)) >= 5000)

    assert numbers(0, 5000) == ledger.applied(topic)
    assert len(ledger.rows[topic].batches) < 500


async def test_a_fetch_that_unpacks_to_many_records_makes_several_batches(
    kafka: ApacheKafka,
) -> None:
    """Each has no more than its bounds allow, nothing between them is skipped, and a worker that leaves between them loses nothing.

    The first ones of each worker are small: what a backlog begins with is not to wait for the unpacking of much more.
    """
    [topic] = fresh()
    await create_topics(kafka.bootstrap, [topic])
    count = 3 * BATCH_RECORDS
    await send(kafka.bootstrap, topic, numbers(0, count), compression="gzip")
    settings, ledger = transport_settings(kafka.bootstrap, group()), CountingLedger()

    async with reading(settings, CountingOwner(ledger), [topic]):
        await eventually(lambda: ledger.applied(topic))
    batches = ledger.rows[topic].batches
    before = len(batches)
    async with reading(settings, CountingOwner(ledger), [topic]):
        await eventually(lambda: len(ledger.applied(topic)) >= count)

    assert numbers(0, count) == ledger.applied(topic)
    assert max(batches) <= BATCH_RECORDS + PORTION_RECORDS
    for first, second in (batches[:2], batches[before : before + 2]):
        assert FIRST_RECORDS <= first < FIRST_RECORDS + PORTION_RECORDS
        assert second < FIRST_RECORDS * GROWTH + PORTION_RECORDS


async def test_records_are_read_however_their_sender_packs_them(kafka: ApacheKafka) -> None:
    """Each of Kafka's ways to compress: what a worker cannot unpack would stop it for all provinces."""
    [topic] = fresh()
    await create_topics(kafka.bootstrap, [topic])
    for number, compression in enumerate(COMPRESSIONS):
        values = numbers(100 * number, 100 * (number + 1))
        await send(kafka.bootstrap, topic, values, compression=compression)
    count, ledger = 100 * len(COMPRESSIONS), CountingLedger()

    async with reading(
        transport_settings(kafka.bootstrap, group()), CountingOwner(ledger), [topic]
    ):
        await eventually(lambda: len(ledger.applied(topic)) >= count)

    assert numbers(0, count) == ledger.applied(topic)


async def test_the_position_is_the_owners_never_the_groups(kafka: ApacheKafka) -> None:
    """A group that has committed the end still reads from where the owner says; records below its position are dropped."""
    [topic] = fresh()
    await create_topics(kafka.bootstrap, [topic])
    await send(kafka.bootstrap, topic, numbers(0, 100))
    settings = transport_settings(kafka.bootstrap, group())
    first, second = CountingLedger(), CountingLedger()
    second.rows[topic].next_offset = 40

    async with reading(settings, CountingOwner(first), [topic]):
        await eventually(lambda: len(first.applied(topic)) >= 100)
    async with reading(settings, CountingOwner(second), [topic]):
        await eventually(lambda: len(second.applied(topic)) >= 60)

    assert numbers(40, 100) == second.applied(topic)


async def test_only_committed_records_are_read(kafka: ApacheKafka) -> None:
    """The markers of a transaction leave gaps in the offsets; the next batch follows on from them all the same."""
    [topic] = fresh()
    await create_topics(kafka.bootstrap, [topic])
    ledger = CountingLedger()

    async with reading(
        transport_settings(kafka.bootstrap, group()), CountingOwner(ledger), [topic]
    ) as app:
        for round_ in range(5):
            await send(
                kafka.bootstrap,
                topic,
                numbers(10 * round_, 10 * round_ + 10),
                transactional_id=f"t-{topic}",
            )
        await eventually(lambda: len(ledger.applied(topic)) >= 50)
        isolation = app.batches._thread._ensure_consumer()._isolation_level

    assert isolation == "read_committed"
    assert numbers(0, 50) == ledger.applied(topic)
    assert ledger.rows[topic].next_offset > 50


async def test_what_comes_while_a_batch_is_in_flight_is_the_next_and_nobody_waits_for_it(
    kafka: ApacheKafka,
) -> None:
    """The busy partition is paused: nothing of it is fetched before its owner is done, and its neighbour is read meanwhile."""
    slow, other = fresh(2)
    await create_topics(kafka.bootstrap, [slow, other])
    ledger, begun, go_on = CountingLedger(), asyncio.Event(), asyncio.Event()

    class Waiting(CountingOwner):
        """Keeps one topic's batches waiting."""

        async def handle(self, batch: Batch) -> None:
            if batch.tp.topic == slow:
                begun.set()
                await go_on.wait()
            await super().handle(batch)

    async with reading(
        transport_settings(kafka.bootstrap, group()), Waiting(ledger), [slow, other]
    ) as app:
        await eventually(lambda: len(app.batches._holdings) == 2)
        await send(kafka.bootstrap, slow, numbers(0, 1))
        await begun.wait()
        for number in range(1, 11):
            await send(kafka.bootstrap, slow, numbers(number, number + 1))
            await send(kafka.bootstrap, other, numbers(number, number + 1))
            await eventually(lambda: len(ledger.applied(other)) == number, within=5)  # noqa: B023 - awaited here
        go_on.set()
        await eventually(lambda: len(ledger.applied(slow)) == 11)

    assert [1, 10] == ledger.rows[slow].batches


async def test_kafkas_committed_offset_tells_what_is_durable(kafka: ApacheKafka) -> None:
    """Whoever watches the group's lag sees the ledger's: the offset after the last durable batch is committed on leaving."""
    [topic] = fresh()
    await create_topics(kafka.bootstrap, [topic])
    await send(kafka.bootstrap, topic, numbers(0, 10))
    ledger = CountingLedger()

    settings = transport_settings(kafka.bootstrap, group())

    async with reading(settings, CountingOwner(ledger), [topic]) as app:
        await eventually(lambda: len(ledger.applied(topic)) == 10)
        await app.batches.drain(5.0)
    async with administration(kafka.bootstrap) as client:
        committed = await client.list_consumer_group_offsets(settings.consumer_group)

    assert 10 == committed[TopicPartition(topic, 0)].offset


@pytest.mark.logs_errors
async def test_a_broker_that_was_killed_and_comes_back_is_read_on(own_kafka: ApacheKafka) -> None:
    """The worker stays, keeps what it has, and reads on where it was; no record is lost or read twice."""
    [topic] = fresh()
    await create_topics(own_kafka.bootstrap, [topic])
    await send(own_kafka.bootstrap, topic, numbers(0, 100))
    ledger = CountingLedger()

    async with reading(
        transport_settings(own_kafka.bootstrap, group()), CountingOwner(ledger), [topic]
    ):
        await eventually(lambda: len(ledger.applied(topic)) == 100)
        await asyncio.to_thread(own_kafka.kill)
        await asyncio.to_thread(own_kafka.start)
        await send(own_kafka.bootstrap, topic, numbers(100, 200))
        await eventually(lambda: len(ledger.applied(topic)) >= 200, within=60)

    assert numbers(0, 200) == ledger.applied(topic)


async def test_a_corrupt_record_is_told_to_the_owner_and_nobody_else_waits_for_it(
    own_kafka: ApacheKafka,
) -> None:
    """What stands before it is applied; no record of any other topic is left out while it is looked for."""
    sick, well = topics = sorted(fresh(2))
    await create_topics(own_kafka.bootstrap, topics)
    for topic in topics:
        for values in (numbers(0, 50), [b"spoilt", b"behind it"], numbers(50, 90)):
            await send(own_kafka.bootstrap, topic, values)
    own_kafka.stop()
    own_kafka.spoil(sick, b"spoilt")
    own_kafka.start()
    ledger = CountingLedger()
    owner = CountingOwner(ledger)

    async with reading(transport_settings(own_kafka.bootstrap, group()), owner, topics):
        await eventually(lambda: owner.spoilt and len(ledger.applied(well)) == 92)
        await send(own_kafka.bootstrap, well, numbers(90, 300))
        await eventually(lambda: len(ledger.applied(well)) == 302)

    assert [(sick, 50)] == owner.spoilt
    assert numbers(0, 50) == ledger.applied(sick)
    assert [*numbers(0, 50), b"spoilt", b"behind it", *numbers(50, 300)] == ledger.applied(well)
