"""A flood of refused records on Apache Kafka and Postgres: what is kept is bounded, all is counted, and an alert says so."""

import asyncio
import json
from pathlib import Path
from urllib.request import urlopen

import pytest

from models.catalogue.loading import compile_catalogue
from models.topics import alerts_topic, dead_letters_topic, progress_topic
from sinks.postgres.connection import Connection
from streams.provision import provide_schema
from tests.support.eventually import eventually
from tests.support.fold import fold
from tests.support.kafka import send
from tests.support.processes import Process
from tests.support.refused import LEAST, day_begun
from tests.support.release import install
from tests.support.site import Site
from tests.support.variants import texts

pytestmark = [pytest.mark.integration, pytest.mark.kafka, pytest.mark.logs_errors]

FLOODED, OTHER = "tra-vinh", "hai-duong"
KEPT = 10
POISON = b"\xff" * 1000
_APPLIED = "SELECT count(*) = 1 FROM tiendo.progress WHERE province = $1 AND next_offset = $2"
_SENT = "SELECT count(*) = 0 FROM tiendo.outbox WHERE published_at IS NULL"
_ALERTS = """
SELECT state, value, expected, starts_at::text, ends_at::text, agency, target, severity
FROM api.alert_history WHERE province = $1 AND rule = 'dead_letters' ORDER BY revision"""


def limited() -> dict[str, str]:
    """Return the files of a catalogue that keeps ten small records a day."""
    files = dict(texts(0))
    *_, shipped = (
        line for line in files["house.yaml"].splitlines() if "dead_letter_bytes_a_day" in line
    )
    files["house.yaml"] = files["house.yaml"].replace(
        shipped, f"dead_letter_bytes_a_day: {KEPT * LEAST}"
    )
    return files


async def rows(connection: Connection, province: str) -> tuple[int, int, int]:
    """Return how many dead letters have a row, a message, and are counted."""
    kept = await connection.fetchval(
        "SELECT count(*) FROM api.dead_letter WHERE province = $1", province
    )
    sent = await connection.fetchval(
        "SELECT count(*) FROM tiendo.outbox WHERE province = $1 AND topic = $2",
        province,
        dead_letters_topic(province),
    )
    counted = await connection.fetchval(
        "SELECT sum(dead_letters)::bigint FROM api.feed_health WHERE province = $1", province
    )
    return kept, sent, counted


def lines(worker: Process, event: str) -> list[dict[str, object]]:
    """Return what a worker has said of an event."""
    found = (line for line in worker.text().splitlines() if line.startswith("{"))
    return [one for one in map(json.loads, found) if one.get("event") == event]


async def metered(worker: Process, province: str, unkept: int) -> None:
    """Wait until a worker's metrics say how many records of a province it has not kept."""
    (served,) = lines(worker, "http.served")

    def read() -> str:
        with urlopen(f"http://127.0.0.1:{served['port']}/metrics", timeout=10) as answer:
            return str(answer.read().decode())

    async def said() -> bool:
        sample = f'tiendo_dead_letters_unkept_total{{province="{province}"}} {unkept}.0'
        return sample in await asyncio.to_thread(read)

    await eventually(said, within=30)


async def test_a_flood_fills_no_tables_and_raises_an_alert(
    site: Site, database: str, connection: Connection, tmp_path: Path
) -> None:
    """One worker is killed in the flood and another goes on: the day's limit is the same, and every other province its own."""
    files = limited()
    catalogue, release = compile_catalogue(files), install(tmp_path, files)
    await provide_schema(database, catalogue)

    async def applied(province: str, next_offset: int) -> None:
        await eventually(lambda: connection.fetchval(_APPLIED, province, next_offset), within=60)

    async def sent(province: str, *values: bytes) -> None:
        await send(site.kafka.bootstrap, progress_topic(province), values)

    first = site.worker(release, fold_processes="1", http_port="0")
    await first.says("province.claimed")
    await sent(FLOODED, day_begun(0, FLOODED), *[POISON] * 25)
    await sent(OTHER, day_begun(0, OTHER), *[POISON] * 3)
    await applied(FLOODED, 26)
    await applied(OTHER, 4)
    during = await rows(connection, FLOODED)
    await metered(first, FLOODED, 15)
    await metered(first, OTHER, 0)
    first.kill()
    second = site.worker(release)
    await second.says("province.claimed")
    await sent(FLOODED, *[POISON] * 5)
    await applied(FLOODED, 31)
    after = await rows(connection, FLOODED)
    for day in (1, 2):
        for province in (FLOODED, OTHER):
            await sent(province, day_begun(day, province), POISON)
    await applied(FLOODED, 35)
    await applied(OTHER, 8)

    assert (KEPT, KEPT, 25) == during
    assert (KEPT, KEPT, 30) == after
    assert (KEPT + 2, KEPT + 2, 32) == await rows(connection, FLOODED)
    assert (5, 5, 5) == await rows(connection, OTHER)
    assert [
        ("firing", 30, KEPT, "2017-03-01", None, None, None, "error"),
        ("resolved", 1, 1, "2017-03-01", "2017-03-02", None, None, "error"),
    ] == [tuple(row) for row in await connection.fetch(_ALERTS, FLOODED)]
    assert [] == await connection.fetch(_ALERTS, OTHER)

    warned = lines(first, "dead_letters.limited") + lines(second, "dead_letters.limited")
    assert [(FLOODED, "2017-03-01", KEPT, "warning")] == [
        (one["province"], one["day"], one["kept"], one["level"]) for one in warned
    ]
    await eventually(lambda: connection.fetchval(_SENT), within=30)
    letters = await site.read(dead_letters_topic(FLOODED))
    assert KEPT + 2 == len({dict(one.headers)["tiendo_offset"] for one in letters})
    alerts = [json.loads(one.value or b"") for one in await site.read(alerts_topic(FLOODED))]
    assert ["triggered", "resolved"] == [
        one["type"].split(".")[3] for one in alerts if one["data"]["rule"] == "dead_letters"
    ]
    second.terminate()
    assert 0 == await second.ended()
    for province in (FLOODED, OTHER):
        expected = fold(catalogue.province(province), await site.log(province)).tables
        stored = await site.stored(catalogue, province)
        assert expected.stored == stored
