"""A Kafka and a database with worker processes on them, as an operator runs them."""

import asyncio
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final, NamedTuple

import pytest
from aiokafka import ConsumerRecord

from models.catalogue import Catalogue
from models.changes import StoredBook
from models.facts import Record
from models.topics import all_topics, progress_topic
from sinks.postgres.connection import Connection
from sinks.postgres.ledger import Ledger
from streams.lines import Line
from streams.log_reader import records_of
from streams.sending import Sender
from streams.settings import Settings
from streams.topic_admin import ensure_topics
from tests.support.kafka import ApacheKafka, delete_topics, read_topic
from tests.support.processes import Process, Starter, processes

RUN_SECONDS: Final = 120.0
"""Longest run of a command that ends by itself."""


class Ran(NamedTuple):
    """What a command did."""

    status: int
    out: bytes
    err: str


class Site:
    """Where workers run; their settings are those with which a test need not wait for long."""

    def __init__(self, kafka: ApacheKafka, database: str, starter: Starter) -> None:
        self.kafka = kafka
        self._database = database
        self._starter = starter

    @property
    def settings(self) -> Settings:
        """Return the settings of clients."""
        return Settings(kafka_bootstrap_servers=self.kafka.bootstrap, postgres_dsn=self._database)

    @property
    def environment(self) -> dict[str, str]:
        """Return the variables with which a command finds the services."""
        return self._environment({})

    def worker(self, release: Path | None = None, /, **settings: str) -> Process:
        """Start `tiendo worker`."""
        return self.command("worker", release=release, **settings)

    def command(self, *arguments: str, release: Path | None = None, **settings: str) -> Process:
        """Start `tiendo` with arguments, of another `release` than ours if need be; a setting is given by its name in small letters."""
        tiendo = str(Path(sys.executable).parent / "tiendo")
        path = {} if release is None else {"PYTHONPATH": str(release)}
        return self._starter.start([tiendo, *arguments], **self._environment(settings), **path)

    async def ran(
        self, *arguments: str, given: bytes = b"", folder: Path | None = None, **settings: str
    ) -> Ran:
        """Run `tiendo` with arguments to its end, with `given` on standard input."""
        child = await asyncio.create_subprocess_exec(
            Path(sys.executable).parent / "tiendo",
            *arguments,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=folder,
            env={**os.environ, **self._environment(settings)},
        )
        try:
            out, err = await asyncio.wait_for(child.communicate(given), RUN_SECONDS)
        finally:
            if child.returncode is None:
                child.kill()
        return Ran(await child.wait(), out, err.decode())

    def tally_worker(self, *seconds: str, **settings: str) -> Process:
        """Start a worker whose book only tallies, and takes so many `seconds` for each batch."""
        return self.module("tests.support.tally_worker", *seconds, **settings)

    def module(self, name: str, *arguments: str, **settings: str) -> Process:
        """Start a module of the tests as a worker."""
        command = [sys.executable, "-m", name, *arguments]
        return self._starter.start(command, **self._environment(settings))

    def script(self, text: str, programs: Path, **variables: str) -> Process:
        """Start what an operator types in a shell, with `programs` and `tiendo` to be found; `variables` as they stand."""
        path = f"{programs}:{Path(sys.executable).parent}:{os.environ['PATH']}"
        environment = self._environment({}) | {"PATH": path} | variables
        return self._starter.start(["sh", "-euc", text], **environment)

    async def fresh_topics(self) -> None:
        """Leave all topics behind empty, as `tiendo topics` makes them: their names are a fixed list, so tests share them."""
        await delete_topics(self.kafka.bootstrap, [topic.name for topic in all_topics()])
        await ensure_topics(self.settings, all_topics())

    async def read(self, topic: str) -> list[ConsumerRecord[bytes | None, bytes | None]]:
        """Read a topic from its beginning to its end."""
        return await read_topic(self.kafka.bootstrap, topic)

    async def send_slowly(
        self, lines: Sequence[Line], at_once: int, pause: float = 0.0
    ) -> dict[str, int]:
        """Send lines as they would come, so many at once, with a pause of seconds; return where each province's log ends."""
        async with Sender(self.settings) as sender:
            for start in range(0, len(lines), at_once):
                await sender.send(lines[start : start + at_once])
                await asyncio.sleep(pause)  # a load, not a race with the workers for the processor
        return sender.ends

    async def stored(self, catalogue: Catalogue, province: str) -> StoredBook:
        """Claim a province and return what its next owner would know."""
        ledger = Ledger(self._database, catalogue.engine_version)
        try:
            return await ledger.load(await ledger.claim(province))
        finally:
            await ledger.close()

    async def log(self, province: str) -> list[Record]:
        """Read a province's log as the fold is given it."""
        return records_of(province, await self.read(progress_topic(province)))

    def _environment(self, settings: dict[str, str]) -> dict[str, str]:
        named = {
            "kafka_bootstrap_servers": self.kafka.bootstrap,
            "postgres_dsn": self._database,
            "publish_days": "false",
            "consumer_group": f"tiendo-{self._database.partition('?')[0].rpartition('/')[2]}",
            "session_timeout_seconds": "3",
            "heartbeat_seconds": "0.3",
            "metadata_max_age_seconds": "1",
            "log_json": "true",
        } | settings
        return {f"TIENDO_{name.upper()}": value for name, value in named.items()}


async def applied(connection: Connection, ends: Mapping[str, int]) -> bool:
    """Return whether the marks of all provinces are at these ends of their logs."""
    rows = await connection.fetch("SELECT province, next_offset FROM tiendo.progress")
    return ends == {row["province"]: row["next_offset"] for row in rows}


@pytest.fixture
def starter(tmp_path: Path) -> Iterator[Starter]:
    """Start processes that end with the test."""
    with processes(tmp_path) as started:
        yield started


@pytest.fixture
async def site(kafka: ApacheKafka, database: str, starter: Starter) -> Site:
    """Return empty topics and an empty database."""
    here = Site(kafka, database, starter)
    await here.fresh_topics()
    return here
