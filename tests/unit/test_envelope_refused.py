"""Which records are refused, with which reason, in which order."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from msgspec.structs import replace

from models.envelope import decode
from models.events import VOCABULARY
from models.facts import DeadLetter, Event, Record
from tests.support.events import Attributes, binary, dossier_received, record_of, retraction

NAIVE = "2019-10-01T08:00:00"
FUTURE = "2026-01-02T07:00:00.001+07:00"


def refusal(record: Record) -> tuple[str, str | None]:
    """Return reason and field of the dead letter that a record becomes."""
    outcome = decode(record)
    assert isinstance(outcome, DeadLetter)
    return outcome.reason, outcome.field


def without(event: Attributes, name: str) -> Attributes:
    """Return the event without one attribute."""
    return {key: value for key, value in event.items() if key != name}


def test_the_first_reason_that_holds_is_given() -> None:
    """One record breaks every rule; mended rule by rule it shows the reasons in the contract's order."""
    event = dossier_received(
        {"received_at": NAIVE, "intake_channel": "fax"},
        id="",
        province="dong-nai",
        type="vn.tiendo.dossier.lost.v1",
        subject="D2",
        time=FUTURE,
    )
    broken = replace(record_of(event), province="tra-vinh")
    seen = [refusal(replace(broken, value=None))[0]]
    seen.append(refusal(replace(broken, value=b"\xff" * (1024 * 1024 + 1)))[0])
    seen.append(refusal(replace(broken, value=b"\xff{"))[0])
    seen.append(refusal(replace(broken, value=b"{"))[0])
    for mend in (
        {},
        {"id": "f1"},
        {"province": "tra-vinh"},
        {"type": "vn.tiendo.dossier.received.v1"},
        {"data": dossier_received({"received_at": NAIVE})["data"]},
        {"subject": "D1"},
        {"time": "1999-12-31T23:59:59"},
        {"time": NAIVE},
    ):
        event |= mend
        seen.append(refusal(replace(record_of(event), province="tra-vinh"))[0])

    assert [
        "null_value",
        "too_large",
        "bad_encoding",
        "not_json",
        "not_cloudevent",
        "wrong_province",
        "unknown_type",
        "bad_payload",
        "key_mismatch",
        "time_in_future",
        "time_too_old",
        "naive_instant",
    ] == seen


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (b"", ("not_json", None)),
        (b"hello", ("not_json", None)),
        (b"\xef\xbb\xbf{}", ("not_json", None)),
        (b'{"a":NaN}', ("not_json", None)),
        (b"[" * 100_000, ("not_json", None)),
        (b'{"a":' + b"[" * 64 + b"]" * 64 + b"}", ("not_json", None)),
        (rb'{"a":"\ud800"}', ("bad_encoding", None)),
        (b"[]", ("not_cloudevent", None)),
        (b"{}", ("not_cloudevent", "specversion")),
        (b'{"a":' + b"9" * 5000 + b"}", ("not_cloudevent", "specversion")),
    ],
)
def test_what_is_no_event_at_all(value: bytes, expected: tuple[str, str | None]) -> None:
    """Broken bytes are told from broken JSON, and that from JSON which is no CloudEvent."""
    assert expected == refusal(record_of(value))


@pytest.mark.parametrize(
    "name", ["specversion", "id", "source", "type", "subject", "time", "province", "agency"]
)
@pytest.mark.parametrize("value", [None, 1, "", "\0", "x" * 2049])
def test_a_required_attribute_is_missing_or_ill_typed(name: str, value: object) -> None:
    """Text, not empty, without NUL, within 2048 bytes; null is missing."""
    record = replace(record_of(dossier_received() | {name: value}), province="tra-vinh")

    assert ("not_cloudevent", name) == refusal(record)
    absent = replace(record_of(without(dossier_received(), name)), province="tra-vinh")
    assert ("not_cloudevent", name) == refusal(absent)


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        (dossier_received(specversion="0.3"), ("not_cloudevent", "specversion")),
        (dossier_received(time="2019-10-01"), ("not_cloudevent", "time")),
        (dossier_received(time="2019-10-01 08:00:00+07:00"), ("not_cloudevent", "time")),
        (dossier_received(time="1569891600"), ("not_cloudevent", "time")),
        (dossier_received(recordedtime="yesterday"), ("not_cloudevent", "recordedtime")),
        (dossier_received(agency="Sở 1"), ("not_cloudevent", "agency")),
        (dossier_received(agency="a" * 65), ("not_cloudevent", "agency")),
        (dossier_received(province="ha-noi"), ("wrong_province", "province")),
        (dossier_received(type="vn.tiendo.dossier.received.v2"), ("unknown_type", "type")),
        (dossier_received(datacontenttype="text/xml"), ("bad_payload", "datacontenttype")),
        (dossier_received(data_base64="e30="), ("bad_payload", "data")),
        (without(dossier_received(), "data"), ("bad_payload", "data")),
        (dossier_received() | {"data": None}, ("bad_payload", "data")),
        (dossier_received() | {"data": []}, ("bad_payload", "data")),
        (dossier_received(subject="D2"), ("key_mismatch", "subject")),
        (dossier_received(time=FUTURE), ("time_in_future", "time")),
        (dossier_received(recordedtime=FUTURE), ("time_in_future", "recordedtime")),
        (dossier_received({"received_at": FUTURE}), ("time_in_future", "received_at")),
        (dossier_received(time="1999-12-31T23:59:59+07:00"), ("time_too_old", "time")),
        (dossier_received(time=NAIVE), ("naive_instant", "time")),
        (dossier_received(recordedtime=NAIVE), ("naive_instant", "recordedtime")),
        (dossier_received({"due_at": NAIVE}), ("naive_instant", "due_at")),
    ],
)
def test_a_broken_rule_names_its_reason_and_field(
    event: Attributes, expected: tuple[str, str]
) -> None:
    """One fault each."""
    assert expected == refusal(record_of(event))


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("dossier_id", ""),
        ("dossier_id", 1),
        ("dossier_id", "x" * 513),
        ("agency_id", "a\0"),
        ("intake_channel", "Online"),
        ("intake_channel", None),
        ("procedure_online_level", "3"),
        ("procedure_online_level", True),
        ("procedure_online_level", 3.0),
        ("procedure_online_level", 5),
        ("procedure_online_level", -1),
        ("received_at", 1569891600),
        ("received_at", "2019-10-01"),
        ("received_at", "2019-10-01T08:00+07:00"),
        ("received_at", "2019-02-29T08:00:00+07:00"),
        ("received_at", "2019-10-01T08:00:60+07:00"),
        ("received_at", "2019-10-01T08:00:00+0700"),
        ("due_at", "9999-12-31T23:59:59-12:00"),
        ("due_at", []),
    ],
)
def test_ill_typed_payload_fields_are_refused(field: str, value: object) -> None:
    """Nothing is converted: "3" is no integer, true is not 1, 3.0 is not 3, a date is no instant."""
    assert ("bad_payload", field) == refusal(record_of(dossier_received({field: value})))


@pytest.mark.parametrize(
    ("name", "field", "value"),
    [
        ("payment.made", "amount_vnd", 2**63),
        ("payment.made", "amount_vnd", 1e3),
        ("survey.responded", "score", "4.5"),
        ("survey.responded", "score", True),
        ("survey.responded", "score", 10**400),
        ("survey.responded", "score", 1e19),
        ("survey.responded", "electronic", 1),
        ("account.used", "used_on", "2019-10-01T00:00:00+07:00"),
        pytest.param("account.used", "used_on", "2019-10-01T08:00:00+07:00", id="the event's time"),
        ("account.used", "used_on", "20191001"),
        ("account.used", "used_on", 18170),
    ],
)
def test_fields_of_every_kind_are_strict(
    name: str, field: str, value: object, payload_of: Callable[[str], Attributes]
) -> None:
    """Integers are of 64 bits, numbers finite and of 64 bits, booleans no numbers, dates no instants."""
    data = payload_of(name) | {field: value}
    key = str(data[VOCABULARY[name].natural_key[0]])
    event = dossier_received(type=VOCABULARY[name].wire_name, subject=key) | {"data": data}

    assert ("bad_payload", field) == refusal(record_of(event))


@pytest.fixture
def payload_of() -> Callable[[str], Attributes]:
    """Return a maker of a valid payload by type."""
    payloads: dict[str, Attributes] = {
        "payment.made": {
            "payment_id": "P",
            "payer_id": "E",
            "payment_type": "fee",
            "channel": "online",
            "amount_vnd": 1,
            "paid_at": "2019-10-01T08:00:00+07:00",
        },
        "survey.responded": {
            "survey_id": "S",
            "agency_id": "a",
            "score": 4.5,
            "electronic": True,
            "responded_at": "2019-10-01T08:00:00+07:00",
        },
        "account.used": {
            "account_id": "A",
            "system": "mail",
            "official_id": "O",
            "agency_id": "a",
            "used_on": "2019-10-01",
            "actions": 3,
        },
    }
    return payloads.__getitem__


@pytest.mark.parametrize(
    ("data", "attributes", "expected"),
    [
        ({"type": "dossier.lost"}, {}, ("bad_payload", "type")),
        ({"type": "fact.retracted"}, {}, ("bad_payload", "type")),
        ({"subject": "a/b"}, {}, ("bad_payload", "subject")),
        ({"subject": ""}, {}, ("bad_payload", "subject")),
        ({"reason": None}, {}, ("bad_payload", "reason")),
        ({"moment": "2019-10-01T08:00:00+07:00"}, {}, ("bad_payload", "moment")),
        ({"type": "dossier.status_changed"}, {}, ("bad_payload", "moment")),
        (
            {"type": "dossier.status_changed", "moment": "2019-10-01"},
            {},
            ("bad_payload", "moment"),
        ),
        (
            {"type": "account.used", "moment": "2019-10-01T08:00:00+07:00"},
            {},
            ("bad_payload", "moment"),
        ),
        ({"type": "dossier.status_changed", "moment": NAIVE}, {}, ("naive_instant", "moment")),
        ({}, {"subject": "D2"}, ("key_mismatch", "subject")),
        ({}, {"time": FUTURE}, ("time_in_future", "time")),
    ],
)
def test_a_retraction_must_name_a_fact(
    data: Attributes, attributes: Attributes, expected: tuple[str, str]
) -> None:
    """Type in the vocabulary, subject a natural key of it, a moment if and only if the fact is dated."""
    assert expected == refusal(record_of(retraction(data, **attributes)))


@pytest.mark.parametrize("subject", ["day/2019-13-01", "day/", "2019-10-01", "night/2019-10-01"])
def test_a_day_that_starts_is_named_by_its_date(subject: str) -> None:
    """The subject is `day/<date>`."""
    event = dossier_received(type="vn.tiendo.day.started.v1", subject=subject) | {"data": {}}

    assert ("key_mismatch", "subject") == refusal(record_of(event))


def test_headers_that_say_something_else_are_no_cloud_event() -> None:
    """A foreign content type without `ce_` headers, or a batch, is not what the contract asks for."""
    for content_type in (b"application/json", b"application/cloudevents-batch+json"):
        record = record_of(dossier_received(), ("content-type", content_type))
        assert ("not_cloudevent", "content-type") == refusal(record)


def test_binary_mode_is_checked_like_structured_mode() -> None:
    """Attributes come from headers, data from the value; the reasons are the same."""
    record = binary(dossier_received())
    xml = tuple(pair for pair in record.headers if pair[0] != "content-type")

    assert ("not_json", None) == refusal(replace(record, value=b"{"))
    assert ("bad_encoding", "ce_x") == refusal(
        replace(record, headers=(*record.headers, ("ce_x", b"\xff")))
    )
    assert ("bad_payload", "datacontenttype") == refusal(
        replace(record, headers=(*xml, ("content-type", b"text/xml")))
    )
    assert ("not_cloudevent", "source") == refusal(
        replace(record, headers=tuple(pair for pair in record.headers if pair[0] != "ce_source"))
    )
    assert ("not_cloudevent", "id") == refusal(
        replace(record, headers=(*record.headers, ("ce_id", b"a\0b")))
    )


def test_a_dead_letter_names_its_sender_as_far_as_it_can_be_read() -> None:
    """Id, source and agency are kept where well formed, so that the sender's feed shows its faults."""
    outcome = decode(record_of(dossier_received({"intake_channel": "fax"}, agency="Sở 1")))

    assert isinstance(outcome, DeadLetter)
    assert ("f004", "urn:tiendo:tra-vinh:motcua", "") == (
        outcome.event_id,
        outcome.source,
        outcome.agency,
    )


def test_a_dead_letter_of_binary_mode_reads_its_headers_though_the_value_is_broken() -> None:
    """The headers are outside the value."""
    outcome = decode(replace(binary(dossier_received()), value=b"{"))

    assert isinstance(outcome, DeadLetter)
    assert ("f004", "000.00.01.H59") == (outcome.event_id, outcome.agency)


def test_one_mebibyte_is_accepted_and_one_byte_more_is_not() -> None:
    """The bound is inclusive; unknown fields may fill it."""
    size = len(json.dumps(dossier_received(filler="")))
    exact = record_of(dossier_received(filler="x" * (1024 * 1024 - size)))
    assert exact.value is not None

    assert isinstance(decode(exact), Event)
    assert ("too_large", None) == refusal(replace(exact, value=exact.value + b" "))


def test_the_fixture_has_three_dead_letters() -> None:
    """A bad value, a subject that is not the key, no event at all."""
    lines = (Path(__file__).parents[1] / "fixtures" / "first.ndjson").read_bytes().splitlines()

    outcomes = [decode(replace(record_of(line), province=_province(line))) for line in lines]

    assert ["bad_payload", "key_mismatch", "not_cloudevent"] == [
        outcome.reason for outcome in outcomes if isinstance(outcome, DeadLetter)
    ]


def _province(line: bytes) -> str:
    return str(json.loads(line)["province"])
