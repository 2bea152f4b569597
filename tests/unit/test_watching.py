"""A worker's looks: what is said where, and what a service that is away leaves unsaid."""

from collections.abc import Mapping
from dataclasses import replace

import pytest

from models.errors import Unavailable
from models.operating import Stored
from streams.log_check import LogSight
from streams.metrics import Metrics
from streams.observation import Observation
from streams.owner import Health, Standing
from streams.stall import Sight
from streams.vitals import Vitals
from streams.watching import Watching
from tests.support.seen import READING

OURS, OTHERS = "tra-vinh", "dong-nai"
HEALTH = {
    OURS: Health(Standing.READING, "", 10, 0.0),
    OTHERS: Health(Standing.RELEASED, "", None, 0.0),
}


class Services:
    """A ledger and logs that answer what they are told to, or are away."""

    def __init__(self, sight: LogSight) -> None:
        self.sight = sight
        self.said: list[Mapping[str, tuple[str, str]]] = []
        self.asked: list[Mapping[str, int | None]] = []
        self.away: set[str] = set()

    async def tend(self, standings: Mapping[str, tuple[str, str]]) -> list[Stored]:
        """Remember what was said."""
        if "postgres" in self.away:
            message = "Postgres is not available"
            raise Unavailable(message)
        self.said.append(standings)
        return [replace(READING, province=province) for province in standings]

    async def look(self, marks: Mapping[str, int | None]) -> dict[str, LogSight]:
        """Remember what was asked."""
        if "kafka" in self.away:
            message = "no Kafka"
            raise Unavailable(message)
        self.asked.append(marks)
        return dict.fromkeys(marks, self.sight)


def watching(services: Services) -> tuple[Watching, Vitals, Metrics]:
    """Return a watch over these services."""
    metrics, vitals = Metrics(), Vitals(lambda: HEALTH)
    return Watching(vitals, Observation(metrics), services, services.look), vitals, metrics


async def test_only_what_is_ours_is_told_and_asked() -> None:
    """Another worker says how its own provinces stand."""
    services = Services(LogSight(0, 14, 1))
    watch, vitals, metrics = watching(services)

    sights = await watch.look([OURS], HEALTH)

    assert [{OURS: ("reading", "")}] == services.said
    assert [{f"progress.{OURS}": 10}] == services.asked
    assert {OURS: Sight(HEALTH[OURS], 14)} == sights
    assert ({OURS}, None, None) == ({*vitals.stored}, vitals.kafka_away, vitals.postgres_away)
    assert [1, 0] == [
        metrics.registry.get_sample_value("tiendo_owned", {"province": one})
        for one in (OURS, OTHERS)
    ]


async def test_a_log_that_ends_beyond_its_last_record_stalls_nobody() -> None:
    """The end of a sender's transaction has an offset; a worker that waits there has nothing to do."""
    watch, _, _ = watching(Services(LogSight(0, 11, None)))

    (sight,) = (await watch.look([OURS], HEALTH)).values()

    assert not sight.ought_to_move


@pytest.mark.parametrize("service", ["kafka", "postgres"])
async def test_a_service_that_is_away_is_noted_until_it_is_back(service: str) -> None:
    """The other one is asked all the same, and nobody is judged by what is not known."""
    services = Services(LogSight(0, 14, 1))
    watch, vitals, metrics = watching(services)
    services.away = {service}

    sights = await watch.look([OURS], HEALTH)
    away = (vitals.kafka_away, vitals.postgres_away)
    up = metrics.registry.get_sample_value(f"tiendo_{service}_up")
    services.away = set()
    await watch.look([OURS], HEALTH)

    assert (service == "kafka", service == "postgres") == (
        away[0] is not None,
        away[1] is not None,
    )
    assert bool(sights) == (service == "postgres")
    assert (0, 1) == (up, metrics.registry.get_sample_value(f"tiendo_{service}_up"))
    assert (None, None) == (vitals.kafka_away, vitals.postgres_away)
