"""Where faults strike: the services, the workers on them, and what can be seen of both from outside."""

import asyncio
import json
from collections import Counter
from collections.abc import Sequence
from random import Random
from typing import Any, Final

import psutil
import psycopg
from aiokafka import AIOKafkaConsumer, TopicPartition

from models.topics import PROVINCES, progress_topic
from tests.chaos.flow import Flow, flood
from tests.chaos.steps import Step
from tests.support.eventually import eventually
from tests.support.kafka import ApacheKafka
from tests.support.processes import Process, Starter
from tests.support.proxy import CuttingProxy
from tests.support.server import Postgres
from tests.support.site import Site

WORKERS: Final = 2
"""Workers that run between faults."""
FOLD_PROCESSES: Final = ("0", "1", "5")
"""In the worker's own, all in one beside it, one a province."""
PATIENCE_SECONDS: Final = 180.0
"""How long anything may take that must happen."""
_MARKS: Final = "SELECT province, next_offset, parked_reason FROM tiendo.progress"
_WAITING: Final = "SELECT count(*) FROM tiendo.outbox WHERE published_at IS NULL"
_SETTINGS: Final = {"stall_seconds": "60"}


class Broken(Exception):  # noqa: N818 - named for what the harness found
    """The product did something that no fault excuses."""


class Scene:
    """Kafka, Postgres, two workers and what flows."""

    def __init__(
        self, kafka: ApacheKafka, server: Postgres, starter: Starter, flow: Flow, chance: Random
    ) -> None:
        self.kafka = kafka
        self.server = server
        self.flow = flow
        self.chance = chance
        self.struck: Counter[str] = Counter()
        self._starter = starter
        self._site = Site(kafka, server.uri, starter)
        self.workers: list[Process] = []

    # -- workers

    def worker(self, proxy: CuttingProxy | None = None, **settings: str) -> Process:
        """Start `tiendo worker`, folding in one of the ways there are."""
        folding = {"fold_processes": self.chance.choice(FOLD_PROCESSES)}
        through = {} if proxy is None else {"postgres_dsn": proxy.uri}
        return self._site.worker(**(_SETTINGS | folding | through | settings))

    def fused(self, step: Step, signal: str, times: int = 2) -> Process:
        """Start a worker that sends itself a signal at a step."""
        return self._site.module("tests.chaos.worker", step, str(times), signal, **_SETTINGS)

    def command(self, *arguments: str, provinces: Sequence[str]) -> Process:
        """Start `tiendo` with arguments beside the workers, for some provinces."""
        return self._site.command(*arguments, provinces=",".join(provinces))

    def join(self, worker: Process) -> Process:
        """Count a worker among those that are expected to run."""
        self.workers.append(worker)
        return worker

    def taken(self) -> Process:
        """Return a worker by chance, which is expected to run no more."""
        return self.workers.pop(self.chance.randrange(len(self.workers)))

    def watch(self) -> None:
        """Raise Broken where a worker has ended that was not told to."""
        for worker in self.workers:
            if worker.status is not None:
                raise Broken(f"a worker ended with {worker.status}:\n{worker.text()[-6000:]}")

    async def recover(self) -> None:
        """Fill the ranks, and see that every province that has records moves on."""
        self.watch()
        while len(self.workers) < WORKERS:
            self.join(self.worker())
        before = await self.marks()
        ends = await self.ends()
        behind = {province for province, end in ends.items() if before.get(province, 0) < end}

        async def moved() -> bool:
            self.watch()
            marks = await self.marks()
            return all(marks.get(one, 0) > before.get(one, 0) for one in behind)

        await self.must(moved, f"{sorted(behind)} move on")

    async def leave(self, worker: Process) -> None:
        """Let a worker leave as an operator does; before it has started it would end like any other command."""
        await worker.says("worker.started")
        worker.terminate()
        status = await worker.ended()
        if status != 0:
            raise Broken(
                f"a worker that was to leave ended with {status}:\n{worker.text()[-6000:]}"
            )

    async def dismissed(self) -> None:
        """Let all workers leave."""
        while self.workers:
            await self.leave(self.workers.pop())

    async def poison(self, records: int) -> None:
        """Send what nobody can read to a province that has had some sound lines."""
        recent = {province: lines for province, lines in self.flow.recent.items() if lines}
        if recent:
            province = self.chance.choice(sorted(recent))
            await self.flow.send(flood(self.chance, province, recent[province], records))

    # -- what can be seen

    async def marks(self) -> dict[str, int]:
        """Return province -> next offset."""
        return {row[0]: row[1] for row in await self._rows(_MARKS)}

    async def parked(self) -> dict[str, str]:
        """Return province -> why it is parked."""
        return {row[0]: row[2] for row in await self._rows(_MARKS) if row[2] is not None}

    async def ends(self, provinces: tuple[str, ...] = PROVINCES) -> dict[str, int]:
        """Return province -> offset after its last record."""
        partitions = [TopicPartition(progress_topic(province), 0) for province in provinces]
        consumer = AIOKafkaConsumer(bootstrap_servers=self.kafka.bootstrap)
        await consumer.start()
        try:
            ends = await consumer.end_offsets(partitions)
        finally:
            await consumer.stop()
        return {tp.topic.partition(".")[2]: int(end) for tp, end in ends.items()}

    async def applied(self, provinces: tuple[str, ...] = PROVINCES) -> None:
        """Wait until every record of the provinces is in the tables."""
        ends = await self.ends(provinces)

        async def done() -> bool:
            self.watch()
            marks = await self.marks()
            return all(marks.get(province) == end for province, end in ends.items())

        await self.must(done, f"{ends} are applied", within=10 * PATIENCE_SECONDS)

    async def relayed(self) -> None:
        """Wait until the outbox is sent."""

        async def sent() -> bool:
            self.watch()
            return await self._rows(_WAITING) == [(0,)]

        await self.must(sent, "the outbox is sent")

    async def must(self, seen: Any, what: str, within: float = PATIENCE_SECONDS) -> None:  # noqa: ANN401 - a probe
        """Wait for what must happen; Broken with the workers' last words when it does not."""
        try:
            await eventually(seen, within=within, every=0.1)
        except AssertionError as error:
            words = "\n".join(f"--- {one.output}\n{one.text()[-3000:]}" for one in self.workers)
            raise Broken(
                f"in {within:.0f} s it did not happen that {what}; marks {await self.marks()}\n{words}"
            ) from error

    async def _rows(self, sql: str) -> list[tuple[Any, ...]]:
        return await asyncio.to_thread(self._read, sql)

    def _read(self, sql: str) -> list[tuple[Any, ...]]:
        try:
            with psycopg.connect(self.server.uri, connect_timeout=5) as connection:
                return connection.execute(sql).fetchall()
        except psycopg.OperationalError:  # it is being stopped or is starting: look again
            return []

    # -- what the workers said

    def said(self, event: str, workers: Sequence[Process] | None = None) -> list[dict[str, Any]]:
        """Return the log lines of one event over all workers there ever were, or over some."""
        found = []
        for process in self._starter.started if workers is None else workers:
            for line in process.text().splitlines():
                if f'"{event}"' in line and line.startswith("{"):
                    entry = json.loads(line)
                    if entry.get("event") == event:
                        found.append(entry)
        return found

    def claimed(self) -> set[str]:
        """Return the provinces that the workers which run have claimed."""
        return {line["province"] for line in self.said("province.claimed", self.workers)}

    @property
    def fenced(self) -> int:
        """Return how many batches of owners that were no longer any the ledger has refused."""
        return sum("no longer ours" in line["reason"] for line in self.said("batch.dropped"))

    def bugs(self) -> list[dict[str, Any]]:
        """Return what a worker has called a bug."""
        return [line for line in self.said("province.parked") if line["reason"] == "bug"]


def stopped(process: Process) -> bool:
    """Tell whether a process stands still."""
    return psutil.Process(process.pid).status() == psutil.STATUS_STOPPED


def desks_of(process: Process) -> list[psutil.Process]:
    """Return the processes that fold for a worker."""
    return psutil.Process(process.pid).children()


async def commits(process: Process, more: int = 1) -> None:
    """Wait until a worker has committed some batches from now on; Broken when it ends before."""
    before = process.text().count("batch.committed")

    def seen() -> bool:
        if process.status is not None:
            raise Broken(f"a worker ended with {process.status}:\n{process.text()[-6000:]}")
        return process.text().count("batch.committed") >= before + more

    await eventually(seen, within=PATIENCE_SECONDS, every=0.1)
