"""Where a batch's time goes inside one desk: decoding, choosing what to read, folding. No Kafka, no Postgres, one province, one core.

`python -m tests.bench.fold --profile FILE` leaves what cProfile saw of the folding in FILE; read it with `python -m pstats FILE`.
"""

import argparse
import cProfile
import gc
import itertools
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Final

from models.book import Book
from models.catalogue import load_catalogue
from models.changes import Changes
from models.envelope import decode
from models.facts import Record
from streams.desks import restoring
from streams.simulator import load
from tests.bench.report import report
from tests.support.fold import Tables, all_at_once

PROVINCE: Final = "dong-nai"
SEED: Final = 3
NOW_MS: Final = 1_800_000_000_000


class Clock:
    """Processor seconds by stage."""

    def __init__(self) -> None:
        self.seconds: Counter[str] = Counter()

    @contextmanager
    def __call__(self, stage: str) -> Iterator[None]:
        """Measure a block."""
        began = time.process_time()
        yield
        self.seconds[stage] += time.process_time() - began  # type: ignore[assignment]  # a Counter of floats


def run(log: list[Record], size: int, profile: cProfile.Profile | None) -> None:
    """Fold a log in batches of `size` records and print the line."""
    tables, clock, rows = Tables(), Clock(), Counter[str]()
    book: Book = restoring(load_catalogue())(PROVINCE, tables.stored)
    profiled = nullcontext() if profile is None else profile
    for start in range(0, len(log), size):
        batch = log[start : start + size]
        with clock("decode"):
            events = [decode(record) for record in batch]
        with profiled, clock("choose"):
            wanted = book.homes(events)
        homes = tables.read(wanted)
        with profiled, clock("choose"):
            wanted = book.subjects(events, homes)
        stored = {**homes, **tables.read(wanted)}
        with profiled, clock("apply"):
            changes = all_at_once(
                book.apply(events, stored, next_offset=batch[-1].offset + 1, last_crc=0)
            )
        tables.write_parts(changes.parts)
        rows.update(written(changes))
        del events, stored, changes
    report(
        bench="fold",
        events=len(log),
        batch=size,
        days_closed=(book.mark.closed or 0) - (book.mark.first_day or 0) + 1,
        microseconds={
            stage: round(seconds / len(log) * 1e6, 1) for stage, seconds in clock.seconds.items()
        },
        rows_per_event={table: round(count / len(log), 3) for table, count in rows.items()},
        profiled=profile is not None,
    )


def written(changes: Changes) -> dict[str, int]:
    """Return how many rows a batch writes, by table."""
    tables = ("parts", "panes", "kept", "kpi", "history", "attainment", "alerts", "feeds")
    return {table: len(getattr(changes, table)) for table in tables}


def main() -> None:
    """Fold what one province of the benchmark's load publishes."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.fold", description=__doc__)
    parser.add_argument("--events", type=int, default=400_000, help="of all five provinces")
    parser.add_argument("--batch", type=int, default=5000, help="records")
    parser.add_argument("--profile", type=Path, help="where cProfile leaves what it saw")
    options = parser.parse_args()
    lines = itertools.islice(load(SEED, options.events, days=90, agencies=200), options.events)
    own = (line for province, line in lines if province == PROVINCE)
    log = [Record(PROVINCE, offset, NOW_MS, None, line) for offset, line in enumerate(own)]
    gc.freeze()
    gc.disable()  # as a desk does while it folds
    profile = None if options.profile is None else cProfile.Profile()
    run(log, options.batch, profile)
    if profile is not None:
        profile.dump_stats(options.profile)


if __name__ == "__main__":
    main()
