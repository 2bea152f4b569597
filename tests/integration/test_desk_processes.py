"""The processes that fold for a worker: they end with it, and it ends with them."""

import asyncio

import psutil
import pytest

from models.catalogue import load_catalogue
from streams.lines import Line
from streams.provision import provide_schema
from streams.sending import Sender
from streams.simulator import load
from tests.support.eventually import eventually
from tests.support.processes import Process, alive
from tests.support.site import Site

pytestmark = [pytest.mark.integration, pytest.mark.kafka, pytest.mark.logs_errors]


async def folding(site: Site, database: str) -> tuple[Process, list[psutil.Process]]:
    """Start a worker with two desk processes, with some events folded."""
    await provide_schema(database, load_catalogue())
    async with Sender(site.settings) as sender:
        await sender.send(Line(0, province, value) for province, value in load(7, 500, agencies=20))
    worker = site.worker(fold_processes="2")
    await worker.says("batch.committed", within=60)
    return worker, psutil.Process(worker.pid).children()


async def test_a_killed_worker_leaves_no_process_behind(site: Site, database: str) -> None:
    """Nobody else could end them; what they may still commit, the next claim fences."""
    worker, children = await folding(site, database)

    worker.kill()

    assert 2 == len(children)
    await eventually(lambda: not any(alive(child.pid) for child in children), within=20)


async def test_a_worker_whose_desk_process_was_killed_ends_and_says_so(
    site: Site, database: str
) -> None:
    """It cannot tell what that one had committed: whoever restarts it goes on from the ledger."""
    worker, children = await folding(site, database)

    children[0].kill()

    assert 1 == await worker.ended()
    assert "a restart of the worker goes on from what is committed" in worker.text()
    assert not any(alive(child.pid) for child in children)


async def test_an_interrupt_from_the_terminal_still_ends_in_order(
    site: Site, database: str
) -> None:
    """It goes to every process of the group at once; the desks wait for their worker to finish."""
    worker, children = await folding(site, database)

    for child in children:
        child.terminate()
    await asyncio.sleep(0.5)
    worker.terminate()

    assert 0 == await worker.ended()
    assert "worker.stopped" in worker.text()
    assert not any(alive(child.pid) for child in children)
