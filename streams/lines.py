"""NDJSON files of CloudEvents: which topic each line goes to. The line itself is passed on byte for byte.

A line that names no province, or none that we know, belongs to the first province that its file names:
there it becomes a dead letter that somebody can find.
"""

import itertools
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final, NamedTuple

import msgspec

from models.errors import UsageError
from models.topics import PROVINCES

STDIN: Final = Path("-")
"""The name of standard input where a file is named."""


class Line(NamedTuple):
    """A line of a file, without its newline."""

    number: int
    """From 1."""
    province: str
    """The province whose topic the line goes to."""
    value: bytes


class _Named(msgspec.Struct):
    province: object = None
    partitionkey: object = None


def lines_of(path: Path) -> Iterator[Line]:
    """Yield every line of `path` as it stands, blank ones too; UsageError when the file cannot be read.

    The file is read twice: a line that names nothing may come before the one that names the first province.
    """
    first = next(
        (slug for value in _raw(path) if (slug := province_named(value)) is not None), None
    )
    return addressed(_raw(path), PROVINCES[0] if first is None else first)


def lines_in(values: Iterable[bytes]) -> Iterator[Line]:
    """Yield what comes by once, such as standard input, as `lines_of` does a file: lines wait for the first province that is named."""
    waiting: list[bytes] = []
    rest = iter(values)
    home = PROVINCES[0]
    for value in rest:
        waiting.append(value)
        named = province_named(value)
        if named is not None:
            home = named
            break
    return addressed(itertools.chain(waiting, rest), home)


def count_lines(path: Path) -> int:
    """Return how many lines a file has; UsageError when it cannot be read."""
    return sum(1 for _ in _raw(path))


def addressed(values: Iterable[bytes], home: str) -> Iterator[Line]:
    """Yield `values` as lines; those that name no province go to `home`."""
    for number, value in enumerate(values, start=1):
        yield Line(number, province_named(value) or home, value)


def province_named(value: bytes) -> str | None:
    """Return the known province that a line names; None also for what is no JSON object."""
    named = _text(value, "province")
    return named if named in PROVINCES else None


def key_named(value: bytes) -> bytes | None:
    """Return the record key that a line asks for: its `partitionkey`."""
    named = _text(value, "partitionkey")
    return None if named is None else named.encode("utf-8", "surrogatepass")


def _text(value: bytes, attribute: str) -> str | None:
    try:
        named = getattr(msgspec.json.decode(value, type=_Named), attribute)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    return named if isinstance(named, str) else None


def unended(lines: Iterable[bytes]) -> Iterator[bytes]:
    """Yield lines without the newline that ends each."""
    for line in lines:
        yield line[:-1] if line.endswith(b"\n") else line


def _raw(path: Path) -> Iterator[bytes]:
    """Yield what stands between newlines; a last newline ends the last line and begins no other."""
    try:
        with path.open("rb") as file:
            yield from unended(file)
    except OSError as error:
        raise UsageError(f"cannot read {path}: {error.strerror}; name a readable file") from error
