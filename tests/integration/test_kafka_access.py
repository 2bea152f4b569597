"""Kafka with SASL/SCRAM, TLS and a list of rights: each user does what the file of `tiendo topics --acl` says, and nothing else."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Final

import pytest

from models.access import Right
from models.catalogue import load_catalogue
from models.errors import Forbidden, Unavailable
from models.topics import alerts_topic, all_topics, dead_letters_topic, progress_topic
from sinks.acls import Acls
from sinks.brokers import Brokers, Mechanism, Security, reach
from sinks.postgres.connection import Connection
from streams.cli.app import run
from streams.lines import lines_of
from streams.provision import provide_schema
from streams.sending import Sender
from tests.support.eventually import eventually
from tests.support.processes import Starter
from tests.support.rights import DONE, creates, reads, writes
from tests.support.secured_kafka import ADMINISTRATOR, SecuredKafka, secured_kafka
from tests.support.site import Site

pytestmark = [
    pytest.mark.integration,
    pytest.mark.kafka,
    # what aiokafka says itself of a refusal, before we say it in one sentence
    pytest.mark.logs_errors("Unable connect to", "Topic progress."),
]

SENDER: Final = "motcua-tra-vinh"
SUPERVISOR: Final = "ubnd-tra-vinh"
WORKER: Final = "tiendo-worker"
OPERATOR: Final = "tiendo-topics"
STRANGER: Final = "nguoi-la"
USERS: Final = (SENDER, SUPERVISOR, WORKER, OPERATOR, STRANGER)
FILE: Final = f"""
senders: {{tra-vinh: [{SENDER}]}}
supervisors: {{tra-vinh: [{SUPERVISOR}]}}
workers: [{WORKER}]
operators: [{OPERATOR}]
"""
LINES: Final = list(lines_of(Path(__file__).parents[1] / "fixtures" / "first.ndjson"))
PROVINCE: Final = "tra-vinh"
OURS, OTHER = progress_topic(PROVINCE), progress_topic("dong-nai")
WRONG: Final = "falsch"
REFUSED: Final = "TOPIC_AUTHORIZATION_FAILED"
GROUP_REFUSED: Final = "GROUP_AUTHORIZATION_FAILED"


@pytest.fixture(scope="module")
def secured(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SecuredKafka]:
    """Run a broker whose topics and rights are as `tiendo topics --acl` leaves them, with a record on each topic of ours."""
    brokers = secured_kafka(USERS)
    broker = next(brokers)
    try:
        file = tmp_path_factory.mktemp("access") / "access.yaml"
        file.write_text(FILE, encoding="utf-8")
        with pytest.MonkeyPatch.context() as environment:
            as_user(environment, broker, ADMINISTRATOR)
            assert 0 == run(["topics", "--acl", str(file)])
        administrator = broker.settings(ADMINISTRATOR).brokers
        for topic in (alerts_topic(PROVINCE), dead_letters_topic(PROVINCE), OURS):
            assert DONE == writes(administrator, topic)
        yield broker
    finally:
        next(brokers, None)


def as_user(environment: pytest.MonkeyPatch, broker: SecuredKafka, user: str) -> None:
    """Run the commands that follow as a user."""
    for name, value in broker.environment(user).items():
        environment.setenv(f"TIENDO_{name.upper()}", value)


@pytest.mark.parametrize(
    ("user", "topic", "expected"),
    [
        (SENDER, OURS, DONE),
        (SENDER, OTHER, REFUSED),
        (SENDER, alerts_topic(PROVINCE), REFUSED),
        (SENDER, dead_letters_topic(PROVINCE), REFUSED),
        (SUPERVISOR, OURS, REFUSED),
        (SUPERVISOR, alerts_topic(PROVINCE), REFUSED),
        (SUPERVISOR, dead_letters_topic(PROVINCE), REFUSED),
        (OPERATOR, OURS, DONE),
        (OPERATOR, alerts_topic(PROVINCE), REFUSED),
        (OPERATOR, dead_letters_topic(PROVINCE), REFUSED),
        (STRANGER, OURS, REFUSED),
    ],
)
def test_who_may_write(secured: SecuredKafka, user: str, topic: str, expected: str) -> None:
    """A sender its own province's events, an operator those that are sent again; alerts and refused records workers alone."""
    assert expected == writes(secured.settings(user).brokers, topic)


@pytest.mark.parametrize(
    ("user", "topic", "group", "expected"),
    [
        (SUPERVISOR, alerts_topic(PROVINCE), f"{SUPERVISOR}.bao-cao", DONE),
        (SUPERVISOR, alerts_topic("dong-nai"), f"{SUPERVISOR}.bao-cao", REFUSED),
        (SUPERVISOR, OURS, f"{SUPERVISOR}.bao-cao", REFUSED),
        (SUPERVISOR, dead_letters_topic(PROVINCE), f"{SUPERVISOR}.bao-cao", REFUSED),
        (SUPERVISOR, alerts_topic(PROVINCE), "tiendo", GROUP_REFUSED),
        (SUPERVISOR, alerts_topic(PROVINCE), f"{SENDER}.bao-cao", GROUP_REFUSED),
        (SENDER, dead_letters_topic(PROVINCE), f"{SENDER}.loi", DONE),
        (SENDER, dead_letters_topic("dong-nai"), f"{SENDER}.loi", REFUSED),
        (SENDER, OURS, f"{SENDER}.loi", REFUSED),
        (SENDER, alerts_topic(PROVINCE), f"{SENDER}.loi", REFUSED),
        (OPERATOR, OURS, f"{OPERATOR}.x", GROUP_REFUSED),
        (WORKER, alerts_topic(PROVINCE), "tiendo", REFUSED),
        (STRANGER, alerts_topic(PROVINCE), "tiendo", GROUP_REFUSED),
    ],
)
def test_who_may_read(
    secured: SecuredKafka, user: str, topic: str, group: str, expected: str
) -> None:
    """A supervisor its alerts, a sender what was refused of it, in groups of their own; events workers alone."""
    assert expected == reads(secured.settings(user).brokers, topic, group)


@pytest.mark.parametrize(
    ("user", "expected"), [(WORKER, REFUSED), (SENDER, REFUSED), (SUPERVISOR, REFUSED)]
)
def test_who_may_create_topics(secured: SecuredKafka, user: str, expected: str) -> None:
    """None but an operator, and the operator none but ours."""
    assert expected == creates(secured.settings(user).brokers, "progress.ha-noi")
    assert REFUSED == creates(secured.settings(OPERATOR).brokers, "progress.ha-noi")


def test_an_operator_checks_the_topics_and_cannot_change_the_rights(
    secured: SecuredKafka,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Who may give rights could give itself all of them: that stays with the cluster's administrator."""
    as_user(monkeypatch, secured, OPERATOR)
    file = tmp_path / "access.yaml"
    file.write_text(FILE, encoding="utf-8")

    assert 0 == run(["topics"])
    out, _ = capsys.readouterr()
    assert [f"{topic.name}: as it should be" for topic in all_topics()] == out.splitlines()
    assert 1 == run(["topics", "--acl", str(file), "--dry-run"])
    assert f"does not let user {OPERATOR} see or change rights" in capsys.readouterr().err


def test_nobody_unknown_does_anything(secured: SecuredKafka) -> None:
    """Where a listener asks for no name, the list of rights knows of nobody without one."""
    anonymous = Brokers(secured.addresses["PLAINTEXT"])

    assert REFUSED == writes(anonymous, OURS)
    assert GROUP_REFUSED == reads(anonymous, alerts_topic(PROVINCE), "x")


async def test_who_cannot_prove_who_it_is_is_told_so_in_one_sentence(
    secured: SecuredKafka, tmp_path: Path
) -> None:
    """Wrong password, unknown user, another mechanism, an authority that did not sign: what to look at is in the sentence."""
    good = secured.settings(SENDER).brokers
    await reach(good)

    for wrong, said in (
        (replace(good, password=WRONG), f"does not accept user {SENDER} .*SASL_PASSWORD"),
        (replace(good, username="ai-do"), "does not accept user ai-do"),
        (replace(good, mechanism=Mechanism.SCRAM_SHA_256), "UnsupportedSaslMechanismError"),
        (replace(good, ca_file=None), "no trust between us .* check TIENDO_KAFKA_CA_FILE"),
        (replace(good, ca_file=str(tmp_path / "none.pem")), "certificates .* cannot be read"),
    ):
        with pytest.raises(Forbidden, match=said) as caught:
            await reach(wrong, 10)
        assert WRONG not in str(caught.value)


async def test_a_listener_that_speaks_otherwise_is_named_with_what_was_tried(
    secured: SecuredKafka,
) -> None:
    """It looks like a broker that is away, and may be one."""
    with pytest.raises(Unavailable, match=r"that speaks PLAINTEXT .*SECURITY_PROTOCOL"):
        await reach(Brokers(secured.bootstrap), 10)


async def test_a_certificate_stands_for_a_user(secured: SecuredKafka) -> None:
    """Where Kafka knows its clients by certificates, the rights are those of the subject's name."""
    settings = secured.settings(
        SENDER,
        kafka_security_protocol=Security.SSL,
        kafka_bootstrap_servers=secured.addresses["SSL"],
        kafka_sasl_username=None,
        kafka_sasl_password=None,
        kafka_cert_file=str(secured.authority.sign(SENDER)),
    )

    assert DONE == writes(settings.brokers, OURS)
    assert REFUSED == writes(settings.brokers, OTHER)
    async with Sender(settings) as sender:
        await sender.send(LINES[:1])
    assert [PROVINCE] == list(sender.ends)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"kafka_sasl_password": WRONG}, "does not accept user tiendo-worker"),
        ({"kafka_ca_file": ""}, "no trust between us and Kafka"),
        ({"consumer_group": "tiendo-2"}, "user tiendo-worker lacks a right on group tiendo-2"),
        ({"kafka_sasl_username": ""}, "SASL_SSL needs TIENDO_KAFKA_SASL_USERNAME"),
    ],
)
async def test_a_worker_that_is_not_let_in_ends_with_one_sentence(
    secured: SecuredKafka, database: str, starter: Starter, wrong: dict[str, str], said: str
) -> None:
    """Its supervisor starts it again, and whoever reads its log knows what to mend; it does not try for ever in silence."""
    settings = {**secured.environment(WORKER), "consumer_group": "tiendo", **wrong}
    if not settings["kafka_ca_file"]:
        del settings["kafka_ca_file"]
    worker = Site(secured, database, starter).worker(**settings)

    assert 0 != await worker.ended()
    last = worker.text().splitlines()[-1]
    assert last.startswith("tiendo: ")
    assert said in last
    assert WRONG not in worker.text()


async def test_a_sender_that_mistakes_the_province_is_told_so(
    secured: SecuredKafka,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """The line is named, and whose it is."""
    as_user(monkeypatch, secured, SENDER)
    file = tmp_path / "events.ndjson"
    file.write_bytes(LINES[0].value.replace(b"tra-vinh", b"dong-nai"))

    status = await asyncio.to_thread(run, ["publish", str(file)])

    assert 1 == status
    said = capsys.readouterr().err
    assert "line 1 is of dong-nai, and there is no topic progress.dong-nai" in said
    assert "or ask its operator for the right to write there" in said


async def test_a_worker_with_its_rights_alone_runs_the_whole_pipeline(
    secured: SecuredKafka, database: str, connection: Connection, starter: Starter
) -> None:
    """From a sender's events to the figures, and a refused record back to its sender.

    A province whose topic is closed to the worker waits, and is read once the right is there.
    """
    await provide_schema(database, load_catalogue())
    acls = Acls(secured.settings(ADMINISTRATOR).brokers)
    rights = [Right(f"User:{WORKER}", operation, "TOPIC", OTHER) for operation in ("READ", "WRITE")]
    async with Sender(secured.settings(ADMINISTRATOR)) as sender:
        await sender.send(LINES)
    acls.remove(rights)
    site = Site(secured, database, starter)
    worker = site.worker(
        **secured.environment(WORKER), consumer_group="tiendo", publish_days="true"
    )

    async def reached(province: str) -> bool:
        query = "SELECT next_offset FROM tiendo.progress WHERE province = $1"
        found = await connection.fetchval(query, province)
        return found is not None and found >= sender.ends[province]

    await eventually(lambda: reached(PROVINCE))
    await worker.says("Kafka does not show progress.dong-nai to user tiendo-worker")
    await worker.says('"event": "day.started"')
    assert not await reached("dong-nai")
    acls.add(rights)
    await eventually(lambda: reached("dong-nai"))
    assert await connection.fetchval("SELECT count(*) FROM api.kpi_current WHERE value > 0")
    await eventually(
        lambda: connection.fetchval(
            "SELECT count(*) > 0 AND bool_and(published_at IS NOT NULL) FROM tiendo.outbox"
        )
    )
    verify = site.command(
        "verify", "--province", PROVINCE, release=None, **secured.environment(WORKER)
    )
    assert 0 == await verify.ended(), verify.text()
    group = f"{SENDER}.loi-2"
    assert DONE == reads(secured.settings(SENDER).brokers, dead_letters_topic(PROVINCE), group)
    worker.terminate()
    assert 0 == await worker.ended()


def test_rights_are_shown_granted_once_and_removed_only_when_asked(
    secured: SecuredKafka,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Who leaves the file keeps its rights until somebody says --prune; a dry run changes nothing."""
    as_user(monkeypatch, secured, ADMINISTRATOR)
    file = tmp_path / "access.yaml"
    file.write_text(FILE.replace(f"[{SUPERVISOR}]", f"[{SUPERVISOR}, {STRANGER}]"))
    brokers = secured.settings(STRANGER).brokers
    topic, group = alerts_topic(PROVINCE), f"{STRANGER}.x"

    def told(*arguments: str) -> list[str]:
        assert 0 == run(["topics", "--acl", str(file), *arguments])
        return capsys.readouterr().out.splitlines()

    shown = [line.split() for line in told("--dry-run")]
    assert ["grant", f"User:{STRANGER}", "READ", "topic", topic] in shown
    assert GROUP_REFUSED == reads(brokers, topic, group)

    lines = told()
    assert f"granted: User:{STRANGER} READ topic {topic}" in lines
    assert lines[-1].endswith(" rights were there, 2 were granted")
    assert DONE == reads(brokers, topic, group)
    assert told()[-1].endswith(" rights were there, 0 were granted")

    file.write_text(FILE)
    left = f"not in the file (--prune removes it): User:{STRANGER} READ topic {topic}"
    assert left in told()
    assert DONE == reads(brokers, topic, group)
    assert f"removed: User:{STRANGER} READ topic {topic}" in told("--prune")
    assert GROUP_REFUSED == reads(brokers, topic, group)
    assert told("--prune")[-1].endswith(" rights were there, 0 were granted")
