"""Lines out of a pipe: whole ones at once, and nobody waits who need not."""

import os
import threading
from collections.abc import Iterator

import pytest

from streams.incoming import Incoming


@pytest.fixture
def pipe() -> Iterator[tuple[int, int]]:
    """Yield the reading and the writing end."""
    reading, writing = os.pipe()
    yield reading, writing
    for end in (reading, writing):
        try:
            os.close(end)
        except OSError:
            continue  # the test has closed it


def test_lines_are_those_that_newlines_end_and_what_stands_after_the_last(
    pipe: tuple[int, int],
) -> None:
    """As of a file: a blank line is one, and a last newline begins no other."""
    reading, writing = pipe
    os.write(writing, b"a\n\nb\r\nc")
    os.close(writing)

    assert [b"a", b"", b"b\r", b"c"] == list(Incoming(reading))


def test_what_is_there_is_known_and_a_line_that_is_not_whole_is_not(
    pipe: tuple[int, int],
) -> None:
    """So a portion is sent at once, and a sender that pauses within a line breaks none."""
    reading, writing = pipe
    incoming = Incoming(reading)

    assert incoming.must_wait()
    os.write(writing, b"a\nb")
    assert not incoming.must_wait()
    assert b"a" == next(incoming)
    assert incoming.must_wait()
    os.write(writing, b"c\n")
    assert not incoming.must_wait()
    assert b"bc" == next(incoming)
    os.close(writing)
    assert not incoming.must_wait(), "that nothing more comes is known at once"
    assert [] == list(incoming)


def test_who_waits_is_let_go_when_nobody_wants_more(pipe: tuple[int, int]) -> None:
    """Ctrl-C ends a run whose pipe says nothing."""
    incoming = Incoming(pipe[0])
    found: list[bytes] = []
    reader = threading.Thread(target=lambda: found.extend(incoming))
    reader.start()

    incoming.close()
    reader.join(5)

    assert not reader.is_alive()
    assert [] == found
