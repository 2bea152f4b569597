"""Workers on Apache Kafka and Postgres that are killed, frozen, cut off and stopped: every record is counted exactly once."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from models.changes import PaneKey
from models.topics import PROVINCES, progress_topic
from sinks.postgres.connection import Connection, connect
from sinks.postgres.engines import register
from sinks.postgres.migrations import upgrade
from tests.support.eventually import eventually
from tests.support.kafka import (
    ApacheKafka,
    create_topics,
    delete_topics,
    recreate_topics,
    send,
    topic_names,
)
from tests.support.processes import Process, Starter
from tests.support.site import Site
from tests.support.tally_worker import POISON, tally_key

pytestmark = [pytest.mark.integration, pytest.mark.kafka, pytest.mark.logs_errors]

TOPICS = [progress_topic(province) for province in PROVINCES]
"""The names are a fixed list, so each test makes the topics anew."""


class Tally:
    """Sends numbers to the topics and knows what they come to."""

    def __init__(self, kafka: ApacheKafka) -> None:
        self._kafka = kafka
        self._sent = 0
        self.counts: dict[str, Counter[PaneKey]] = {province: Counter() for province in PROVINCES}

    async def send(self, count: int, provinces: tuple[str, ...] = PROVINCES) -> None:
        """Send so many records to each province."""
        for province in provinces:
            values = [str(number).encode() for number in range(self._sent, self._sent + count)]
            await send(self._kafka.bootstrap, progress_topic(province), values)
            self.counts[province].update(tally_key(value) for value in values)
        self._sent += count

    @asynccontextmanager
    async def flowing(self) -> AsyncIterator[None]:
        """Send to every province again and again for the length of a block."""
        ending = asyncio.Event()

        async def flow() -> None:
            while not ending.is_set():
                await self.send(100)
                await asyncio.sleep(0.05)  # a load, not a race with the workers for the processor

        task = asyncio.create_task(flow())
        try:
            yield
        finally:
            ending.set()
            await task


@pytest.fixture
def tally(kafka: ApacheKafka) -> Tally:
    """Return a tally of the session's Kafka."""
    return Tally(kafka)


async def counted(connection: Connection) -> dict[str, Counter[PaneKey]]:
    """Return what the ledger has counted."""
    counts: dict[str, Counter[PaneKey]] = {province: Counter() for province in PROVINCES}
    for row in await connection.fetch(
        "SELECT province, measure, bucket, agency, amount FROM tiendo.pane"
    ):
        counts[row["province"]][
            PaneKey(row["measure"], row["bucket"], row["agency"], tally_key(b"0").day)
        ] = int(row["amount"])
    return counts


async def all_counted(tally: Tally, connection: Connection, within: float = 60.0) -> None:
    """Wait until every record is in, and see that none is in twice."""
    wanted = sum(sum(counts.values()) for counts in tally.counts.values())

    async def complete() -> bool:
        return bool(
            await connection.fetchval("SELECT coalesce(sum(amount), 0) FROM tiendo.pane") >= wanted
        )

    try:
        await eventually(complete, within=within)
    finally:
        marks = await connection.fetch("SELECT province, next_offset, epoch FROM tiendo.progress")
        assert tally.counts == await counted(connection), [tuple(mark) for mark in marks]


async def test_a_killed_workers_provinces_move_to_the_other(
    site: Site, tally: Tally, connection: Connection
) -> None:
    """Two workers, records flowing, one killed with -9, three times over: the other takes over and each record counts once."""
    workers = [site.tally_worker(), site.tally_worker()]
    for worker in workers:
        await worker.says("worker.started")
    async with tally.flowing():
        for _ in range(3):
            await some_commits(workers[0])
            workers[0].kill()
            workers = [workers[1], site.tally_worker()]

    await all_counted(tally, connection)


async def some_commits(worker: Process) -> None:
    """Wait until the worker has committed some batches from now on."""
    before = worker.text().count("batch.committed")
    await eventually(lambda: worker.text().count("batch.committed") > before + 3, within=90)


async def test_a_frozen_worker_is_fenced_when_it_thaws(
    site: Site, tally: Tally, connection: Connection
) -> None:
    """Pitfalls 2 and 4: a worker that stood still while the group replaced it writes nothing when it goes on; all provinces move on."""
    frozen = site.tally_worker()
    await frozen.says("worker.started")
    await tally.send(200)
    await eventually(lambda: frozen.text().count("batch.committed") >= 5)
    other = site.tally_worker()
    await other.says("worker.started")

    async with tally.flowing():
        await eventually(lambda: frozen.text().count("batch.committed") >= 10)
        frozen.freeze()
        await eventually(lambda: other.text().count("province.claimed") >= 5)
    await all_counted(tally, connection)
    frozen.thaw()
    await tally.send(200)

    await all_counted(tally, connection)


async def test_static_membership_takes_a_restarted_worker_back_at_once(
    site: Site, tally: Tally, connection: Connection
) -> None:
    """With an instance id a worker that is killed and started again has its provinces back without waiting for the session to end."""
    first = site.tally_worker(consumer_group_instance_id="one", session_timeout_seconds="35")
    await first.says("worker.started")
    await tally.send(100)
    await all_counted(tally, connection)
    first.kill()
    await tally.send(100)

    site.tally_worker(consumer_group_instance_id="one", session_timeout_seconds="35")

    await all_counted(tally, connection, within=30.0)


async def test_sigterm_finishes_the_batch_in_flight_and_leaves(
    site: Site, tally: Tally, connection: Connection
) -> None:
    """A stopped worker ends with status 0 within its deadline; what it had begun is in the ledger, and the next one goes on from there."""
    worker = site.tally_worker()
    await worker.says("worker.started")
    await tally.send(1000)
    worker.terminate()

    status = await worker.ended()
    site.tally_worker()

    assert 0 == status
    assert "worker.stopped" in worker.text()
    await all_counted(tally, connection)


async def test_kafka_away_at_start_is_waited_for(
    own_kafka: ApacheKafka, database: str, connection: Connection, starter: Starter
) -> None:
    """A clear line, then work once it is there."""
    await create_topics(own_kafka.bootstrap, TOPICS)
    site, tally = Site(own_kafka, database, starter), Tally(own_kafka)
    await tally.send(10)
    own_kafka.stop()

    worker = site.tally_worker()
    await worker.says("service.away")
    await asyncio.to_thread(own_kafka.start)

    await all_counted(tally, connection)
    assert worker.text().count("service.away") == 1


async def test_a_worker_waits_for_the_tables_and_for_lost_connections(
    kafka: ApacheKafka, empty_database: str, starter: Starter
) -> None:
    """Postgres without tables or with cut connections is a service that is away: a clear line, then work goes on."""
    site, tally = Site(kafka, empty_database, starter), Tally(kafka)
    await site.fresh_topics()
    worker = site.tally_worker()
    await worker.says("run `tiendo migrate`")
    await asyncio.to_thread(upgrade, empty_database)
    connection = await connect(empty_database, "test")
    async with connection.transaction():
        for province in PROVINCES:
            await register(connection, province, "tally", {})
    try:
        async with tally.flowing():
            for _ in range(3):
                await some_commits(worker)
                await connection.fetch(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                    " WHERE application_name LIKE 'tiendo ledger%' AND datname = current_database()"
                )
        await all_counted(tally, connection)
    finally:
        await connection.close()


async def test_a_poisonous_batch_parks_one_province_and_the_others_go_on(
    site: Site, tally: Tally, connection: Connection
) -> None:
    """A bug in a batch: the offset stays, the log names province and error but no payload; the worker lives."""
    worker = site.tally_worker()
    await worker.says("worker.started")
    sick, *healthy = PROVINCES
    await send(site.kafka.bootstrap, progress_topic(sick), [POISON])
    await worker.says("province.parked")
    await send(site.kafka.bootstrap, progress_topic(sick), [b"1"])
    await tally.send(100, tuple(healthy))

    await all_counted(tally, connection)
    assert worker.status is None
    assert 0 == await connection.fetchval(
        "SELECT next_offset FROM tiendo.progress WHERE province = $1", sick
    )


async def test_a_topic_created_anew_parks_its_province(
    site: Site, tally: Tally, connection: Connection
) -> None:
    """Found at the take-over, recorded in the ledger, never folded on: what was applied is not what the log says now."""
    worker = site.tally_worker()
    await worker.says("worker.started")
    await tally.send(100)
    await all_counted(tally, connection)
    worker.terminate()
    await worker.ended()
    anew, *others = PROVINCES
    await recreate_topics(site.kafka.bootstrap, [progress_topic(anew)])
    await send(site.kafka.bootstrap, progress_topic(anew), [b"7"] * 200)
    await tally.send(100, tuple(others))

    await site.tally_worker().says("province.parked")

    await all_counted(tally, connection)
    reason = await connection.fetchval(
        "SELECT parked_reason FROM tiendo.progress WHERE province = $1", anew
    )
    assert "checksum_mismatch" == reason


async def test_a_worker_that_finds_no_topics_waits_for_them(
    site: Site, tally: Tally, connection: Connection
) -> None:
    """It creates none: only `tiendo topics` knows their settings."""
    await delete_topics(site.kafka.bootstrap, TOPICS)
    worker = site.tally_worker()
    await worker.says("worker.started")
    assert set() == set(TOPICS) & await topic_names(site.kafka.bootstrap)

    await create_topics(site.kafka.bootstrap, TOPICS)
    await tally.send(10)

    await all_counted(tally, connection)
