"""The whole pipeline in one process, on services of its own: what `try` and `demo` run.

Records take the same way as in a worker's process; only what surrounds it is thrown away at the end.
"""

import asyncio
import contextlib
import datetime as dt
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, Protocol

from models.book import Book
from models.catalogue import Catalogue, load_catalogue
from models.days import Day, day_from_date
from models.errors import TiendoError
from models.topics import PROVINCES, all_topics
from sinks.brokers import Security
from sinks.postgres import queries
from sinks.postgres.ledger import Claim, Ledger
from streams.desks import LocalDesks, restoring
from streams.embedded import embedded_kafka, embedded_postgres
from streams.lines import Line, lines_of
from streams.owner import Standing
from streams.provision import provide_schema
from streams.relays import Relays
from streams.sending import Sender
from streams.settings import Settings, load_settings
from streams.topic_admin import ensure_topics
from streams.worker import Worker

Rows = list[dict[str, Any]]

LOOK_SECONDS: Final = 0.05
DAYS_AT_ONCE: Final = 100
"""Days that are closed in one transaction: bounds its size."""

EMBEDDED_SESSION_SECONDS: Final = 5.0
"""The embedded broker makes the first member of a group wait for half of its session timeout."""


class NotFolded(TiendoError):  # noqa: N818 - named for what happened to the records
    """The records were sent and not all of them applied; the log says why."""


class Watch(Protocol):
    """Who is told how far a run is."""

    def stage(self, text: str) -> None:
        """Say what begins."""

    def say(self, text: str) -> None:
        """Say something while a stage goes on."""

    def sent(self, records: int) -> None:
        """Count acknowledged records."""

    def done(self, records: int, total: int | None) -> None:
        """Say how many of `total` records have passed."""


class Pipeline:
    """Services, a worker's means and the catalogue: everything between a line and a figure."""

    def __init__(self, settings: Settings, catalogue: Catalogue, ledger: Ledger) -> None:
        self.settings = settings
        self._ledger = ledger
        self._restore = restoring(catalogue)

    async def send(self, lines: Iterable[Line], watch: Watch) -> dict[str, int]:
        """Publish lines; return province -> offset after its last record."""
        async with Sender(
            self.settings, say=watch.say, sent=lambda arrived: watch.sent(len(arrived))
        ) as sender:
            await sender.send(lines)
        return sender.ends

    @contextlib.asynccontextmanager
    async def working(self, provinces: Sequence[str]) -> AsyncIterator[Worker]:
        """Run a worker that owns `provinces` beside the block; it leaves when the block ends."""
        settings = self.settings.model_copy(update={"provinces": tuple(provinces)})
        relays = Relays(settings, settings.provinces)
        worker = Worker(
            settings, self._ledger, LocalDesks(self._ledger, self._restore), relays=relays
        )
        stopping = asyncio.Event()
        running = asyncio.create_task(worker.run(stopping))
        block = asyncio.current_task()

        def ended(_: object) -> None:
            if not stopping.is_set() and block is not None:
                block.cancel()

        running.add_done_callback(ended)
        try:
            yield worker
        except asyncio.CancelledError:
            if stopping.is_set() or not running.done():
                raise
            raise NotFolded(
                "the worker ended before the records did: its log says why"
            ) from running.exception()
        finally:
            stopping.set()
            with contextlib.suppress(asyncio.CancelledError):
                await running

    async def close(self, day: Day | None, provinces: Sequence[str]) -> dict[str, queries.ReadBack]:
        """Close every day up to and including `day`, by default the latest as-of day among `provinces`.

        Returns, for each province whose log goes beyond `day`, what is known now of that day.
        """
        books = {province: await self._claimed(province) for province in provinces}
        days = [book.mark.as_of for _, book in books.values() if book.mark.as_of is not None]
        until = max(days, default=None) if day is None else day
        earlier: dict[str, queries.ReadBack] = {}
        for province, (claim, book) in books.items():
            if until is None or book.mark.as_of is None:
                continue
            if until < book.mark.as_of:
                async with queries.reading(self.settings.dsn) as connection:
                    earlier[province] = await queries.read_back(connection, book.read_back(until))
                continue
            for step in range(book.mark.as_of, until + DAYS_AT_ONCE, DAYS_AT_ONCE):
                await self._ledger.commit(claim, book.close_until(Day(min(step, until))))
        return earlier

    async def found(
        self, provinces: Sequence[str], earlier: Mapping[str, queries.ReadBack]
    ) -> dict[str, Rows]:
        """Return the rows of the views; figures and targets of the provinces in `earlier` are as there."""
        late = [province for province in provinces if province not in earlier]
        async with queries.reading(self.settings.dsn) as connection:
            kpi = await queries.kpi_current(connection, late)
            targets = await queries.target_attainment(connection, late)
            for province in sorted(earlier):
                kpi += earlier[province].kpi_current
                targets += earlier[province].target_attainment
            return {
                "kpi": kpi,
                "targets": targets,
                "alerts": await queries.alert(connection, provinces),
                "alert_history": await queries.alert_history(connection, provinces),
                "feeds": await queries.feed_health(connection, provinces),
                "dead_letters": await queries.dead_letter(connection, provinces),
            }

    async def _claimed(self, province: str) -> tuple[Claim, Book]:
        claim = await self._ledger.claim(province)
        return claim, self._restore(province, await self._ledger.load(claim))


@contextlib.asynccontextmanager
async def embedded_pipeline(watch: Watch) -> AsyncIterator[Pipeline]:
    """Start Kafka and Postgres, bring schema, catalogue and topics in, and open the ledger."""
    watch.stage("Starting Kafka and Postgres ...")
    catalogue = load_catalogue()
    async with embedded_kafka() as kafka, embedded_postgres(durable=False) as dsn:
        settings = load_settings(
            kafka_bootstrap_servers=kafka,
            kafka_idempotence=False,
            kafka_replication_factor=1,
            kafka_security_protocol=Security.PLAINTEXT,
            kafka_sasl_username=None,
            kafka_sasl_password_file=None,
            kafka_cert_file=None,
            kafka_key_file=None,
            postgres_dsn=dsn,
            postgres_password_file=None,
            provinces=PROVINCES,
            consumer_group_instance_id=None,
            session_timeout_seconds=EMBEDDED_SESSION_SECONDS,
            heartbeat_seconds=1.0,
            publish_days=False,
            http_port=None,
        )
        await provide_schema(dsn, catalogue)
        await ensure_topics(settings, all_topics())
        ledger = Ledger(dsn, catalogue.engine_version)
        try:
            yield Pipeline(settings, catalogue, ledger)
        finally:
            await ledger.close()


async def try_files(files: Sequence[Path], as_of: dt.date | None, watch: Watch) -> dict[str, Rows]:
    """Run files through the pipeline to their end; return the rows of the views for the provinces in them."""
    async with embedded_pipeline(watch) as pipeline:
        watch.stage("Sending the events ...")
        ends = await pipeline.send((line for file in files for line in lines_of(file)), watch)
        provinces = [slug for slug in PROVINCES if slug in ends]
        if provinces:
            watch.stage("Folding them ...")
            async with pipeline.working(provinces) as worker:
                await applied(worker, ends, watch)
        watch.stage("Closing the days ...")
        day = None if as_of is None else day_from_date(as_of)
        return await pipeline.found(provinces, await pipeline.close(day, provinces))


async def applied(worker: Worker, ends: Mapping[str, int], watch: Watch) -> None:
    """Wait until everything before `ends` is applied; NotFolded when a province is parked."""
    while True:
        health = worker.provinces.health
        done = {
            province: min(health[province].next_offset or 0, end) for province, end in ends.items()
        }
        watch.done(sum(done.values()), sum(ends.values()))
        if done == dict(ends):
            return
        for province in ends:
            if health[province].standing is Standing.PARKED:
                raise NotFolded(
                    f"{province} is parked ({health[province].detail}): the log above says why"
                )
        await asyncio.sleep(LOOK_SECONDS)
