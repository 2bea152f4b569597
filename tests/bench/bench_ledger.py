"""How fast the ledger reads and commits: `python -m tests.bench.bench_ledger` prints one JSON line a figure.

The ceiling of a commit is Postgres' own upsert of the same subject parts in one statement, measured in the same run.
"""

import asyncio
import json
import random
import sys
import time
from dataclasses import replace
from typing import Final

from models.changes import Changes, Figure, KpiKey, Mark, PaneKey, PartKey, PartRequest
from models.days import Day
from sinks.postgres.connection import connect
from sinks.postgres.engines import register
from sinks.postgres.ledger import Claim, Ledger
from sinks.postgres.migrations import upgrade
from streams.embedded import embedded_postgres

PROVINCE: Final = "dong-nai"
SUBJECTS: Final = 40_000
LARGE: Final = (5_000, 3_000, 600)
SMALL: Final = (15, 30, 30)
"""Subject parts, panes and figures of one transaction: a full batch, and a batch at 500 events/s."""
DAY: Final = Day(18_000)
_CEILING: Final = """
INSERT INTO tiendo.subject (province, kind, key, part, facts)
SELECT 'tra-vinh', 'dossier', key, '', facts FROM unnest($1::text[], $2::bytea[]) AS given (key, facts)
ON CONFLICT (province, kind, key, part) DO UPDATE SET facts = excluded.facts"""


def changes(
    dice: random.Random, base: Mark, sizes: tuple[int, int, int], stored: set[tuple[object, ...]]
) -> Changes:
    """Return changes of about the size that a batch makes; `stored` are the keys of the rows written before, and gains these."""
    parts, panes, figures = sizes
    written = Changes(PROVINCE, base, replace(base, next_offset=base.next_offset + parts))
    for number in dice.sample(range(SUBJECTS), parts):
        written.parts[PartKey("dossier", f"dossier-{number:09d}", "")] = dice.randbytes(400)
    for number in range(panes):
        key = PaneKey(
            f"measure_{number % 14}",
            "",
            f"000.00.{number % 200:02d}.H19",
            Day(DAY - dice.randrange(90)),
        )
        written.panes[key] = dice.randrange(1, 1_000_000)
    for number in range(figures):
        figure = Figure(dice.randrange(10_000), dice.randrange(10_000), 10_000)
        written.kpi[KpiKey("house", f"indicator_{number % 14}", f"000.00.{number:03d}.H19")] = (
            figure,
        ) * 5
    written.new_parts = written.parts.keys() - stored
    written.new_panes = written.panes.keys() - stored
    stored |= written.new_parts | written.new_panes
    return written


def rows_of(written: Changes) -> int:
    """Count the rows that `written` writes."""
    return len(written.parts) + len(written.panes) + len(written.kpi)


async def commits(
    ledger: Ledger,
    claim: Claim,
    base: Mark,
    sizes: tuple[int, int, int],
    times: int,
    stored: set[tuple[object, ...]],
) -> tuple[Mark, list[float], int]:
    """Commit `times` batches; return the last mark, the seconds of each, and the rows of all."""
    dice = random.Random(base.next_offset)  # noqa: S311 - a repeatable load
    seconds, rows = [], 0
    for _ in range(times):
        written = changes(dice, base, sizes, stored)
        begun = time.perf_counter()
        await ledger.commit(claim, written)
        seconds.append(time.perf_counter() - begun)
        rows += rows_of(written)
        base = written.mark
    return base, sorted(seconds), rows


async def ceiling(dsn: str, times: int) -> float:
    """Return the rows/s of bare upserts of subject parts."""
    connection = await connect(dsn, "bench")
    dice = random.Random(0)  # noqa: S311 - a repeatable load
    begun, spent = 0.0, 0.0
    for _ in range(times):
        keys = sorted(f"dossier-{number:09d}" for number in dice.sample(range(SUBJECTS), LARGE[0]))
        facts = [dice.randbytes(400) for _ in keys]
        begun = time.perf_counter()
        await connection.execute(_CEILING, keys, facts)
        spent += time.perf_counter() - begun
    await connection.close()
    return times * LARGE[0] / spent


def report(**figures: object) -> None:
    """Print one line."""
    sys.stdout.write(json.dumps(figures) + "\n")


async def main() -> None:
    """Run all measurements on one embedded server."""
    async with embedded_postgres() as dsn:
        await asyncio.to_thread(upgrade, dsn)
        connection = await connect(dsn, "bench")
        async with connection.transaction():
            await register(connection, PROVINCE, "bench", {})
        await connection.close()
        ledger = Ledger(dsn, "bench")
        claim = await ledger.claim(PROVINCE)
        stored: set[tuple[object, ...]] = set()
        mark, _, _ = await commits(ledger, claim, claim.mark, LARGE, 12, stored)
        top = await ceiling(dsn, 12)
        mark, seconds, rows = await commits(ledger, claim, mark, LARGE, 12, stored)
        rate = rows / sum(seconds)
        report(bench="ledger_commit", rows_per_second=round(rate), ceiling=round(top), ratio=round(rate / top, 2),
               rows=rows // 12, median_ms=round(1000 * seconds[6], 1))  # fmt: skip
        mark, seconds, _ = await commits(ledger, claim, mark, SMALL, 200, stored)
        report(
            bench="ledger_commit_small",
            rows=sum(SMALL),
            p50_ms=round(1000 * seconds[100], 1),
            p99_ms=round(1000 * seconds[197], 1),
        )
        for size in (30, LARGE[0]):
            seconds = []
            for attempt in range(12):
                dice = random.Random(attempt)  # noqa: S311 - a repeatable load
                requests = {
                    PartRequest("dossier", f"dossier-{number:09d}", "")
                    for number in dice.sample(range(SUBJECTS), size)
                }
                begun = time.perf_counter()
                await ledger.read_parts(PROVINCE, requests)
                seconds.append(time.perf_counter() - begun)
            report(
                bench="ledger_read_parts",
                rows=size,
                rows_per_second=round(12 * size / sum(seconds)),
                median_ms=round(1000 * sorted(seconds)[6], 1),
            )
        begun = time.perf_counter()
        book = await ledger.load(claim)
        report(
            bench="ledger_load",
            panes=len(book.panes),
            seconds=round(time.perf_counter() - begun, 2),
        )
        await ledger.close()


if __name__ == "__main__":
    asyncio.run(main())
