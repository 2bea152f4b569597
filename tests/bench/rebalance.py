"""What a rebalance costs: events flow evenly while a second worker joins and leaves again; the longest wait of any event is its stall."""

import asyncio
from collections.abc import Sequence
from typing import Final

from tests.bench.latency import latencies
from tests.bench.place import Place, Worker
from tests.bench.report import report, tell

JOINED_SECONDS: Final = 3.0
"""How long the second worker stays once it has provinces."""


async def bench_rebalance(
    place: Place, worker: Worker, lines: Sequence[tuple[str, bytes]], rate: int
) -> None:
    """Send `lines` at `rate` events a second through a join and a leave, and print the line."""
    tell("measuring a rebalance ...")
    claims = len(worker.logged("province.claimed"))
    visiting = asyncio.create_task(_visit(place))
    measured = await latencies(place, lines, rate)
    visited = await visiting
    report(
        bench="rebalance",
        rate=rate,
        events=len(lines),
        stall_ms=measured.figures()["max_ms"],
        p99_ms=measured.figures()["p99_ms"],
        provinces_lent=visited,
        claimed_again=len(worker.logged("province.claimed")) - claims,
        seconds=round(measured.seconds, 2),
        broker=place.broker,
    )


async def _visit(place: Place) -> int:
    """Let a second worker join and leave; return how many provinces it claimed."""
    visitor = place.worker()
    await visitor.says("batch.committed")
    await asyncio.sleep(JOINED_SECONDS)
    await visitor.stop()
    return len(visitor.logged("province.claimed"))
