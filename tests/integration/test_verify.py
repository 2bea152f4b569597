"""`tiendo verify` on Apache Kafka and Postgres: the tables against the log, while a worker goes on."""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from typing import Any, Final

import pytest

from models.catalogue import load_catalogue
from models.topics import progress_topic
from sinks.postgres.comparable import NOT_FOLDED, tables_of
from sinks.postgres.connection import Connection, connect
from streams.provision import provide_schema
from tests.support.eventually import eventually
from tests.support.histories import long_log
from tests.support.kafka import ApacheKafka, delete_records, send
from tests.support.oracle.province import setting
from tests.support.processes import Process, Starter
from tests.support.site import Site

pytestmark = [pytest.mark.integration, pytest.mark.kafka, pytest.mark.logs_errors]

PROVINCE: Final = "tra-vinh"
TOPIC: Final = progress_topic(PROVINCE)
LOG: Final = [record.value for record in long_log(setting(PROVINCE, 40), seed=5, recipes=80)]
HALF: Final = len(LOG) // 2


class Folded:
    """A province that a worker folds."""

    def __init__(self, site: Site, connection: Connection, worker: Process) -> None:
        self.site = site
        self.connection = connection
        self._worker = worker

    async def worker_leaves(self) -> None:
        """Let the worker end."""
        self._worker.terminate()
        assert 0 == await self._worker.ended()

    async def applied(self, records: int) -> None:
        """Wait until so many records are applied."""

        async def done() -> bool:
            sql = "SELECT next_offset FROM tiendo.progress WHERE province = $1"
            return bool(await self.connection.fetchval(sql, PROVINCE) == records)

        await eventually(done, within=90)

    async def holds(self, query: str) -> None:
        """Wait until a question to the database is answered with yes."""

        async def answered() -> bool:
            return bool(await self.connection.fetchval(query))

        await eventually(answered, within=90)

    async def verify(self, *options: str, status: int) -> list[dict[str, Any]]:
        """Run the command as an operator would; return what it prints."""
        command = self.site.command("verify", "--province", PROVINCE, "--json", *options)
        assert (status, "") == (await command.ended(), "" if status < 2 else command.text())
        lines = command.text()
        found: list[dict[str, Any]] = json.loads(lines[lines.index("[") :])
        return found

    async def refusal(self, *options: str) -> str:
        """Return what the command says that cannot verify."""
        command = self.site.command("verify", "--province", PROVINCE, *options)
        assert 1 == await command.ended()
        return command.text()


@pytest.fixture
async def folded(
    kafka: ApacheKafka, empty_database: str, starter: Starter
) -> AsyncIterator[Folded]:
    """Return a province of which a worker has folded half a log; only one version was ever registered."""
    site = Site(kafka, empty_database, starter)
    await provide_schema(empty_database, load_catalogue())
    await site.fresh_topics()
    await send(kafka.bootstrap, TOPIC, LOG[:HALF])
    worker = site.worker(fold_processes="0", provinces=PROVINCE)
    connection = await connect(empty_database, "test")
    try:
        here = Folded(site, connection, worker)
        await here.applied(HALF)
        yield here
    finally:
        await connection.close()


async def flowing(bootstrap: str, values: Sequence[bytes | None]) -> None:
    """Send records one after another, as long as that takes."""
    for value in values:
        await send(bootstrap, TOPIC, [value])


async def test_tables_are_verified_while_a_worker_goes_on(folded: Folded) -> None:
    """Both sides at one offset, whichever that is: no row differs, from the log or from the subjects."""
    flow = asyncio.create_task(flowing(folded.site.kafka.bootstrap, LOG[HALF:]))

    (from_log,) = await folded.verify(status=0)
    await flow
    await folded.applied(len(LOG))
    (from_subjects,) = await folded.verify("--from-subjects", status=0)

    assert HALF <= from_log["next_offset"]
    assert len(LOG) == from_subjects["next_offset"]
    assert [] == from_log["left_out"]
    assert {"pane", "kpi", "attainment", "alert_history", "dead_letter", "subject"} <= {
        table for table, rows in from_log["tables"].items() if rows > 0
    }
    assert from_subjects["rows_compared"] > 0


CORRUPTIONS: Final = {
    "pane": "UPDATE tiendo.pane SET amount = amount + 1 WHERE ctid = (SELECT min(ctid) FROM tiendo.pane WHERE measure <> 'records')",
    "kpi": "DELETE FROM tiendo.kpi WHERE indicator = 'documents_exchanged' AND agency = '*'",
    "attainment": "UPDATE tiendo.attainment SET status = 'attained' WHERE ctid = (SELECT min(ctid) FROM tiendo.attainment WHERE status <> 'attained')",
    "alert_history": "UPDATE tiendo.alert_history SET ends_at = '1999-01-01' WHERE ctid = (SELECT min(ctid) FROM tiendo.alert_history)",
    "dead_letter": "DELETE FROM tiendo.dead_letter WHERE ctid = (SELECT min(ctid) FROM tiendo.dead_letter)",
    "kept": "INSERT INTO tiendo.kept (province, type, agency, facts) VALUES ('tra-vinh', 'dossier.received', 'nobody', 7)",
}
"""What somebody does by hand to one row of a table."""


async def test_rows_that_were_changed_by_hand_are_found(folded: Folded) -> None:
    """Each is named with its table, its key, and both sides; a missing one is one too many on the other side."""
    for sql in CORRUPTIONS.values():
        assert (await folded.connection.execute(sql)).endswith(" 1")

    (found,) = await folded.verify(status=1)
    (panes,) = await folded.verify("--from-subjects", status=1)

    assert len(CORRUPTIONS) == found["rows_differing"]
    assert CORRUPTIONS.keys() == {row["table"] for row in found["differences"]}
    by_table = {row["table"]: row for row in found["differences"]}
    assert by_table["kpi"]["stored"] is None
    assert by_table["kept"]["recomputed"] is None
    assert "attained" == by_table["attainment"]["stored"]["status"]
    amounts = [int(by_table["pane"][side]["amount"]) for side in ("stored", "recomputed")]
    assert 1 == amounts[0] - amounts[1]
    # What is derived from a pane is made anew from the corrected ones, so it may differ as well.
    assert by_table["pane"] in panes["differences"]


async def test_messages_that_are_kept_no_longer_are_not_missed(folded: Folded) -> None:
    """The relay removes what it sent long ago, and goes on; what is left is compared, and a message that is gone from there is found."""
    sent = "SELECT count(*) > 8 AND bool_and(published_at IS NOT NULL) FROM tiendo.outbox"
    gone = "SELECT min(seq) = 6 FROM tiendo.outbox"
    count = "SELECT count(*) FROM tiendo.outbox"
    await folded.holds(sent)
    (before,) = await folded.verify(status=0)
    await folded.connection.execute(
        "UPDATE tiendo.outbox SET published_at = now() - interval '3 days' WHERE seq <= 5"
    )
    await folded.worker_leaves()
    worker = folded.site.worker(fold_processes="0", provinces=PROVINCE, outbox_keep_days="2")
    await folded.holds(gone)

    await send(folded.site.kafka.bootstrap, TOPIC, LOG[HALF:])
    await folded.applied(len(LOG))
    await folded.holds(sent)
    (after,) = await folded.verify(status=0)
    stored = await folded.connection.fetchval(count)
    await folded.connection.execute("DELETE FROM tiendo.outbox WHERE seq = 8")
    (found,) = await folded.verify(status=1)
    worker.terminate()

    assert [] == before["left_out"]
    assert [("outbox", "the messages before no. 6")] == [(one["table"], one["what"]) for one in after["left_out"]]  # fmt: skip
    assert stored == after["tables"]["outbox"]
    assert [("outbox", ["8"])] == [(one["table"], one["key"]) for one in found["differences"]]


async def test_a_log_without_its_beginning_cannot_be_folded_again(folded: Folded) -> None:
    """The command says so, and what it can check instead."""
    await delete_records(folded.site.kafka.bootstrap, TOPIC, 3)

    said = await folded.refusal()

    assert "begins at offset 3" in said
    assert "--from-subjects" in said


async def test_every_table_is_compared_but_those_that_are_named(folded: Folded) -> None:
    """A table or a column that is added is compared as well, without anybody's thinking of it."""
    sql = (
        "SELECT relname FROM pg_class WHERE relnamespace = 'tiendo'::regnamespace AND relkind = 'p'"
    )
    every = {row["relname"] for row in await folded.connection.fetch(sql)}
    compared = {table.name: table for table in await tables_of(folded.connection)}

    assert every - NOT_FOLDED == compared.keys()
    assert ("measure", "bucket", "agency", "day") == compared["pane"].key
    assert ("measure", "bucket", "agency", "day", "amount") == compared["pane"].names
    assert () == compared["progress"].key
    assert "published_at" not in compared["outbox"].names


@pytest.mark.parametrize("processes", ["0", "1"])
async def test_a_worker_whose_figures_contradict_their_panes_goes_no_further(
    folded: Folded, processes: str
) -> None:
    """Found when it takes the province over, recorded in the ledger, whoever folds; not a row is written after it."""
    await folded.worker_leaves()
    await folded.connection.execute('UPDATE tiendo.kpi SET "values"[1] = 7777')
    await send(folded.site.kafka.bootstrap, TOPIC, LOG[HALF:])

    worker = folded.site.worker(fold_processes=processes, provinces=PROVINCE)
    await worker.says("province.parked")

    sql = "SELECT next_offset, parked_reason, parked_detail FROM tiendo.progress"
    row = await folded.connection.fetchrow(sql)
    assert row is not None
    assert (HALF, "inconsistent") == (row["next_offset"], row["parked_reason"])
    assert "are not what its panes make" in row["parked_detail"]
    assert worker.status is None
