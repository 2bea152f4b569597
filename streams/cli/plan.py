"""Commands for those who put a plan into tiendo: `plan check`, `plan show`, `plan new`."""

import datetime as dt
import re
import sys
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from models.errors import UsageError

if TYPE_CHECKING:
    from models.catalogue.checking import CheckedPlan
    from models.errors import Fault

File = Annotated[
    Path, typer.Argument(metavar="FILE", exists=True, dir_okay=False, help="YAML of one plan.")
]

app: Final = typer.Typer(
    name="plan", help="Put a plan into tiendo: write, check and review it.", no_args_is_help=True
)

_SLUG: Final = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


@app.command()
def check(file: File) -> None:
    """Find all that is wrong with a plan at once: a line per fault, exit status 1 if there is one."""
    checked, _ = _checked(file)
    for fault in (*checked.faults, *checked.advice):
        sys.stdout.write(f"{in_one_line(fault)}\n")
    targets = 0 if checked.file is None else len(checked.file.targets)
    counts = ((targets, "target"), (len(checked.faults), "fault"), (len(checked.advice), "note"))
    counted = (f"{count} {word}{'' if count == 1 else 's'}" for count, word in counts)
    sys.stderr.write(f"{', '.join(counted)}\n")
    if checked.faults:
        raise typer.Exit(1)


@app.command()
def show(
    file: File,
    html: Annotated[
        Path | None, typer.Option("--html", metavar="FILE", help="Write a page to print instead.")
    ] = None,
) -> None:
    """Show a plan so that a person can review it against the paper: in its order, section by section."""
    from streams.cli.plan_html import html_of
    from streams.cli.plan_page import page_of
    from streams.cli.plan_tables import page_table
    from streams.cli.tables import print_to_stdout

    checked, text = _checked(file)
    if checked.file is None or checked.catalogue is None:
        sys.stderr.write("".join(f"{in_one_line(fault)}\n" for fault in checked.faults))
        raise typer.Exit(1)
    page = page_of(checked.file, checked, checked.catalogue, text)
    if html is None:
        print_to_stdout(page_table(page))
    else:
        html.write_text(html_of(page), encoding="utf-8")


@app.command()
def new(
    plan: Annotated[
        str, typer.Argument(metavar="ID", help="Of the plan, such as dong-nai-2021-2025.")
    ],
    province: Annotated[
        str, typer.Option("--province", metavar="P", help="Slug, such as dong-nai.")
    ] = "___",
    start: Annotated[str, typer.Option("--start", metavar="DATE", help="First day.")] = "___",
    end: Annotated[str, typer.Option("--end", metavar="DATE", help="Last day.")] = "___",
) -> None:
    """Print the file of a new plan, with blanks to fill in."""
    for name, slug in (("ID", plan), ("--province", province)):
        if slug != "___" and not _SLUG.fullmatch(slug):
            raise UsageError(f"{name} {slug!r} is no slug: write it as dong-nai-2021-2025")
    for name, day in (("--start", start), ("--end", end)):
        if day != "___" and not _is_day(day):
            raise UsageError(f"{name} {day!r} is no day: write it as 2021-01-01")
    text = (files("streams.cli") / "plan_template.yaml").read_text("utf-8")
    for blank, filled in (("id", plan), ("province", province), ("start", start), ("end", end)):
        text = text.replace(f"{{{blank}}}", filled)
    sys.stdout.write(text)


def _is_day(text: str) -> bool:
    try:
        return dt.date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def in_one_line(fault: "Fault") -> str:
    """Return a fault as file, line, id, field, what is wrong and the mend."""
    where = f"{fault.file}:{fault.line if fault.line is not None else 1}:"
    grade = " note:" if fault.advice else ""
    named = "" if fault.id is None else f" {fault.id}: {fault.field}:"
    mend = f"; {fault.mend}" if fault.mend else ""
    return f"{where}{grade}{named} {fault.message}{mend}"


def _checked(file: Path) -> tuple["CheckedPlan", str]:
    from models.catalogue.checking import check_plan_file
    from models.catalogue.shared import read_shared, shared_texts

    try:
        text = file.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise UsageError(f"{file} is no UTF-8: save it as UTF-8") from error
    return check_plan_file(str(file), text, read_shared(shared_texts())), text
