"""One peer's contest, on services of its own: rate from a full log, latency at an even rate, and its rows after kills.

A row is wrong when it is missing, or has another number than the log, or should not be there.
"""

import asyncio
import itertools
import os
import random
import statistics
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any, Final, NamedTuple

import psutil
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import GroupCoordinatorNotAvailableError

from models.topics import PROVINCES
from sinks.postgres.engines import register
from tests.bench.peers.counting import TABLE, Row
from tests.bench.peers.entrants import OUTPUT_TOPIC, Entrant, Surroundings
from tests.bench.peers.load import Line, Load, Sent, counted, percentile, send_all, send_evenly
from tests.bench.peers.tiendo_worker import VERSION
from tests.bench.place import Place, place
from tests.bench.publishing import BATCH_BYTES, LINGER_MS, producing
from tests.bench.report import tell
from tests.support.eventually import eventually
from tests.support.kafka import administration, create_topics
from tests.support.processes import Process, processes

POLL_SECONDS: Final = 0.005
"""Between two looks at the newest markers while latencies are measured: they err upwards by that much."""
LOOK_SECONDS: Final = 0.25
"""Between two looks at the memory."""
START_SECONDS: Final = 60.0
SLOWEST_EVENTS_PER_SECOND: Final = 400
LIFE_SECONDS: Final = 90.0
"""How long a peer that was started again may take until it writes a row."""
MOST_LUCK_SECONDS: Final = 2.0
"""A peer is killed at a random moment so long after its first row at most."""
SETTLE_SECONDS: Final = 240.0
STILL_SECONDS: Final = 15.0
"""Rows that have not changed for so long will not change any more: three of the longest commit intervals here."""
MARKERS_OF_A_PHASE: Final = 1_000_000
_MIB: Final = 1024 * 1024


class Scale(NamedTuple):
    """How much is measured."""

    events: int
    rate: int
    seconds: int
    kills: int
    kill_rate: int
    """Events a second while the peer is killed."""


class Difference(NamedTuple):
    """How rows differ from the log."""

    missing: int
    too_high: int
    too_low: int
    not_in_log: int

    @property
    def wrong_rows(self) -> int:
        """Count all of them."""
        return sum(self)


def difference(rows: Mapping[Row, int], log: Mapping[Row, int]) -> Difference:
    """Compare the rows with the count from the log."""
    both = [(rows[row], number) for row, number in log.items() if row in rows]
    return Difference(
        missing=len(log) - len(both),
        too_high=sum(found > number for found, number in both),
        too_low=sum(found < number for found, number in both),
        not_in_log=len(rows) - len(both),
    )


class Contest:
    """A peer under measurement; it is started again when it ends by itself, as a supervisor would."""

    def __init__(self, here: Place, entrant: Entrant, around: Surroundings) -> None:
        self._connection = here.connection
        self._entrant = entrant
        self._around = around
        self._process: Process | None = None
        self.peak_rss_mb = 0.0
        self.own_exits = 0

    def start(self) -> None:
        """Start the peer."""
        self._process = self._entrant.start(self._around)

    def kill(self) -> None:
        """End it as a power cut does; it stays down until it is started."""
        if self._process is not None:
            self._process.kill()
            self._process = None

    def said(self) -> str:
        """Return the end of what it has written."""
        return "" if self._process is None else self._process.text()[-4000:]

    def _keep_running(self, process: Process) -> None:
        if process.status is not None:
            self.own_exits += 1
            tell(f"  it ended by itself:\n{process.text()[-1500:]}")
            self.start()

    async def look(self) -> None:
        """Watch the memory of it and its children, and that it lives, until cancelled."""
        while True:
            if self._process is not None:
                self._keep_running(self._process)
                with suppress(psutil.NoSuchProcess):
                    seen = psutil.Process(self._process.pid)
                    tree = [seen, *seen.children(recursive=True)]
                    now = sum(one.memory_info().rss for one in tree) / _MIB
                    self.peak_rss_mb = max(self.peak_rss_mb, now)
            await asyncio.sleep(LOOK_SECONDS)

    async def reading(self) -> None:
        """Wait until its group has its partitions."""
        async with administration(self._around.bootstrap) as client:
            await eventually(
                lambda: _is_stable(client, self._entrant.group), START_SECONDS, POLL_SECONDS
            )

    async def newest(self) -> dict[str, str]:
        """Return the greatest marker of each province that has any."""
        rows = await self._connection.fetch(self._entrant.rows.newest, list(PROVINCES))
        return {row["province"]: row["marker"] for row in rows if row["marker"] is not None}

    async def passed(self, markers: Mapping[str, str], within: float) -> None:
        """Wait until each province's marker is seen; AssertionError after `within` seconds."""

        async def have() -> bool:
            newest = await self.newest()
            return all(newest.get(province, "") >= one for province, one in markers.items())

        await eventually(have, within)

    async def rows(self) -> dict[Row, int]:
        """Return its rows."""
        found = await self._connection.fetch(self._entrant.rows.all)
        return {Row(*record[:5]): record[5] for record in map(tuple, found)}


async def contest(entrant: Entrant, load: Load, scale: Scale) -> dict[str, Any]:
    """Measure a peer and return its figures."""
    tell(f"{entrant.title}:")
    async with _contest(entrant) as (here, peer):
        lines, ends = load.full_log()
        tell("  publishing ...")
        async with producing(
            here.settings, linger_ms=LINGER_MS, batch_bytes=BATCH_BYTES
        ) as producer:
            await send_all(producer, lines)
            await send_all(producer, ends)
        figures: dict[str, Any] = {
            "peer": entrant.title,
            "promise": entrant.promise,
            "machine_load_before": round(os.getloadavg()[0], 2),
        }
        log = await counted(here.settings.kafka_bootstrap_servers)
        looking = asyncio.create_task(peer.look())
        try:
            tell("  measuring the rate ...")
            figures |= await _rate(peer, ends, log)
            tell(f"  measuring the latency at {scale.rate} events/s ...")
            figures |= await _latency(here, peer, load, scale)
            figures["peak_rss_mb"] = round(peer.peak_rss_mb)
            tell(f"  killing it {scale.kills} times ...")
            figures |= await _kills(here, peer, load, scale)
        except AssertionError:
            tell(f"  it said last:\n{peer.said()}")
            raise
        finally:
            looking.cancel()
            await asyncio.wait({looking})
            peer.kill()
    return figures


@asynccontextmanager
async def _contest(entrant: Entrant) -> AsyncIterator[tuple[Place, Contest]]:
    async with place(embedded=False) as here:
        bootstrap = here.settings.kafka_bootstrap_servers
        await here.connection.execute(TABLE)
        async with here.connection.transaction():
            for province in PROVINCES:
                await register(here.connection, province, VERSION, {})
        await create_topics(bootstrap, [OUTPUT_TOPIC], config={"cleanup.policy": "compact"})
        with tempfile.TemporaryDirectory(prefix="tiendo-peer-", ignore_cleanup_errors=True) as name:
            directory, state = Path(name), Path(name) / "state"
            state.mkdir()
            with processes(directory) as starter:
                around = Surroundings(starter, bootstrap, here.settings.dsn, state)
                yield here, Contest(here, entrant, around)


async def _rate(peer: Contest, ends: list[Line], log: Counter[Row]) -> dict[str, Any]:
    """Start the peer on the full log; its clock runs from the moment when it has its partitions to its last row."""
    started = time.perf_counter()
    peer.start()
    await peer.reading()
    began = time.perf_counter()
    markers = {line.province: line.marker or "" for line in ends}
    within = START_SECONDS + log.total() / SLOWEST_EVENTS_PER_SECOND
    await peer.passed(markers, within)
    ended = time.perf_counter()
    left = difference(await peer.rows(), log)
    return {
        "events": log.total(),
        "rows": len(log),
        "events_per_second": round(log.total() / (ended - began)),
        "seconds": round(ended - began, 2),
        "seconds_from_start": round(ended - started, 2),
        "wrong_rows_before_kills": left.wrong_rows,
    }


async def _latency(here: Place, peer: Contest, load: Load, scale: Scale) -> dict[str, Any]:
    """Send evenly to a peer that has nothing else to do, and see when each marker has its row."""
    seen: defaultdict[str, list[tuple[float, str]]] = defaultdict(list)

    async def watch() -> None:
        while True:
            newest = await peer.newest()
            now = time.perf_counter()
            for province, marker in newest.items():
                if not seen[province] or seen[province][-1][1] != marker:
                    seen[province].append((now, marker))
            await asyncio.sleep(POLL_SECONDS)

    lines = itertools.islice(load.flow(MARKERS_OF_A_PHASE), scale.rate * scale.seconds)
    watching = asyncio.create_task(watch())
    try:
        async with producing(here.settings, linger_ms=0, batch_bytes=16 * 1024) as producer:
            sent = [one async for one in send_evenly(producer, lines, scale.rate)]
        last = {one.province: one.marker for one in sent}
        await eventually(
            lambda: all(seen[province][-1][1] >= marker for province, marker in last.items()),
            SETTLE_SECONDS,
        )
    finally:
        watching.cancel()
        await asyncio.wait({watching})
    latencies = list(latencies_of(sent, seen))
    return {
        "rate": scale.rate,
        "p50_ms": round(percentile(latencies, 0.5) * 1000, 1),
        "p99_ms": round(percentile(latencies, 0.99) * 1000, 1),
    }


def latencies_of(sent: list[Sent], seen: Mapping[str, list[tuple[float, str]]]) -> Iterator[float]:
    """Yield the seconds from each marker's sending until it, or a later one of its province, was seen."""
    sights = {province: iter(marks) for province, marks in seen.items()}
    present = {province: next(marks) for province, marks in sights.items()}
    for province, marker, at in sent:
        while present[province][1] < marker:
            present[province] = next(sights[province])
        yield present[province][0] - at


async def _kills(here: Place, peer: Contest, load: Load, scale: Scale) -> dict[str, Any]:
    """Kill the peer again and again while events flow, and compare what stands when nothing moves any more."""
    dice, stop = random.Random(scale.kills), asyncio.Event()  # noqa: S311 - a repeatable schedule
    own_exits, restarts, last = peer.own_exits, [], dict[str, str]()

    async def flow() -> None:
        lines = itertools.takewhile(lambda _: not stop.is_set(), load.flow(2 * MARKERS_OF_A_PHASE))
        async with producing(here.settings, linger_ms=5, batch_bytes=16 * 1024) as producer:
            async for one in send_evenly(producer, lines, scale.kill_rate):
                last[one.province] = one.marker

    flowing = asyncio.create_task(flow())
    try:
        await asyncio.sleep(dice.uniform(0.5, MOST_LUCK_SECONDS))
        for _ in range(scale.kills):
            peer.kill()
            before, began = await peer.newest(), time.perf_counter()
            peer.start()
            await _moved(peer, before)
            restarts.append(time.perf_counter() - began)
            await asyncio.sleep(dice.uniform(0, MOST_LUCK_SECONDS))
    finally:
        stop.set()
        await flowing
    log = await counted(here.settings.kafka_bootstrap_servers)
    settled = await _settled(peer, last)
    found = await peer.rows()
    left = difference(found, log)
    return {
        "kills": scale.kills,
        "own_exits": peer.own_exits - own_exits,
        "restart_seconds": round(statistics.median(restarts), 1) if restarts else None,
        "events_in_log": log.total(),
        "rows_compared": len(log),
        "wrong_rows": left.wrong_rows,
        **left._asdict(),
        "events_too_many": sum(max(found.get(row, 0) - number, 0) for row, number in log.items()),
        "events_too_few": sum(max(number - found.get(row, 0), 0) for row, number in log.items()),
        "settled": settled,
    }


async def _moved(peer: Contest, before: Mapping[str, str]) -> None:
    """Wait until a marker is seen that was not; give up after LIFE_SECONDS, as the next kill may help."""

    async def moved() -> bool:
        return await peer.newest() != before

    with suppress(AssertionError):
        await eventually(moved, LIFE_SECONDS, POLL_SECONDS)


async def _settled(peer: Contest, last: Mapping[str, str]) -> bool:
    """Wait until the last markers are seen and the rows stand still; return whether they were seen in time."""
    try:
        await peer.passed(last, SETTLE_SECONDS)
    except AssertionError:
        return False
    rows, since = await peer.rows(), time.monotonic()
    while time.monotonic() - since < STILL_SECONDS:
        await asyncio.sleep(1)
        now = await peer.rows()
        if now != rows:
            rows, since = now, time.monotonic()
    return True


async def _is_stable(client: AIOKafkaAdminClient, group: str) -> bool:
    try:
        [response] = await client.describe_consumer_groups([group])
    except GroupCoordinatorNotAvailableError:  # the first member has not come yet
        return False
    [(_error, _group, state, *_)] = response.groups
    return bool(state == "Stable")
