"""Parked provinces and the decisions that let them go on, on Apache Kafka and Postgres, as an operator works: by commands, beside a running worker."""

import asyncio
import json
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest
from msgspec.structs import replace

from models.catalogue import Catalogue, load_catalogue
from models.changes import Changes, Mark, OutboxMessage
from models.errors import Unavailable
from models.operating import Choice
from models.topics import PROVINCES, progress_topic
from sinks.postgres.connection import Connection
from sinks.postgres.ledger import Ledger
from sinks.postgres.outbox import Outbox
from sinks.postgres.release import NotParked, Order, release
from sinks.postgres.tending import Tending
from streams.lines import Line
from streams.log_reader import Unverifiable
from streams.provision import provide_schema
from streams.simulator import load
from streams.verification import verify_log
from tests.support.eventually import eventually
from tests.support.fold import fold
from tests.support.kafka import delete_records, recreate_topics, send
from tests.support.processes import Process
from tests.support.site import Site
from tests.support.standings import standings, standings_of
from tests.support.tally_worker import POISON

pytestmark = [pytest.mark.integration, pytest.mark.kafka, pytest.mark.logs_errors]

SICK, WELL = PROVINCES[1], PROVINCES[3]
_MARK = "SELECT next_offset FROM tiendo.progress WHERE province = $1"
_PARKED = "SELECT parked_reason FROM tiendo.progress WHERE province = $1"
_STANDING = "SELECT standing FROM tiendo.tended WHERE province = $1"
_DECISIONS = """
SELECT number, choice, parked_reason, mark_before, mark_after, decided_by, reason FROM tiendo.decision
WHERE province = $1 ORDER BY number"""


def lines(seed: int, province: str, events: int = 3_000) -> list[bytes]:
    """Return a load's events of one province."""
    found = [
        Line(0, slug, value) for slug, value in load(seed, events, agencies=12) if slug == province
    ]
    return [line.value for line in found]


async def marked(connection: Connection, province: str, offset: int) -> None:
    """Wait until a province's mark is at an offset."""

    async def there() -> bool:
        return bool(await connection.fetchval(_MARK, province) == offset)

    await eventually(there, within=45)


async def said_parked(connection: Connection, province: str) -> None:
    """Wait until the province's worker has said that it is parked."""

    async def said() -> bool:
        return bool(await connection.fetchval(_STANDING, province) == "parked")

    await eventually(said)


async def parked(connection: Connection, province: str, reason: str) -> None:
    """Wait until a province is parked for a reason."""

    async def is_parked() -> bool:
        return bool(await connection.fetchval(_PARKED, province) == reason)

    await eventually(is_parked, within=60)


async def told(site: Site, *arguments: str, status: int = 0) -> str:
    """Run a command to its end, and return what it said."""
    command = site.command(*arguments)
    assert status == await command.ended(), command.text()
    return command.text()


async def ready(worker: Process) -> tuple[int, dict[str, object]]:
    """Ask a worker whether it is ready."""
    (served,) = (json.loads(line) for line in worker.text().splitlines() if '"http.served"' in line)

    def ask() -> tuple[int, dict[str, object]]:
        try:
            with urlopen(f"http://127.0.0.1:{served['port']}/readyz", timeout=10) as answer:
                return answer.status, json.loads(answer.read())
        except HTTPError as error:
            return error.code, json.loads(error.read())

    return await asyncio.to_thread(ask)


async def catalogue_in(database: str) -> Catalogue:
    """Provide the schema and the shipped catalogue."""
    catalogue = load_catalogue()
    await provide_schema(database, catalogue)
    return catalogue


async def test_a_topic_created_anew_parks_and_an_operator_lets_it_go_on_or_folds_it_again(
    site: Site, database: str, connection: Connection
) -> None:
    """The worker never restarts: kept figures go on with another log; a refold leaves what that log alone makes."""
    catalogue = await catalogue_in(database)
    first, second, third = (lines(seed, SICK) for seed in (1, 2, 3))
    refused = [b"no json"]
    worker = site.worker(http_port="0")
    await worker.says("worker.started")
    await send(site.kafka.bootstrap, progress_topic(SICK), [*refused, *first])
    await marked(connection, SICK, len(first) + 1)
    before = await site.log(SICK)

    await recreate_topics(site.kafka.bootstrap, [progress_topic(SICK)])
    await parked(connection, SICK, "log_ends_before_mark")
    await send(site.kafka.bootstrap, progress_topic(SICK), [*refused, *second])
    shown = await told(site, "release", SICK)
    assert "It can go on in one of these ways" in shown
    assert [] == await connection.fetch(_DECISIONS, SICK)
    assert "parked again" in await told(
        site, "release", SICK, "--at-mark", "--reason", "try", status=1
    )
    await told(site, "release", SICK, "--from-beginning", "--reason", "disk lost", "--by", "lan")

    await marked(connection, SICK, len(second) + 1)
    await worker.says("province.released")
    after = await site.log(SICK)
    both = [*before, *(replace(one, offset=one.offset + len(before)) for one in after)]
    expected = fold(catalogue.province(SICK), both).tables
    assert standings_of(expected) == await standings(connection, SICK)
    assert [0, 0] == [
        row["offset"]
        for row in await connection.fetch(
            'SELECT "offset" FROM tiendo.dead_letter_former WHERE province = $1'
            ' UNION ALL SELECT "offset" FROM tiendo.dead_letter WHERE province = $1',
            SICK,
        )
    ]
    with pytest.raises(Unverifiable, match="an operator let tra-vinh go on at offset 0"):
        await verify_log(site.settings, catalogue, [SICK], Unwatched())
    status, report = await ready(worker)
    assert (200, []) == (status, report["missing"])

    await recreate_topics(site.kafka.bootstrap, [progress_topic(SICK)])
    await send(site.kafka.bootstrap, progress_topic(SICK), third)
    await parked(connection, SICK, "log_ends_before_mark")
    refusal = await told(site, "release", SICK, "--refold", "--reason", "privacy", status=2)
    assert "Say --yes if that is meant" in refusal
    await told(site, "release", SICK, "--refold", "--yes", "--reason", "privacy", "--by", "lan")

    await marked(connection, SICK, len(third))
    assert worker.status is None
    (verified,) = await verify_log(site.settings, catalogue, [SICK], Unwatched())
    assert (0, len(third)) == (verified.compared.differing, verified.next_offset)
    assert [
        (1, "go_on", "log_ends_before_mark", len(first) + 1, 0, "lan", "disk lost"),
        (2, "refold", "log_ends_before_mark", len(second) + 1, 0, "lan", "privacy"),
    ] == [tuple(row) for row in await connection.fetch(_DECISIONS, SICK)]
    expected = fold(catalogue.province(SICK), await site.log(SICK)).tables
    worker.terminate()
    assert 0 == await worker.ended()
    assert expected.stored == await site.stored(catalogue, SICK)


class Unwatched:
    """Nobody is told how far a verification is."""

    def stage(self, text: str) -> None:
        """Forget it."""

    def done(self, records: int, total: int | None) -> None:
        """Forget it."""


async def test_a_lost_beginning_is_skipped_by_decision_and_said_ever_after(
    site: Site, database: str, connection: Connection
) -> None:
    """Retention took records that nobody had folded: what is left goes on, and `status` names what never was."""
    await catalogue_in(database)
    sent = lines(4, SICK, 1_000)
    await send(site.kafka.bootstrap, progress_topic(SICK), sent)
    await delete_records(site.kafka.bootstrap, progress_topic(SICK), 7)
    worker = site.worker(http_port="0")
    await parked(connection, SICK, "retention_loss")
    await said_parked(connection, SICK)
    status, report = await ready(worker)
    seen = json.loads(await told(site, "status", "--json", "--province", SICK))
    assert "parked" == seen["provinces"][0]["state"]
    assert f"tiendo release {SICK}" in seen["to_do"][0]
    assert 200 == status or report["missing"]
    await told(site, "status", "--check", status=1)

    await told(site, "release", SICK, "--from-offset", "7", "--reason", "retention was wrong")
    await marked(connection, SICK, len(sent))

    said = await told(site, "status", "--province", SICK)
    assert "tra-vinh: records 0 to 6 were never folded: decided" in said
    assert "TO DO  nothing" in said
    refusal = await told(site, "release", SICK, "--at-mark", "--reason", "again", status=1)
    assert "is not parked" in refusal


async def test_a_batch_that_a_bug_cannot_take_is_skipped_without_a_restart(
    site: Site, connection: Connection
) -> None:
    """The province is parked in its worker only; the decision reaches that worker, and the others never noticed."""
    worker = site.tally_worker()
    await worker.says("worker.started")
    await send(site.kafka.bootstrap, progress_topic(SICK), [POISON])
    await worker.says("province.parked")
    await send(site.kafka.bootstrap, progress_topic(SICK), [b"1", b"2"])
    await send(site.kafka.bootstrap, progress_topic(WELL), [b"1", b"2"])
    await marked(connection, WELL, 2)

    async def said() -> bool:
        standing = "SELECT standing FROM tiendo.tended WHERE province = $1"
        return bool(await connection.fetchval(standing, SICK) == "parked")

    await eventually(said, within=20)
    await told(site, "release", SICK, "--from-offset", "1", "--reason", "poison, see ticket 7")

    await marked(connection, SICK, 3)
    assert worker.status is None
    assert "bug" == await connection.fetchval(
        "SELECT parked_reason FROM tiendo.decision WHERE province = $1", SICK
    )


async def test_a_refold_ends_the_relay_that_could_mark_new_messages_as_sent(
    ledger: Ledger, database: str, connection: Connection
) -> None:
    """A relay that has read message 1 marks everything up to 1 as sent: after a refold that would be another message 1."""
    claim = await ledger.claim(SICK)
    await ledger.commit(
        claim,
        Changes(
            SICK,
            claim.mark,
            Mark(next_offset=1, outbox_seq=1),
            outbox=[OutboxMessage(1, "alerts.tra-vinh", None, b"old", ())],
        ),
    )
    await ledger.park(claim, "inconsistent", "changed by hand")
    outbox = Outbox(database, SICK)
    assert [b"old"] == [message.value for message in await outbox.pending() or ()]

    order = Order(SICK, Choice.REFOLD, 1, 0, 0, 1, "lan", "tables written by hand")
    number = await release(database, order)

    with pytest.raises(Unavailable):
        await outbox.mark_published(1)
    assert (1, [], 0) == (
        number,
        await outbox.pending(),
        await connection.fetchval(_MARK, SICK),
    )
    assert claim.epoch + 2 == (await ledger.claim(SICK)).epoch
    with pytest.raises(NotParked, match="nothing to release"):
        await release(database, order)
    await outbox.close()


async def test_a_worker_that_has_not_heard_of_a_release_parks_nothing_by_saying_so(
    ledger: Ledger, database: str
) -> None:
    """For some seconds it says what was true before: neither is the province parked by that, nor can it be released again."""
    claim = await ledger.claim(SICK)
    tending = Tending(database, "a worker")
    (row,) = await tending.tend({SICK: ("parked", "a bug")})
    assert "parked" == row.standing

    order = Order(SICK, Choice.RETRY, claim.mark.next_offset, 0, 0, 0, "lan", "mended")
    await release(database, order)

    (row,) = await tending.tend({SICK: ("parked", "a bug")})
    assert "released" == row.standing
    with pytest.raises(NotParked, match="nothing to release"):
        await release(database, order)
    (row,) = await tending.tend({SICK: ("claiming", "")})
    assert "claiming" == row.standing
    (row,) = await tending.tend({SICK: ("parked", "a bug")})
    assert "claiming" == row.standing
    await tending.close()
