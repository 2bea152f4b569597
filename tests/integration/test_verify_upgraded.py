"""`tiendo verify` of a province that one version of the catalogue has begun and another has taken over."""

from collections.abc import AsyncIterator, Sequence
from typing import Final

import pytest

from models.facts import Record
from models.topics import progress_topic
from sinks.postgres.comparable import ALERT_NOW
from sinks.postgres.connection import Connection, connect
from streams.cli.progress import watching
from streams.provision import provide_schema
from streams.verification import Verified, verify_log
from tests.support.folding import Folding, folding
from tests.support.histories import long_log
from tests.support.kafka import ApacheKafka, send
from tests.support.oracle.province import setting
from tests.support.processes import Starter
from tests.support.site import Site
from tests.support.variants import PROVINCE, variant

pytestmark = [pytest.mark.integration, pytest.mark.kafka]

OLD, NEW = 0, 3
LINES: Final = [record.value for record in long_log(setting(PROVINCE, 60), seed=11, recipes=60)]
HALF: Final = len(LINES) // 2
HISTORIES: Final = {"alert_history", "kpi_history", "outbox"}
JUDGED: Final = {"alert", "attainment", "obligation", "problem_standing", "target_reading"}


class Upgraded:
    """A province in which the later version has taken over in the middle of the log."""

    def __init__(
        self, site: Site, connection: Connection, worker: Folding, rest: Sequence[Record]
    ) -> None:
        self.connection = connection
        self._site = site
        self._worker = worker
        self._rest = rest

    async def goes_on(self) -> None:
        """Fold the rest of the log, in which days close."""
        await self._worker.fold(self._rest)

    async def verified(self) -> Verified:
        """Verify it as the later version."""
        settings = self._site.settings
        with watching(enabled=False) as watch:
            (found,) = await verify_log(settings, variant(NEW), [PROVINCE], watch)
        return found


@pytest.fixture
async def upgraded(
    kafka: ApacheKafka, empty_database: str, starter: Starter
) -> AsyncIterator[Upgraded]:
    """Return the province as it is at the swap."""
    site = Site(kafka, empty_database, starter)
    await site.fresh_topics()
    await send(kafka.bootstrap, progress_topic(PROVINCE), LINES)
    log = await site.log(PROVINCE)
    await provide_schema(empty_database, variant(OLD))
    async with folding(empty_database, OLD) as old:
        await old.take_over()
        await old.fold(log[:HALF])
    await provide_schema(empty_database, variant(NEW))
    connection = await connect(empty_database, "test")
    try:
        async with folding(empty_database, NEW) as new:
            await new.take_over()
            yield Upgraded(site, connection, new, log[HALF:])
    finally:
        await connection.close()


async def test_what_one_version_has_judged_is_compared_from_its_first_close_on(
    upgraded: Upgraded,
) -> None:
    """Panes and figures at once; statuses and alerts once they are of its own closes; what several have published, never."""
    at_the_swap = await upgraded.verified()
    await upgraded.goes_on()
    later = await upgraded.verified()

    published = {"progress", *HISTORIES}
    assert [] == at_the_swap.compared.differences + later.compared.differences
    assert {*published, *JUDGED} == {one.table for one in at_the_swap.left_out}
    left_out = {one.table: one.what for one in later.left_out}
    assert {*published, "alert"} == left_out.keys()
    assert (
        "action, alert_id, closed_day, expected, reason_en, reason_vi, revision, value;"
        " retracted rows"
    ) == left_out["alert"]
    assert {"pane", "kpi", "feed", "dead_letter"} <= at_the_swap.compared.rows.keys()
    assert (HISTORIES | JUDGED).isdisjoint(at_the_swap.compared.rows)
    assert later.compared.rows.keys() == at_the_swap.compared.rows.keys() | JUDGED
    standing = "SELECT count(*) FROM tiendo.alert WHERE state <> 'retracted'"
    assert await upgraded.connection.fetchval(standing) == later.compared.rows["alert"] > 0


CHANGES: Final = {
    "severity": "severity = 'unheard-of'",
    "ends_at": "ends_at = starts_at + 1000",
    "agency": "agency = 'nobody'",
    "starts_at": "starts_at = '1999-01-01'",
    "withdrawn": "state = 'retracted'",
}
"""What somebody does by hand to one alert each."""


async def test_an_alert_that_was_changed_by_hand_is_found(upgraded: Upgraded) -> None:
    """By the column, or as a row that is missing on one side; an id and a revision are of several versions and show nothing."""
    await upgraded.goes_on()
    rows = await upgraded.connection.fetch(
        "SELECT alert_id, dedup_key FROM tiendo.alert WHERE state <> 'retracted' ORDER BY alert_id"
    )
    changed = dict(zip(CHANGES, rows, strict=False))
    for name, row in changed.items():
        sql = f"UPDATE tiendo.alert SET {CHANGES[name]} WHERE alert_id = $1"  # noqa: S608 - constants
        await upgraded.connection.execute(sql, row["alert_id"])
    free = rows[len(CHANGES)]["alert_id"]
    sql = "UPDATE tiendo.alert SET revision = 99, alert_id = 'another' WHERE alert_id = $1"
    await upgraded.connection.execute(sql, free)

    found = await upgraded.verified()

    by_key: dict[str, list[tuple[set[str] | None, set[str] | None]]] = {}
    for one in found.compared.differences:
        sides = [None if side is None else {*side} for side in (one.stored, one.recomputed)]
        by_key.setdefault(one.key[0], []).append((sides[0], sides[1]))
    assert {"alert"} == {one.table for one in found.compared.differences}
    assert {row["dedup_key"] for row in changed.values()} == by_key.keys()
    missing = (None, {*ALERT_NOW})
    for name in ("severity", "ends_at", "agency"):
        assert [({name}, {name})] == by_key[changed[name]["dedup_key"]]
    assert [missing[::-1], missing] == by_key[changed["starts_at"]["dedup_key"]]
    assert [missing] == by_key[changed["withdrawn"]["dedup_key"]]
