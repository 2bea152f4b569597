"""Commands on files of events that need no service of anybody's: `try` and `check`."""

import asyncio
import datetime as dt
import sys
from collections import Counter
from pathlib import Path
from typing import Annotated, Final

import typer

from models.days import VIETNAM
from models.errors import UsageError
from streams.cli.sheet_options import Files as NamedFiles
from streams.cli.sheet_options import Sheets, with_sheet_options

FIRST_YEAR: Final = 2000
LAST_YEAR: Final = 2100
"""Every day up to `--as-of` is closed: a slip of the pen must not close millions."""

Files = Annotated[
    list[Path],
    typer.Argument(metavar="FILE...", exists=True, dir_okay=False, help="NDJSON of CloudEvents."),
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


@with_sheet_options
def check(
    *,
    files: NamedFiles,
    json: Annotated[bool, typer.Option("--json", help="Print only JSON.")] = False,
    sheets: Sheets,
) -> None:
    """Validate files without any service: a line per fault, exit status 1 if there is one.

    A fault is what a worker would refuse, named by line, reason, field, what was expected there, and what to write instead.
    """
    from streams.inputs import judged_lines, judged_rows, now_ms

    count = 0
    reasons: Counter[str] = Counter()
    faults: list[dict[str, object]] = []
    for file in files:
        sheet = file in sheets.files
        read = judged_rows(file, sheets.options, now_ms()) if sheet else judged_lines(file, now_ms)
        for one in read:
            count += 1
            if one.refusal is None:
                continue
            reasons[one.refusal.reason] += 1
            if json:
                faults.append({"file": str(file), "line": one.number, **one.refusal._asdict()})
            else:
                sys.stdout.write(f"{file}:{one.number}: {one.refusal}\n")
    if json:
        _print_json({"lines": count, "reasons": dict(reasons), "faults": faults})
    else:
        by_reason = ", ".join(f"{reason} {number}" for reason, number in reasons.most_common())
        told = f": {by_reason}" if by_reason else ""
        sys.stderr.write(f"{count} lines, {reasons.total()} faults{told}\n")
    if reasons:
        raise typer.Exit(1)


def _print_json(found: dict[str, object]) -> None:
    from streams.cli.json_rows import dumps

    sys.stdout.write(dumps(found) + "\n")


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
