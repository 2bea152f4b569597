"""Logs that are no longer the ones which the tables were made from: each parks its province, and nothing more is folded.

They end a province, so they strike after everything else, each another one.
"""

from collections.abc import Awaitable, Callable
from typing import NamedTuple

from aiokafka.admin import NewPartitions

from models.topics import all_topics, progress_topic
from streams.settings import Settings
from streams.topic_admin import ensure_topics
from tests.chaos.scene import Scene
from tests.support.kafka import administration, delete_records, delete_topics

RECORDS = 40
"""Records that are sent and must never be folded."""


class LogFault(NamedTuple):
    """What becomes of a log while no worker looks, or before the eyes of those that run."""

    kind: str
    reasons: frozenset[str]
    """Under one of these the province must be parked."""
    spoil: Callable[[Scene, str], Awaitable[None]]


async def recreated(scene: Scene, province: str) -> None:
    """Delete the topic, and create it anew with other records."""
    await delete_topics(scene.kafka.bootstrap, [progress_topic(province)])
    settings = Settings(kafka_bootstrap_servers=scene.kafka.bootstrap)
    await ensure_topics(settings, [topic for topic in all_topics() if topic.province == province])
    await scene.flow.more(province, RECORDS)


async def lost(scene: Scene, province: str) -> None:
    """Let retention pass the mark: records go that were never applied."""
    mark = (await scene.marks())[province]
    await scene.flow.more(province, RECORDS)
    await delete_records(scene.kafka.bootstrap, progress_topic(province), mark + RECORDS // 2)


async def divided(scene: Scene, province: str) -> None:
    """Raise the partition count: there is no longer one order. What comes before a worker sees it is in the old one."""
    async with administration(scene.kafka.bootstrap) as client:
        await client.create_partitions({progress_topic(province): NewPartitions(2)})


LOG_FAULTS = (
    LogFault(
        "topic_recreated", frozenset({"checksum_mismatch", "log_ends_before_mark"}), recreated
    ),
    LogFault("retention_passed", frozenset({"retention_loss"}), lost),
    LogFault("partitions_raised", frozenset({"partition_count"}), divided),
)
