"""`tiendo publish` on Apache Kafka: lines as they stand, rows as events, a broker that goes away, registers sent twice."""

import asyncio
import concurrent.futures
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from models.catalogue import load_catalogue
from models.errors import Unavailable
from models.topics import PROVINCES, all_topics, progress_topic
from sinks.postgres.connection import Connection
from streams import sending
from streams.lines import Line
from streams.provision import provide_schema
from streams.publisher import STRUCTURED
from streams.sending import Sender
from streams.settings import Settings
from streams.topic_admin import ensure_topics
from tests.support.eventually import eventually
from tests.support.kafka import ApacheKafka, delete_topics, read_topic
from tests.support.site import Site

pytestmark = [pytest.mark.integration, pytest.mark.kafka, pytest.mark.logs_errors]

FIXTURE = Path(__file__).parents[1] / "fixtures" / "first.ndjson"
PROVINCE = "tra-vinh"
REGISTER = """dossier_id,procedure_id,agency_id,intake_channel,procedure_online_level,received_at,submitter_type
D1,1.001,000.00.01.H59,counter,2,2018-03-05T08:00:00+07:00,citizen
D2,1.001,000.00.01.H59,counter,2,2018-04-05T08:00:00+07:00,citizen
D3,1.001,000.00.02.H59,counter,2,2018-05-05T08:00:00+07:00,citizen
"""
OF_DOSSIERS = (
    "--snapshot", "--type", "dossier.received", "--province", PROVINCE,
    "--source", "urn:tiendo:tra-vinh:register",
)  # fmt: skip


async def test_every_line_arrives_as_it_stands_and_is_reported(site: Site, tmp_path: Path) -> None:
    """Two files and standard input; dead letters to be are sent and told; the status is 0."""
    other = tmp_path / "other.ndjson"
    other.write_bytes(b'{"province":"hai-duong"}\nno json\n')

    ran = await site.ran("publish", str(FIXTURE), str(other), "-", "--json", given=b"\n[1]\n")

    assert 0 == ran.status, ran.err
    told = json.loads(ran.out)
    lines = [*FIXTURE.read_bytes().splitlines(), *other.read_bytes().splitlines(), b"", b"[1]"]
    sent = {province: await site.read(progress_topic(province)) for province in PROVINCES}
    records = [record for one in sent.values() for record in one]
    assert sorted(lines) == sorted(record.value or b"" for record in records)
    assert all(STRUCTURED == tuple(record.headers) for record in records)
    assert [b"no json"] == [one.value for one in sent["hai-duong"]][1:]
    assert (len(lines), len(lines), 0) == (told["lines"], told["sent"], told["not_sent"])
    assert sum(map(len, lines)) == told["bytes"]
    assert {"not_json": 2, "not_cloudevent": 3, "bad_payload": 1, "key_mismatch": 1} == told[
        "refused"
    ]
    assert {name: len(one) for name, one in sent.items() if one} == {
        name: one["next_offset"] for name, one in told["provinces"].items()
    }
    for one in told["provinces"].values():
        assert one["sent"] == sum(one["types"].values()) + one["refused"]
    assert f"{other}:2: not_json: malformed JSON at character 0; " in ran.err
    assert "sent as it stands, it will become a dead letter" in ran.err


async def test_a_topic_that_is_missing_is_not_made_up(kafka: ApacheKafka, site: Site) -> None:
    """Neither by us nor by the broker; the mend is named."""
    await delete_topics(kafka.bootstrap, [topic.name for topic in all_topics()])

    ran = await site.ran("publish", str(FIXTURE))

    assert (1, b"") == (ran.status, ran.out)
    assert "there is no topic progress." in ran.err
    assert "create it with `tiendo topics`" in ran.err


async def test_a_line_that_no_topic_takes_stops_the_run_and_says_where(
    site: Site, tmp_path: Path
) -> None:
    """What stands before it has arrived, and the rest can be sent once it is shorter."""
    path = tmp_path / "large.ndjson"
    line = b'{"province":"tra-vinh"}'
    path.write_bytes(b"\n".join([line, line, b"x" * (5 * 1024 * 1024), line]) + b"\n")

    ran = await site.ran("publish", str(path))

    assert (1, b"") == (ran.status, ran.out)
    assert "line 3 has 5242880 bytes, more than a topic takes" in ran.err
    assert f"2 are sent: go on with --from-line 3 {path}" in ran.err
    assert 2 == len(await site.read(progress_topic(PROVINCE)))


def _lines(count: int) -> Iterator[Line]:
    for number in range(1, count + 1):
        yield Line(number, PROVINCE, b'{"province":"tra-vinh","id":"%d"}' % number)


async def test_a_broker_that_goes_away_is_waited_for(
    own_kafka: ApacheKafka, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is killed in the middle and comes back: every line arrives, and the wait is told."""
    monkeypatch.setattr(sending, "ANSWER_SECONDS", 1.0)
    settings = Settings(kafka_bootstrap_servers=own_kafka.bootstrap)
    await ensure_topics(settings, all_topics())
    said: list[str] = []
    counted: list[Line] = []

    async def back() -> None:
        await asyncio.sleep(2)
        await asyncio.to_thread(own_kafka.start)

    def lines() -> Iterator[Line]:
        for line in _lines(9_000):
            if line.number == 5_001:
                own_kafka.kill()
                returning.append(asyncio.run_coroutine_threadsafe(back(), loop))
            yield line

    loop = asyncio.get_running_loop()
    returning: list[concurrent.futures.Future[None]] = []
    async with Sender(
        settings, patience_seconds=90, say=said.append, sent=counted.extend
    ) as sender:
        await sender.send(lines())
    await asyncio.gather(*map(asyncio.wrap_future, returning))

    assert [line.number for line in _lines(9_000)] == sorted(line.number for line in counted)
    assert 9_001 == sender.next_line
    assert {line.value for line in _lines(9_000)} == {
        record.value for record in await read_topic(own_kafka.bootstrap, progress_topic(PROVINCE))
    }
    assert said
    assert "start it, or set TIENDO_KAFKA_BOOTSTRAP_SERVERS" in said[0]


async def test_a_run_that_stops_says_from_where_to_go_on(
    own_kafka: ApacheKafka, tmp_path: Path, site: Site
) -> None:
    """A broker that stays away ends the run after the stated time; the rest, sent from there, completes the topic."""
    settings = Settings(kafka_bootstrap_servers=own_kafka.bootstrap)
    await ensure_topics(settings, all_topics())
    path = tmp_path / "many.ndjson"
    path.write_bytes(b"".join(line.value + b"\n" for line in _lines(40_000)))

    counted: list[Line] = []

    def lines() -> Iterator[Line]:
        for line in _lines(40_000):
            if line.number == 5_001:
                own_kafka.kill()
            yield line

    with pytest.raises(Unavailable, match="start it, or set TIENDO_KAFKA_BOOTSTRAP_SERVERS"):
        async with Sender(
            settings, patience_seconds=1, say=lambda _: None, sent=counted.extend
        ) as sender:
            await sender.send(lines())
    own_kafka.start()
    ran = await site.ran(
        "publish",
        str(path),
        "--from-line",
        str(sender.next_line),
        kafka_bootstrap_servers=own_kafka.bootstrap,
    )

    assert 0 == ran.status, ran.err
    assert [line.number for line in _lines(sender.next_line - 1)] == sorted(
        line.number for line in counted
    )
    assert {line.value for line in _lines(40_000)} == {
        record.value for record in await read_topic(own_kafka.bootstrap, progress_topic(PROVINCE))
    }


async def test_ctrl_c_says_from_where_to_go_on(site: Site, tmp_path: Path) -> None:
    """All before that line has arrived; the status is that of an interruption."""
    path = tmp_path / "many.ndjson"
    path.write_bytes(b"".join(line.value + b"\n" for line in _lines(400_000)))
    running = site.command("publish", str(path))
    await running.says("Sending ")

    async def portions_arrived() -> bool:
        return len(await site.read(progress_topic(PROVINCE))) > sending._AT_ONCE_LINES

    await eventually(portions_arrived, within=60)

    running.terminate()

    assert 130 == await running.ended()
    found = re.search(
        rf"tiendo: stopped; ([\d,]+) are sent: go on with --from-line (\d+) {path}\n",
        running.text(),
    )
    assert found is not None, running.text()
    first = int(found[2])
    assert 1 < first <= 400_000
    assert {line.value for line in _lines(first - 1)} <= {
        record.value for record in await site.read(progress_topic(PROVINCE))
    }


async def test_rows_that_are_faults_are_not_sent_and_the_others_are(
    site: Site, tmp_path: Path
) -> None:
    """The status is 1; with --all-or-nothing nothing of the file is sent; once mended, it is sent whole."""
    path = tmp_path / "register.csv"
    path.write_text(REGISTER.replace("counter,2,2018-04", "window,2,2018-04"), encoding="utf-8")
    options = (*OF_DOSSIERS, "--as-of", "2018-12-31")

    nothing = await site.ran("publish", str(path), *options, "--all-or-nothing")
    empty = await site.read(progress_topic(PROVINCE))
    some = await site.ran("publish", str(path), *options, "--json")

    assert (1, [], 1) == (nothing.status, empty, some.status)
    assert f"{path}:3: bad_payload: intake_channel: " in nothing.err
    told = json.loads(some.out)
    assert (3, 2, 1) == (told["lines"], told["sent"], told["not_sent"])
    assert [("bad_payload", "intake_channel", 3)] == [
        (one["reason"], one["field"], one["line"]) for one in told["faults"]
    ]
    assert 2 == len(await site.read(progress_topic(PROVINCE)))


_FIGURES = """
SELECT indicator, agency, "window", value, numerator, denominator FROM api.kpi_current
WHERE province = 'tra-vinh' ORDER BY 1, 2, 3"""
_SUBJECTS = "SELECT * FROM tiendo.subject WHERE province = 'tra-vinh' ORDER BY kind, key, part"
_OPEN = """
SELECT value FROM api.kpi_current
WHERE province = 'tra-vinh' AND indicator = 'dossiers_open' AND agency = '*'"""
_FEED = """
SELECT sum(events)::int, sum(duplicates)::int, sum(stale)::int, sum(dead_letters)::int
FROM api.feed_health WHERE province = 'tra-vinh'"""


async def test_a_register_sent_twice_changes_nothing_and_a_later_one_corrects(
    site: Site, database: str, connection: Connection, tmp_path: Path
) -> None:
    """The same facts are duplicates; a changed row is a correction; a row that is gone is taken back when asked for."""
    await provide_schema(database, load_catalogue())
    site.worker(provinces=PROVINCE)
    first, second = tmp_path / "first.csv", tmp_path / "second.csv"
    first.write_text(REGISTER, encoding="utf-8")
    second.write_text(
        REGISTER.replace("2018-03-05", "2018-03-06").rpartition("D3")[0], encoding="utf-8"
    )

    async def sent(*arguments: str) -> list[object]:
        ran = await site.ran("publish", *arguments, *OF_DOSSIERS, "--json")
        assert 0 == ran.status, ran.err
        end = json.loads(ran.out)["provinces"][PROVINCE]["next_offset"]
        mark = "SELECT next_offset = $1 FROM tiendo.progress WHERE province = 'tra-vinh'"
        await eventually(lambda: connection.fetchval(mark, end), within=90)
        return [
            [tuple(row) for row in await connection.fetch(query)] for query in (_FIGURES, _SUBJECTS)
        ]

    once = await sent(str(first), "--as-of", "2018-12-31")
    opened = await connection.fetchval(_OPEN)
    twice = await sent(str(first), "--as-of", "2018-12-31")
    feed_then = tuple(await connection.fetchrow(_FEED) or ())
    await sent(str(second), "--as-of", "2019-01-31", "--retract-missing", str(first))

    assert once == twice
    assert 3 == opened
    assert (6, 3, 0, 0) == feed_then
    assert (9, 3, 0, 0) == tuple(await connection.fetchrow(_FEED) or ())
    assert 2 == await connection.fetchval(_OPEN)
    days = "SELECT day::text FROM api.kpi_daily WHERE indicator = 'dossiers_received' AND agency = '*' AND value > 0 ORDER BY day"
    assert ["2018-03-06", "2018-04-05"] == [row[0] for row in await connection.fetch(days)]
