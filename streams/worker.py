"""A worker: reads the topics of its provinces, folds them into the ledger, and ends when it cannot do so.

It decides nothing about a province: `owner.py` does. What nobody decided about ends the process with status 1.
"""

import asyncio
import contextlib
import functools
import logging
import os
import signal
import socket
import threading
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterator, Sequence
from typing import Any, NamedTuple

import structlog
import uvloop

from models.catalogue import Catalogue, load_catalogue
from models.days import Instant
from models.errors import Fenced
from models.topics import progress_topic
from sinks.postgres.ledger import Ledger
from sinks.postgres.tending import Tending
from streams.admission import admitted, watch_rights
from streams.app import BatchingApp, build_app
from streams.collection import Collection
from streams.days import DayTicker, sender
from streams.deadline import Deadline
from streams.desks import Desks, Folded, LocalDesks, restoring, upgrading_to
from streams.desks.pool import desk_pool
from streams.desks.process import Forked, desks_forked
from streams.http import application, served
from streams.log_check import find_fault, look
from streams.metrics import Metrics
from streams.observation import Observation
from streams.owner import ClaimLedger, Means, ProvinceOwner, Provinces, Spent
from streams.relays import Relays
from streams.settings import Settings
from streams.vitals import Vitals
from streams.watching import Tends, Watching

log = structlog.get_logger(__name__)


class Told(NamedTuple):
    """Who is told how a worker's provinces stand."""

    observation: Observation
    tending: Tends | None


class Worker:
    """One process's work on its provinces, from the first claim to the last commit."""

    def __init__(
        self,
        settings: Settings,
        ledger: ClaimLedger,
        desks: Desks,
        *,
        relays: Relays | None = None,
        told: Told | None = None,
    ) -> None:
        self._settings = settings
        self._relays = relays
        self._observation, tending = Told(Observation(Metrics()), None) if told is None else told
        self._desks = desks
        self._topics = [progress_topic(province) for province in settings.provinces]
        self.provinces = Provinces(
            ProvinceOwner(
                province,
                Means(
                    ledger,
                    desks.desk(province),
                    functools.partial(find_fault, settings.brokers),
                    self,
                ),
            )
            for province in settings.provinces
        )
        self.vitals = Vitals(lambda: self.provinces.health)
        self._watching = Watching(
            self.vitals,
            self._observation,
            tending,
            functools.partial(look, settings.brokers),
        )

    async def run(self, stopping: asyncio.Event) -> int:
        """Work until `stopping` is set (0) or until something nobody decided about happens (1).

        Forbidden when a service refuses us before the work has begun.
        """
        try:
            await admitted(self._settings, alive=lambda: not stopping.is_set())
        except Fenced:  # stopped before Kafka came
            return 0
        failure: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        app = build_app(
            self._settings, self.provinces, self._topics, functools.partial(_fail, failure)
        )
        with Collection().governed():
            async with _running(self._beside(app)) as tasks:
                status = await self._until_an_end(app, stopping, {failure, *tasks})
                await self._stop(app)
        return status

    async def _until_an_end(
        self, app: BatchingApp, stopping: asyncio.Event, work: "set[asyncio.Future[None]]"
    ) -> int:
        """Start the app and wait until it is to stop (0), or until it or anything beside it has ended by itself (1)."""
        starting = asyncio.ensure_future(app.start())
        crashed = asyncio.ensure_future(app.wait_until_stopped())
        stop = asyncio.ensure_future(_set(stopping))
        ends = {crashed, stop, *work}
        try:
            done, _ = await asyncio.wait({starting, *ends}, return_when=asyncio.FIRST_COMPLETED)
            if done == {starting} and starting.exception() is None:
                log.info("worker.started", provinces=list(self._settings.provinces))
                done, _ = await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
            return 0 if stopping.is_set() else _reported(app, done)
        finally:
            for future in (starting, crashed, stop):
                future.cancel()

    def committed(self, province: str, folded: Folded, spent: Spent) -> None:
        """Count a batch that is durable, and have what it tells be sent."""
        self._observation.committed(province, folded, spent)
        if self._relays is not None and folded.sends:
            self._relays.wake(province)

    def fenced(self, province: str) -> None:
        """Count a batch that the ledger refused."""
        self._observation.fenced(province)

    def _beside(self, app: BatchingApp) -> list[Coroutine[Any, Any, None]]:
        """Return what runs beside the reading, for as long as it does."""
        watching = self._watching
        beside = [
            watching.pulse(app.batches),
            watching.run(app.batches, lambda: self.provinces.health, self._settings.stall_seconds),
            watch_rights(self._settings, self.provinces.closed),
            self._desks.ended(),
        ]
        if self._settings.publish_days:
            ticker = DayTicker(self.provinces.owned, sender(self._settings), _now)
            beside.append(ticker.run())
        if self._relays is not None:
            beside.append(self._relays.run())
        return beside

    async def _stop(self, app: BatchingApp) -> None:
        """Finish the batches in flight, leave the group."""
        self.vitals.stopping = True
        deadline = Deadline(self._settings.shutdown_seconds)
        try:
            async with asyncio.timeout(deadline.remaining()):
                if app.batches.assigned_topics():
                    await app.batches.drain(deadline.remaining() / 2)
                await app.stop()
        except TimeoutError:
            log.warning(
                "worker.stop_abandoned",
                seconds=self._settings.shutdown_seconds,
                mend="nothing: what was not committed is folded again by the next owner",
            )
        else:
            log.info("worker.stopped")


async def run_worker(
    settings: Settings,
    catalogue: Catalogue,
    forked: Sequence[Forked],
    stopping: asyncio.Event,
) -> int:
    """Run a worker in this process until `stopping` is set, with its desks in those `forked`, if any; return the exit status."""
    metrics = Metrics()
    observation = Observation(metrics)
    observation.engine(catalogue.engine_version)
    relays = Relays(settings, settings.provinces, observation.published)
    ledger = Ledger(settings.dsn, catalogue.engine_version)
    tending = Tending(settings.dsn, _name(settings))
    try:
        async with _desks(settings, ledger, catalogue, forked) as desks:
            worker = Worker(settings, ledger, desks, relays=relays, told=Told(observation, tending))
            with _answering(settings, worker.vitals, metrics):
                return await worker.run(stopping)
    finally:
        await ledger.close()
        await tending.close()


@contextlib.contextmanager
def _answering(settings: Settings, vitals: Vitals, metrics: Metrics) -> Iterator[None]:
    """Answer Prometheus and whoever watches over the worker, where the settings name a port."""
    if settings.http_port is None:
        yield
        return
    app = application(vitals, metrics.registry)
    with served(app, settings.http_host, settings.http_port) as port:
        log.info("http.served", host=settings.http_host, port=port)
        yield


def _name(settings: Settings) -> str:
    """Return what the worker calls itself in the ledger."""
    return settings.consumer_group_instance_id or f"{socket.gethostname()}:{os.getpid()}"


@contextlib.asynccontextmanager
async def _desks(
    settings: Settings, ledger: Ledger, catalogue: Catalogue, forked: Sequence[Forked]
) -> AsyncIterator[Desks]:
    """Open the desks of a worker: in processes beside it, or in this one where the settings ask for none."""
    if not forked:
        yield LocalDesks(ledger, restoring(catalogue), upgrading_to(catalogue, settings.dsn))
        return
    async with desk_pool(forked) as pool:
        yield pool


def main(settings: Settings) -> int:
    """Run a worker until SIGTERM or SIGINT; return the exit status."""
    catalogue = load_catalogue()
    provinces, asked = len(settings.provinces), settings.fold_processes
    processes = provinces if asked is None else min(asked, provinces)
    with desks_forked(processes, catalogue, settings.dsn) as forked:
        work = functools.partial(run_worker, settings, catalogue, forked)
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            status = runner.run(until_signalled(work))
    hanging = [thread.name for thread in threading.enumerate() if not thread.daemon]
    if len(hanging) > 1:
        # The interpreter would wait for them for ever: the library's thread is what a stalled worker hangs in.
        log.warning(
            "worker.threads_abandoned",
            threads=hanging,
            status=status,
            mend="nothing: the process ends all the same, and nothing is lost",
        )
        logging.shutdown()
        os._exit(status)
    return status


async def until_signalled(work: Callable[[asyncio.Event], Awaitable[int]]) -> int:
    """Run `work` with an event that SIGTERM and SIGINT set."""
    stopping = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopping.set)
    return await work(stopping)


@contextlib.asynccontextmanager
async def _running(
    coroutines: list[Coroutine[Any, Any, None]],
) -> AsyncIterator["set[asyncio.Future[None]]"]:
    tasks: set[asyncio.Future[None]] = {
        asyncio.ensure_future(coroutine) for coroutine in coroutines
    }
    try:
        yield tasks
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)


async def _set(event: asyncio.Event) -> None:
    await event.wait()


def _fail(failure: "asyncio.Future[None]", error: BaseException) -> None:
    if not failure.done():
        failure.set_exception(error)


def _reported(app: BatchingApp, done: "set[asyncio.Future[None]]") -> int:
    """Log what ended the work and return the exit status."""
    errors = [future.exception() for future in done] + [app.crash_reason]
    reason = next((error for error in errors if error is not None), None)
    log.error(
        "worker.failed",
        reason=repr(reason),
        mend="start it again (Compose does); if it fails again, keep this line for the developers",
        exc_info=reason,
    )
    return 1


def _now() -> Instant:
    return Instant(time.time_ns() // 1000)
