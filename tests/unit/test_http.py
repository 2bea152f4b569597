"""A worker's endpoint: what it answers, from which thread, and what it says when it cannot."""

import json
import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import httpx
import pytest

from models.errors import UsageError
from streams.http import application, served
from streams.metrics import Metrics
from streams.owner import Health, Standing
from streams.vitals import STILL_SECONDS, Vitals


class Moment:
    """A clock that stands."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        """Return the time."""
        return self.now


@contextmanager
def worker(
    standing: Standing = Standing.READING, detail: str = ""
) -> Iterator[tuple[str, Vitals, Moment]]:
    """Serve a worker that owns one province; yield its address, its vitals and its clock."""
    clock, metrics = Moment(), Metrics()
    metrics.records.labels("tra-vinh").inc(3)
    health = {"tra-vinh": Health(standing, detail, 7, 990.0)}
    vitals = Vitals(lambda: health, clock, clock)
    vitals.joined, vitals.assigned = True, ("tra-vinh",)
    with served(application(vitals, metrics.registry), "127.0.0.1", 0) as port:
        yield f"http://127.0.0.1:{port}", vitals, clock


def get(address: str) -> tuple[int, str]:
    """Return status and body."""
    answer = httpx.get(address, timeout=30.0)
    return answer.status_code, answer.text


def test_it_answers_while_the_worker_is_busy() -> None:
    """It has a thread and a loop of its own: this one only computes until all is answered. How soon is measured with services."""
    with worker() as (address, _, _), ThreadPoolExecutor(1) as prober:
        asked = prober.submit(lambda: [get(f"{address}/metrics") for _ in range(5)])
        while not asked.done():
            sum(range(10_000))
        answers = asked.result()

        assert {200} == {status for status, _ in answers}
        assert 'tiendo_records_total{province="tra-vinh"} 3.0' in answers[0][1]
        assert 404 == get(f"{address}/")[0]


def test_a_loop_that_does_not_turn_is_not_healthy() -> None:
    """Whoever restarts workers learns of one that hangs, and of no other."""
    with worker() as (address, vitals, clock):
        turning = get(f"{address}/healthz")
        clock.now += STILL_SECONDS
        hanging = get(f"{address}/healthz")
        vitals.beat()
        again = get(f"{address}/healthz")

    assert (200, {"status": "ok", "loop_seconds": 0.0}) == (turning[0], json.loads(turning[1]))
    assert (503, STILL_SECONDS) == (hanging[0], json.loads(hanging[1])["loop_seconds"])
    assert 200 == again[0]


@pytest.mark.parametrize(
    ("change", "missing"),
    [
        ({}, []),
        ({"joined": False}, ["it has not joined its group yet"]),
        ({"stopping": True}, ["it is stopping"]),
        ({"kafka_away": "no Kafka at k:1"}, ["Kafka is away: no Kafka at k:1"]),
        ({"postgres_away": "gone"}, ["Postgres is away: gone"]),
    ],
)
def test_a_worker_is_ready_when_nothing_is_missing(
    change: dict[str, object], missing: list[str]
) -> None:
    """Each thing that is missing is said in the body."""
    with worker() as (address, vitals, _):
        for name, value in change.items():
            setattr(vitals, name, value)
        status, body = get(f"{address}/readyz")

    said = json.loads(body)["missing"]
    assert (503 if missing else 200) == status
    assert len(missing) == len(said)
    assert all(words in text for words, text in zip(missing, said, strict=True))


@pytest.mark.parametrize(
    ("standing", "detail", "status"),
    [
        (Standing.CLAIMING, "", 503),
        (Standing.RELEASED, "", 503),
        (Standing.WAITING, "Postgres is not available", 503),
        (Standing.FOLDING, "", 200),
        (Standing.UPGRADING, "", 200),
        (Standing.PARKED, "retention_loss: gone", 200),
    ],
)
def test_a_province_that_is_not_taken_over_keeps_its_worker_from_being_ready(
    standing: Standing, detail: str, status: int
) -> None:
    """A parked one does not: a restart would not mend it. The body says of each how it stands and what to do."""
    with worker(standing, detail) as (address, _, _):
        found, body = get(f"{address}/readyz")

    province = json.loads(body)["provinces"]["tra-vinh"]
    assert status == found
    assert (True, str(standing), detail, 7, 10.0) == (
        province["owned"],
        province["standing"],
        province["detail"],
        province["next_offset"],
        province["seconds_in_this_state"],
    )
    assert ("tiendo release tra-vinh" in province.get("mend", "")) == (standing is Standing.PARKED)


def test_a_port_that_is_taken_is_named_with_the_mend() -> None:
    """Nothing starts on another port instead."""
    taken = socket.create_server(("127.0.0.1", 0))
    port = taken.getsockname()[1]
    with (
        taken,
        pytest.raises(UsageError, match=rf"127.0.0.1:{port} .*set TIENDO_HTTP_PORT to a free port"),
        served(application(Vitals(dict), Metrics().registry), "127.0.0.1", port),
    ):
        pass
