"""Commands on files of events, one CloudEvent a line: `try`, `check`, `publish`."""

import asyncio
import datetime as dt
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from models.days import VIETNAM
from models.errors import UsageError

if TYPE_CHECKING:
    from models.facts import DeadLetter

FIRST_YEAR: Final = 2000
LAST_YEAR: Final = 2100
"""Every day up to `--as-of` is closed: a slip of the pen must not close millions."""

Files = Annotated[
    list[Path],
    typer.Argument(metavar="FILE...", exists=True, dir_okay=False, help="NDJSON of CloudEvents."),
]
File = Annotated[
    Path,
    typer.Argument(metavar="FILE", exists=True, dir_okay=False, help="NDJSON of CloudEvents."),
]


def try_(
    files: Files,
    as_of: Annotated[
        str | None, typer.Option("--as-of", metavar="DATE", help="Close the days up to this one.")
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print only JSON.")] = False,
) -> None:
    """Run the whole pipeline on files, with Kafka and Postgres of its own, to the end."""
    day = None if as_of is None else _day(as_of)

    from streams.cli import tables
    from streams.cli.json_rows import dumps, json_rows
    from streams.cli.progress import watching
    from streams.pipeline import try_files

    _configure_logs()
    with watching(enabled=not json) as watch:
        found = asyncio.run(try_files(files, day, watch))
    if json:
        sys.stdout.write(dumps({name: json_rows(rows) for name, rows in found.items()}) + "\n")
    else:
        tables.show_found(found)


def check(file: File) -> None:
    """Validate a file without any service: a line per fault, exit status 1 if there is one."""
    from models.envelope import decode
    from models.facts import DeadLetter, Record
    from streams.lines import lines_of
    from streams.publisher import STRUCTURED

    now_ms = time.time_ns() // 1_000_000
    faults = count = 0
    for line in lines_of(file):
        count += 1
        verdict = decode(Record(line.province, line.number, now_ms, None, line.value, STRUCTURED))
        if isinstance(verdict, DeadLetter):
            faults += 1
            sys.stdout.write(f"{file}:{line.number}: {_fault(verdict)}\n")
    sys.stderr.write(f"{count} lines, {faults} faults\n")
    if faults:
        raise typer.Exit(1)


def publish(file: File) -> None:
    """Send every line of a file as it stands to the topic of its province."""
    from streams.cli.progress import watching
    from streams.lines import lines_of
    from streams.publisher import producing
    from streams.publisher import publish as send
    from streams.settings import load_settings

    _configure_logs()
    settings = load_settings()

    async def run() -> dict[str, int]:
        async with producing(settings) as producer:
            return await send(producer, lines_of(file), watch.sent)

    with watching(enabled=True) as watch:
        ends = asyncio.run(run())
    for province, end in ends.items():
        sys.stdout.write(f"progress.{province}: sent, the next offset is {end}\n")


def _fault(letter: "DeadLetter") -> str:
    where = "" if letter.field is None else f" {letter.field}:"
    return f"{letter.reason}:{where} {letter.detail}"


def _day(text: str) -> dt.date:
    try:
        day = dt.datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=VIETNAM).date()
    except ValueError as error:
        raise UsageError(f"--as-of {text!r} is no day: write it as 2019-10-31") from error
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise UsageError(
            f"--as-of {text} is out of reach: give a day from {FIRST_YEAR} to {LAST_YEAR}"
        )
    return day


def _configure_logs() -> None:
    from streams.cli.operate import configure_quiet_logs

    configure_quiet_logs()
