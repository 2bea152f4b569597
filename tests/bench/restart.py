"""How long a worker's restart keeps its provinces waiting: from the start of the process to the first commit, and to the last province's."""

import time
from collections.abc import Sequence
from typing import Final

from tests.bench.place import Place, Worker
from tests.bench.publishing import publish_all
from tests.bench.report import report, tell

COMMIT_SECONDS: Final = 60.0


async def bench_restart(place: Place, worker: Worker, lines: Sequence[tuple[str, bytes]]) -> Worker:
    """Stop the worker, publish `lines`, start another and see them committed; print the line and return the new worker."""
    tell("measuring a restart ...")
    await worker.stop()
    ends = await place.next_offsets() | await publish_all(place.settings, lines)
    began = time.time()
    successor = place.worker()
    await place.applied(successor, ends, within=COMMIT_SECONDS)
    await successor.batches(len(lines))
    commits = successor.times("batch.committed")
    report(
        bench="restart",
        first_commit_seconds=round(min(commits) - began, 2),
        last_province_seconds=round(max(commits) - began, 2),
        events=len(lines),
        subjects=await place.subjects(),
        panes=await place.connection.fetchval("SELECT count(*) FROM tiendo.pane"),
        rss_mb=successor.rss_mb,
        broker=place.broker,
    )
    return successor
