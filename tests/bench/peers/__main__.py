"""`make peers`: the same work by tiendo and by its peers, one after another; a JSON line each, and the table at the end."""

import argparse
import asyncio
import json
import signal
import sys
from typing import Any, Final

from rich.console import Console
from rich.table import Table

from tests.bench.peers.contest import Scale, contest
from tests.bench.peers.entrants import ENTRANTS, missing
from tests.bench.peers.load import Load
from tests.bench.report import report, tell

PRODUCT: Final = "worker"
"""The name of tiendo's full worker among the peers."""
WIDTH: Final = 120


async def main() -> None:
    """Run the contests that are asked for."""
    names = [*ENTRANTS, PRODUCT]
    parser = argparse.ArgumentParser(prog="python -m tests.bench.peers", description=__doc__)
    parser.add_argument("--events", type=int, default=200_000, help="of the full log")
    parser.add_argument("--rate", type=int, default=500, help="events/s of the latency")
    parser.add_argument("--seconds", type=int, default=20, help="of the latency")
    parser.add_argument("--kills", type=int, default=10)
    parser.add_argument("--kill-rate", type=int, default=1000, help="events/s between the kills")
    parser.add_argument(
        "peers", nargs="*", metavar="PEER", help=f"of {', '.join(names)}; default: all"
    )
    options = parser.parse_args()
    unknown = sorted(set(options.peers) - set(names))
    if unknown:
        parser.error(f"no peer is called {', '.join(unknown)}; there are {', '.join(names)}")
    lacking = missing()
    if lacking is not None:
        sys.exit(lacking)
    wanted = options.peers or names
    scale = Scale(options.events, options.rate, options.seconds, options.kills, options.kill_rate)
    this = asyncio.current_task()
    assert this is not None
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, this.cancel)
    load, results = Load(scale.events), []
    for name in wanted:
        try:
            result = await (
                _worker(scale) if name == PRODUCT else contest(ENTRANTS[name], load, scale)
            )
        except (AssertionError, RuntimeError) as error:  # the others are measured all the same
            title = name if name == PRODUCT else ENTRANTS[name].title
            result = {"peer": title, "promise": "failed", "error": str(error)}
        report(bench="peers", **result)
        results.append(result)
    Console(width=WIDTH).print(table(results))
    if any("error" in result for result in results):
        sys.exit(1)


async def _worker(scale: Scale) -> dict[str, Any]:
    """Let `make bench` measure the product's worker, which does the whole catalogue, on the same load."""
    tell("tiendo, the whole catalogue:")
    arguments = ("--events", scale.events, "--rate", scale.rate, "--seconds", scale.seconds)
    child = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.bench", *map(str, arguments)), stdout=asyncio.subprocess.PIPE
    )
    try:
        output, _ = await child.communicate()
    finally:
        if child.returncode is None:
            child.send_signal(signal.SIGINT)
            await child.wait()
    if child.returncode != 0:
        raise RuntimeError(f"the bench of the worker ended with {child.returncode}")
    lines = {line["bench"]: line for line in map(json.loads, output.splitlines())}
    pipeline, latency = lines["pipeline"], lines["latency"]
    return {
        "peer": "tiendo, the whole catalogue",
        "promise": "exactly once, to the row",
        "events": pipeline["events"],
        "rows": pipeline["postgres_rows"],
        "events_per_second": pipeline["events_per_second"],
        "seconds": pipeline["seconds"],
        "seconds_from_start": pipeline["seconds_from_start"],
        "rate": latency["rate"],
        "p50_ms": latency["p50_ms"],
        "p99_ms": latency["p99_ms"],
        "peak_rss_mb": round(max(pipeline["rss_mb_start"], pipeline["rss_mb_end"])),
        "ceiling": pipeline["ceiling"],
        "machine_load_before": pipeline["machine_load_before"],
    }


def table(results: list[dict[str, Any]]) -> Table:
    """Return the figures as people read them."""
    made = Table()
    made.add_column("peer")
    made.add_column("promise")
    columns = ("events/s", "p50 ms", "p99 ms", "peak MiB", "restart s", "wrong rows", "of")
    for column in columns:
        made.add_column(column, justify="right")
    keys = (
        "events_per_second", "p50_ms", "p99_ms", "peak_rss_mb", "restart_seconds", "wrong_rows", "rows_compared",
    )  # fmt: skip
    for result in results:
        cells = (result.get(key) for key in keys)
        made.add_row(
            result["peer"],
            result["promise"],
            *("–" if cell is None else f"{cell:,}".replace(",", " ") for cell in cells),
        )
    return made


if __name__ == "__main__":
    asyncio.run(main())
