"""What must not be in a log is taken out of it, on Apache Kafka and Postgres, as the runbook on personal data says."""

from pathlib import Path

import pytest
from aiokafka import AIOKafkaProducer

from models.catalogue import load_catalogue
from models.facts import Record
from models.topics import PROVINCES, progress_topic
from sinks.postgres.connection import Connection
from streams.lines import Line
from streams.provision import provide_schema
from streams.simulator import load
from tests.support.eventually import eventually
from tests.support.fold import fold
from tests.support.kafka import recreate_topics
from tests.support.site import Site

pytestmark = [pytest.mark.integration, pytest.mark.kafka, pytest.mark.logs_errors]

PROVINCE = PROVINCES[1]
NOW_MS = 1_767_225_600_000
"""The first record's timestamp: 2026-01-01."""
_MARK = "SELECT next_offset, parked_reason FROM tiendo.progress WHERE province = $1"


async def written(site: Site, values: list[bytes | None], first_ms: int) -> None:
    """Append records with keys, headers and timestamps of their own."""
    producer = AIOKafkaProducer(bootstrap_servers=site.kafka.bootstrap, linger_ms=5)
    await producer.start()
    try:
        for number, value in enumerate(values):
            await producer.send(
                progress_topic(PROVINCE),
                value,
                None if number % 7 == 0 else f"khóa {number}".encode(),
                headers=[("content-type", b"application/json"), ("raw", bytes([number % 256]))],
                timestamp_ms=first_ms + number * 1000,
            )
        await producer.flush()
    finally:
        await producer.stop()


def told(record: Record) -> tuple[object, ...]:
    """Return what a fold sees of a record, but for its offset."""
    return record.timestamp_ms, record.key, record.value, record.headers


async def done(site: Site, *arguments: str, status: int = 0) -> str:
    """Run a command to its end, and return what it said."""
    command = site.command(*arguments)
    assert status == await command.ended(), command.text()
    return command.text()


async def test_a_log_is_written_anew_without_a_person_and_the_figures_follow(
    site: Site, database: str, connection: Connection, tmp_path: Path
) -> None:
    """Every other record is as it was, timestamp and all; after the refold no row tells of what is gone."""
    catalogue = load_catalogue()
    await provide_schema(database, catalogue)
    events = [
        Line(0, slug, value).value for slug, value in load(9, 2_000, agencies=9) if slug == PROVINCE
    ]
    secret = b'{"name": "Nguy\xe1\xbb\x85n V\xc4\x83n A"}'
    await written(site, [*events[:200], secret, b"\xff\x00 binary", None, *events[200:]], NOW_MS)
    before = await site.log(PROVINCE)
    worker = site.worker()

    async def marked(offset: int, reason: str | None = None) -> bool:
        row = await connection.fetchrow(_MARK, PROVINCE)
        return row is not None and (offset, reason) == tuple(row)

    async def parked() -> bool:
        row = await connection.fetchrow(_MARK, PROVINCE)
        return row is not None and row["parked_reason"] is not None

    await eventually(lambda: marked(len(before)), within=60)
    archive, clean = tmp_path / "all.log", tmp_path / "clean.log"

    await done(site, "log", "save", PROVINCE, str(archive))
    lines = archive.read_text(encoding="utf-8").splitlines(keepends=True)
    clean.write_text(
        "".join(line for line in lines if "Nguyễn Văn A" not in line), encoding="utf-8"
    )
    refusal = await done(site, "log", "restore", PROVINCE, str(clean), status=1)
    await recreate_topics(site.kafka.bootstrap, [progress_topic(PROVINCE)])
    await done(site, "log", "restore", PROVINCE, str(clean))
    await eventually(parked, within=60)
    await done(site, "release", PROVINCE, "--refold", "--yes", "--reason", "ticket 12")

    await eventually(lambda: marked(len(before) - 1), within=60)
    after = await site.log(PROVINCE)
    left = [one for one in before if one.value != secret]
    assert "has had records" in refusal
    assert 0o600 == archive.stat().st_mode & 0o777
    assert [told(one) for one in left] == [told(one) for one in after]
    worker.terminate()
    assert 0 == await worker.ended()
    expected = fold(catalogue.province(PROVINCE), after).tables
    assert expected.stored == await site.stored(catalogue, PROVINCE)
    letters = await connection.fetch(
        "SELECT value FROM tiendo.dead_letter UNION ALL SELECT value FROM tiendo.dead_letter_former"
        " UNION ALL SELECT value FROM tiendo.outbox"
    )
    assert not [row for row in letters if row["value"] is not None and secret in row["value"]]
