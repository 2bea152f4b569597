"""What a take-over finds out about a topic's log, on Apache Kafka."""

import uuid

import pytest

from models.changes import Mark
from models.errors import Unavailable
from sinks.brokers import Brokers
from streams.log_check import checksum, find_fault, look
from tests.support.kafka import (
    ApacheKafka,
    create_topics,
    delete_records,
    read_topic,
    recreate_topics,
    send,
)

pytestmark = [pytest.mark.integration, pytest.mark.kafka]


async def topic_of(kafka: ApacheKafka, records: int, *, partitions: int = 1) -> str:
    """Return a fresh topic with so many records, each with its offset as value."""
    topic = f"progress.{uuid.uuid4().hex[:12]}"
    await create_topics(kafka.bootstrap, [topic], partitions=partitions)
    await send(kafka.bootstrap, topic, [str(offset).encode() for offset in range(records)])
    return topic


def mark(next_offset: int, last: bytes) -> Mark:
    """Return the mark after a record with the value `last`."""
    return Mark(next_offset, checksum(last))


async def test_the_log_of_the_mark_has_no_fault(kafka: ApacheKafka) -> None:
    """At its beginning, in the middle, at the end, and where retention has come up to the mark exactly."""
    topic = await topic_of(kafka, 10)

    faults = [
        await find_fault(Brokers(kafka.bootstrap), topic, at)
        for at in (Mark(), mark(5, b"4"), mark(10, b"9"))
    ]
    await delete_records(kafka.bootstrap, topic, 5)
    faults.append(await find_fault(Brokers(kafka.bootstrap), topic, mark(5, b"4")))

    assert [None] * 4 == faults


@pytest.mark.parametrize("at", [Mark(), mark(3, b"2")])
async def test_a_log_that_starts_after_the_mark_lost_records(kafka: ApacheKafka, at: Mark) -> None:
    """Retention took what was not applied yet, be it before the very first record."""
    topic = await topic_of(kafka, 10)
    await delete_records(kafka.bootstrap, topic, 5)

    fault = await find_fault(Brokers(kafka.bootstrap), topic, at)

    assert fault is not None
    assert (
        "retention_loss",
        f"{topic} starts at offset 5, the next to be applied is {at.next_offset}",
    ) == fault


@pytest.mark.parametrize(
    ("records", "reason"),
    [
        (3, "log_ends_before_mark"),
        (9, "log_ends_before_mark"),
        (10, "checksum_mismatch"),
        (20, "checksum_mismatch"),
    ],
)
async def test_a_topic_that_was_created_anew_is_found_out(
    kafka: ApacheKafka, records: int, reason: str
) -> None:
    """Its log ends before the mark, or another record stands just before it."""
    topic = await topic_of(kafka, 10)
    await recreate_topics(kafka.bootstrap, [topic])
    await send(kafka.bootstrap, topic, [b"another"] * records)

    fault = await find_fault(Brokers(kafka.bootstrap), topic, mark(10, b"9"))

    assert fault is not None
    assert reason == fault.reason


async def test_a_topic_of_several_partitions_has_no_single_order(kafka: ApacheKafka) -> None:
    """One province is one order: whoever added a partition must decide what becomes of it."""
    topic = await topic_of(kafka, 1, partitions=2)

    fault = await find_fault(Brokers(kafka.bootstrap), topic, Mark())

    assert fault is not None
    assert "partition_count" == fault.reason


async def test_the_record_before_the_mark_may_be_null(kafka: ApacheKafka) -> None:
    """A null value counts as empty."""
    topic = await topic_of(kafka, 1)
    await send(kafka.bootstrap, topic, [None])

    assert await find_fault(Brokers(kafka.bootstrap), topic, mark(2, b"")) is None


async def test_a_look_tells_where_logs_begin_and_end_and_since_when_records_wait(
    kafka: ApacheKafka,
) -> None:
    """From the mark on; a topic that is not there is left out, and one without a mark is not read."""
    empty, behind, done, unread = [await topic_of(kafka, count) for count in (0, 4, 4, 4)]
    records = await read_topic(kafka.bootstrap, behind)

    seen = await look(
        Brokers(kafka.bootstrap), {empty: 0, behind: 2, done: 4, unread: None, "progress.none": 0}
    )

    assert {
        empty: (0, 0, None),
        behind: (0, 4, records[2].timestamp),
        done: (0, 4, None),
        unread: (0, 4, None),
    } == {topic: tuple(one) for topic, one in seen.items()}


async def test_the_end_of_a_transaction_is_no_record_that_waits(kafka: ApacheKafka) -> None:
    """It takes an offset for itself: a sender with transactions must not make its province look late for ever."""
    topic = await topic_of(kafka, 0)
    await send(kafka.bootstrap, topic, [b"0", b"1"], transactional_id=f"sender-{topic}")

    seen = await look(Brokers(kafka.bootstrap), {topic: 2})

    assert (0, 3, None) == tuple(seen[topic])


@pytest.mark.logs_errors("connect")
async def test_a_broker_that_is_away_is_unavailable() -> None:
    """Nothing is concluded from silence."""
    with pytest.raises(Unavailable):
        await find_fault(Brokers("127.0.0.1:9"), "progress.none", Mark())
