"""`tiendo topics` on a broker: creates what is missing, changes nothing, says what differs."""

from collections.abc import AsyncIterator

import pytest
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from models.topics import all_topics
from streams.embedded import embedded_kafka
from streams.settings import Settings, load_settings
from streams.topic_admin import ensure_topics
from tests.support.kafka import ApacheKafka, administration, delete_topics

pytestmark = pytest.mark.integration


@pytest.fixture
async def settings() -> AsyncIterator[Settings]:
    """Settings that name a broker of this test's own."""
    async with embedded_kafka() as address:
        yield load_settings(kafka_bootstrap_servers=address)


async def test_topics_are_created_once(settings: Settings) -> None:
    """The second run finds all fifteen as they should be."""
    first = await ensure_topics(settings, all_topics())
    second = await ensure_topics(settings, all_topics())

    assert [(topic.name, True, ()) for topic in all_topics()] == first
    assert [(topic.name, False, ()) for topic in all_topics()] == second


async def test_a_topic_that_differs_is_named_and_left_alone(settings: Settings) -> None:
    """Its records may be the only archive: a person decides."""
    admin = AIOKafkaAdminClient(bootstrap_servers=settings.kafka_bootstrap_servers)
    await admin.start()
    config = {"retention.ms": "1000", "cleanup.policy": "delete"}
    await admin.create_topics([NewTopic("progress.tra-vinh", 3, 1, topic_configs=config)])
    await admin.close()

    states = {state.topic: state for state in await ensure_topics(settings, all_topics())}

    faults = " / ".join(states["progress.tra-vinh"].faults)
    assert "has 3 partitions instead of 1" in faults
    assert "has retention.ms=1000 instead of -1" in faults
    assert "cleanup.policy" not in faults
    assert not states["progress.tra-vinh"].created
    assert all(state.created for name, state in states.items() if name != "progress.tra-vinh")


async def test_created_topics_are_there_at_once(kafka: ApacheKafka) -> None:
    """A controller answers before its broker has heard of the topic; whoever follows `tiendo topics` must find it."""
    settings = load_settings(kafka_bootstrap_servers=kafka.bootstrap)
    names = {topic.name for topic in all_topics()}
    async with administration(kafka.bootstrap) as client:
        for _ in range(20):
            await delete_topics(kafka.bootstrap, sorted(names))
            await ensure_topics(settings, all_topics())
            assert names <= set(await client.list_topics())
