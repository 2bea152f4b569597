"""The batch transport on Apache Kafka: every record once and in order, through restarts, rebalances and fencing."""

import asyncio
import threading
import uuid
from collections.abc import Mapping, Sequence
from typing import cast

import pytest
from aiokafka import TopicPartition
from aiokafka.coordinator.assignors.roundrobin import RoundRobinPartitionAssignor
from faust.types import TP

from streams.app import BatchingApp
from streams.batch import Batch
from streams.fetching import BATCH_RECORDS, PORTION_RECORDS, ConsumerThread
from tests.support.eventually import eventually
from tests.support.kafka import (
    ApacheKafka,
    administration,
    create_topics,
    delete_records,
    send,
    topic_names,
)
from tests.support.owners import CountingLedger, CountingOwner, reading, transport_settings

pytestmark = [
    pytest.mark.integration,
    pytest.mark.kafka,
    # what aiokafka calls errors while a group's coordinator is found and a topic is not there yet
    pytest.mark.logs_errors("GroupCoordinatorNotAvailable", "not found in cluster metadata"),
]


COMPRESSIONS = ("gzip", "snappy", "lz4", "zstd")


def numbers(first: int, last: int) -> list[bytes | None]:
    """Return distinguishable values."""
    return [str(number).encode() for number in range(first, last)]


def fresh(count: int = 1) -> Sequence[str]:
    """Return topic names that no other test uses."""
    return [f"progress.{uuid.uuid4().hex[:12]}" for _ in range(count)]


def group() -> str:
    """Return a consumer group that no other test uses."""
    return f"tiendo-{uuid.uuid4().hex[:12]}"


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
    """Each has no more than its bounds allow, nothing between them is skipped, and a worker that leaves between them loses nothing."""
    [topic] = fresh()
    await create_topics(kafka.bootstrap, [topic])
    count = 3 * BATCH_RECORDS
    await send(kafka.bootstrap, topic, numbers(0, count), compression="gzip")
    settings, ledger = transport_settings(kafka.bootstrap, group()), CountingLedger()

    async with reading(settings, CountingOwner(ledger), [topic]):
        await eventually(lambda: ledger.applied(topic))
    async with reading(settings, CountingOwner(ledger), [topic]):
        await eventually(lambda: len(ledger.applied(topic)) >= count)

    assert numbers(0, count) == ledger.applied(topic)
    assert max(ledger.rows[topic].batches) <= BATCH_RECORDS + PORTION_RECORDS


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


async def test_two_workers_split_the_topics(kafka: ApacheKafka) -> None:
    """Round robin over topics: of five, no worker has more than three, and the batch in flight is drained by the rebalance."""
    topics = fresh(5)
    await create_topics(kafka.bootstrap, topics)
    for topic in topics:
        await send(kafka.bootstrap, topic, numbers(0, 100))
    settings, ledger = transport_settings(kafka.bootstrap, group()), CountingLedger()
    one, other = CountingOwner(ledger, "one"), CountingOwner(ledger, "other")

    async with reading(settings, one, topics) as app:
        await eventually(lambda: all(len(ledger.applied(topic)) == 100 for topic in topics))
        async with reading(settings, other, topics) as second:
            await eventually(
                lambda: (
                    sorted([len(app.batches._holdings), len(second.batches._holdings)]) == [2, 3]
                )
            )
            for topic in topics:
                await send(kafka.bootstrap, topic, numbers(100, 200))
            await eventually(lambda: all(len(ledger.applied(topic)) == 200 for topic in topics))
        await eventually(lambda: len(app.batches._holdings) == 5)
        for topic in topics:
            await send(kafka.bootstrap, topic, numbers(200, 300))
        await eventually(lambda: all(len(ledger.applied(topic)) == 300 for topic in topics))
        assert app.batches._thread._assignor is RoundRobinPartitionAssignor

    assert [numbers(0, 300)] * 5 == [ledger.applied(topic) for topic in topics]
    assert [] == one.lost + other.lost


async def test_a_rebalance_waits_for_the_batch_in_flight(kafka: ApacheKafka) -> None:
    """A batch that was started before the rebalance becomes durable in it, and is not applied a second time after it."""
    topics = fresh(2)
    await create_topics(kafka.bootstrap, topics)
    settings, ledger = transport_settings(kafka.bootstrap, group()), CountingLedger()
    one, other = CountingOwner(ledger, "one"), CountingOwner(ledger, "other")

    async with reading(settings, one, topics) as app:
        await eventually(lambda: len(app.batches._holdings) == 2)
        one.gate.clear()
        for topic in topics:
            await send(kafka.bootstrap, topic, numbers(0, 100))
        await eventually(lambda: one.handling == set(topics))
        opening = asyncio.create_task(open_when_rebalancing(app, one))
        async with reading(settings, other, topics):
            await opening
            await eventually(lambda: all(len(ledger.applied(topic)) == 100 for topic in topics))
            await eventually(lambda: set(other.claims))

    assert [numbers(0, 100)] * 2 == [ledger.applied(topic) for topic in topics]
    assert [] == one.lost + other.lost


async def open_when_rebalancing(app: BatchingApp, owner: CountingOwner) -> None:
    """Let the owner's batches go on once a rebalance waits for them."""
    await eventually(lambda: app.rebalancing)
    owner.gate.set()


async def test_a_slow_claim_does_not_silence_the_worker(kafka: ApacheKafka) -> None:
    """Pitfall 1: a claim that outlasts every timeout of the rebalance delivers as soon as it succeeds; other topics do not wait."""
    slow, quick = fresh(2)
    await create_topics(kafka.bootstrap, [slow, quick])
    await send(kafka.bootstrap, slow, numbers(0, 10))
    await send(kafka.bootstrap, quick, numbers(0, 10))
    ledger = CountingLedger()
    owner = SlowClaim(ledger, slow)

    async with reading(transport_settings(kafka.bootstrap, group()), owner, [slow, quick]):
        await eventually(lambda: len(ledger.applied(quick)) == 10)
        assert [] == ledger.applied(slow)
        owner.opened.set()
        await eventually(lambda: len(ledger.applied(slow)) == 10)

    assert numbers(0, 10) == ledger.applied(slow)


class SlowClaim(CountingOwner):
    """An owner whose claim of one topic waits until its gate opens."""

    def __init__(self, ledger: CountingLedger, topic: str) -> None:
        super().__init__(ledger)
        self.slow = topic
        self.opened = self.claim_gate
        self.opened.clear()

    async def take_over(self, tp, alive):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201 - as its parent's
        """Wait for one topic only."""
        if tp.topic != self.slow:
            self.claim_gate = asyncio.Event()
            self.claim_gate.set()
        else:
            self.claim_gate = self.opened
        return await super().take_over(tp, alive)


async def test_a_fenced_owner_takes_over_again_while_the_group_says_it_is_its(
    kafka: ApacheKafka,
) -> None:
    """Pitfall 2: a late claim of somebody else fences the rightful owner with no rebalance to heal it; it claims again by itself."""
    [topic] = fresh()
    await create_topics(kafka.bootstrap, [topic])
    ledger = CountingLedger()
    owner = CountingOwner(ledger)

    async with reading(transport_settings(kafka.bootstrap, group()), owner, [topic]) as app:
        app.retake_seconds = 0.2
        await send(kafka.bootstrap, topic, numbers(0, 10))
        await eventually(lambda: len(ledger.applied(topic)) == 10)
        ledger.rows[topic].epoch += 1
        await send(kafka.bootstrap, topic, numbers(10, 20))
        await eventually(lambda: len(ledger.applied(topic)) == 20)

    assert numbers(0, 20) == ledger.applied(topic)
    assert [topic] == owner.lost


async def test_a_worker_that_the_group_has_replaced_does_not_claim(kafka: ApacheKafka) -> None:
    """Pitfall 2: right before it claims, a worker asks the group whether its generation is still the present one."""
    [topic] = fresh()
    await create_topics(kafka.bootstrap, [topic])

    async with reading(
        transport_settings(kafka.bootstrap, group()), CountingOwner(CountingLedger()), [topic]
    ) as app:
        await eventually(lambda: len(app.batches._holdings) == 1)
        thread, generation = cast("ConsumerThread", app.batches._thread), app.consumer_generation_id
        answers = [await thread.still_member(generation), await thread.still_member(generation - 1)]

    assert [True, False] == answers


async def test_a_batch_read_across_a_take_over_is_read_again(kafka: ApacheKafka) -> None:
    """Pitfall 3: with the ledger set back between two batches, the next one follows on from the ledger, without gap or repetition."""
    [topic] = fresh()
    await create_topics(kafka.bootstrap, [topic])
    ledger = CountingLedger()

    async with reading(
        transport_settings(kafka.bootstrap, group()), CountingOwner(ledger), [topic]
    ) as app:
        app.retake_seconds = 0.1
        await send(kafka.bootstrap, topic, numbers(0, 100))
        await eventually(lambda: len(ledger.applied(topic)) == 100)
        row = ledger.rows[topic]
        row.epoch, row.next_offset, row.applied = row.epoch + 1, 30, numbers(0, 30)
        await send(kafka.bootstrap, topic, numbers(100, 150))
        await eventually(lambda: len(ledger.applied(topic)) >= 150)

    assert numbers(0, 150) == ledger.applied(topic)


async def test_records_that_arrive_while_a_take_over_seeks_are_read(
    kafka: ApacheKafka, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A fetch that waits on while somebody else seeks would take them from after the position and deliver them to nobody."""
    [topic] = fresh()
    await create_topics(kafka.bootstrap, [topic])
    ledger = CountingLedger()

    async with reading(
        transport_settings(kafka.bootstrap, group()), CountingOwner(ledger), [topic]
    ) as app:
        await send(kafka.bootstrap, topic, numbers(0, 10))
        await eventually(lambda: len(ledger.applied(topic)) == 10)
        [holding] = app.batches._holdings.values()
        seek, sought = app.batches._thread._seek_wait, threading.Event()

        async def slow_seek(consumer: object, partitions: Mapping[TP, int]) -> None:
            await seek(consumer, partitions)
            sought.set()
            await asyncio.sleep(0.5)

        monkeypatch.setattr(app.batches._thread, "_seek_wait", slow_seek)
        app.batches._retake(holding, delay=0.0)
        await eventually(sought.is_set)
        await send(kafka.bootstrap, topic, numbers(10, 20))
        await eventually(lambda: app.batches._holdings)
        await send(kafka.bootstrap, topic, numbers(20, 30))
        await eventually(lambda: ledger.rows[topic].next_offset == 30)

    assert numbers(0, 30) == ledger.applied(topic)


async def test_a_topic_created_later_is_picked_up_and_never_created_by_the_worker(
    kafka: ApacheKafka,
) -> None:
    """A worker subscribes to topics that do not exist yet; it leaves creating them to `tiendo topics`."""
    present, absent = fresh(2)
    await create_topics(kafka.bootstrap, [present])
    ledger = CountingLedger()

    async with reading(
        transport_settings(kafka.bootstrap, group()), CountingOwner(ledger), [present, absent]
    ) as app:
        await eventually(lambda: len(app.batches._holdings) == 1)
        assert absent not in await topic_names(kafka.bootstrap)
        await create_topics(kafka.bootstrap, [absent])
        await send(kafka.bootstrap, absent, numbers(0, 10))
        await eventually(lambda: len(ledger.applied(absent)) == 10)

    assert numbers(0, 10) == ledger.applied(absent)


async def test_a_position_that_the_log_no_longer_has_is_taken_over_again_not_reset(
    kafka: ApacheKafka,
) -> None:
    """Retention that overtakes a reader must be judged by the owner; the transport never jumps to the log's start by itself."""
    [topic] = fresh()
    await create_topics(kafka.bootstrap, [topic])
    await send(kafka.bootstrap, topic, numbers(0, 100))
    await delete_records(kafka.bootstrap, topic, 50)
    ledger = CountingLedger()
    ledger.rows[topic].next_offset = 20
    owner = CountingOwner(ledger)

    async with reading(transport_settings(kafka.bootstrap, group()), owner, [topic]):
        await eventually(lambda: len(owner.claims) >= 3)

    assert [] == ledger.applied(topic)


async def test_a_refused_topic_is_left_alone_and_its_neighbour_read(kafka: ApacheKafka) -> None:
    """An owner may say that this process is not to read a topic; the others go on."""
    refused, read = fresh(2)
    await create_topics(kafka.bootstrap, [refused, read])
    await send(kafka.bootstrap, refused, numbers(0, 10))
    await send(kafka.bootstrap, read, numbers(0, 10))
    ledger = CountingLedger()
    owner = CountingOwner(ledger)
    owner.refused.add(refused)

    async with reading(transport_settings(kafka.bootstrap, group()), owner, [refused, read]):
        await eventually(lambda: len(ledger.applied(read)) == 10)

    assert ([], numbers(0, 10)) == (ledger.applied(refused), ledger.applied(read))


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
