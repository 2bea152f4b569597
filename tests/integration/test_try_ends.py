"""`tiendo try` that somebody ends: nothing that it started is left behind."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.eventually import eventually
from tests.support.processes import alive

pytestmark = pytest.mark.integration

TIENDO = str(Path(sys.prefix) / "bin" / "tiendo")
BACKGROUND = ("sh", "-c", 'trap "" INT; exec "$0" "$@"')
"""Starts a command as `command &` in a script does: without an ear for Ctrl-C."""
HISTORY = Path(__file__).parents[1] / "fixtures" / "first.ndjson"
SECONDS = 60


@pytest.fixture
def directory() -> Iterator[Path]:
    """Return a directory for what the services write, near enough to / for a socket's name."""
    path = Path(tempfile.mkdtemp(prefix="tiendo-end-"))
    path.chmod(0o755)
    yield path
    shutil.rmtree(path, ignore_errors=True)


@pytest.mark.parametrize(
    ("started", "ending"),
    [((), signal.SIGTERM), ((), signal.SIGINT), (BACKGROUND, signal.SIGTERM)],
    ids=["terminated", "interrupted", "terminated-in-the-background"],
)
async def test_a_signal_ends_the_services_with_the_command(
    started: tuple[str, ...], ending: signal.Signals, directory: Path
) -> None:
    """Each takes its directory away once it has stopped; the status is that of Ctrl-C."""
    process = subprocess.Popen(  # noqa: ASYNC220 - nothing else runs in this loop
        [*started, TIENDO, "try", str(HISTORY)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | {"TMPDIR": str(directory)},
    )
    assert process.stderr is not None
    try:
        for line in process.stderr:
            if line.startswith("Sending"):
                break
        server = next(directory.glob("tiendo-postgres-*/data/postmaster.pid"))
        number = int(server.read_text().splitlines()[0])

        process.send_signal(ending)

        assert 130 == process.wait(SECONDS)
    finally:
        process.kill()
        process.wait()
        process.stderr.close()
    assert [] == [path.name for path in directory.glob("tiendo-*")]
    await eventually(lambda: not alive(number), within=20)
