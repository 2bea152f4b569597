"""The relays of a worker's provinces, each with its own connection and producer, so that one that waits holds up no other.

Every worker runs one for each of its provinces, owned or not: the advisory lock lets one of them work.
"""

import asyncio
from collections.abc import Sequence

from sinks.kafka import Publisher
from sinks.postgres.outbox import Outbox
from streams.relay import Published, Relay
from streams.settings import Settings


class Relays:
    """The outboxes of several provinces on their way to Kafka."""

    def __init__(
        self,
        settings: Settings,
        provinces: Sequence[str],
        published: Published | None = None,
    ) -> None:
        self._outboxes = {province: Outbox(settings.dsn, province) for province in provinces}
        self._publishers = {
            province: Publisher(
                settings.brokers,
                client_id=f"tiendo-relay-{province}",
                idempotent=settings.kafka_idempotence,
            )
            for province in provinces
        }
        self._relays = {
            province: Relay(
                self._outboxes[province],
                self._publishers[province],
                keep_days=settings.outbox_keep_days,
                published=published,
            )
            for province in provinces
        }

    def wake(self, province: str) -> None:
        """Say that messages of a province were committed."""
        self._relays[province].wake()

    async def run(self) -> None:
        """Relay until cancelled, then close; an error that nobody decided about ends it."""
        try:
            async with asyncio.TaskGroup() as group:
                for relay in self._relays.values():
                    group.create_task(relay.run())
        finally:
            for publisher in self._publishers.values():
                await publisher.close()
            for outbox in self._outboxes.values():
                await outbox.close()
