"""What a worker and its desk processes say to each other: one call or reply a frame, a length before each.

A call names its province; replies come in any order and name their call.
"""

import asyncio
import struct
from typing import Final, TypeVar

import msgspec

from models.changes import Mark
from models.facts import Record
from streams.desks.desk import Folded

_LENGTH: Final = struct.Struct(">I")
_encode: Final = msgspec.msgpack.Encoder().encode

Message = TypeVar("Message")


class LoadCall(msgspec.Struct, frozen=True, tag="load"):
    """`Desk.load`."""

    epoch: int
    mark: Mark


class UpgradeCall(msgspec.Struct, frozen=True, tag="upgrade"):
    """`Desk.upgrade`."""

    epoch: int
    mark: Mark
    upgrade_from: str


class FoldCall(msgspec.Struct, frozen=True, tag="fold"):
    """`Desk.fold`."""

    base: int
    next_offset: int
    records: list[Record]


class CommitCall(msgspec.Struct, frozen=True, tag="commit"):
    """`Desk.commit`."""


AnyCall = UpgradeCall | LoadCall | FoldCall | CommitCall


class Call(msgspec.Struct, frozen=True):
    """A call of one province's desk."""

    number: int
    province: str
    what: AnyCall


class Applied(msgspec.Struct, frozen=True, tag="applied"):
    """What `Desk.fold` returned."""

    folded: Folded


class Upgraded(msgspec.Struct, frozen=True, tag="upgraded"):
    """What `Desk.upgrade` returned."""

    subjects: int | None


class Done(msgspec.Struct, frozen=True, tag="done"):
    """A call that returns nothing has ended."""


class Refused(msgspec.Struct, frozen=True, tag="refused"):
    """Fenced was raised."""

    text: str


class Away(msgspec.Struct, frozen=True, tag="away"):
    """Unavailable was raised."""

    text: str


class Contradicted(msgspec.Struct, frozen=True, tag="contradicted"):
    """Inconsistent was raised."""

    text: str


class Broke(msgspec.Struct, frozen=True, tag="broke"):
    """An error was raised that nobody decided about."""

    name: str
    frames: list[str]


AnyReply = Upgraded | Applied | Done | Refused | Away | Contradicted | Broke


class Reply(msgspec.Struct, frozen=True):
    """The end of a call."""

    number: int
    what: AnyReply


class Ends:
    """One end of the line between two processes."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    async def send(self, message: msgspec.Struct) -> None:
        """Send a message whole; OSError when the other end is gone."""
        encoded = _encode(message)
        self._writer.writelines((_LENGTH.pack(len(encoded)), encoded))
        await self._writer.drain()

    async def receive(self, decoder: "msgspec.msgpack.Decoder[Message]") -> Message | None:
        """Return the next message; None when the other end is gone."""
        try:
            (length,) = _LENGTH.unpack(await self._reader.readexactly(_LENGTH.size))
            return decoder.decode(await self._reader.readexactly(length))
        except (asyncio.IncompleteReadError, OSError):
            return None

    def close(self) -> None:
        """Tell the other end that nothing more will come."""
        self._writer.close()


CALLS: Final = msgspec.msgpack.Decoder(Call)
REPLIES: Final = msgspec.msgpack.Decoder(Reply)
