"""The agencies' package on a real Kafka: kills, outages, topics that are missing or narrow; the server accepts what arrives."""

import json
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import pytest
from aiokafka import ConsumerRecord

from models.envelope import decode
from models.events import VOCABULARY
from models.facts import Event, Record
from models.topics import PROGRESS_MAX_BYTES, progress_topic
from tests.support.agency import SENDER, dossier, opening
from tests.support.eventually import eventually
from tests.support.kafka import (
    ApacheKafka,
    _free_ports,
    create_topics,
    delete_topics,
    read_topic,
)
from tiendo_agency import Agency, Problem, Security

pytestmark = [pytest.mark.integration, pytest.mark.kafka]

ROOT: Final = Path(__file__).parents[2]
TOPIC: Final = progress_topic(SENDER.province)
SECONDS: Final = 60.0
_SENDER: Final = """
import itertools, sys
from pathlib import Path
from tiendo_agency import Agency
from tests.support.agency import dossier, opening
agency = Agency(**opening(Path(sys.argv[1]), sys.argv[2]))
for number in itertools.count(int(sys.argv[3])):
    print(agency.send("dossier.received", id=f"e{number}", **dossier(f"D{number % 7}")), flush=True)
"""


def accepted(records: Sequence[ConsumerRecord[bytes | None, bytes | None]]) -> list[Event]:
    """Return the events of a topic's records as the server reads them; all are accepted, under the key that they carry."""
    events = []
    for one in records:
        headers = tuple((name, value) for name, value in one.headers)
        record = Record(SENDER.province, one.offset, one.timestamp, one.key, one.value or b"", headers)  # fmt: skip
        event = decode(record)
        assert isinstance(event, Event), event.detail
        assert event.fact is not None
        assert event.fact.key.encode() == one.key
        events.append(event)
    return events


async def fresh_topic(kafka: ApacheKafka, max_bytes: int = PROGRESS_MAX_BYTES) -> None:
    """Leave an empty topic behind that takes batches of so many bytes."""
    await delete_topics(kafka.bootstrap, [TOPIC])
    await create_topics(kafka.bootstrap, [TOPIC], config={"max.message.bytes": str(max_bytes)})


async def test_every_type_arrives_and_is_accepted(kafka: ApacheKafka, tmp_path: Path) -> None:
    """Each example of the schemas, sent as an agency's system would."""
    await fresh_topic(kafka)
    schemas: dict[str, Any] = json.loads(
        (ROOT / "deploy/agency-sdk/tiendo_agency/vocabulary.json").read_text("utf-8")
    )

    with Agency(**opening(tmp_path, kafka.bootstrap)) as agency:
        for name in VOCABULARY:
            agency.send(name, id=name, **schemas[name]["examples"][0]["data"])
        assert 0 == agency.flush(SECONDS)
        assert [] == agency.problems()

    events = accepted(await read_topic(kafka.bootstrap, TOPIC))
    assert [(name, name) for name in VOCABULARY] == [(one.type, one.id) for one in events]


async def test_a_killed_sender_loses_nothing_that_send_returned_for(
    kafka: ApacheKafka, tmp_path: Path
) -> None:
    """With -9, three times, while it delivers; what is sent twice has its id again, and the first times are in order."""
    await fresh_topic(kafka)
    told: list[str] = []
    for _ in range(3):
        told += _send_and_kill(tmp_path, kafka.bootstrap, len(told) + 10)

    with Agency(**opening(tmp_path, kafka.bootstrap)) as agency:
        assert 0 == agency.flush(SECONDS)

    arrived = [event.id for event in accepted(await read_topic(kafka.bootstrap, TOPIC))]
    first_times = list(dict.fromkeys(arrived))
    assert set(told) <= set(first_times)
    assert sorted(first_times, key=lambda one: int(one[1:])) == first_times


def _send_and_kill(spool: Path, brokers: str, start: int) -> list[str]:
    """Let a process send for a while and kill it; return the ids that `send` returned."""
    with subprocess.Popen(
        [sys.executable, "-c", _SENDER, spool, brokers, str(start)],
        cwd=ROOT,
        env={"PYTHONPATH": f"{ROOT}:{ROOT / 'deploy/agency-sdk'}"},
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        told = [process.stdout.readline().strip() for _ in range(400)]
        process.send_signal(signal.SIGKILL)
        return told + process.stdout.read().split()


async def test_events_wait_while_kafka_is_away_and_go_when_it_is_back(
    own_kafka: ApacheKafka, tmp_path: Path
) -> None:
    """Killed in the middle, and again before anything could be sent: all arrive, in order, and the trouble is over."""
    await fresh_topic(own_kafka)
    problems: list[Problem] = []
    with Agency(**opening(tmp_path, own_kafka.bootstrap), on_error=problems.append) as agency:
        agency.send("dossier.received", id="e0", **dossier())  # type: ignore[arg-type]  # fields of any type
        assert 0 == agency.flush(SECONDS)
        own_kafka.kill()
        for number in range(1, 200):
            agency.send("dossier.received", id=f"e{number}", **dossier())  # type: ignore[arg-type]  # as above
        await eventually(lambda: bool(problems), SECONDS)
        assert 199 == agency.waiting()
        assert agency.problems()
        own_kafka.start()

        assert 0 == agency.flush(SECONDS)
        assert [] == agency.problems()

    arrived = [event.id for event in accepted(await read_topic(own_kafka.bootstrap, TOPIC))]
    assert [f"e{number}" for number in range(200)] == list(dict.fromkeys(arrived))


@pytest.mark.logs_errors("set aside")
async def test_an_event_that_the_topic_does_not_take_steps_aside(
    kafka: ApacheKafka, tmp_path: Path
) -> None:
    """Its neighbours arrive; once the topic takes it, it can be taken up again."""
    await fresh_topic(kafka, 4096)
    with Agency(**opening(tmp_path, kafka.bootstrap)) as agency:
        events = [
            agency.event("dossier.received", id=f"e{number}", **dossier(f"D{number}"))  # type: ignore[arg-type]  # fields of any type
            for number in range(50)
        ]
        large = agency.event(
            "procedure.registered", id="large", procedure_id="P", name=_random_text(9000), owner_agency_id="A",
            handling_level="xa", service_group="đất đai", one_stop=True, interlinked=False, active=True,
        )  # fmt: skip
        agency.send_events([*events[:20], large, *events[20:]])
        assert 0 == agency.flush(SECONDS)
        assert [("large", "procedure.registered")] == [
            (one.event_id, one.event_type) for one in agency.problems()
        ]
        agency.drop_set_aside()
        assert [] == agency.problems()

    arrived = [event.id for event in accepted(await read_topic(kafka.bootstrap, TOPIC))]
    assert [f"e{number}" for number in range(50)] == sorted(arrived, key=lambda one: int(one[1:]))


def _random_text(length: int) -> str:
    """Return text that no compression makes short."""
    state, letters = 1, []
    for _ in range(length):
        state = state * 6364136223846793005 % 2**64 + 1442695040888963407
        letters.append(chr(0x4E00 + (state >> 40) % 20000))
    return "".join(letters)


async def test_a_topic_that_is_not_there_yet_is_waited_for(
    own_kafka: ApacheKafka, tmp_path: Path
) -> None:
    """Nothing is set aside: it is mended by `tiendo topics`, not by the sender. The broker makes no topics by itself, as in production."""
    own_kafka.kill()
    with own_kafka._properties.open("a") as properties:
        properties.write("auto.create.topics.enable=false\n")
    own_kafka.start()
    problems: list[Problem] = []
    with Agency(**opening(tmp_path, own_kafka.bootstrap), on_error=problems.append) as agency:
        agency.send("dossier.received", **dossier())  # type: ignore[arg-type]  # fields of any type
        await eventually(lambda: bool(problems), SECONDS)
        assert [(None, 1)] == [(one.event_id, agency.waiting()) for one in agency.problems()]
        await create_topics(own_kafka.bootstrap, [TOPIC])

        assert 0 == agency.flush(SECONDS)
        assert [] == agency.problems()

    assert 1 == len(accepted(await read_topic(own_kafka.bootstrap, TOPIC)))


async def test_a_wrong_password_is_told_and_the_right_one_delivers(
    own_kafka: ApacheKafka, tmp_path: Path
) -> None:
    """By SASL, on a listener of its own: events wait on the disk until the next process has the password."""
    (port,) = _free_ports(1)
    own_kafka.kill()
    properties = own_kafka._properties.read_text()
    for name in ("listeners", "advertised.listeners"):
        properties = properties.replace(
            f"{name}=PLAINTEXT://", f"{name}=SASL_PLAINTEXT://127.0.0.1:{port},PLAINTEXT://"
        )
    own_kafka._properties.write_text(
        properties.replace("map=", "map=SASL_PLAINTEXT:SASL_PLAINTEXT,")
        + "sasl.enabled.mechanisms=PLAIN\nlistener.name.sasl_plaintext.plain.sasl.jaas.config="
        'org.apache.kafka.common.security.plain.PlainLoginModule required user_motcua="right";\n'
    )
    own_kafka.start()
    await create_topics(own_kafka.bootstrap, [TOPIC])
    told: list[Problem] = []
    there = opening(tmp_path, f"127.0.0.1:{port}")
    wrong = Security("SASL_PLAINTEXT", "PLAIN", "motcua", "wrong")
    with Agency(**there, security=wrong, on_error=told.append) as agency:
        agency.send("dossier.received", **dossier())  # type: ignore[arg-type]  # fields of any type
        await eventually(lambda: any("_AUTHENTICATION" in one.detail for one in told), SECONDS)
        assert 1 == agency.close(0)
    assert not any("wrong" in one.detail for one in told)

    right = Security("SASL_PLAINTEXT", "PLAIN", "motcua", "right")
    with Agency(**there, security=right) as agency:
        assert 0 == agency.flush(SECONDS)

    assert 1 == len(accepted(await read_topic(own_kafka.bootstrap, TOPIC)))
