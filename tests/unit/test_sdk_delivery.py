"""How the agencies' package delivers: what is acknowledged leaves the spool, what is refused steps aside, the rest waits."""

import json
import logging
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest
from confluent_kafka import KafkaError, Producer

from tests.support.agency import SENDER, attributes, dossier, opening
from tests.support.brokers import Brokers, error_of
from tiendo_agency import Agency, EventRefused, Problem, Security, SettingRefused
from tiendo_agency.delivery import Delivery
from tiendo_agency.errors import SpoolFull
from tiendo_agency.events import build
from tiendo_agency.spool import Spool

SECONDS = 10.0


@contextmanager
def delivering(
    folder: Path, brokers: Brokers, on_problem: Callable[[Problem], None] | None = None
) -> Iterator[Spool]:
    """Deliver what is added to a spool for the length of a block."""
    spool = Spool(folder, 2**30)
    spool.add(
        [
            build(SENDER, "dossier.received", dossier(f"D{n}"), attributes(f"e{n}"))
            for n in range(10)
        ]
    )
    delivery = Delivery(spool, brokers.producer, on_problem)
    try:
        yield spool
    finally:
        delivery.stop()
        spool.close()


def waiting(folder: Path) -> list[str]:
    """Return the ids of what waits in a spool that nobody has open."""
    spool = Spool(folder, 2**30)
    try:
        return [kept.event.id for kept in spool.first(1000, 2**30)]
    finally:
        spool.close()


ALL = [f"e{n}" for n in range(10)]


def test_what_is_acknowledged_leaves_the_spool_in_order(tmp_path: Path) -> None:
    """In one round where it fits into one."""
    brokers = Brokers()
    with delivering(tmp_path, brokers) as spool:
        assert 0 == spool.wait_until_empty(SECONDS)

    assert (ALL, [10], []) == (brokers.taken, brokers.batches, waiting(tmp_path))


@pytest.mark.logs_errors("set aside")
def test_one_event_that_is_too_large_is_set_aside_and_its_neighbours_go(tmp_path: Path) -> None:
    """The brokers refuse the whole batch; only alone does each event show whether it is the one."""
    problems: list[Problem] = []
    too_large = error_of(KafkaError.MSG_SIZE_TOO_LARGE)
    brokers = Brokers(lambda ids: too_large if "e3" in ids else None)
    with delivering(tmp_path, brokers, problems.append) as spool:
        assert 0 == spool.wait_until_empty(SECONDS)
        ((event_id, event_type, why),) = spool.refused()

    assert ("e3", "dossier.received") == (event_id, event_type)
    assert why.startswith("MSG_SIZE_TOO_LARGE")
    assert [one for one in ALL if one != "e3"] == brokers.taken
    assert [Problem(why, "e3", "dossier.received")] == problems


def test_events_wait_while_the_sender_may_not_write(tmp_path: Path) -> None:
    """A missing right or topic is mended elsewhere: nothing is set aside, and it is told once, not at every attempt."""
    problems: list[Problem] = []
    forbidden = error_of(KafkaError.TOPIC_AUTHORIZATION_FAILED)
    attempts: list[int] = []

    def verdict(ids: list[str]) -> KafkaError | None:
        attempts.append(len(ids))
        return forbidden if len(attempts) < 3 else None

    brokers = Brokers(verdict)
    with delivering(tmp_path, brokers, problems.append) as spool:
        assert 0 == spool.wait_until_empty(SECONDS)

    assert (ALL, [10, 10, 10]) == (brokers.taken, attempts)
    assert ["TOPIC_AUTHORIZATION_FAILED"] == [one.detail.partition(":")[0] for one in problems]


def test_a_producer_that_can_do_no_more_is_replaced(tmp_path: Path) -> None:
    """Librdkafka calls an error fatal when it cannot keep its promise of order any more."""
    brokers = Brokers()
    fatal = error_of(KafkaError.OUT_OF_ORDER_SEQUENCE_NUMBER, fatal=True)
    brokers.verdict = lambda _ids: fatal if brokers.started == 1 else None
    with delivering(tmp_path, brokers) as spool:
        assert 0 == spool.wait_until_empty(SECONDS)

    assert (ALL, 2) == (brokers.taken, brokers.started)


def test_what_was_not_acknowledged_at_the_end_waits_for_the_next_process(tmp_path: Path) -> None:
    """Brokers that are away keep nobody from stopping."""
    with delivering(tmp_path, Brokers(silent=True)) as spool:
        assert 10 == spool.wait_until_empty(0.05)

    assert ALL == waiting(tmp_path)


@pytest.mark.logs_errors("on_error failed", "set aside")
def test_a_callback_that_fails_stops_nothing(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """It is a stranger's; its error is logged, and no log holds a payload."""

    def broken(problem: Problem) -> None:
        raise ValueError(problem)

    too_large = error_of(KafkaError.MSG_SIZE_TOO_LARGE)
    brokers = Brokers(lambda ids: too_large if "e0" in ids else None)
    with caplog.at_level(logging.DEBUG), delivering(tmp_path, brokers, broken) as spool:
        assert 0 == spool.wait_until_empty(SECONDS)

    assert ALL[1:] == brokers.taken
    assert "on_error failed" in caplog.text
    assert "citizen" not in caplog.text


def test_a_disk_that_is_full_for_a_moment_sends_nothing_twice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What Kafka has is written down as soon as there is room: it is not sent again meanwhile."""
    brokers = Brokers()
    settle = Spool.settle
    failures = [SpoolFull("the disk is full")]

    def full_once(self: Spool, *arguments: object) -> None:
        if failures:
            raise failures.pop()
        settle(self, *arguments)  # type: ignore[arg-type]  # handed on

    monkeypatch.setattr(Spool, "settle", full_once)
    with delivering(tmp_path, brokers) as spool:
        assert 0 == spool.wait_until_empty(SECONDS)

    assert ALL == brokers.taken


def test_an_agency_keeps_events_while_kafka_is_away(tmp_path: Path) -> None:
    """`send` returns an id, `close` says how many wait, and the next process has them."""
    with Agency(**opening(tmp_path)) as agency:
        first = agency.send("dossier.received", **dossier())  # type: ignore[arg-type]  # fields of any type
        agency.send("dossier.received", id="mine", correctionof=first, **dossier())  # type: ignore[arg-type]  # as above
        agency.send_events([agency.event("dossier.received", id="third", **dossier("D2"))])  # type: ignore[arg-type]  # as above
        agency.retract("dossier.received", id="fourth", reason="nhập trùng", dossier_id="D1")
        with pytest.raises(EventRefused):
            agency.send("dossier.received", dossier_id="D3")
        assert 4 == agency.waiting() == agency.close(0.05)

    assert [first, "mine", "third", "fourth"] == waiting(tmp_path)


def test_of_two_assertions_the_one_that_was_sent_later_is_recorded_later(tmp_path: Path) -> None:
    """Even within one tick of the clock, or after it was set back."""
    agency = Agency(**opening(tmp_path))
    try:
        times = [agency._now() for _ in range(1000)]
    finally:
        agency.close(0)

    assert sorted(set(times)) == times


def test_a_password_is_never_printed_and_never_forgotten(tmp_path: Path) -> None:
    """SASL without a user is a mistake that is told at once."""
    security = Security("SASL_SSL", username="motcua", password="s3cret")  # noqa: S106 - of nobody

    assert "s3cret" not in repr(security)
    assert {
        "security.protocol": "SASL_SSL",
        "sasl.mechanism": "SCRAM-SHA-512",
        "sasl.username": "motcua",
        "sasl.password": "s3cret",
    } == security.configuration()
    with pytest.raises(SettingRefused, match="needs username and password"):
        Agency(**opening(tmp_path), security=Security("SASL_SSL", username="motcua"))
    with pytest.raises(SettingRefused, match="Kafka's client does not start"):
        Agency(**opening(tmp_path), security=Security("SSL", ca_file=str(tmp_path / "none.pem")))
    Agency(**opening(tmp_path)).close(0)  # nothing holds the spool after a refusal


def test_delivery_that_ends_by_itself_is_a_problem(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A bug of ours must not look like a quiet day: events are kept, and somebody is told why they stay."""
    ended: list[BaseException | None] = []
    monkeypatch.setattr("threading.excepthook", lambda told: ended.append(told.exc_value))
    monkeypatch.setattr(Delivery, "_send", lambda *_: 1 / 0)
    agency = Agency(**opening(tmp_path))
    try:
        agency.send("dossier.received", **dossier())  # type: ignore[arg-type]  # fields of any type
        agency._delivery._thread.join(SECONDS)
        (problem,) = agency.problems()
    finally:
        agency.close(0)

    assert "delivery ended by ZeroDivisionError: restart the process" == problem.detail
    assert ["ZeroDivisionError"] == [type(one).__name__ for one in ended]


def test_a_setting_that_fails_later_is_waited_for(tmp_path: Path) -> None:
    """A producer is replaced while its CA file is exchanged: the next attempt may find it."""
    brokers = Brokers()
    fatal = error_of(KafkaError.OUT_OF_ORDER_SEQUENCE_NUMBER, fatal=True)
    brokers.verdict = lambda _ids: fatal if brokers.started == 1 else None
    gone = [SettingRefused("the CA file is not there")]
    problems: list[Problem] = []

    def producer(on_error: Callable[[KafkaError], None]) -> Producer:
        if brokers.started == 1 and gone:
            raise gone.pop()
        return brokers.producer(on_error)

    spool = Spool(tmp_path, 2**30)
    spool.add([build(SENDER, "dossier.received", dossier(), attributes())])
    delivery = Delivery(spool, producer, problems.append)
    try:
        assert 0 == spool.wait_until_empty(SECONDS)
    finally:
        delivery.stop()
        spool.close()

    assert ["e1"] == brokers.taken
    assert "the CA file is not there" in [one.detail for one in problems]


def test_a_queue_that_is_full_is_waited_for(tmp_path: Path) -> None:
    """Librdkafka takes so many at a time; nothing overtakes."""
    brokers = Brokers(queue_size=3)
    with delivering(tmp_path, brokers) as spool:
        assert 0 == spool.wait_until_empty(SECONDS)

    assert (ALL, [3, 3, 3, 1]) == (brokers.taken, brokers.batches)


@pytest.mark.logs_errors("set aside")
def test_an_event_that_the_client_itself_refuses_is_set_aside(tmp_path: Path) -> None:
    """Its neighbours go with the first round."""
    brokers = Brokers(refused_by_client="e4")
    with delivering(tmp_path, brokers) as spool:
        assert 0 == spool.wait_until_empty(SECONDS)
        assert ["e4"] == [event_id for event_id, *_ in spool.refused()]

    assert ([one for one in ALL if one != "e4"], [9]) == (brokers.taken, brokers.batches)


def test_events_may_be_sent_from_many_threads(tmp_path: Path) -> None:
    """All are kept, each once; no two are recorded at one time."""
    with Agency(**opening(tmp_path)) as agency:

        def send(sender: int) -> list[str]:
            return [
                agency.send("dossier.received", **dossier(f"D{sender}-{number}"))  # type: ignore[arg-type]  # fields of any type
                for number in range(50)
            ]

        with ThreadPoolExecutor(4) as threads:
            ids = [one for sent in threads.map(send, range(4)) for one in sent]
        assert 200 == agency.close(0)

    spool = Spool(tmp_path, 2**30)
    try:
        kept = [one.event for one in spool.first(1000, 2**30)]
    finally:
        spool.close()
    assert sorted(ids) == sorted(one.id for one in kept)
    assert 200 == len({json.loads(one.value)["recordedtime"] for one in kept})
