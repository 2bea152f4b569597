"""A worker: reads the topics of its provinces, folds them into the ledger, and ends when it cannot do so.

It decides nothing about a province: `owner.py` does. What nobody decided about ends the process with status 1.
"""

import asyncio
import contextlib
import functools
import logging
import os
import signal
import threading
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Sequence
from typing import Any, Final

import structlog
import uvloop

from models.catalogue import Catalogue, load_catalogue
from models.days import Instant
from models.errors import Fenced, Forbidden, Unavailable
from models.topics import progress_topic, province_of
from sinks.postgres.ledger import Ledger
from streams.admission import admitted, watch_rights
from streams.app import BatchingApp, build_app
from streams.collection import Collection
from streams.days import DayTicker, sender
from streams.deadline import Deadline
from streams.desks import Desks, Folded, LocalDesks, restoring, upgrading_to
from streams.desks.pool import desk_pool
from streams.desks.process import Forked, desks_forked
from streams.log_check import find_fault, log_ends
from streams.metrics import Metrics
from streams.observation import Observation
from streams.owner import ClaimLedger, Means, ProvinceOwner, Provinces
from streams.patience import Absence
from streams.relays import Relays
from streams.settings import Settings
from streams.stall import Sight, StallWatch

log = structlog.get_logger(__name__)

LOOK_SECONDS: Final = 5.0
"""How often the watch looks for provinces that stand still."""


class Stalled(Exception):  # noqa: N818 - named for what happened
    """A province had lag and the ledger did not move."""


class Worker:
    """One process's work on its provinces, from the first claim to the last commit."""

    def __init__(
        self,
        settings: Settings,
        ledger: ClaimLedger,
        desks: Desks,
        *,
        relays: Relays | None = None,
        metrics: Metrics | None = None,
    ) -> None:
        self._settings = settings
        self._relays = relays
        self._observation = Observation(Metrics() if metrics is None else metrics)
        self._desks = desks
        self._topics = [progress_topic(province) for province in settings.provinces]
        self.provinces = Provinces(
            ProvinceOwner(
                province,
                Means(
                    ledger,
                    desks.desk(province),
                    functools.partial(find_fault, settings.brokers),
                    self._committed,
                ),
            )
            for province in settings.provinces
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

    def _committed(self, province: str, folded: Folded, seconds: float) -> None:
        self._observation.committed(province, folded, seconds)
        if self._relays is not None and folded.sends:
            self._relays.wake(province)

    def _beside(self, app: BatchingApp) -> list[Coroutine[Any, Any, None]]:
        """Return what runs beside the reading, for as long as it does."""
        beside = [
            self._watch(app),
            watch_rights(self._settings, self.provinces.closed),
            self._desks.ended(),
        ]
        if self._settings.publish_days:
            ticker = DayTicker(self.provinces.owned, sender(self._settings), _now)
            beside.append(ticker.run())
        if self._relays is not None:
            beside.append(self._relays.run())
        return beside

    async def _watch(self, app: BatchingApp) -> None:
        """Raise Stalled when a province that is ours stands still though Kafka and Postgres are there."""
        watch = StallWatch(self._settings.stall_seconds)
        absence = Absence(log.bind(service="kafka"))
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            try:
                ends = await log_ends(self._settings.brokers, app.batches.assigned_topics())
                absence.ended()
            except Forbidden as refusal:
                absence.missed(refusal)
                ends = {}
            except Unavailable:
                ends = {}  # nothing to be said about lag while the broker is away, and the library says that
            by_province = {province_of(topic): end for topic, end in ends.items()}
            health = self.provinces.health
            self._observation.looked(health, by_province)
            sights = {
                province: Sight(health[province], end) for province, end in by_province.items()
            }
            stalled = watch.stalled(time.monotonic(), sights)
            if stalled:
                raise Stalled(
                    f"{', '.join(stalled)}: there are records, and none was applied for "
                    f"{self._settings.stall_seconds:.0f} s"
                )

    async def _stop(self, app: BatchingApp) -> None:
        """Finish the batches in flight, leave the group."""
        deadline = Deadline(self._settings.shutdown_seconds)
        try:
            async with asyncio.timeout(deadline.remaining()):
                if app.batches.assigned_topics():
                    await app.batches.drain(deadline.remaining() / 2)
                await app.stop()
        except TimeoutError:
            log.warning("worker.stop_abandoned", seconds=self._settings.shutdown_seconds)
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
    if settings.metrics_port is not None:
        log.info("metrics.served", port=metrics.serve(settings.metrics_port))
    relays = Relays(settings, settings.provinces)
    ledger = Ledger(settings.dsn, catalogue.engine_version)
    try:
        async with _desks(settings, ledger, catalogue, forked) as desks:
            worker = Worker(settings, ledger, desks, relays=relays, metrics=metrics)
            return await worker.run(stopping)
    finally:
        await ledger.close()


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
        log.warning("worker.threads_abandoned", threads=hanging, status=status)
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
    log.error("worker.failed", reason=repr(reason), exc_info=reason)
    return 1


def _now() -> Instant:
    return Instant(time.time_ns() // 1000)
