"""The guide for agencies, followed to the letter on Apache Kafka, Postgres and a worker."""

import asyncio
import os
import re
import sys
from pathlib import Path

import pytest

from models.catalogue import load_catalogue
from models.mending import REASONS
from models.topics import progress_topic
from sinks.postgres.connection import Connection
from streams.provision import provide_schema
from tests.support.eventually import eventually
from tests.support.site import Site

pytestmark = [pytest.mark.integration, pytest.mark.kafka]

GUIDE = Path(__file__).parents[2] / "deploy" / "docs" / "for-agencies.md"
BLOCK = re.compile(r"^```(\w+)(?: (\S+))?\n(.*?)^```$", re.MULTILINE | re.DOTALL)
PROVINCE = "tra-vinh"
_IDLE = """
SELECT (SELECT next_offset FROM tiendo.progress WHERE province = $1) = $2
    AND NOT EXISTS (SELECT FROM tiendo.outbox WHERE published_at IS NULL)"""
_FEED = """
SELECT sum(events)::int, sum(duplicates)::int, sum(stale)::int, sum(dead_letters)::int FROM api.feed_health"""
_RECEIVED = """
SELECT value FROM api.kpi_current
WHERE indicator = 'dossiers_received' AND agency = '*' AND "window" = 'year' AND province = $1"""


async def test_every_step_of_the_guide_does_what_it_says(
    site: Site, database: str, connection: Connection, tmp_path: Path
) -> None:
    """Files are written as they stand there, every command succeeds, and what one says is what is shown below it."""
    await provide_schema(database, load_catalogue())
    site.worker(provinces=PROVINCE)
    said = ""
    shown = 0
    for language, mark, text in BLOCK.findall(GUIDE.read_text(encoding="utf-8")):
        if mark.startswith("file="):
            (tmp_path / mark.removeprefix("file=")).write_text(text, encoding="utf-8")
        elif (language, mark) == ("sh", "run"):
            said = await _run(site, text, tmp_path)
            sent = len(await site.read(progress_topic(PROVINCE)))
            await eventually(lambda: connection.fetchval(_IDLE, PROVINCE, sent), within=90)  # noqa: B023 - awaited here
        elif language == "text":
            shown += 1
            assert text in said

    assert 2 == shown
    # 1 dossier; 2 of a sheet; 2 sites, twice, then 1 and 1 retraction; 1 repaired, twice
    assert (11, 3, 0, 1) == tuple(await connection.fetchrow(_FEED) or ())
    assert 4 == await connection.fetchval(_RECEIVED, PROVINCE)


def test_the_guide_has_every_reason_in_the_order_of_the_contract() -> None:
    """Each a row of its table."""
    rows = re.findall(
        r"^\| `(\w+)` \| .* \| .* \|$", GUIDE.read_text(encoding="utf-8"), re.MULTILINE
    )

    assert list(REASONS) == [row for row in rows if row in REASONS]


async def _run(site: Site, commands: str, folder: Path) -> str:
    child = await asyncio.create_subprocess_exec(
        *("bash", "-euo", "pipefail", "-c", commands),
        cwd=folder,
        env={
            **os.environ,
            **site.environment,
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        },
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    out, _ = await asyncio.wait_for(child.communicate(), 120)
    assert 0 == child.returncode, f"{commands}: {out.decode()}"
    return out.decode()
