"""`tiendo status` beside workers that come and go."""

import json

import pytest

from models.catalogue import load_catalogue
from models.topics import PROVINCES
from streams.provision import provide_schema
from tests.support.eventually import eventually
from tests.support.site import Site

pytestmark = [pytest.mark.integration, pytest.mark.kafka]


async def states(site: Site) -> set[str]:
    """Return the states that the command shows."""
    ran = await site.ran("status", "--json")
    assert 0 == ran.status, ran.err
    return {one["state"] for one in json.loads(ran.out)["provinces"]}


async def test_a_worker_that_was_stopped_is_missed_at_once(site: Site) -> None:
    """One that was killed is missed after half a minute; one that leaves says so."""
    await provide_schema(site.settings.dsn, load_catalogue())
    worker = site.worker()
    for province in PROVINCES:
        await worker.says(f'"province": "{province}"')

    async def all_tended() -> bool:
        return await states(site) == {"idle"}

    await eventually(all_tended, within=60)
    worker.terminate()

    assert 0 == await worker.ended()
    assert {"untended"} == await states(site)
