"""Is a worker let in? Asked once before it begins, where a refusal ends it, and then every minute of each province's topic.

A province whose topic is closed to us waits and says so; the others go on, and it is read once the right is there.
"""

import asyncio
import functools
from collections.abc import Callable, Collection, Mapping
from typing import Final

import structlog

from models.errors import Forbidden, Unavailable
from models.topics import progress_topic
from sinks.brokers import forbidden, reach
from sinks.postgres.queries import reading
from streams.patience import Absence, patiently
from streams.settings import Settings

log = structlog.get_logger(__name__)

LOOK_SECONDS: Final = 60.0
"""How often it is looked whether a topic is still, or again, open to us."""

Closed = Callable[[Mapping[str, str]], None]
"""Told which provinces are closed to us: province -> the sentence with the mend."""


async def admitted(settings: Settings, alive: Callable[[], bool]) -> None:
    """Return once Kafka has let us in; Forbidden when it or Postgres refuses us, Fenced when `alive` ends first.

    A Postgres that is away is not waited for: each province waits for it by itself.
    """
    absence = Absence(log.bind(service="kafka"))
    refusal = await patiently(
        functools.partial(_refusal, settings), alive=alive, away=absence.missed
    )
    absence.ended()
    if refusal is not None:
        raise refusal


async def _refusal(settings: Settings) -> Forbidden | None:
    """Return why we are not let in: who tries again as long as a service is away must not do so for that."""
    try:
        await reach(settings.brokers)
        await _closed(settings, ())
    except Forbidden as refusal:
        return refusal
    try:
        async with reading(settings.dsn):
            pass
    except Forbidden as refusal:
        return refusal
    except Unavailable:
        return None
    return None


async def watch_rights(settings: Settings, closed: Closed) -> None:
    """Tell `closed` which of our provinces' topics Kafka does not let us read, for ever; a cluster that is away closes none."""
    while True:
        try:
            topics = await _closed(settings, settings.provinces)
        except Unavailable as error:
            log.debug("rights.unknown", reason=str(error))
        else:
            for province, reason in topics.items():
                log.warning(
                    "province.forbidden",
                    province=province,
                    reason=reason,
                    mend="let an operator grant it; looked again every minute, the other provinces go on",
                )
            closed(topics)
        await asyncio.sleep(LOOK_SECONDS)


async def _closed(settings: Settings, provinces: Collection[str]) -> dict[str, str]:
    brokers = settings.brokers
    topics = {progress_topic(province): province for province in provinces}
    found = await forbidden(brokers, frozenset(topics), settings.consumer_group)
    return {
        topics[
            topic
        ]: f"Kafka does not show {topic} to {brokers.who}: grant it the right to read (tiendo topics --acl)"
        for topic in sorted(found)
    }
