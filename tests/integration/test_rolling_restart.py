"""Workers of two releases on Apache Kafka and Postgres: the later one takes over, dies on the way and comes back, the earlier one is refused."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from models.catalogue import Catalogue, load_catalogue
from models.topics import PROVINCES
from sinks.postgres.connection import Connection, connect
from streams.lines import Line
from streams.provision import provide_schema
from streams.simulator import load
from tests.support.eventually import eventually
from tests.support.fold import fold
from tests.support.release import install
from tests.support.site import Site, applied
from tests.support.standings import standing_alerts, standings, standings_of
from tests.support.variants import PROVINCE, texts, variant

pytestmark = [pytest.mark.integration, pytest.mark.kafka, pytest.mark.logs_errors]

LATER = 3
LINES = [Line(0, province, value) for province, value in load(7, 3_000, agencies=20)]
AFTERWARDS = 500
"""Lines that come when every province is upgraded: days close, so that all is judged by the later version."""
AT_ONCE = 25
PAUSE_SECONDS = 0.05
_HISTORY = "SELECT * FROM api.kpi_history"
_OF_SEVERAL = "action, alert_id, closed_day, expected, reason_en, reason_vi, revision, value"
_UPGRADED = "SELECT count(*) FROM tiendo.progress WHERE engine_version = $1"
_SWAPS_THAT_WAIT = """
SELECT count(*) FROM pg_stat_activity
WHERE application_name LIKE 'tiendo upgrade%' AND wait_event_type = 'Lock'"""


async def test_a_later_release_takes_over_though_it_dies_and_the_earlier_one_is_refused(
    site: Site, database: str, connection: Connection, tmp_path: Path
) -> None:
    """Events flow all the time. The first later worker is killed with -9 in the middle of a swap; its successor upgrades every province."""
    later, release = variant(LATER), install(tmp_path, texts(LATER))
    await provide_schema(database, load_catalogue())
    old = site.worker(fold_processes="1")
    await old.says("province.claimed")
    sending = asyncio.create_task(site.send_slowly(LINES[:-AFTERWARDS], AT_ONCE, PAUSE_SECONDS))
    await eventually(lambda: old.text().count("batch.committed") >= 4 * len(PROVINCES))
    await provide_schema(database, later)
    published = await connection.fetch(_HISTORY)

    async def upgraded() -> int:
        return int(await connection.fetchval(_UPGRADED, later.engine_version))

    async def all_upgraded() -> bool:
        return len(PROVINCES) == await upgraded()

    async with no_swap_ends(database):
        killed = site.worker(release, fold_processes="1")
        await eventually(lambda: connection.fetchval(_SWAPS_THAT_WAIT))
        killed.kill()
    assert 0 == await upgraded()

    successor = site.worker(release, fold_processes="1")
    await eventually(upgraded)
    old.terminate()
    assert 0 == await old.ended()
    await eventually(all_upgraded)
    mistaken = site.worker(fold_processes="1")
    await mistaken.says("province.refused")
    mistaken.terminate()
    assert 0 == await mistaken.ended()

    ends = await sending | await site.send_slowly(LINES[-AFTERWARDS:], AT_ONCE, PAUSE_SECONDS)
    await eventually(lambda: applied(connection, ends))
    successor.terminate()
    assert 0 == await successor.ended()
    for province in PROVINCES:
        await compare(site, connection, later, province)
    check_history(published, await connection.fetch(_HISTORY), later)
    verified = site.command("verify", "--province", PROVINCE, release=release)
    assert 0 == await verified.ended()
    assert "none differs" in verified.text()
    assert f"not compared of alert: {_OF_SEVERAL}; retracted rows" in verified.text()


@asynccontextmanager
async def no_swap_ends(database: str) -> AsyncIterator[None]:
    """Keep every transaction that writes figures waiting for the length of a block: a swap writes them last but for the listing."""
    holder = await connect(database, "test holder")
    try:
        async with holder.transaction():
            await holder.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
            await holder.execute("LOCK TABLE tiendo.kpi IN SHARE MODE")
            yield
    finally:
        await holder.close()


async def compare(site: Site, connection: Connection, catalogue: Catalogue, province: str) -> None:
    """Compare what the ledger holds with one fold of the whole log by the later version alone."""
    alone = fold(catalogue.province(province), await site.log(province)).tables
    stored = await site.stored(catalogue, province)

    assert alone.panes == stored.panes
    assert alone.stored.kpi == stored.kpi
    assert standings_of(alone) == await standings(connection, province)
    assert alone.obligations == stored.obligations
    assert (alone.kept, alone.agencies, alone.feeds) == (stored.kept, stored.agencies, stored.feeds)
    assert standing_alerts(alone.alerts.values()) == standing_alerts(stored.alerts)


def check_history(published: Sequence[Any], now: Sequence[Any], later: Catalogue) -> None:
    """See that what the earlier version published stands as it was, and that the later one went on under its own name."""
    assert set(published) <= set(now)
    theirs = {
        (row.province, row.plan, row.indicator): row.definition_version
        for one in later.provinces.values()
        for row in one.indicator_rows
    }
    made_by: dict[tuple[str, str, str], set[bool]] = {}
    for row in now:
        key = row["province"], row["plan"], row["indicator"]
        made_by.setdefault(key, set()).add(theirs.get(key) == row["definition_version"])
    assert {True, False} in made_by.values()
