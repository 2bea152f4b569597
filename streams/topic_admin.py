"""Topics: created as `models/topics.py` lists them, and checked against it where they exist.

Nothing is ever changed on an existing topic: its records may be the only archive, so a person decides.
"""

import asyncio
from collections.abc import Iterable
from typing import Final, NamedTuple

from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.errors import KafkaError, TopicAlreadyExistsError, for_code

from models.topics import Topic
from sinks.brokers import why
from streams.settings import Settings

LISTED_WITHIN_SECONDS: Final = 30.0
"""How long a broker may take to know a topic that the controller has created."""
LOOK_SECONDS: Final = 0.02


class TopicState(NamedTuple):
    """What `ensure_topics` found or did."""

    topic: str
    created: bool
    faults: tuple[str, ...]
    """What differs from the list, and the mend; empty when all is well."""


async def ensure_topics(settings: Settings, topics: Iterable[Topic]) -> list[TopicState]:
    """Create the topics that are missing and wait until the broker knows them, compare those that exist.

    Raises Unavailable when no broker answers, Forbidden when it refuses us.
    """
    wanted = tuple(topics)
    brokers = settings.brokers
    admin = AIOKafkaAdminClient(**brokers.for_aiokafka)
    try:
        await admin.start()
        existing = set(await admin.list_topics())
        missing = [topic for topic in wanted if topic.name not in existing]
        created = await _create(admin, missing, settings.kafka_replication_factor)
        async with asyncio.timeout(LISTED_WITHIN_SECONDS):
            # The controller answers before the brokers have heard of it: who reads or deletes at once would find nothing.
            while not created <= set(await admin.list_topics()):  # noqa: ASYNC110 - nothing to wait on
                await asyncio.sleep(LOOK_SECONDS)
        found = [topic for topic in wanted if topic.name not in created]
        faults = await _compare(admin, found)
    except (KafkaError, TimeoutError) as error:
        raise await why(brokers, f"did not do it: {error!r}", error) from error
    finally:
        await admin.close()
    return [
        TopicState(topic.name, topic.name in created, tuple(faults.get(topic.name, ())))
        for topic in wanted
    ]


async def _create(
    admin: AIOKafkaAdminClient, topics: list[Topic], replication_factor: int
) -> set[str]:
    """Create `topics`; return the names of those that nobody else created meanwhile."""
    if not topics:
        return set()
    response = await admin.create_topics(
        [
            NewTopic(
                topic.name, topic.partitions, replication_factor, topic_configs=dict(topic.config)
            )
            for topic in topics
        ]
    )
    created = set()
    for name, code, *_ in response.topic_errors:
        error = for_code(code)
        if error is TopicAlreadyExistsError:
            continue
        if code != 0:
            raise error(name)
        created.add(name)
    return created


async def _compare(admin: AIOKafkaAdminClient, topics: list[Topic]) -> dict[str, list[str]]:
    """Return name -> what differs from the list."""
    if not topics:
        return {}
    counts = {
        described["topic"]: len(described["partitions"])
        for described in await admin.describe_topics([topic.name for topic in topics])
    }
    configs = await _configs(admin, topics)
    return {
        topic.name: [*_partition_faults(topic, counts[topic.name]), *_config_faults(topic, configs)]
        for topic in topics
    }


async def _configs(
    admin: AIOKafkaAdminClient, topics: list[Topic]
) -> dict[tuple[str, str], str | None]:
    answers = await admin.describe_configs(
        [ConfigResource(ConfigResourceType.TOPIC, topic.name) for topic in topics]
    )
    return {
        (name, entry[0]): entry[1]
        for answer in answers
        for _, _, _, name, entries in answer.resources
        for entry in entries
    }


def _partition_faults(topic: Topic, partitions: int) -> list[str]:
    if partitions == topic.partitions:
        return []
    return [
        f"has {partitions} partitions instead of {topic.partitions}: create it anew under this name, its order is lost"
    ]


def _config_faults(topic: Topic, configs: dict[tuple[str, str], str | None]) -> list[str]:
    return [
        f"has {name}={configs.get((topic.name, name))} instead of {value}: set it with kafka-configs"
        for name, value in topic.config
        if configs.get((topic.name, name)) != value
    ]
