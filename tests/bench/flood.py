"""What one province's flood costs the others: their latency while it is worked off, against their latency before.

`python -m tests.bench.flood` prints one JSON line; `delay_ms` is what the flood adds at the 99th percentile.
"""

import argparse
import asyncio
from typing import Final

from streams.simulator import load
from tests.bench.latency import SETTLE_SECONDS, latencies
from tests.bench.place import place
from tests.bench.publishing import publish_all
from tests.bench.report import report, tell

SEED: Final = 3
FLOODED: Final = "dong-nai"
START_SECONDS: Final = 60


async def main() -> None:
    """Measure the others alone, then beside a flood."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.flood", description=__doc__)
    parser.add_argument("--events", type=int, default=80_000, help="of the flood")
    parser.add_argument("--rate", type=int, default=500, help="events/s of the others together")
    parser.add_argument("--seconds", type=int, default=8, help="of each measurement")
    options = parser.parse_args()
    wanted = options.rate * options.seconds
    flood: list[tuple[str, bytes]] = []
    others: list[tuple[str, bytes]] = []
    for province, line in load(SEED, 5 * options.events, days=90, agencies=200):
        kept, most = (flood, options.events) if province == FLOODED else (others, 3 * wanted)
        if len(kept) < most:
            kept.append((province, line))
    async with place(embedded=False) as here:
        worker = here.worker()
        await here.claimed(worker, within=START_SECONDS)
        await latencies(here, others[:wanted], options.rate)  # a worker's first batches cost more
        tell("measuring the others alone ...")
        alone = await latencies(here, others[wanted : 2 * wanted], options.rate)
        await here.settled(within=SETTLE_SECONDS)
        tell(f"flooding {FLOODED} ...")
        ends = await publish_all(here.settings, flood)
        before = (await here.next_offsets()).get(FLOODED, 0)
        beside = await latencies(here, others[2 * wanted :], options.rate)
        after = (await here.next_offsets())[FLOODED]
        await worker.stop()
    report(
        bench="flood",
        flood=ends[FLOODED],
        worked_off_before=before,
        worked_off_after=after,
        rate=options.rate,
        alone=alone.figures(),
        beside=beside.figures(),
        delay_ms=round(beside.figures()["p99_ms"] - alone.figures()["p99_ms"], 1),
    )


if __name__ == "__main__":
    asyncio.run(main())
