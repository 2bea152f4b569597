"""`tiendo deadletters` on Apache Kafka and Postgres: what was refused is found, shown to those who may see it, repaired and sent again."""

import base64
import json
from pathlib import Path

import pytest
from aiokafka import AIOKafkaProducer

from models.catalogue import load_catalogue
from models.mending import REASONS
from models.topics import all_topics, dead_letters_topic, progress_topic
from sinks.postgres.connection import Connection
from sinks.postgres.queries import VIEWS
from streams.provision import provide_schema
from streams.publisher import STRUCTURED
from tests.support.events import dossier_received, line
from tests.support.eventually import eventually
from tests.support.kafka import delete_topics
from tests.support.site import Site

pytestmark = [pytest.mark.integration, pytest.mark.kafka, pytest.mark.logs_errors]

PROVINCE = "tra-vinh"
Headers = list[tuple[str, bytes]]
_MISSPELT = dossier_received({"intake_channel": "window"})
_BINARY: Headers = [
    ("ce_specversion", b"1.0"),
    ("ce_id", b"b1"),
    ("ce_source", b"urn:tiendo:tra-vinh:edoc"),
    ("ce_type", b"vn.tiendo.no.such.v1"),
    ("content-type", b"application/json"),
    ("tiendo_reason", b"a header of the sender's own"),
]
_SENT: list[tuple[bytes | None, bytes | None, Headers]] = [
    (b"D0", line(dossier_received({"dossier_id": "D0"}, subject="D0", id="d0")), list(STRUCTURED)),
    (b"D1", line(_MISSPELT), list(STRUCTURED)),
    (None, b"\xff no json", []),
    (b"\x00k", b'{"a": 1}', _BINARY),
]
"""One that counts, then three that are refused, at the offsets 1 to 3."""


@pytest.fixture
async def refused(site: Site, database: str, connection: Connection) -> Site:
    """Return a site whose worker has refused three records, and whose relay has returned them."""
    await provide_schema(database, load_catalogue())
    site.worker(provinces=PROVINCE)
    producer = AIOKafkaProducer(bootstrap_servers=site.kafka.bootstrap)
    await producer.start()
    for key, value, headers in _SENT:
        await producer.send_and_wait(progress_topic(PROVINCE), value, key, headers=headers)
    await producer.stop()
    returned = "SELECT count(*) = 3 FROM tiendo.outbox WHERE topic LIKE 'deadletters.%' AND published_at IS NOT NULL"
    await eventually(lambda: connection.fetchval(returned), within=90)
    return site


async def rows(site: Site, *arguments: str, dsn: str | None = None) -> list[dict[str, object]]:
    """Return what `deadletters list` prints as JSON."""
    ran = await site.ran(
        *("deadletters", "list", *arguments, "--json"),
        postgres_dsn=site.settings.dsn if dsn is None else dsn,
    )
    assert 0 == ran.status, ran.err
    found: list[dict[str, object]] = json.loads(ran.out)
    return found


async def replayed(connection: Connection) -> list[int]:
    """Return the offsets that are marked."""
    marked = await connection.fetch(
        'SELECT "offset" FROM api.dead_letter WHERE replayed_at IS NOT NULL ORDER BY 1'
    )
    return [row[0] for row in marked]


async def test_what_was_refused_is_listed_from_the_database_and_from_the_topic(
    refused: Site,
) -> None:
    """With the columns of the view and a mend; the topic knows the same without a database; filters narrow both."""
    stored = await rows(refused)
    returned = await rows(refused, "--topic", "--province", PROVINCE, dsn="")

    assert [*VIEWS["dead_letter"], "mend"] == list(stored[0]) == list(returned[0])
    same = [name for name in stored[0] if name not in {"received_at", "replayed_at"}]
    assert {
        (row["offset"], row["reason"], row["field"], row["source"], row["agency"]) for row in stored
    } == {
        (1, "bad_payload", "intake_channel", "urn:tiendo:tra-vinh:motcua", "000.00.01.H59"),
        (2, "bad_encoding", None, "", ""),
        (3, "not_cloudevent", "time", "urn:tiendo:tra-vinh:edoc", ""),
    }
    assert sorted([row[name] for name in same] for row in stored if row["field"]) == sorted(
        [row[name] for name in same] for row in returned if row["field"]
    )
    for where in ([], ["--topic"]):
        only = await rows(refused, "--reason", "bad_encoding", "--since", "2019-01-01", *where)
        assert [2] == [row["offset"] for row in only]
        assert [] == await rows(refused, "--province", "hai-duong", *where)
        assert [] == await rows(refused, "--since", "2100-01-01", *where)
        assert [1] == [
            row["offset"] for row in await rows(refused, "--agency", "000.00.01.H59", *where)
        ]
        assert [3] == [
            row["offset"]
            for row in await rows(refused, "--source", "urn:tiendo:tra-vinh:edoc", *where)
        ]
    mend = "write one of online, counter, post"  # as `tiendo check` says it
    assert [mend, mend] == [row["mend"] for row in (*stored, *returned) if row["offset"] == 1]
    text = await refused.ran("deadletters", "list", "--limit", "2")
    summary = await refused.ran("deadletters", "list", "--summary")
    assert [f"{PROVINCE}:3", f"{PROVINCE}:2"] == [
        ":".join(one.split(":")[:2]) for one in text.out.decode().splitlines()
    ]
    assert "2 dead letters; there are more" in text.err
    assert (
        f"{PROVINCE}: 1 bad_payload intake_channel from urn:tiendo:tra-vinh:motcua 000.00.01.H59,"
        " 1 not sent again"
    ) in summary.out.decode().splitlines()


async def test_one_is_shown_in_full_to_those_who_may_see_it(refused: Site, database: str) -> None:
    """The operator and the reader of the topic see key, headers and bytes; the reader of the views is told why not."""
    raw = await refused.ran("deadletters", "show", PROVINCE, "1", "--raw")
    full = await refused.ran(
        "deadletters",
        "show",
        PROVINCE,
        "3",
        "--json",
        postgres_dsn=f"{database}&role=tiendo_operator",
    )
    out_of_topic = await refused.ran("deadletters", "show", PROVINCE, "3", "--json", "--topic")
    reader = f"{database}&role=tiendo_reader"
    denied = await refused.ran("deadletters", "show", PROVINCE, "1", postgres_dsn=reader)
    no_bytes = await refused.ran("deadletters", "show", PROVINCE, "1", "--raw", postgres_dsn=reader)
    withheld = await refused.ran(
        *("deadletters", "show", PROVINCE, "1", "--json"), postgres_dsn=reader
    )
    general = await refused.ran("deadletters", "list", "--limit", "3", postgres_dsn=reader)
    none = await refused.ran("deadletters", "show", PROVINCE, "0")
    text = await refused.ran("deadletters", "show", PROVINCE, "2")

    assert line(_MISSPELT) + b"\n" == raw.out
    shown, returned = json.loads(full.out), json.loads(out_of_topic.out)
    del shown["received_at"], returned["received_at"]
    assert shown == returned
    key, value, headers = _SENT[3]
    assert key is not None
    assert value is not None
    assert base64.b64encode(key).decode() == shown["key"]
    assert (base64.b64encode(value).decode(), value.decode()) == (shown["value"], shown["text"])
    assert [[name, base64.b64encode(one).decode()] for name, one in headers] == shown["headers"]
    first, why = denied.out.decode().splitlines()
    assert (0, f"{PROVINCE}:1: bad_payload: intake_channel") == (
        denied.status,
        first.rsplit(": ", 1)[0],
    )
    assert "for the role tiendo_operator only" in why
    assert (1, b"", f"tiendo: {why}\n") == (no_bytes.status, no_bytes.out, no_bytes.err)
    told = json.loads(withheld.out)
    assert ("bad_payload", why, False) == (told["reason"], told["withheld"], "value" in told)
    assert "bad_payload: intake_channel: " in general.out.decode()
    assert f"3 dead letters\nwhat to write instead is said in general: {why}\n" == general.err
    assert "tra-vinh has no dead letter at offset 0" in none.err
    assert "bad_encoding: not UTF-8 at byte 0; write UTF-8" in text.out.decode()


async def test_what_is_sent_again_is_what_came_and_is_marked_once(
    refused: Site, database: str, connection: Connection
) -> None:
    """Bytes, key and headers; a dry run sends nothing; a second replay sends nothing; the operator's role is enough."""
    operator = f"{database}&role=tiendo_operator"

    async def again(*arguments: str) -> list[dict[str, object]]:
        ran = await refused.ran(
            "deadletters", "replay", *arguments, "--json", postgres_dsn=operator
        )
        assert 0 == ran.status, ran.err
        found: list[dict[str, object]] = json.loads(ran.out)
        return [one for one in found if one["records"]]

    one = ("--province", PROVINCE, "--reason", "not_cloudevent", "--offset", "3")
    dry = await again(*one, "--dry-run")
    before = len(await refused.read(progress_topic(PROVINCE))), await replayed(connection)
    done = await again(*one)
    marked = await replayed(connection)
    twice = await again(*one)
    repeated = await again(*one, "--again")

    expected = [{"province": PROVINCE, "records": 1, "refused": {"not_cloudevent": 1}}]
    assert (expected, expected, [], expected) == (dry, done, twice, repeated)
    assert (4, []) == before
    assert [3] == marked == await replayed(connection)
    sent = await refused.read(progress_topic(PROVINCE))
    assert [_SENT[3]] * 2 == [
        (record.key, record.value, list(record.headers)) for record in sent[4:]
    ]
    assert {1, 2} <= {row["offset"] for row in await rows(refused, "--pending", dsn=operator)}
    assert [3] == [row["offset"] for row in await rows(refused, "--replayed")]
    returned = 'SELECT array_agg("offset" ORDER BY "offset") = \'{1,2,3,4,5}\' FROM api.dead_letter'
    await eventually(lambda: connection.fetchval(returned), within=60)


async def test_a_repaired_record_counts(
    refused: Site, connection: Connection, tmp_path: Path
) -> None:
    """Shown raw, mended, checked, sent in the place of the old one; one that is no better is not sent."""
    path = tmp_path / "repaired.ndjson"
    raw = await refused.ran("deadletters", "show", PROVINCE, "1", "--raw")
    path.write_bytes(raw.out)
    call = ("--province", PROVINCE, "--offset", "1", "--from", str(path))

    unmended = await refused.ran("deadletters", "replay", *call)
    path.write_bytes(raw.out.replace(b"window", b"counter"))
    mended = await refused.ran("deadletters", "replay", *call)
    once_more = await refused.ran("deadletters", "replay", *call)
    short = await refused.ran("deadletters", "replay", *call, "--offset", "2")

    assert (1, []) == (unmended.status, [one for one in await replayed(connection) if one != 1])
    assert (
        "the line for offset 1 would be refused again: bad_payload: intake_channel" in unmended.err
    )
    assert (0, [1]) == (mended.status, await replayed(connection))
    assert f"{PROVINCE}: 1 sent again\n" == mended.out.decode()
    assert (0, "nothing waits: what was sent again before needs --again") == (
        once_more.status,
        once_more.out.decode().split(",")[0],
    )
    assert (2, True) == (short.status, "has 1 lines for 2 offsets" in short.err)
    counted = "SELECT sum(events) = 2 FROM api.feed_health WHERE province = 'tra-vinh'"
    await eventually(lambda: connection.fetchval(counted), within=60)
    last = (await refused.read(progress_topic(PROVINCE)))[-1]
    assert (path.read_bytes().strip(), STRUCTURED) == (last.value, tuple(last.headers))


async def test_a_replay_is_alone_in_its_province(refused: Site, connection: Connection) -> None:
    """Another one is told to wait, and sends nothing."""
    lock = "SELECT pg_advisory_lock(hashtextextended('tiendo replay tra-vinh', 0))"
    await connection.execute(lock)

    ran = await refused.ran("deadletters", "replay", "--reason", "bad_encoding")

    assert (1, b"") == (ran.status, ran.out)
    assert "another replay of tra-vinh is running: wait for its end" in ran.err
    assert 4 == len(await refused.read(progress_topic(PROVINCE)))


async def test_services_that_are_away_are_named(refused: Site) -> None:
    """One sentence with the mend, nothing marked: Kafka away, its topics missing, Postgres away."""
    away = await refused.ran(
        "deadletters", "list", "--topic", kafka_bootstrap_servers="127.0.0.1:9"
    )
    replay = await refused.ran(
        "deadletters", "replay", "--reason", "bad_encoding", kafka_bootstrap_servers="127.0.0.1:9"
    )
    no_database = await refused.ran(
        "deadletters", "list", postgres_dsn="postgresql://nobody@127.0.0.1:9/nothing"
    )
    await delete_topics(refused.kafka.bootstrap, [topic.name for topic in all_topics()])
    missing = await refused.ran("deadletters", "list", "--topic", "--province", PROVINCE)

    assert [1, 1, 1, 1] == [one.status for one in (away, replay, no_database, missing)]
    assert "no Kafka at 127.0.0.1:9" in away.err
    assert "no Kafka at 127.0.0.1:9" in replay.err
    assert "Postgres is not available" in no_database.err
    assert (
        f"there is no topic {dead_letters_topic(PROVINCE)}: create it with `tiendo topics`"
        in missing.err
    )
    assert [] == await rows(refused, "--replayed")


def test_the_reasons_are_those_of_the_contract() -> None:
    """As the design prints them, in their order."""
    assert (
        "null_value too_large bad_encoding not_json not_cloudevent wrong_province unknown_type bad_payload"
        " key_mismatch time_in_future time_too_old naive_instant"
    ) == " ".join(REASONS)
