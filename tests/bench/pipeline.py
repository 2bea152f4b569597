"""The pipeline's rate: one worker from a full log to committed rows, against the ceiling of the same log in the same run."""

import os
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from models import fold
from models.topics import PROVINCES
from tests.bench.ceiling import between, measured
from tests.bench.place import Place, Worker
from tests.bench.postgres import postgres_ceiling
from tests.bench.publishing import publish_all
from tests.bench.report import report, tell

SLOWEST_EVENTS_PER_SECOND: Final = 500
"""A run that is slower than this is given up."""
START_SECONDS: Final = 60
SETTLED_SECONDS: Final = 120
"""By then the server has tidied up after the worker."""
_DAYS: Final = "SELECT coalesce(sum(closed_day - first_day + 1), 0) FROM tiendo.progress"
_TABLES: Final = """
SELECT relname FROM pg_class WHERE relnamespace = 'tiendo'::regnamespace AND relkind = 'p'"""


async def bench_pipeline(
    place: Place, lines: Iterable[tuple[str, bytes]], profile: Path | None
) -> Worker:
    """Publish `lines`, measure the ceiling and then a worker on them; print the line and return the worker, still running."""
    machine_load = os.getloadavg()[0]
    tell("publishing ...")
    ends = await publish_all(place.settings, lines)
    events = sum(ends.values())
    tell(f"measuring the ceiling on {events} events ...")
    bootstrap = place.settings.kafka_bootstrap_servers
    await measured(bootstrap, ends)  # pays for the broker's warming up
    before = await measured(bootstrap, ends)
    tell("measuring the worker ...")
    started = time.time()
    worker = place.worker(profile)
    await place.claimed(worker, within=START_SECONDS)
    rss_mb_start = worker.rss_mb
    await place.applied(worker, ends, within=START_SECONDS + events / SLOWEST_EVENTS_PER_SECOND)
    ended, rss_mb_end = time.time(), worker.rss_mb
    claimed = worker.first_claim()
    batches = await worker.batches(events)
    rate = events / (ended - claimed)
    tell("measuring the ceiling again, then Postgres's own ...")
    await place.settled(within=SETTLED_SECONDS)
    ceiling = between(before, await measured(bootstrap, ends))
    own = await postgres_ceiling(place, PROVINCES)
    report(
        bench="pipeline",
        events=events,
        events_per_second=round(rate),
        ceiling=round(ceiling.events_per_second),
        ratio=round(rate / ceiling.events_per_second, 4),
        postgres_ceiling=round(events / own.seconds),
        postgres_share=round(rate * own.seconds / events, 4),
        rows_per_event=round(own.rows / events, 2),
        days_closed=await place.connection.fetchval(_DAYS),
        seconds=round(ended - claimed, 2),
        seconds_from_start=round(ended - started, 2),
        first_commit_seconds=round(worker.times("batch.committed")[0] - claimed, 2),
        cpu_seconds=round(worker.cpu_seconds, 2),
        ceiling_cpu_seconds=round(ceiling.cpu_seconds, 2),
        broker=place.broker,
        transactions=len(batches),
        postgres_rows=await rows_stored(place),
        rss_mb_start=rss_mb_start,
        rss_mb_end=rss_mb_end,
        profiled=profile is not None,
        compiled=not str(fold.__file__).endswith(".py"),
        cores=os.cpu_count(),
        machine_load_before=round(machine_load, 2),
    )
    return worker


async def rows_stored(place: Place) -> int:
    """Count the rows of all the provinces' tables."""
    tables = [row["relname"] for row in await place.connection.fetch(_TABLES)]
    counts = [
        await place.connection.fetchval(f"SELECT count(*) FROM tiendo.{table}")  # noqa: S608 - names from the catalog
        for table in tables
    ]
    return sum(counts)
