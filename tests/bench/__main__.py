"""`make bench`: the pipeline's rate, the latency of a running worker, a restart and a rebalance; a JSON line each on stdout, progress on stderr."""

import argparse
import asyncio
import itertools
from pathlib import Path
from typing import Final

from streams.simulator import load
from tests.bench.latency import bench_latency
from tests.bench.pipeline import bench_pipeline
from tests.bench.place import place
from tests.bench.rebalance import bench_rebalance
from tests.bench.restart import bench_restart

SEED: Final = 3
RESTART_EVENTS: Final = 500
REBALANCE_SECONDS: Final = 20


async def main() -> None:
    """Run the benchmarks one after another, on one Kafka, one Postgres and one worker."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--events", type=int, default=400_000, help="of the pipeline")
    parser.add_argument("--rate", type=int, default=500, help="events/s of the latency")
    parser.add_argument(
        "--seconds", type=int, default=30, help="of the latency; 0: the pipeline only"
    )
    parser.add_argument("--embedded", action="store_true", help="also where there is Java")
    parser.add_argument("--profile", type=Path, help="where cProfile leaves what it saw")
    options = parser.parse_args()
    after = options.rate * (options.seconds + REBALANCE_SECONDS) + RESTART_EVENTS
    lines = load(SEED, options.events, days=90, agencies=200, after=after)
    async with place(embedded=options.embedded) as here:
        log = itertools.islice(lines, options.events)
        worker = await bench_pipeline(here, log, options.profile)
        if options.seconds > 0:
            flow = list(itertools.islice(lines, options.rate * options.seconds))
            await bench_latency(here, worker, flow, options.rate)
            worker = await bench_restart(
                here, worker, list(itertools.islice(lines, RESTART_EVENTS))
            )
            await bench_rebalance(here, worker, list(lines), options.rate)
        await worker.stop()


if __name__ == "__main__":
    asyncio.run(main())
