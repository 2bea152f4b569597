"""A producer far faster than the worker: what the worker cannot take yet waits with the broker, not in its memory."""

import asyncio
from typing import Final

import psutil
import pytest

from models.topics import PROVINCES, progress_topic
from tests.support.eventually import eventually
from tests.support.kafka import send
from tests.support.processes import Process
from tests.support.site import Site

pytestmark = [pytest.mark.integration, pytest.mark.kafka]

MIB: Final = 1024 * 1024
BACKLOG_BYTES: Final = 40 * MIB
"""Of each province."""
RECORD_BYTES: Final = 20_000
FETCH_BYTES: Final = MIB
MOST_BYTES: Final = len(PROVINCES) * 8 * FETCH_BYTES
"""A fifth of the backlog. Of each province a batch in flight and a fetch ahead, each copied once on its way; and as much again for what the allocator keeps."""
BATCHES: Final = 15
BATCH_SECONDS: Final = 0.3


@pytest.mark.parametrize("compression", [None, "gzip"])
async def test_a_backlog_waits_with_the_broker(site: Site, compression: str | None) -> None:
    """Forty times what a batch may hold comes to each of five provinces at once: a slow worker holds its fetches, not their backlog.

    Nor does it when a fetch, bounded as it is packed, would unpack to all of it.
    """
    worker = site.tally_worker(str(BATCH_SECONDS), fetch_max_bytes=str(FETCH_BYTES))
    for province in PROVINCES:
        await worker.says(f'"province": "{province}"')
    most = memory(worker) + MOST_BYTES
    values: list[bytes | None] = [b"7".rjust(RECORD_BYTES)] * (BACKLOG_BYTES // RECORD_BYTES)
    watching = asyncio.create_task(peak(worker, most))

    for province in PROVINCES:
        await send(site.kafka.bootstrap, progress_topic(province), values, compression=compression)

    assert await watching < most


def memory(process: Process) -> int:
    """Return how many bytes a process has in memory."""
    return int(psutil.Process(process.pid).memory_info().rss)


async def peak(worker: Process, most: int) -> int:
    """Return the most that a worker has in memory until it has committed some batches, or else what is more than `most`."""
    found = 0

    def seen() -> bool:
        nonlocal found
        found = max(found, memory(worker))
        return found > most or worker.text().count("batch.committed") >= BATCHES

    await eventually(seen, within=60)
    return found
