"""Standard input as lines that come by: whoever reads them knows when the next one would have to be waited for.

A line is passed on once it is whole; the end of the input, or of our wish to read it, ends the lines.
"""

import os
import select
from collections import deque
from collections.abc import Iterator
from typing import Final

_CHUNK_BYTES: Final = 1024 * 1024
_LOOK_SECONDS: Final = 0.2
"""How soon a reader that waits learns that nobody wants more."""


class Incoming:
    """Lines of a file descriptor, without their newlines; an iterator."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._lines: deque[bytes] = deque()
        self._rest = bytearray()
        self._ended = False
        self._closed = False

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        """Return the next line, and wait for it if need be."""
        while not self._lines and not self._ended and not self._closed:
            self._read(_LOOK_SECONDS)
        if not self._lines or self._closed:
            raise StopIteration
        return self._lines.popleft()

    def must_wait(self) -> bool:
        """Return whether the next line, or the end, is not here yet."""
        while not self._lines and not self._ended:
            if not self._read(0):
                return True
        return False

    def close(self) -> None:
        """Want no more lines; whoever waits for one, in another thread, is told so."""
        self._closed = True

    def _read(self, seconds: float) -> bool:
        """Take what has come within so many seconds; return whether anything has, the end included."""
        ready, _, _ = select.select([self._descriptor], [], [], seconds)
        if not ready:
            return False
        chunk = os.read(self._descriptor, _CHUNK_BYTES)
        self._rest += chunk
        if not chunk:
            self._ended = True
            if self._rest:
                self._lines.append(bytes(self._rest))
        elif b"\n" in chunk:
            *whole, rest = bytes(self._rest).split(b"\n")
            self._lines.extend(whole)
            self._rest = bytearray(rest)
        return True
