"""What a take-over finds out about a topic's log, on Apache Kafka."""

import uuid

import pytest

from models.changes import Mark
from models.errors import Unavailable
from sinks.brokers import Brokers
from streams.log_check import checksum, find_fault, log_ends
from tests.support.kafka import ApacheKafka, create_topics, delete_records, recreate_topics, send

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


async def test_log_ends_are_those_of_committed_records(kafka: ApacheKafka) -> None:
    """The end is the offset after the last record."""
    topics = [await topic_of(kafka, count) for count in (0, 4)]

    ends = await log_ends(Brokers(kafka.bootstrap), topics)

    assert dict(zip(topics, (0, 4), strict=True)) == ends


@pytest.mark.logs_errors("connect")
async def test_a_broker_that_is_away_is_unavailable() -> None:
    """Nothing is concluded from silence."""
    with pytest.raises(Unavailable):
        await find_fault(Brokers("127.0.0.1:9"), "progress.none", Mark())
