"""One run: services and workers, the schedule of faults, the logs that are spoilt at its end, and the comparison."""

import asyncio
import contextlib
import sys
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Final

from models.catalogue import load_catalogue
from models.topics import PROVINCES, alerts_topic, all_topics, dead_letters_topic, progress_topic
from streams.log_reader import records_of
from streams.provision import provide_schema
from streams.settings import Settings
from streams.topic_admin import ensure_topics
from tests.chaos.checking import Case, checked
from tests.chaos.comparing import Comparison
from tests.chaos.faults.fault import Fault
from tests.chaos.faults.logs import LOG_FAULTS, LogFault
from tests.chaos.flow import SMALL, Flow, log_of
from tests.chaos.keeping import keep
from tests.chaos.scene import WORKERS, Broken, Scene
from tests.chaos.verifying import Province, verified
from tests.support.kafka import apache_kafka, read_topic
from tests.support.processes import processes
from tests.support.server import postgres

POSTGRES: Final = {
    "fsync": "off",  # what is written outlives every process here, and the machine is not stopped
    "max_connections": "200",
}
SEGMENT_MIB: Final = 1
"""Of Postgres's log: a full disk then stops tables from growing long before it stops the log."""

REFUSED_RECORDS = 30
"""Records that are sent to each parked province, to see that nobody folds them."""


@dataclass(frozen=True)
class Form:
    """How long a run is."""

    name: str
    events: int
    days: int
    """Of the plans that the events spread over."""
    small_recipes: int
    """Of the small province's history."""
    seconds: float
    """About how long the events flow."""
    faults: Sequence[Fault]


@dataclass
class Outcome:
    """What came of a run."""

    events: int = 0
    faults: Counter[str] = field(default_factory=Counter)
    fenced: int = 0
    compared: Comparison = field(default_factory=Comparison)
    verified: list[Province] = field(default_factory=list)
    """What the product says itself: of all provinces from their logs, then of those with spoilt logs from their subjects."""


def tell(text: str) -> None:
    """Say how far a run is, on stderr."""
    sys.stderr.write(f"{time.strftime('%H:%M:%S')} {text}\n")
    sys.stderr.flush()


async def run(form: Form, seed: int) -> Outcome:
    """Run a form's schedule; Broken when the product did what no fault excuses."""
    chance = Random(seed)  # noqa: S311 - no secret
    schedule = list(form.faults)
    chance.shuffle(schedule)
    async with _scene(form, seed, chance) as (scene, logs):
        async with _flowing(scene):
            await _strike(scene, schedule)
        tell("sending the rest ...")
        await scene.flow.finish()
        await scene.applied()
        tell("verifying while events go on flowing ...")
        async with _flowing(scene):
            from_log = await verified(scene, PROVINCES)
        await scene.applied()
        from_subjects = await _spoil_logs(scene, logs, chance)
        outcome = Outcome(
            faults=scene.struck, fenced=scene.fenced, verified=[*from_log, *from_subjects]
        )
        if scene.bugs():
            raise Broken(f"a worker met a bug: {scene.bugs()[0]}")
        return await _compared(scene, logs, seed, outcome)


@contextlib.asynccontextmanager
async def _flowing(scene: Scene) -> AsyncIterator[None]:
    """Send events for the length of a block; Broken where they cannot be sent for good."""
    flowing = asyncio.create_task(scene.flow.run())
    try:
        yield
    finally:
        flowing.cancel()
        await asyncio.wait([flowing])
    if not flowing.cancelled():
        raise Broken("nothing flowed any more") from flowing.exception()


@contextlib.asynccontextmanager
async def _scene(form: Form, seed: int, chance: Random) -> AsyncIterator[tuple[Scene, Path]]:
    with contextlib.ExitStack() as stack:
        directory = Path(
            stack.enter_context(tempfile.TemporaryDirectory(prefix="tiendo-chaos-run-"))
        )
        tell(
            f"starting Kafka and Postgres; the workers' logs are in {directory} while the run lasts ..."
        )
        kafka = await asyncio.to_thread(stack.enter_context, apache_kafka())
        server = await asyncio.to_thread(stack.enter_context, postgres(POSTGRES, SEGMENT_MIB))
        await provide_schema(server.uri, load_catalogue())
        await ensure_topics(Settings(kafka_bootstrap_servers=kafka.bootstrap), all_topics())
        lines = log_of(seed, form.events, form.days, form.small_recipes)
        flow = Flow(kafka.bootstrap, lines, form.events, form.seconds, Random(seed + 1))  # noqa: S311 - no secret
        starter = stack.enter_context(processes(directory))
        scene = Scene(kafka, server, starter, flow, chance)
        try:
            while len(scene.workers) < WORKERS:
                scene.join(scene.worker())
            for worker in scene.workers:
                await worker.says("worker.started")
            yield scene, directory
        finally:
            await flow.close()


async def _strike(scene: Scene, schedule: Sequence[Fault]) -> None:
    for number, fault in enumerate(schedule, start=1):
        began = time.monotonic()
        await fault.strike(scene)
        struck = time.monotonic() - began
        scene.struck[fault.kind] += 1
        await scene.recover()
        tell(
            f"{number}/{len(schedule)} {fault.kind}: struck in {struck:.1f} s, recovered in"
            f" {time.monotonic() - began - struck:.1f} s; {scene.flow.sent} events sent"
        )


async def _spoil_logs(scene: Scene, logs: Path, chance: Random) -> list[Province]:
    """Keep all logs, spoil one each way, see their provinces parked, let the others go on, and keep those again.

    Return what the product says of the provinces whose logs are spoilt: from its log it can verify none of them any more.
    """
    await _keep_logs(scene, logs, PROVINCES)
    large = [one for one in PROVINCES if one != SMALL]
    spoilt = dict(zip(chance.sample(large, len(LOG_FAULTS)), LOG_FAULTS, strict=True))
    going = tuple(province for province in PROVINCES if province not in spoilt)
    await scene.dismissed()
    *unseen, (last, fault) = spoilt.items()
    for province, unseen_fault in unseen:
        await _spoil(scene, province, unseen_fault)
    for _ in range(WORKERS):
        scene.join(scene.worker())
    await scene.must(
        lambda: {*going, last} <= scene.claimed(), f"{going} and {last} are taken over"
    )
    await _spoil(scene, last, fault)  # before the eyes of running workers
    await _see_parked(scene, spoilt)
    for province in PROVINCES:
        await scene.flow.more(province, REFUSED_RECORDS)
    await scene.applied(going)
    await scene.relayed()
    from_subjects = await verified(scene, sorted(spoilt), "--from-subjects")
    await scene.dismissed()
    await _keep_logs(scene, logs, going)
    for province in PROVINCES:
        for topic in (alerts_topic(province), dead_letters_topic(province)):
            await _keep(scene, logs, province, topic)
    return from_subjects


async def _spoil(scene: Scene, province: str, fault: LogFault) -> None:
    tell(f"{fault.kind} in {province}")
    await fault.spoil(scene, province)
    scene.struck[fault.kind] += 1


async def _see_parked(scene: Scene, spoilt: Mapping[str, LogFault]) -> None:
    """Wait until the provinces are parked, each for the reason that its log gives."""

    async def are_parked() -> bool:
        scene.watch()
        return (await scene.parked()).keys() == spoilt.keys()

    await scene.must(are_parked, f"{sorted(spoilt)} are parked")
    for province, reason in (await scene.parked()).items():
        if reason not in spoilt[province].reasons:
            raise Broken(f"{province} is parked for {reason} after {spoilt[province].kind}")


async def _keep_logs(scene: Scene, logs: Path, provinces: Sequence[str]) -> None:
    for province in provinces:
        await _keep(scene, logs, province, progress_topic(province))


async def _keep(scene: Scene, logs: Path, province: str, topic: str) -> None:
    fetched = await read_topic(scene.kafka.bootstrap, topic)
    keep(logs / topic, records_of(province, fetched))


async def _compared(scene: Scene, logs: Path, seed: int, outcome: Outcome) -> Outcome:
    """Compare all provinces, on as many cores as there are."""
    tell("comparing ...")
    cases = [
        Case(province, scene.server.uri, logs, progress_topic(province), scene.flow.refused, seed)
        for province in PROVINCES
    ]
    loop = asyncio.get_running_loop()
    with ProcessPoolExecutor() as pool:
        for events, found in await asyncio.gather(
            *(loop.run_in_executor(pool, checked, case) for case in cases)
        ):
            outcome.events += events
            outcome.compared.add(found)
    return outcome
