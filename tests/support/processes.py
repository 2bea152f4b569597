"""Processes that tests start, watch and end: a worker under test is one of them, so that it can be killed as a machine would be."""

import os
import signal
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import psutil

from tests.support.eventually import eventually

ROOT = Path(__file__).parents[2]


class Process:
    """A child process whose output goes to a file."""

    def __init__(
        self, arguments: Sequence[str], environment: Mapping[str, str], output: Path
    ) -> None:
        self.output = output
        with output.open("ab") as sink:
            self._child = subprocess.Popen(
                arguments,
                env={**os.environ, **environment},
                cwd=ROOT,
                stdin=subprocess.DEVNULL,
                stdout=sink,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    @property
    def pid(self) -> int:
        """Return its number."""
        return self._child.pid

    @property
    def status(self) -> int | None:
        """Return the exit status, None while it runs."""
        return self._child.poll()

    def text(self) -> str:
        """Return what it has written so far."""
        return self.output.read_text(errors="replace")

    async def says(self, words: str, within: float = 90.0) -> None:
        """Wait until it has written `words`; fail with its output when it ends before."""

        def said() -> bool:
            if self.status is not None and words not in self.text():
                raise AssertionError(
                    f"ended with {self.status} and never said {words!r}:\n{self.text()[-4000:]}"
                )
            return words in self.text()

        await eventually(said, within=within)

    def kill(self) -> None:
        """End it as a power cut does."""
        self._child.kill()
        self._child.wait()

    def freeze(self) -> None:
        """Stop its clock: it holds what it holds and does nothing."""
        self._child.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Let it go on as if no time had passed."""
        self._child.send_signal(signal.SIGCONT)

    def terminate(self) -> None:
        """Ask it to stop."""
        self._child.terminate()

    async def ended(self, within: float = 90.0) -> int:
        """Wait until it has ended by itself and return its exit status."""
        await eventually(lambda: self.status is not None, within=within)
        return self._child.wait()


def alive(number: int) -> bool:
    """Return whether a process runs; one that only waits to be buried does not."""
    try:
        return psutil.Process(number).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


@contextmanager
def processes(directory: Path) -> Iterator["Starter"]:
    """Start processes that are gone at the end, whatever becomes of the test."""
    starter = Starter(directory)
    try:
        yield starter
    finally:
        for process in starter.started:
            if process.status is None:
                process.thaw()
                process.kill()


class Starter:
    """Starts processes and remembers them."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self.started: list[Process] = []

    def start(self, arguments: Sequence[str], **environment: str) -> Process:
        """Start a process with an environment added to ours."""
        output = self._directory / f"process-{len(self.started)}.log"
        process = Process(arguments, environment, output)
        self.started.append(process)
        return process
