"""Who takes part: how each is started, what it promises, and where its rows are."""

import shutil
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from psycopg.conninfo import conninfo_to_dict

from models.topics import PROVINCES, progress_topic
from tests.bench.peers.java import class_path
from tests.bench.peers.load import MARKER_PREFIX
from tests.bench.peers.tiendo_worker import MEASURE
from tests.support.processes import ROOT, Process, Starter

OUTPUT_TOPIC: Final = "peer-counts"
"""Where Kafka Streams puts its counts for the consumer that writes them."""
_PEERS_PYTHON: Final = ROOT / ".venv-peers" / "bin" / "python"
_TOPICS: Final = ",".join(progress_topic(province) for province in PROVINCES)
_SOCKETS: Final = "org.newsclub.net.unix.AFUNIXSocketFactory$FactoryArg"


@dataclass(frozen=True, slots=True)
class Rows:
    """Where a peer's rows are."""

    all: str
    """Query for province, agency, level, channel, day, count."""
    newest: str
    """Query for the greatest marker of each province in $1."""


COUNTS: Final = Rows(
    "SELECT province, agency, level, channel, day::text, count FROM counts",
    f"""
SELECT province, (SELECT max(agency) FROM counts AS c
                  WHERE c.province = p.province AND c.agency >= '{MARKER_PREFIX}') AS marker
FROM unnest($1::text[]) AS p (province)""",  # noqa: S608 - constants
)
PANES: Final = Rows(
    f"""
SELECT province, agency, split_part(bucket, '/', 1)::integer AS level, split_part(bucket, '/', 2) AS channel,
    day::text, amount::bigint AS count
FROM tiendo.pane WHERE measure = '{MEASURE}'""",  # noqa: S608 - constants
    f"""
SELECT province, (SELECT max(agency) FROM tiendo.pane AS c
                  WHERE c.province = p.province AND c.measure = '{MEASURE}' AND c.bucket = '0/'
                      AND c.agency >= '{MARKER_PREFIX}') AS marker
FROM unnest($1::text[]) AS p (province)""",  # noqa: S608 - constants
)


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a peer works with."""

    starter: Starter
    bootstrap: str
    dsn: str
    state: Path
    """A directory of its own, which outlives its process."""

    @property
    def socket_directory(self) -> str:
        """Return where Postgres' socket is."""
        return str(conninfo_to_dict(self.dsn)["host"])


@dataclass(frozen=True, slots=True)
class Entrant:
    """A peer."""

    title: str
    promise: str
    group: str
    """Its consumer group: a peer reads once this one is stable."""
    rows: Rows
    start: Callable[[Surroundings], Process]


def _python(
    module: str, arguments: tuple[str, ...] = (), **environment: str
) -> Callable[[Surroundings], Process]:
    """Return what starts a peer of the environment .venv-peers."""

    def start(around: Surroundings) -> Process:
        return around.starter.start(
            [str(_PEERS_PYTHON), "-m", f"tests.bench.peers.{module}", *arguments],
            PEER_BOOTSTRAP=around.bootstrap,
            PEER_TOPICS=_TOPICS,
            PEER_DSN=around.dsn,
            PEER_PGHOST=around.socket_directory,
            PEER_STATE=str(around.state),
            PYTHONSAFEPATH="",  # its environment has no checkout on its path: the working directory is one
            **environment,
        )

    return start


def _kafka_streams(around: Surroundings) -> Process:
    jdbc = (
        f"jdbc:postgresql://localhost/postgres?socketFactory={_SOCKETS}"
        f"&socketFactoryArg={around.socket_directory}/.s.PGSQL.5432"
    )
    java = shutil.which("java") or "java"
    # a killed JVM leaves the native libraries behind that it has unpacked
    options = ["-Xmx512m", f"-Djava.io.tmpdir={around.state}"]
    quiet = "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn"
    command = [java, *options, quiet, "-cp", class_path(), "KafkaStreamsWorker"]
    return around.starter.start([*command, around.bootstrap, jdbc, str(around.state), _TOPICS])


def _tiendo(around: Surroundings) -> Process:
    return around.starter.start(
        [sys.executable, "-m", "tests.bench.peers.tiendo_worker"],
        TIENDO_KAFKA_BOOTSTRAP_SERVERS=around.bootstrap,
        TIENDO_POSTGRES_DSN=around.dsn,
        TIENDO_CONSUMER_GROUP_INSTANCE_ID="peer-tiendo",
        TIENDO_PUBLISH_DAYS="false",
    )


ENTRANTS: Final[Mapping[str, Entrant]] = {
    "tiendo": Entrant("tiendo, counts only", "exactly once, to the row", "tiendo", PANES, _tiendo),
    "kafka-streams": Entrant(
        "Kafka Streams 4.1",
        "exactly once in Kafka, rows upserted",
        "peer-kafka-streams",
        COUNTS,
        _kafka_streams,
    ),
    "quix": Entrant(
        "Quix Streams 3.28, 5 s",
        "exactly once in Kafka, rows upserted",
        "peer-quix",
        COUNTS,
        _python("quix_worker", PEER_COMMIT_SECONDS="5"),
    ),
    "quix-100ms": Entrant(
        "Quix Streams 3.28, 0.1 s",
        "exactly once in Kafka, rows upserted",
        "peer-quix",
        COUNTS,
        _python("quix_worker", PEER_COMMIT_SECONDS="0.1"),
    ),
    "faust": Entrant(
        "Faust 0.15.3",
        "at least once, rows upserted",
        "peer-faust",
        COUNTS,
        _python("faust_worker", ("worker", "--loglevel", "info")),
    ),
}


def missing() -> str | None:
    """Say what the peers lack on this machine, None when they can run."""
    absent = [tool for tool in ("java", "javac", "mvn") if shutil.which(tool) is None]
    if absent:
        return f"the peers need {' and '.join(absent)}, not found on this machine"
    if not _PEERS_PYTHON.exists():
        return "the peers' environment .venv-peers is missing: run `make peers`"
    return None
