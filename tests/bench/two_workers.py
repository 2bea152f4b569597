"""What a second worker brings: two provinces worked off by one worker, then the same two by two workers, each folding in one process.

`python -m tests.bench.two_workers` prints one JSON line; `gain` is the ratio of the rates. Kafka and Postgres run on the same cores.
"""

import argparse
import asyncio
import os
import time
from typing import Final

from streams.simulator import load
from tests.bench.place import Place, place
from tests.bench.publishing import publish_all
from tests.bench.report import report, tell

PROVINCES: Final = ("dong-nai", "tra-vinh")
SEED: Final = 3
WORK_SECONDS: Final = 400


async def main() -> None:
    """Work the same log off twice, each time on services of its own."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.two_workers", description=__doc__)
    parser.add_argument("--events", type=int, default=80_000, help="of each province")
    options = parser.parse_args()
    every = load(SEED, 5 * options.events, days=90, agencies=200)
    lines = [(province, line) for province, line in every if province in PROVINCES]
    rates = {count: await _rate(lines, count) for count in (1, 2)}
    report(
        bench="two_workers",
        events=len(lines),
        one_worker=round(rates[1]),
        two_workers=round(rates[2]),
        gain=round(rates[2] / rates[1], 2),
        cores=os.cpu_count(),
    )


async def _rate(lines: list[tuple[str, bytes]], workers: int) -> float:
    """Return the events/s of so many workers from their first claim to the last commit."""
    async with place(embedded=False) as here:
        ends = await publish_all(here.settings, lines)
        tell(f"measuring {workers} of 2 ...")
        return await _worked_off(here, ends, workers)


async def _worked_off(here: Place, ends: dict[str, int], count: int) -> float:
    # Each has a province of its own: which of two members gets which topic is the group's to say.
    shares = [PROVINCES] if count == 1 else [(province,) for province in PROVINCES]
    workers = [
        here.worker(fold_processes="1", provinces=",".join(share), consumer_group="-".join(share))
        for share in shares
    ]
    await here.applied(workers[0], ends, within=WORK_SECONDS)
    ended = time.time()
    began = min(worker.first_claim() for worker in workers)
    for worker in workers:
        await worker.stop()
    return sum(ends.values()) / (ended - began)


if __name__ == "__main__":
    asyncio.run(main())
