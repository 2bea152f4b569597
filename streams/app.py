"""The Faust app of a worker: group membership, assignment and delivery, one agent per topic so that no province waits for another.

It has no table and no standby: with either, Faust's own assignor puts partition 0 of every topic on one worker.
"""

import functools
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final, cast

import aiokafka.client
import faust
import faust.auth
from aiokafka.protocol.metadata import MetadataRequest

from sinks.brokers import Brokers
from streams.batch import Batch, Owner
from streams.batching import BatchSchema, Consumer
from streams.settings import Settings

RETAKE_SECONDS: Final = 3.0
"""A partition that was let go is claimed again after this time; three heartbeats, so that a replaced worker has been told by then."""
A_DAY_SECONDS: Final = 86_400.0

Failed = Callable[[BaseException], None]


class BatchingApp(faust.App):
    """A Faust app whose positions are an owner's."""

    mundane_level = "debug"
    """Of Faust's own lines about starting and stopping."""
    consumer_generation_id = -1
    """Of the group; -1 before it has given one: the embedded broker's first is 0."""
    owner: Owner
    retake_seconds: float
    failed: Failed

    async def _on_agent_error(self, agent: object, exc: BaseException) -> None:  # noqa: ARG002 - faust's interface
        """Report the error; the stock code would acknowledge the batch and go on with the next."""
        self.failed(exc)

    @property
    def batches(self) -> Consumer:
        """Return the consumer as the transport `batch://` made it."""
        return cast("Consumer", self.consumer)


def build_app(
    settings: Settings, owner: Owner, topics: Sequence[str], failed: Failed
) -> BatchingApp:
    """Make an app that reads `topics` for `owner`; `failed` learns of an error that nobody decided about."""
    # aiokafka asks brokers to create what it asks about; only `tiendo topics` creates topics, with their settings.
    aiokafka.client.MetadataRequest = functools.partial(
        MetadataRequest, allow_auto_topic_creation=False
    )
    servers = [
        f"batch://{address.strip()}" for address in settings.kafka_bootstrap_servers.split(",")
    ]
    app = BatchingApp(
        settings.consumer_group,
        broker=servers,
        broker_credentials=_credentials(settings.brokers),
        datadir=Path(tempfile.gettempdir()) / f"tiendo-faust-{settings.consumer_group}",
        autodiscover=False,
        web_enabled=False,
        topic_allow_declare=False,
        topic_disable_leader=True,
        reply_create_topic=False,
        table_standby_replicas=0,
        stream_wait_empty=False,
        consumer_auto_offset_reset="none",
        consumer_max_fetch_size=settings.fetch_max_bytes,
        consumer_group_instance_id=settings.consumer_group_instance_id,
        consumer_metadata_max_age_ms=int(settings.metadata_max_age_seconds * 1000),
        broker_session_timeout=settings.session_timeout_seconds,
        broker_heartbeat_interval=settings.heartbeat_seconds,
        broker_request_timeout=max(40.0, settings.session_timeout_seconds * 2),
        # A worker that waits for Postgres stays a member; whether a province moves is judged by the worker's own watch.
        broker_max_poll_interval=A_DAY_SECONDS,
        stream_processing_timeout=A_DAY_SECONDS,
        broker_commit_livelock_soft_timeout=A_DAY_SECONDS,
    )
    app.owner = owner
    app.retake_seconds = max(RETAKE_SECONDS, 3 * settings.heartbeat_seconds)
    app.failed = failed
    for topic in topics:
        app.agent(app.topic(topic, schema=BatchSchema()), name=topic)(_settle_each)
    return app


def _credentials(brokers: Brokers) -> faust.auth.Credentials | None:
    """Return what proves to the brokers who we are, in Faust's words; None where nobody asks."""
    if brokers.security.asks_for_a_user:
        return faust.auth.SASLCredentials(
            username=brokers.username,
            password=brokers.password,
            ssl_context=brokers.ssl_context,
            mechanism=brokers.mechanism.value,
        )
    if brokers.security.is_encrypted:
        return faust.auth.SSLCredentials(brokers.ssl_context)
    return None


async def _settle_each(stream: Any) -> None:  # noqa: ANN401 - faust.Stream, whose iteration is untyped
    async for batch in stream:
        await cast("Batch", batch).settle()
