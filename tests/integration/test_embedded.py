"""The services out of wheels: they answer, they are alone, and nothing of them stays."""

from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import asyncpg
import psutil
import pytest
from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaConnectionError

from models.catalogue import load_catalogue
from models.errors import Unavailable
from models.topics import all_topics
from sinks.postgres.ledger import Ledger
from streams.embedded import embedded_kafka, embedded_postgres
from streams.pipeline import Pipeline
from streams.provision import provide_schema
from streams.settings import load_settings
from streams.topic_admin import ensure_topics
from tests.support.eventually import eventually

pytestmark = pytest.mark.integration


async def test_postgres_answers_and_leaves_nothing_behind() -> None:
    """It is Postgres 18 behind a socket in a directory of its own; both are gone afterwards."""
    async with embedded_postgres() as dsn:
        connection = await asyncpg.connect(dsn)
        version = connection.get_server_version().major
        await connection.close()
        directory = Path(parse_qs(urlsplit(dsn).query)["host"][0])
        assert directory.is_dir()

    assert 18 == version
    assert not directory.exists()


async def test_kafka_takes_records_and_is_gone_afterwards() -> None:
    """A record sent gets an offset; afterwards nobody listens on the port, and no process of it runs."""
    before = _brokers()
    async with embedded_kafka() as address:
        await ensure_topics(load_settings(kafka_bootstrap_servers=address), all_topics())
        async with AIOKafkaProducer(bootstrap_servers=address) as producer:
            metadata = await producer.send_and_wait("progress.tra-vinh", b"xin ch\xc3\xa0o")
        assert 1 == len(_brokers() - before)

    assert 0 == metadata.offset
    assert before == _brokers()


async def test_a_worker_in_the_first_generation_of_its_group_is_ready(database: str) -> None:
    """The broker counts generations from 0: a worker is a member in that one too, and says that nothing is missing."""
    catalogue = load_catalogue()
    await provide_schema(database, catalogue)
    ledger = Ledger(database, catalogue.engine_version)
    async with embedded_kafka() as address:
        settings = load_settings(
            kafka_bootstrap_servers=address,
            kafka_idempotence=False,
            postgres_dsn=database,
            publish_days=False,
        )
        await ensure_topics(settings, all_topics())
        async with Pipeline(settings, catalogue, ledger).working(["tra-vinh"]) as worker:
            assert not worker.vitals.joined
            await eventually(lambda: worker.vitals.ready()[0], within=30)
    await ledger.close()


async def test_two_brokers_do_not_meet() -> None:
    """Each has a port of its own, so that suites and people run side by side."""
    async with embedded_kafka() as first, embedded_kafka() as second:
        assert first != second


@pytest.mark.logs_errors("Unable connect to node", "Unable to update metadata")
async def test_the_broker_ends_also_when_its_user_fails() -> None:
    """An error passes through; the process does not outlive it."""
    before = _brokers()
    with pytest.raises(KafkaConnectionError):
        async with embedded_kafka():
            raise KafkaConnectionError

    assert before == _brokers()


async def test_a_platform_without_a_broker_is_told_what_to_set(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """One sentence names the variable."""
    monkeypatch.setenv("CALF_TANSU_BIN", "no-such-program")

    with pytest.raises(Unavailable, match="set CALF_TANSU_BIN"):
        async with embedded_kafka():
            pass


def _brokers() -> set[int]:
    """Return the brokers that this process started."""
    children = psutil.Process().children(recursive=True)
    return {child.pid for child in children if "tansu" in child.name()}
