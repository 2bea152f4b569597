"""A worker's memory while subjects pile up: `python -m tests.bench.memory` prints one JSON line; it takes some minutes.

The first step comes on the days of the load and all others on its last day: what grows with days, the panes, stands
still then, and what is left to grow could only be kept for each subject.
"""

import argparse
import asyncio
import itertools
import time
from typing import Final, NamedTuple

from streams.simulator import load
from tests.bench.place import Place, Worker, place
from tests.bench.publishing import publish_all
from tests.bench.report import report, tell
from tests.bench.restart import bench_restart

FIRST_SUBJECTS: Final = 100_000
STEP_EVENTS: Final = 200_000
MOST_EVENTS: Final = 10_000_000
STEP_SECONDS: Final = 400
SEED: Final = 3
RESTART_EVENTS: Final = 500
_PANES: Final = "SELECT count(*) FROM tiendo.pane"


class Step(NamedTuple):
    """What was found when everything sent so far was committed."""

    subjects: int
    panes: int
    rss_mb: float


async def bench_memory(here: Place, wanted: int) -> None:
    """Feed a worker until `wanted` subjects are stored, look at its memory after each step, and print the line; then restart it."""
    lines = load(SEED, STEP_EVENTS, after=MOST_EVENTS)
    worker, ends = here.worker(), dict[str, int]()
    steps: list[Step] = []
    began = time.monotonic()
    while not steps or steps[-1].subjects < wanted:
        ends |= await publish_all(here.settings, itertools.islice(lines, STEP_EVENTS))
        await here.applied(worker, ends, within=STEP_SECONDS)
        steps.append(await _step(here, worker))
        tell(f"{steps[-1].subjects} subjects: {steps[-1].rss_mb} MiB")
    first = next(step for step in steps if step.subjects >= min(FIRST_SUBJECTS, wanted))
    report(
        bench="memory",
        subjects=steps[-1].subjects,
        rss_mb_after_100k=first.rss_mb,
        rss_mb_end=steps[-1].rss_mb,
        rss_mb_peak=worker.peak_rss_mb,
        growth=round(steps[-1].rss_mb / first.rss_mb, 3),
        events=sum(ends.values()),
        seconds=round(time.monotonic() - began),
        broker=here.broker,
        steps=[step._asdict() for step in steps],
    )
    await bench_restart(here, worker, list(itertools.islice(lines, RESTART_EVENTS)))


async def _step(here: Place, worker: Worker) -> Step:
    return Step(
        await here.subjects(),
        await here.connection.fetchval(_PANES),
        worker.rss_mb,
    )


async def main() -> None:
    """Run it on services of its own."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.memory", description=__doc__)
    parser.add_argument("--subjects", type=int, default=1_000_000)
    parser.add_argument("--embedded", action="store_true", help="also where there is Java")
    options = parser.parse_args()
    async with place(embedded=options.embedded) as here:
        await bench_memory(here, options.subjects)


if __name__ == "__main__":
    asyncio.run(main())
