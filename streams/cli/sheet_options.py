"""What a sender may say of a CSV file on the command line: the same words for `check` and `publish`."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

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


def sheet_options(**given: Any) -> "SheetOptions":  # noqa: ANN401 - what Typer read
    """Return what was said of CSV files; UsageError where it makes no sense."""
    from models.sheets.columns import wire_type
    from streams.sheets import SheetOptions

    constants = _pairs("--set", given["constants"])
    for name in ("type", "province", "agency", "source"):
        if given[name] is not None:
            constants[name] = given[name]
    delimiter = given["delimiter"]
    if delimiter is not None and delimiter not in _DELIMITERS:
        raise UsageError(f"--delimiter {delimiter!r} is none: give one of , ; tab")
    offset = given["offset"]
    if offset is not None and not is_offset(offset):
        raise UsageError(f"--offset {offset!r} is none: write it as +07:00")
    if "type" in constants:
        constants["type"] = wire_type(constants["type"])
    return SheetOptions(
        None if delimiter is None else _DELIMITERS[delimiter],
        constants,
        _pairs("--column", given["renamed"]),
        Writing(given["dates"], offset, given["decimal_comma"]),
        _as_of(given["as_of"], snapshot=given["snapshot"]),
    )


def sheets_among(files: Sequence[Path], *, csv: bool, options: "SheetOptions") -> frozenset[Path]:
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
