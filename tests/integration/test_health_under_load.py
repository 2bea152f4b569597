"""A worker's endpoint while it folds as fast as it can, on Apache Kafka and Postgres."""

import asyncio
import json
import time

import httpx
import pytest

from models.catalogue import load_catalogue
from sinks.postgres.connection import Connection
from streams.lines import Line
from streams.provision import provide_schema
from streams.sending import Sender
from streams.simulator import load
from tests.support.eventually import eventually
from tests.support.site import Site, applied

pytestmark = [pytest.mark.integration, pytest.mark.kafka, pytest.mark.logs_errors]

EVENTS = 20_000
ASKED = 150


@pytest.mark.parametrize("processes", ["0", "2"])
async def test_healthz_answers_within_a_second_while_a_backlog_is_folded(
    site: Site, database: str, connection: Connection, processes: str
) -> None:
    """Folds in processes of their own, or in the very process that answers: 99 of 100 answers come in time, all say yes."""
    await provide_schema(database, load_catalogue())
    lines = [Line(0, province, value) for province, value in load(11, EVENTS, agencies=20)]
    async with Sender(site.settings) as sender:
        await sender.send(lines)

    worker = site.worker(http_port="0", fold_processes=processes)
    await worker.says("http.served")
    (served,) = (json.loads(line) for line in worker.text().splitlines() if '"http.served"' in line)
    seconds: list[float] = []
    statuses: set[int] = set()
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{served['port']}") as client:
        while len(seconds) < ASKED or not await applied(connection, sender.ends):
            began = time.monotonic()
            answer = await client.get("/healthz", timeout=10.0)
            seconds.append(time.monotonic() - began)
            statuses.add(answer.status_code)
            await asyncio.sleep(0.01)

        async def is_ready() -> bool:
            return (await client.get("/readyz", timeout=10.0)).status_code == 200

        await eventually(is_ready, within=30)
        metrics = (await client.get("/metrics", timeout=10.0)).text

    late = sorted(seconds)[int(len(seconds) * 0.99)]
    print(f"{len(seconds)} answers, p99 {late * 1000:.0f} ms")  # noqa: T201 - the figure is the result
    assert {200} == statuses
    assert late < 1.0
    assert 'tiendo_owned{province="dong-nai"} 1.0' in metrics
    assert "tiendo_postgres_up 1.0" in metrics
