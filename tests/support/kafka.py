"""A real Apache Kafka for tests: one broker in KRaft mode from Maven's jars, on free ports, with its data in a directory of its own.

`kill` and `stop` keep the data and the port, so `start` afterwards is the same broker coming back.
"""

import asyncio
import fcntl
import os
import random
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import uuid
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path
from typing import Final

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, ConsumerRecord, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic, RecordsToDelete

VERSION: Final = "4.1.1"
START_SECONDS: Final = 60.0
READ_SECONDS: Final = 30.0
"""Longest wait for the next records of a topic whose end is known."""
_PORTS: Final = range(20_000, 32_000)
_POM: Final = f"""<project><modelVersion>4.0.0</modelVersion>
<groupId>vn.tiendo</groupId><artifactId>kafka-for-tests</artifactId><version>1</version><dependencies>
<dependency><groupId>org.apache.kafka</groupId><artifactId>kafka_2.13</artifactId><version>{VERSION}</version></dependency>
<dependency><groupId>org.apache.kafka</groupId><artifactId>kafka-tools</artifactId><version>{VERSION}</version></dependency>
</dependencies></project>
"""
_PROPERTIES: Final = """process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:{controller}
listeners=PLAINTEXT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller}
advertised.listeners=PLAINTEXT://127.0.0.1:{port}
controller.listener.names=CONTROLLER
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT
log.dirs={data}
num.partitions=1
offsets.topic.num.partitions=1
offsets.topic.replication.factor=1
transaction.state.log.num.partitions=1
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
group.initial.rebalance.delay.ms=0
group.min.session.timeout.ms=1000
log.segment.delete.delay.ms=100
broker.session.timeout.ms=2000
broker.heartbeat.interval.ms=200
"""


def missing_tool() -> str | None:
    """Say which tool the real broker lacks on this machine, None when it can run."""
    absent = [tool for tool in ("java", "mvn") if shutil.which(tool) is None]
    return (
        f"Apache Kafka needs {' and '.join(absent)}, not found on this machine" if absent else None
    )


class ApacheKafka:
    """One broker: `start`, `stop`, `kill` and `start` again; `bootstrap` is its address for as long as the object lives."""

    def __init__(
        self,
        directory: Path,
        properties: str = _PROPERTIES,
        listeners: Sequence[str] = (),
        formatting: Sequence[str] = (),
    ) -> None:
        """Prepare a broker; `properties` names its ports by `listeners`, `formatting` is told to the storage tool."""
        self._directory = directory
        self._process: subprocess.Popen[bytes] | None = None
        self._port, controller, *others = _free_ports(2 + len(listeners))
        self.bootstrap = f"127.0.0.1:{self._port}"
        self.addresses = {
            name: f"127.0.0.1:{port}" for name, port in zip(listeners, others, strict=True)
        }
        """Of the listeners beside the first."""
        ports = dict(zip(listeners, others, strict=True))
        self._properties = directory / "server.properties"
        self._properties.write_text(
            properties.format(
                port=self._port,
                controller=controller,
                data=directory / "data",
                directory=directory,
                **ports,
            )
        )
        self._run(
            "kafka.tools.StorageTool",
            "format",
            "-t",
            str(uuid.uuid4()),
            "-c",
            str(self._properties),
            *formatting,
        )

    def start(self, classes: str | None = None) -> None:
        """Start the broker and wait until it takes connections; `classes` is Java's option that says where they come from."""
        options = _shared_classes() if classes is None else [classes]
        with (self._directory / "broker.log").open("ab") as log:
            self._process = subprocess.Popen(
                [*_java(), *options, "-Xmx512m", "kafka.Kafka", str(self._properties)],
                stdout=log,
                stderr=log,
                stdin=subprocess.DEVNULL,
                start_new_session=True,
            )
        deadline = time.monotonic() + START_SECONDS
        while not _answers(self._port):
            if self._process.poll() is not None or time.monotonic() > deadline:
                message = f"Apache Kafka did not start:\n{(self._directory / 'broker.log').read_text()[-4000:]}"
                raise RuntimeError(message)
            time.sleep(0.05)

    def spoil(self, topic: str, value: bytes) -> None:
        """Change one bit of a record on disk, as a failing one would; the broker is stopped, and does not look before it sends."""
        (segment,) = (self._directory / "data" / f"{topic}-0").glob("*.log")
        written = bytearray(segment.read_bytes())
        written[written.index(value)] ^= 1
        segment.write_bytes(written)

    def stop(self) -> None:
        """Stop the broker as an operator does; its data stays."""
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        """Stop the broker as a power cut does; its data stays."""
        self._end(signal.SIGKILL)

    def _end(self, how: signal.Signals) -> None:
        if self._process is None:
            return
        self._process.send_signal(how)
        try:
            self._process.wait(20)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process = None

    @staticmethod
    def _run(main: str, *arguments: str) -> None:
        done = subprocess.run(
            [*_java(), main, *arguments], capture_output=True, check=False, text=True
        )
        if done.returncode != 0:
            raise RuntimeError(done.stdout + done.stderr)


@contextmanager
def apache_kafka() -> Iterator[ApacheKafka]:
    """Run a broker of one's own, gone with its data at the end."""
    with tempfile.TemporaryDirectory(
        prefix="tiendo-kafka-", ignore_cleanup_errors=True
    ) as directory:
        broker = ApacheKafka(Path(directory))
        try:
            broker.start()
            yield broker
        finally:
            broker.kill()


@asynccontextmanager
async def administration(bootstrap: str) -> AsyncIterator[AIOKafkaAdminClient]:
    """Connect an admin client for the length of a block."""
    client = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await client.start()
    try:
        yield client
    finally:
        await client.close()


async def create_topics(
    bootstrap: str,
    names: Sequence[str],
    *,
    partitions: int = 1,
    config: Mapping[str, str] | None = None,
) -> None:
    """Create topics and wait until the broker has them."""
    async with administration(bootstrap) as client:
        await client.create_topics(
            [NewTopic(name, partitions, 1, topic_configs=dict(config or {})) for name in names]
        )
        while not set(names) <= set(await client.list_topics()):
            pass


async def delete_topics(bootstrap: str, names: Sequence[str]) -> None:
    """Delete those of the topics that exist and wait until they are gone: names are a fixed list, so tests share them."""
    async with administration(bootstrap) as client:
        present = sorted(set(names) & set(await client.list_topics()))
        if present:
            await client.delete_topics(present)
        while set(names) & set(await client.list_topics()):
            pass


async def topic_names(bootstrap: str) -> set[str]:
    """Return the names of the topics that the broker has."""
    async with administration(bootstrap) as client:
        return set(await client.list_topics())


async def delete_records(bootstrap: str, topic: str, before: int) -> None:
    """Let the topic's log start at `before`, as its retention would."""
    async with administration(bootstrap) as client:
        await client.delete_records(
            {TopicPartition(topic, 0): RecordsToDelete(before_offset=before)}
        )


async def send(
    bootstrap: str,
    topic: str,
    values: Sequence[bytes | None],
    *,
    transactional_id: str | None = None,
    compression: str | None = None,
) -> None:
    """Append records to a topic in order; with a transactional id in one transaction; with a compression a MiB of them at once."""
    producer = AIOKafkaProducer(
        bootstrap_servers=bootstrap,
        linger_ms=5,
        compression_type=compression,
        max_batch_size=1024 * 1024,
        max_request_size=4 * 1024 * 1024,
        transactional_id=transactional_id,
        enable_idempotence=True,
    )
    await producer.start()
    try:
        if transactional_id is None:
            sent = [await producer.send(topic, value, b"key", partition=0) for value in values]
        else:
            async with producer.transaction():
                sent = [await producer.send(topic, value, b"key", partition=0) for value in values]
        for future in sent:
            await future
    finally:
        await producer.stop()


async def read_topic(
    bootstrap: str, topic: str
) -> "list[ConsumerRecord[bytes | None, bytes | None]]":
    """Return the committed records of a topic's first partition, from its beginning to its end."""
    partition = TopicPartition(topic, 0)
    consumer = AIOKafkaConsumer(
        bootstrap_servers=bootstrap,
        enable_auto_commit=False,
        isolation_level="read_committed",
        max_partition_fetch_bytes=8 * 1024 * 1024,
    )
    await consumer.start()
    try:
        consumer.assign([partition])
        await consumer.seek_to_beginning(partition)
        end = (await consumer.end_offsets([partition]))[partition]
        records: list[ConsumerRecord[bytes | None, bytes | None]] = []
        while await consumer.position(partition) < end:
            async with asyncio.timeout(READ_SECONDS):
                fetched = await consumer.getmany(partition, timeout_ms=1000)
            records += fetched.get(partition, [])
    finally:
        await consumer.stop()
    return records


async def recreate_topics(bootstrap: str, names: Sequence[str], *, partitions: int = 1) -> None:
    """Leave empty topics of these names behind."""
    await delete_topics(bootstrap, names)
    await create_topics(bootstrap, names, partitions=partitions)


def _java() -> list[str]:
    return [
        shutil.which("java") or "java",
        "-XX:+UseSerialGC",
        "-XX:TieredStopAtLevel=1",
        "-XX:CICompilerCount=1",
        "-cp",
        f"{_jars()}/*",
    ]


def _jars() -> Path:
    """Return the directory of Kafka's jars, fetched through Maven once per machine and version."""
    with _cache("jars") as home:
        jars = home / "libs"
        if not jars.is_dir():
            _fetch(jars)
    return jars


@contextmanager
def _cache(what: str) -> Iterator[Path]:
    """Yield the directory of what the machine keeps of this Kafka; two sessions may want to make `what` at once."""
    home = (
        Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache"))
        / "tiendo"
        / f"kafka-{VERSION}"
    )
    home.mkdir(parents=True, exist_ok=True)
    with (home / f"{what}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield home


def _shared_classes() -> list[str]:
    """Return the option with which Java maps Kafka's classes as another run loaded them, for little more than half of a start.

    Java without such an archive, or with another's, loads them one by one: no more than slow.
    """
    java = Path(shutil.which("java") or "java").resolve()
    with _cache("classes") as home:
        archive = home / f"classes-{java.stat().st_mtime_ns}.jsa"
        if not archive.exists():
            with tempfile.TemporaryDirectory(dir=home, ignore_cleanup_errors=True) as scratch:
                written = Path(scratch) / "classes.jsa"
                broker = ApacheKafka(Path(scratch))
                try:
                    broker.start(f"-XX:ArchiveClassesAtExit={written}")
                    broker.stop()
                finally:
                    broker.kill()
                if written.exists():
                    written.rename(archive)
    return [f"-XX:SharedArchiveFile={archive}"] if archive.exists() else []


def _fetch(jars: Path) -> None:
    with tempfile.TemporaryDirectory(dir=jars.parent) as scratch:
        (Path(scratch) / "pom.xml").write_text(_POM)
        done = subprocess.run(
            [
                shutil.which("mvn") or "mvn",
                "-q",
                "-B",
                "dependency:copy-dependencies",
                "-DoutputDirectory=libs",
            ],
            cwd=scratch,
            capture_output=True,
            check=False,
            text=True,
        )
        if done.returncode != 0:
            message = f"Maven did not bring Apache Kafka {VERSION}: {done.stdout[-2000:]}{done.stderr[-2000:]}"
            raise RuntimeError(message)
        (Path(scratch) / "libs").rename(jars)


def _free_ports(count: int) -> list[int]:
    """Return ports on which nothing listens, outside the range that the system hands to outgoing connections.

    A broker that is down for a while finds its port free when it comes back.
    """
    ports: list[int] = []
    for port in random.SystemRandom().sample(_PORTS, k=len(_PORTS)):
        with suppress(OSError), socket.create_server(("127.0.0.1", port)):
            ports.append(port)
        if len(ports) == count:
            return ports
    message = f"fewer than {count} free ports between {_PORTS.start} and {_PORTS.stop}"
    raise RuntimeError(message)


def _answers(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), 0.2):
            return True
    except OSError:
        return False


@pytest.fixture(scope="session")
def kafka() -> Iterator[ApacheKafka]:
    """Run a real Kafka for the session; without Java and Maven the test is skipped, under CI=true it fails."""
    need_tools()
    with apache_kafka() as broker:
        yield broker


@pytest.fixture
def own_kafka() -> Iterator[ApacheKafka]:
    """Run a real Kafka that the test may stop and kill."""
    need_tools()
    with apache_kafka() as broker:
        yield broker


def need_tools() -> None:
    """Skip the test, or fail it under CI=true, where Java or Maven is missing."""
    absent = missing_tool()
    if absent is None:
        return
    if os.environ.get("CI") == "true":
        pytest.fail(absent)
    pytest.skip(absent)
