"""Files that somebody wants to send, as lines for the topics: NDJSON as it stands, CSV made into events.

Each line is judged as a worker will judge it; the verdict changes nothing in the line.
"""

import sys
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from models.envelope import decode
from models.errors import UsageError
from models.events import RETRACTION
from models.facts import DeadLetter, Record
from models.mending import Refusal, refusal_of
from models.sheets.retractions import retraction
from streams.lines import STDIN, Line, lines_in, lines_of, unended
from streams.publisher import STRUCTURED
from streams.sheets import RowFault, SheetOptions, read_sheet


class Judged(NamedTuple):
    """A line, or a row of a sheet, with what a worker will say of it."""

    number: int
    """In its file, from 1."""
    line: Line | None
    """None: the row cannot become an event, so there is nothing to send."""
    type: str
    """As in the vocabulary; '' of what is refused."""
    refusal: Refusal | None


def now_ms() -> int:
    """Return the timestamp, in milliseconds, that Kafka gives to what is sent now."""
    return time.time_ns() // 1_000_000


def judged_lines(path: Path, clock_ms: Callable[[], int]) -> Iterator[Judged]:
    """Yield every line of an NDJSON file; `clock_ms` tells when it would be sent. UsageError when it cannot be read."""
    lines = lines_in(unended(sys.stdin.buffer)) if path == STDIN else lines_of(path)
    return judged(lines, clock_ms)


def judged(lines: Iterable[Line], clock_ms: Callable[[], int]) -> Iterator[Judged]:
    """Yield lines with what a worker would say of them when they are sent."""
    for line in lines:
        verdict = decode(
            Record(line.province, line.number, clock_ms(), None, line.value, STRUCTURED)
        )
        if isinstance(verdict, DeadLetter):
            yield Judged(line.number, line, "", refusal_of(verdict))
        else:
            yield Judged(line.number, line, verdict.type, None)


def judged_rows(
    path: Path, options: SheetOptions, now_ms: int, earlier: Path | None = None
) -> Iterator[Judged]:
    """Yield every row of a CSV file, then a retraction for each fact that only the register `earlier` has.

    Raises:
        UsageError: a file cannot be read, its first row means nothing, or a fact cannot be taken back so.
    """
    kept = set()
    number = 0
    for row in read_sheet(path, options, now_ms):
        if isinstance(row, RowFault):
            number = row.number
            yield Judged(number, None, "", row.refusal)
        else:
            number = row.line.number
            kept.add((row.event.province, row.event.fact))
            yield Judged(number, row.line, row.event.name, None)
    if earlier is None or options.as_of is None:
        return
    for row in read_sheet(earlier, options, now_ms):
        if isinstance(row, RowFault):
            raise UsageError(f"{earlier}:{row.number}: {row.refusal}")
        if (row.event.province, row.event.fact) in kept:
            continue
        value = retraction(row.event, options.as_of)
        if value is None:
            raise UsageError(
                f"{earlier}:{row.line.number}: a register cannot take back {row.event.name}:"
                " send vn.tiendo.fact.retracted.v1 with the moment that it was sent with"
            )
        number += 1
        yield Judged(number, Line(number, row.event.province, value), RETRACTION, None)
