"""Whose the topics are: the batch transport on Apache Kafka through rebalances, claims and fencing, without gap or repetition."""

import asyncio
import threading
from collections.abc import Mapping
from typing import cast

import pytest
from aiokafka.coordinator.assignors.roundrobin import RoundRobinPartitionAssignor
from faust.types import TP

from streams.app import BatchingApp
from streams.fetching import ConsumerThread
from tests.support.eventually import eventually
from tests.support.kafka import ApacheKafka, create_topics, delete_records, send, topic_names
from tests.support.owners import CountingLedger, CountingOwner, reading, transport_settings
from tests.support.transport import fresh, group, numbers

pytestmark = [
    pytest.mark.integration,
    pytest.mark.kafka,
    # what aiokafka calls errors while a group's coordinator is found and a topic is not there yet
    pytest.mark.logs_errors("GroupCoordinatorNotAvailable", "not found in cluster metadata"),
]


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
