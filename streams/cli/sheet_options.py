"""What a sender may say of a CSV file on the command line: one list of options, for whichever command takes such files."""

from collections.abc import Callable, Sequence
from functools import wraps
from inspect import Parameter, Signature, signature
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final, NamedTuple

import typer

from models.errors import UsageError
from models.sheets.writing import DateFormat, Writing, is_offset

if TYPE_CHECKING:
    from models.days import Instant
    from streams.sheets import SheetOptions

_CSV: Final = "CSV files"
_DELIMITERS: Final = {",": ",", ";": ";", "tab": "\t", "\t": "\t"}
"""What `--delimiter` may say -> the delimiter."""
_SUFFIXES: Final = frozenset({".csv", ".tsv"})


def _there(files: list[Path]) -> list[Path]:
    """Refuse what is no file; Typer itself takes - for one that is not there."""
    for file in files:
        if str(file) != "-" and not file.is_file():
            fault = "is a directory" if file.is_dir() else "does not exist"
            raise typer.BadParameter(f"file {str(file)!r} {fault}.")
    return files


Files = Annotated[
    list[Path],
    typer.Argument(
        metavar="FILE",
        callback=_there,
        help="NDJSON of CloudEvents, a line an event, or CSV (by its name). - is standard input.",
    ),
]
Csv = Annotated[
    bool,
    typer.Option("--csv", help="Every FILE is CSV, whatever its name.", rich_help_panel=_CSV),
]
Type = Annotated[
    str | None,
    typer.Option(
        "--type", metavar="T", help="Of every row: dossier.received.", rich_help_panel=_CSV
    ),
]
Province = Annotated[
    str | None,
    typer.Option("--province", metavar="P", help="Of every row: tra-vinh.", rich_help_panel=_CSV),
]
Agency = Annotated[
    str | None,
    typer.Option(
        "--agency", metavar="CODE", help="Of every row; else its agency_id.", rich_help_panel=_CSV
    ),
]
Source = Annotated[
    str | None,
    typer.Option(
        "--source", metavar="URI", help="Of every row: the sending system.", rich_help_panel=_CSV
    ),
]
Constants = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="NAME=TEXT",
        help="What stands in empty cells of an attribute or field; repeatable.",
        rich_help_panel=_CSV,
    ),
]
Renamed = Annotated[
    list[str] | None,
    typer.Option(
        "--column",
        metavar="HEAD=NAME",
        help="The column headed HEAD is NAME; without NAME it is left out; repeatable.",
        rich_help_panel=_CSV,
    ),
]
Delimiter = Annotated[
    str | None,
    typer.Option(
        "--delimiter",
        metavar="D",
        help="Of cells: , or ; or tab. Else as in the first row.",
        rich_help_panel=_CSV,
    ),
]
Dates = Annotated[
    DateFormat,
    typer.Option(
        "--date-format", help="How days are written, beside 2019-10-31.", rich_help_panel=_CSV
    ),
]
Offset = Annotated[
    str | None,
    typer.Option(
        "--offset",
        metavar="+07:00",
        help="Of instants that carry none; else they are faults.",
        rich_help_panel=_CSV,
    ),
]
DecimalComma = Annotated[
    bool, typer.Option("--decimal-comma", help="12,5 is 12.5.", rich_help_panel=_CSV)
]
Snapshot = Annotated[
    bool,
    typer.Option(
        "--snapshot",
        help="FILE is a register: its facts as they were at --as-of.",
        rich_help_panel=_CSV,
    ),
]
AsOf = Annotated[
    str | None,
    typer.Option(
        "--as-of",
        metavar="DATE",
        help="With --snapshot: the day, or the instant, of the register.",
        rich_help_panel=_CSV,
    ),
]


class Sheets(NamedTuple):
    """What was said of the CSV files among those that were named."""

    files: frozenset[Path]
    options: "SheetOptions"


def sheets_said(  # noqa: PLR0913, PLR0917 - Typer makes options of parameters
    files: Files,
    csv: Csv = False,
    type_: Type = None,
    province: Province = None,
    agency: Agency = None,
    source: Source = None,
    constants: Constants = None,
    renamed: Renamed = None,
    delimiter: Delimiter = None,
    dates: Dates = DateFormat.ISO,
    offset: Offset = None,
    decimal_comma: DecimalComma = False,
    snapshot: Snapshot = False,
    as_of: AsOf = None,
) -> Sheets:
    """Return what was said of CSV files; UsageError where it makes no sense."""
    from models.sheets.columns import wire_type
    from streams.sheets import SheetOptions

    named = {"type": type_, "province": province, "agency": agency, "source": source}
    stated = _pairs("--set", constants) | {
        name: value for name, value in named.items() if value is not None
    }
    if delimiter is not None and delimiter not in _DELIMITERS:
        raise UsageError(f"--delimiter {delimiter!r} is none: give one of , ; tab")
    if offset is not None and not is_offset(offset):
        raise UsageError(f"--offset {offset!r} is none: write it as +07:00")
    if "type" in stated:
        stated["type"] = wire_type(stated["type"])
    options = SheetOptions(
        None if delimiter is None else _DELIMITERS[delimiter],
        stated,
        _pairs("--column", renamed),
        Writing(dates, offset, decimal_comma),
        _as_of(as_of, snapshot=snapshot),
    )
    return Sheets(_sheets_among(files, csv=csv, options=options), options)


def with_sheet_options(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command on `files` the options of `sheets_said` in the place of its parameter `sheets`, which is what they say."""
    theirs = [one for one in signature(sheets_said).parameters.values() if one.name != "files"]
    parameters = [
        one.replace(kind=Parameter.KEYWORD_ONLY)
        for own in signature(command).parameters.values()
        for one in (theirs if own.name == "sheets" else [own])
    ]

    @wraps(command)
    def run(**given: Any) -> None:  # noqa: ANN401 - what Typer read
        said = {one.name: given.pop(one.name) for one in theirs}
        command(**given, sheets=sheets_said(given["files"], **said))

    run.__signature__ = Signature(parameters)  # type: ignore[attr-defined]  # what Typer reads
    run.__annotations__ = {one.name: one.annotation for one in parameters}
    return run


def _sheets_among(files: Sequence[Path], *, csv: bool, options: "SheetOptions") -> frozenset[Path]:
    """Return which files are CSV; UsageError where one is not, though the options are about CSV."""
    from streams.lines import STDIN
    from streams.sheets import SheetOptions

    if len(files) != len(set(files)):
        raise UsageError("a file is named twice: name it once")
    sheets = frozenset(path for path in files if csv or path.suffix.lower() in _SUFFIXES)
    other = next((path for path in files if path not in sheets), None)
    if other is not None and options != SheetOptions():
        name = "standard input" if other == STDIN else str(other)
        raise UsageError(
            f"{name} is no CSV, but the options are for CSV: leave them out, or add --csv"
        )
    return sheets


def _pairs(option: str, texts: Sequence[str] | None) -> dict[str, str]:
    pairs = {}
    for text in texts or ():
        name, equals, value = text.partition("=")
        if not equals or not name.strip():
            raise UsageError(f"{option} {text!r} has no name and value: write {option} NAME=VALUE")
        pairs[name.strip()] = value.strip()
    return pairs


def _as_of(text: str | None, *, snapshot: bool) -> "Instant | None":
    from models.days import start_of
    from models.events.rfc3339 import parse_date, parse_instant

    if text is None and not snapshot:
        return None
    if text is None:
        raise UsageError("--snapshot needs the day of the register: add --as-of 2019-10-31")
    if not snapshot:
        raise UsageError("--as-of is for registers: add --snapshot")
    try:
        return parse_instant(text) if "T" in text.upper() else start_of(parse_date(text))
    except ValueError as error:
        raise UsageError(
            f"--as-of {text!r} is no day: write it as 2019-10-31, or as 2019-10-31T17:00:00+07:00"
        ) from error
