"""Records of topics kept in files: the processes that compare read them there."""

from collections.abc import Iterable
from pathlib import Path
from typing import Final

import msgspec

from models.facts import Record

_encode: Final = msgspec.msgpack.Encoder().encode
_decode: Final = msgspec.msgpack.Decoder(list[Record]).decode


def keep(path: Path, records: Iterable[Record]) -> None:
    """Write records to a file."""
    path.write_bytes(_encode(list(records)))


def kept(path: Path) -> list[Record]:
    """Return the records of a file."""
    return _decode(path.read_bytes())
