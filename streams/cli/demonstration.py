"""The demo: five provinces' simulated plans run through the whole pipeline, while people watch the tables move.

On a terminal the events come slowly enough to be followed, until Ctrl-C; elsewhere all come at once, and the end is printed.
"""

import asyncio
import itertools
import operator
import sys
from collections.abc import Iterator, Mapping
from typing import Final

from rich.console import Group, RenderableType
from rich.live import Live
from rich.text import Text

from models.rules import State
from models.topics import PROVINCES
from streams.cli import tables
from streams.cli.notes import Titles, titles
from streams.cli.progress import Watch, watching
from streams.lines import Line, addressed
from streams.pipeline import Pipeline, Rows, applied, embedded_pipeline
from streams.sending import Sender
from streams.simulator import simulate

SEED: Final = 2020
DAYS: Final = 120
"""The first so many days of each plan."""
LINES_AT_ONCE: Final = 250
PAUSE_SECONDS: Final = 0.5
"""Between two portions on a terminal: the 120 days take about a minute."""
ALERTS_SHOWN: Final = 8


async def demonstrate() -> None:
    """Run the demo."""
    console = tables.console()
    called = titles()
    lines = addressed(simulate(SEED, PROVINCES, DAYS), PROVINCES[0])
    with watching(enabled=True) as watch:
        async with embedded_pipeline(watch) as pipeline:
            if not sys.stdout.isatty():
                found = await _at_once(pipeline, lines, watch)
                console.print(tables.overview(found, called))
                return
            watch.clear()
            await _slowly(pipeline, lines, called)


async def _at_once(pipeline: Pipeline, lines: Iterator[Line], watch: Watch) -> dict[str, Rows]:
    watch.stage(f"Sending {DAYS} days of five provinces ...")
    ends = await pipeline.send(lines, watch)
    watch.stage("Folding them ...")
    async with pipeline.working(PROVINCES) as worker:
        await applied(worker, ends, watch)
    return await pipeline.found(PROVINCES, {})


async def _slowly(pipeline: Pipeline, lines: Iterator[Line], called: Titles) -> None:
    """Send a portion, show what it changed, and so on; then show the end until somebody presses Ctrl-C."""
    console = tables.console()
    found: dict[str, Rows] | None = None
    sent = 0
    try:
        async with pipeline.working(PROVINCES), Sender(pipeline.settings) as sender:
            with Live(console=console, screen=True, auto_refresh=False) as live:
                while True:
                    portion = list(itertools.islice(lines, LINES_AT_ONCE))
                    await sender.send(portion)
                    sent += len(portion)
                    found = await pipeline.found(PROVINCES, {})
                    live.update(_picture(found, called, sent), refresh=True)
                    await asyncio.sleep(PAUSE_SECONDS)
    finally:
        if found is not None:
            console.print(tables.overview(found, called))


def _picture(found: Mapping[str, Rows], called: Titles, sent: int) -> RenderableType:
    firing = [row for row in found["alerts"] if row["state"] == State.FIRING]
    newest = sorted(firing, key=operator.itemgetter("closed_day"), reverse=True)
    return Group(
        Text(f"{sent} sự kiện đã gửi · Ctrl-C để kết thúc (events sent; Ctrl-C ends)", style="dim"),
        tables.provinces_table(found["kpi"], called),
        tables.statuses_table(found["targets"], called),
        tables.alerts_table(newest[:ALERTS_SHOWN], called),
    )
