"""Where a benchmark runs: Kafka and Postgres of its own, topics and schema as an operator makes them, and `tiendo worker` as a process.

Postgres is set as `docker-compose.yml` sets it, and a commit is on the disk when it returns.
"""

import asyncio
import json
import sys
import tempfile
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import ExitStack, asynccontextmanager, contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import psutil
import yaml

from models.catalogue import load_catalogue
from models.topics import PROVINCES, all_topics
from sinks.postgres.connection import Connection, connect
from streams.embedded import embedded_kafka
from streams.provision import provide_schema
from streams.settings import Settings, load_settings
from streams.topic_admin import ensure_topics
from tests.bench.report import tell
from tests.support.eventually import eventually
from tests.support.kafka import apache_kafka, missing_tool
from tests.support.processes import Process, Starter, processes
from tests.support.server import postgres

ROOT: Final = Path(__file__).parents[2]
POLL_SECONDS: Final = 0.05
LOOKS_A_CHECK: Final = 100
"""How often it is checked that the worker lives: its log is read for that."""

_MIB: Final = 1024 * 1024
_NEXT_OFFSETS: Final = "SELECT province, next_offset FROM tiendo.progress"
_SUBJECTS: Final = """
SELECT count(*) FROM (SELECT DISTINCT province, kind, key FROM tiendo.subject) AS kept"""
_BUSY: Final = """
SELECT EXISTS (SELECT FROM tiendo.outbox WHERE published_at IS NULL)
    OR EXISTS (SELECT FROM pg_stat_activity WHERE backend_type = 'autovacuum worker')"""


class Worker:
    """A worker process under measurement."""

    def __init__(self, process: Process) -> None:
        self._process = process
        self._seen = psutil.Process(process.pid)
        self.peak_rss_mb = 0.0
        """The most that was seen of `rss_mb`."""

    @property
    def rss_mb(self) -> float:
        """Return its resident memory in MiB, with that of its desk processes; what they share counts once."""
        now = round(sum(one.memory_full_info().pss for one in self._processes()) / _MIB, 1)
        self.peak_rss_mb = max(self.peak_rss_mb, now)
        return now

    @property
    def cpu_seconds(self) -> float:
        """Return the processor time that it and its desk processes have used, user and system."""
        times = [one.cpu_times() for one in self._processes()]
        return float(sum(one.user + one.system for one in times))

    def _processes(self) -> list[psutil.Process]:
        return [self._seen, *self._seen.children()]

    def logged(self, event: str) -> list[dict[str, Any]]:
        """Return the log lines of one event."""
        lines = self._process.text().splitlines()
        found = (json.loads(line) for line in lines if f'"{event}"' in line)
        return [line for line in found if line.get("event") == event]

    async def batches(self, events: int) -> list[dict[str, Any]]:
        """Return the log lines of all batches, once they tell of `events` records: a line comes just after its commit."""

        def told() -> list[dict[str, Any]]:
            lines = self.logged("batch.committed")
            return lines if sum(line["records"] for line in lines) >= events else []

        return await eventually(told)

    async def says(self, words: str) -> None:
        """Wait until its log has `words`."""
        await self._process.says(words)

    def first_claim(self) -> float:
        """Return when it first owned a province, in seconds since the epoch."""
        return self.times("province.claimed")[0]

    def times(self, event: str) -> list[float]:
        """Return when its log tells of an event, in seconds since the epoch."""
        stamps = [line["timestamp"] for line in self.logged(event)]
        return [datetime.fromisoformat(stamp).timestamp() for stamp in stamps]

    def fail_if_ended(self) -> None:
        """Raise with the end of its log when it no longer runs or has given a province up."""
        if self._process.status is not None or self.logged("province.parked"):
            raise RuntimeError(f"the worker cannot go on:\n{self._process.text()[-4000:]}")

    async def stop(self) -> None:
        """Ask it to leave, and wait until it has."""
        self._process.terminate()
        await self._process.ended(within=60)


class Place:
    """The services of one run."""

    def __init__(
        self, broker: str, settings: Settings, connection: Connection, starter: Starter
    ) -> None:
        self.broker = broker
        self.settings = settings
        self.connection = connection
        self._starter = starter

    def worker(self, profile: Path | None = None, **settings: str) -> Worker:
        """Start `tiendo worker` with further settings; with `profile` under cProfile, which writes there when it ends and slows it to a half."""
        tiendo = str(Path(sys.executable).parent / "tiendo")
        profiled = [sys.executable, "-m", "cProfile", "-o", str(profile)] if profile else []
        here = {"fold_processes": "0"} if profile else {}  # the profiler sees one process
        everywhere = {
            "kafka_bootstrap_servers": self.settings.kafka_bootstrap_servers,
            "kafka_idempotence": str(self.settings.kafka_idempotence),
            "postgres_dsn": self.settings.dsn,
            "publish_days": "false",  # the load's days are long ago, and are to stay the last ones
            "log_json": "true",
        }
        chosen = everywhere | here | settings
        environment = {f"TIENDO_{name.upper()}": value for name, value in chosen.items()}
        return Worker(self._starter.start([*profiled, tiendo, "worker"], **environment))

    async def next_offsets(self) -> dict[str, int]:
        """Return province -> offset up to which everything is committed."""
        rows = await self.connection.fetch(_NEXT_OFFSETS)
        return {row["province"]: row["next_offset"] for row in rows}

    async def claimed(self, worker: Worker, within: float) -> None:
        """Wait until the worker owns all provinces; TimeoutError after `within` seconds."""
        async with asyncio.timeout(within):
            while len(await self.next_offsets()) < len(PROVINCES):
                worker.fail_if_ended()
                await asyncio.sleep(POLL_SECONDS)

    async def applied(self, worker: Worker, ends: Mapping[str, int], within: float) -> None:
        """Wait until everything before `ends` is committed; TimeoutError after `within` seconds."""
        looks = 0
        async with asyncio.timeout(within):
            while await self.next_offsets() != dict(ends):
                looks += 1
                if looks % LOOKS_A_CHECK == 0:
                    worker.fail_if_ended()
                    tell(f"  {worker.rss_mb} MiB, {await self.next_offsets()}")
                await asyncio.sleep(POLL_SECONDS)

    async def subjects(self) -> int:
        """Count the subjects that are stored."""
        counted: int = await self.connection.fetchval(_SUBJECTS)
        return counted

    async def settled(self, within: float) -> None:
        """Wait until the outbox is sent and the server has tidied up after what came before: what is measured next shares the machine with neither."""

        async def idle() -> bool:
            return not await self.connection.fetchval(_BUSY)

        await eventually(idle, within=within, every=POLL_SECONDS)
        await self.connection.execute("CHECKPOINT")


@asynccontextmanager
async def place(*, embedded: bool) -> AsyncIterator[Place]:
    """Start the services; Apache Kafka where there are Java and Maven, unless `embedded`."""
    lacking = missing_tool()
    if lacking is not None:
        tell(f"{lacking}: the embedded broker takes its place")
    apache = lacking is None and not embedded
    tell("starting Kafka and Postgres ...")
    async with _kafka(apache=apache) as bootstrap, _postgres() as dsn:
        settings = load_settings(
            kafka_bootstrap_servers=bootstrap, kafka_idempotence=apache, postgres_dsn=dsn
        )
        await provide_schema(dsn, load_catalogue())
        await ensure_topics(settings, all_topics())
        connection = await connect(dsn, "tiendo bench")
        try:
            with _starter() as starter:
                yield Place("apache" if apache else "embedded", settings, connection, starter)
        finally:
            await connection.close()


@asynccontextmanager
async def _kafka(*, apache: bool) -> AsyncIterator[str]:
    if apache:
        with ExitStack() as stack:
            broker = await asyncio.to_thread(stack.enter_context, apache_kafka())
            yield broker.bootstrap
    else:
        async with embedded_kafka() as bootstrap:
            yield bootstrap


@asynccontextmanager
async def _postgres() -> AsyncIterator[str]:
    with ExitStack() as stack:
        server = await asyncio.to_thread(stack.enter_context, postgres(shipped_settings()))
        yield server.uri


def shipped_settings() -> dict[str, str]:
    """Return what `docker-compose.yml` sets of Postgres."""
    compose = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
    program, *options = compose["services"]["postgres"]["command"]
    assert program == "postgres"
    assert set(options[::2]) == {"-c"}
    return dict(option.split("=", 1) for option in options[1::2])


@contextmanager
def _starter() -> Iterator[Starter]:
    with (
        tempfile.TemporaryDirectory(prefix="tiendo-bench-") as directory,
        processes(Path(directory)) as starter,
    ):
        yield starter
