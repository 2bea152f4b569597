"""`tiendo demo`: what a person sees who has never seen the project."""

import codecs
import os
import pty
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from models.topics import PROVINCE_NAMES

pytestmark = [pytest.mark.integration, pytest.mark.slow]

TIENDO = str(Path(sys.prefix) / "bin" / "tiendo")
SECONDS = 240


def test_off_a_terminal_it_ends_by_itself_with_tables_of_100_columns() -> None:
    """Figures of five provinces, targets by status with their Vietnamese text, alerts, refused records."""
    shown = subprocess.run(
        [TIENDO, "demo"], check=True, capture_output=True, text=True, timeout=SECONDS
    )

    assert all(len(line) <= 100 for line in shown.stdout.splitlines())
    for words in (
        *PROVINCE_NAMES.values(),
        "Chỉ tiêu theo tình trạng",
        "chậm tiến độ",
        "đạt chỉ tiêu",
        "Cảnh báo",
        "Bản ghi bị từ chối",
    ):
        assert words in shown.stdout
    assert "Traceback" not in shown.stderr


def test_on_a_terminal_it_moves_until_ctrl_c_and_that_is_no_failure() -> None:
    """The tables are shown again and again; Ctrl-C prints the last state and exits 0."""
    terminal, process = _on_a_terminal([TIENDO, "demo"])
    try:
        seen = _read_until(terminal, "sự kiện đã gửi", times=3)
        process.send_signal(signal.SIGINT)
        last = _read_to_the_end(terminal)
        assert 0 == process.wait(SECONDS)
    finally:
        process.kill()
        process.wait()
        os.close(terminal)
    assert "Cảnh báo" in last
    assert "Traceback" not in seen + last


def _on_a_terminal(command: list[str]) -> tuple[int, "subprocess.Popen[bytes]"]:
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        command,
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
        env={**os.environ, "TERM": "xterm", "COLUMNS": "100", "LINES": "50"},
    )
    os.close(theirs)
    return ours, process


def _read_until(terminal: int, words: str, *, times: int) -> str:
    """Return what the terminal showed until `words` were seen so often; the test's own limit bounds the wait."""
    seen = ""
    for shown in _shown(terminal):
        seen += shown
        if seen.count(words) >= times:
            return seen
    raise AssertionError(f"ended before {words!r}: {seen[-2000:]}")


def _read_to_the_end(terminal: int) -> str:
    return "".join(_shown(terminal))


def _shown(terminal: int) -> Iterator[str]:
    decoder = codecs.getincrementaldecoder("utf-8")()
    while True:
        try:
            yield decoder.decode(os.read(terminal, 65536))
        except OSError:  # how a pty says that nobody writes any more
            return
