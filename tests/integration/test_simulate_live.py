"""A live simulation through Kafka, worker and Postgres: figures move while it runs, and end as the truth has them."""

import asyncio
import json
import os
import sys
from asyncio.subprocess import Process
from pathlib import Path
from typing import Final

import pytest

from models.catalogue import load_catalogue
from models.days import day_from_date
from models.topics import PROVINCES
from sinks.postgres.connection import Connection
from sinks.postgres.queries import kpi_current
from streams.provision import provide_schema
from streams.simulator import Scenario, Simulation, Trouble
from tests.support.eventually import eventually
from tests.support.site import Site, applied

pytestmark = [pytest.mark.integration, pytest.mark.kafka]

PROVINCE: Final = "tra-vinh"
DAYS: Final = 10
DAYS_A_SECOND: Final = 0.5
SCENARIO: Final = Scenario(
    seed=3, days=DAYS, trouble=Trouble(late=0, corrected=0, retracted=0, duplicated=0.05, broken=0)
)
OPTIONS: Final = (
    *("--seed", "3", "--days", str(DAYS), "--province", PROVINCE),
    *("--late", "0", "--correct", "0", "--retract", "0", "--poison", "0", "--duplicate", "0.05"),
)


async def live(site: Site) -> tuple[Process, Process]:
    """Start `tiendo simulate --live ... | tiendo publish -`."""
    tiendo = str(Path(sys.executable).parent / "tiendo")
    reading, writing = os.pipe()
    simulate = await asyncio.create_subprocess_exec(
        tiendo,
        *("simulate", "--live", "--speed", str(DAYS_A_SECOND * 86_400), *OPTIONS),
        stdout=writing,
    )
    os.close(writing)
    publish = await asyncio.create_subprocess_exec(
        *(tiendo, "publish", "-", "--json"),
        stdin=reading,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        env={**os.environ, **site.environment},
    )
    os.close(reading)
    return simulate, publish


async def received(connection: Connection) -> int | None:
    """Return how many dossiers the province has by its table."""
    value = await connection.fetchval(
        """SELECT value FROM api.kpi_current
        WHERE province = $1 AND plan = 'house' AND indicator = 'dossiers_received'
            AND agency = '*' AND "window" = 'plan'""",
        PROVINCE,
    )
    return None if value is None else int(value)


async def test_a_live_run_moves_the_figures_while_it_goes_on_and_ends_with_the_truth(
    site: Site, connection: Connection
) -> None:
    """A day in two seconds: the table is seen with ever more dossiers, and at the end all house figures are the world's own."""
    await provide_schema(site.settings.dsn, load_catalogue())
    worker = site.worker()
    await worker.says(f'"province": "{PROVINCE}"')
    seen: set[int | None] = set()

    simulate, publish = await live(site)
    told = asyncio.ensure_future(publish.communicate())
    while not told.done():
        seen.add(await received(connection))
        await asyncio.wait({told}, timeout=0.2)
    assert [0, 0] == [await simulate.wait(), publish.returncode]
    sent = json.loads((await told)[0])["provinces"][PROVINCE]
    ends = {**dict.fromkeys(PROVINCES, 0), PROVINCE: sent["next_offset"]}
    await eventually(lambda: applied(connection, ends), within=60)

    assert len(seen - {None}) > 2, "the figures stood still while it ran"
    simulation = Simulation(SCENARIO, [PROVINCE], witnessed=True)
    assert sent["sent"] == sum(1 for _ in simulation.lines())
    (truth,) = simulation.truth()
    assert 0 == truth.pending
    shown = {
        (row["indicator"], row["agency"], row["window"], day_from_date(row["as_of"])): (
            row["value"],
            row["numerator"],
            row["denominator"],
        )
        for row in await kpi_current(connection, [PROVINCE])
        if row["plan"] == "house"
    }
    assert shown == {
        (row.indicator, row.agency, row.window, row.as_of): (
            row.value,
            row.numerator,
            row.denominator,
        )
        for row in truth.rows(truth.last)
    }
