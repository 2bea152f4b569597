"""Where each line of a file goes; its bytes are never touched."""

from pathlib import Path

import pytest

from models.errors import UsageError
from streams.lines import Line, key_named, lines_of


def _file(directory: Path, content: bytes) -> Path:
    path = directory / "events.ndjson"
    path.write_bytes(content)
    return path


def test_a_line_goes_to_the_province_that_it_names(tmp_path: Path) -> None:
    """A file may mix provinces."""
    path = _file(tmp_path, b'{"province":"tra-vinh"}\n{"province":"dong-nai"}\n')

    assert [
        Line(1, "tra-vinh", b'{"province":"tra-vinh"}'),
        Line(2, "dong-nai", b'{"province":"dong-nai"}'),
    ] == list(lines_of(path))


@pytest.mark.parametrize(
    "stray",
    [
        b"",
        b"  \t\r",
        b"no json",
        b"\xff\xfe",
        b"[1]",
        b"null",
        b'{"province":null}',
        b'{"province":7}',
        b'{"province":"ha-noi"}',
        b'{"data":{"province":"dong-nai"}}',
        b'{"province":"dong-nai"',
        b"[" * 100_000,
    ],
)
def test_a_line_that_names_none_goes_to_the_first_province_of_its_file(
    tmp_path: Path, stray: bytes
) -> None:
    """Also when it comes before the line that names it: there it becomes a dead letter."""
    path = _file(tmp_path, stray + b'\n{"province":"tra-vinh"}\n{"province":"dong-nai"}\n')

    assert Line(1, "tra-vinh", stray) == next(lines_of(path))


def test_only_the_last_newline_ends_a_file(tmp_path: Path) -> None:
    """Blank lines are lines; a file without a last newline loses nothing; a carriage return stays."""
    path = _file(tmp_path, b'{"province":"tra-vinh"}\r\n\n\nlast')

    assert [b'{"province":"tra-vinh"}\r', b"", b"", b"last"] == [
        line.value for line in lines_of(path)
    ]


def test_an_empty_file_has_no_lines(tmp_path: Path) -> None:
    """Nothing is sent for it."""
    assert [] == list(lines_of(_file(tmp_path, b"")))


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    """The message says which file and what to do."""
    with pytest.raises(UsageError, match=r"cannot read .*missing.*; name a readable file"):
        lines_of(tmp_path / "missing")


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (b'{"partitionkey":"D1"}', b"D1"),
        ('{"partitionkey":"Đ/1"}'.encode(), "Đ/1".encode()),
        (b'{"partitionkey":5}', None),
        (b"{}", None),
        (b"nothing", None),
    ],
)
def test_the_record_key_is_the_lines_partitionkey(value: bytes, expected: bytes | None) -> None:
    """It is the natural key, so that compaction and partitioners of other tools see it."""
    assert expected == key_named(value)
