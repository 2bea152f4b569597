"""CSV files as lines of events: the file's encoding, delimiter and line numbers; what a row means is decided in `models`.

A row's number is that of the line it begins on, whatever its quoted cells contain.
"""

import csv
import io
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple, TextIO

from models.days import Instant
from models.errors import UsageError
from models.mending import Refusal
from models.sheets.cells import plain
from models.sheets.columns import column_named, columns_of, wire_type
from models.sheets.rows import Sheet, SheetEvent
from models.sheets.writing import Writing
from streams.lines import STDIN, Line


@dataclass(frozen=True, slots=True)
class SheetOptions:
    """What a sender says of a sheet beyond what stands in it."""

    delimiter: str | None = None
    """None: the one that the first row is written with."""
    constants: Mapping[str, str] = field(default_factory=dict)
    """Attribute or field -> what stands in its empty cells."""
    renamed: Mapping[str, str] = field(default_factory=dict)
    """Name in the first row -> attribute or field; '' leaves the column out."""
    writing: Writing = field(default_factory=Writing)
    as_of: Instant | None = None
    """Of a register: when it was true."""


class SheetLine(NamedTuple):
    """A row that can be sent."""

    line: Line
    event: SheetEvent


class RowFault(NamedTuple):
    """A row that cannot become an event."""

    number: int
    refusal: Refusal


def read_sheet(path: Path, options: SheetOptions, now_ms: int) -> Iterator[SheetLine | RowFault]:
    """Yield each row of a CSV file as an event to send, or what must be mended in it; empty rows are none.

    Raises:
        UsageError: the file cannot be read as CSV, or its first row not as names.
    """
    rows = _rows(path, options.delimiter)
    _, header = next(rows, (1, []))
    if not header:
        raise UsageError(f"{path} is empty: its first row names the columns")
    sheet = _sheet(header, options)
    for number, cells in rows:
        told = sheet.event(cells, now_ms)
        if isinstance(told, SheetEvent):
            yield SheetLine(Line(number, told.province, told.value), told)
        else:
            yield RowFault(number, told)


def _sheet(header: Sequence[str], options: SheetOptions) -> Sheet:
    word = options.constants.get("type")
    names = map(plain, header)
    said = {options.renamed.get(name, name) for name in names}
    constant = None if word is None or "type" in said else wire_type(word)
    return Sheet(
        columns_of(header, options.renamed, constant),
        {
            column_named(name, name, constant): plain(text)
            for name, text in options.constants.items()
        },
        options.writing,
        options.as_of,
    )


def _rows(path: Path, delimiter: str | None) -> Iterator[tuple[int, list[str]]]:
    """Yield the rows that are not empty, each with the number of its first line."""
    begins = 1
    try:
        with _text(path) as file:
            first = file.readline()
            reader = csv.reader(
                _chained(first, file), delimiter=delimiter or _delimiter(first), strict=True
            )
            for cells in reader:
                if any(map(plain, cells)):
                    yield begins, cells
                begins = reader.line_num + 1
    except UnicodeDecodeError as error:
        raise UsageError(
            f"{path} is not UTF-8: save it as CSV UTF-8 (in Excel: Save as, CSV UTF-8)"
        ) from error
    except csv.Error as error:
        raise UsageError(
            f"{path}: line {begins} is no CSV ({error}): close its quotes, and double those inside"
        ) from error
    except OSError as error:
        raise UsageError(f"cannot read {path}: {error.strerror}; name a readable file") from error


def _text(path: Path) -> TextIO:
    if path == STDIN:
        return io.TextIOWrapper(sys.stdin.buffer, encoding="utf-8-sig", newline="")
    return path.open(encoding="utf-8-sig", newline="")


def _chained(first: str, rest: Iterable[str]) -> Iterator[str]:
    yield first
    yield from rest


def _delimiter(first_line: str) -> str:
    """Return the delimiter of the first row; a comma where there is one column."""
    try:
        return csv.Sniffer().sniff(first_line, delimiters=",;\t").delimiter
    except csv.Error:
        return ","
