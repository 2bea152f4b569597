"""Two real workers on Apache Kafka and Postgres, one killed with -9 while events flow: every row is the one of a single fold of the log."""

import asyncio

import pytest

from models.catalogue import Catalogue, load_catalogue
from models.topics import PROVINCES, alerts_topic
from sinks.postgres.connection import Connection
from streams.lines import Line
from streams.provision import provide_schema
from streams.simulator import load
from tests.support.eventually import eventually
from tests.support.fold import Tables, fold
from tests.support.site import Site, applied
from tests.support.standings import standings, standings_of

pytestmark = [pytest.mark.integration, pytest.mark.kafka, pytest.mark.logs_errors]

LINES = [Line(0, province, value) for province, value in load(7, 6_000, agencies=20)]
AT_ONCE = 250


async def test_a_worker_is_killed_while_events_flow_and_every_row_is_right(
    site: Site, database: str, connection: Connection
) -> None:
    """The other worker takes over within the session timeout; figures, targets, alerts, histories, counters and facts are all as folded once."""
    catalogue = load_catalogue()
    await provide_schema(database, catalogue)
    first, other = site.worker(), site.worker()
    await first.says("worker.started", within=60)
    await other.says("worker.started", within=60)
    for worker in (first, other):
        await worker.says("province.claimed", within=60)
    sending = asyncio.create_task(site.send_slowly(LINES, AT_ONCE))
    await eventually(lambda: first.text().count("batch.committed") >= 5, within=60)
    first.kill()
    ends = await sending

    await eventually(lambda: applied(connection, ends), within=60)
    assert "batch.committed" in first.text()
    await everything_sent(site, connection)
    other.terminate()
    assert 0 == await other.ended()
    for province in PROVINCES:
        await compare(site, connection, catalogue, province)


async def everything_sent(site: Site, connection: Connection) -> None:
    """See the relay send the whole outbox, in order."""

    async def sent() -> bool:
        waiting = "SELECT count(*) = 0 FROM tiendo.outbox WHERE published_at IS NULL"
        return bool(await connection.fetchval(waiting))

    await eventually(sent, within=30)
    for province in PROVINCES:
        rows = await connection.fetch(
            "SELECT value FROM tiendo.outbox WHERE province = $1 AND topic = $2 ORDER BY seq",
            province,
            alerts_topic(province),
        )
        published = [record.value for record in await site.read(alerts_topic(province))]
        assert [row["value"] for row in rows] == list(dict.fromkeys(published))


async def compare(site: Site, connection: Connection, catalogue: Catalogue, province: str) -> None:
    """Compare the province's tables with one fold of its log in memory."""
    expected = fold(catalogue.province(province), await site.log(province)).tables
    stored = await site.stored(catalogue, province)

    assert expected.stored == stored
    assert standings_of(expected) == await standings(connection, province)
    assert expected.parts == await parts_of(connection, province)
    assert counted(expected) == await rows_of(connection, province)


def counted(tables: Tables) -> dict[str, int]:
    """Return how many rows the append-only tables ought to have."""
    return {
        "kpi_history": len(tables.history),
        "close": len(tables.closes),
        "alert_history": len(tables.alert_history),
        "outbox": len(tables.outbox),
        "dead_letter": len(tables.dead_letters),
    }


async def rows_of(connection: Connection, province: str) -> dict[str, int]:
    """Return how many rows the append-only tables have."""
    return {
        table: await connection.fetchval(
            f"SELECT count(*) FROM tiendo.{table} WHERE province = $1",  # noqa: S608 - a constant
            province,
        )
        for table in ("kpi_history", "close", "alert_history", "outbox", "dead_letter")
    }


async def parts_of(connection: Connection, province: str) -> dict[tuple[str, str, str], bytes]:
    """Return the stored facts."""
    rows = await connection.fetch(
        "SELECT kind, key, part, facts FROM tiendo.subject WHERE province = $1", province
    )
    return {(row["kind"], row["key"], row["part"]): bytes(row["facts"]) for row in rows}
