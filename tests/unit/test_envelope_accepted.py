"""What an accepted record becomes."""

import json
from decimal import Decimal

import pytest
from msgspec.structs import replace

from models.days import day_of
from models.envelope import decode
from models.events import parse_date, parse_instant
from models.facts import Assertion, DeadLetter, Event, FactKey, Record, Value
from tests.support.events import binary, dossier_received, record_of, retraction

EIGHT = parse_instant("2019-10-01T08:00:00+07:00")


def accepted(record: Record) -> Event:
    """Return the event that a record becomes; a dead letter fails the test."""
    outcome = decode(record)
    assert isinstance(outcome, Event), outcome.detail
    return outcome


def asserted(event: Event) -> Assertion:
    """Return the assertion of an event that has one."""
    assert event.assertion is not None
    return event.assertion


def test_a_dossier_received() -> None:
    """Instants in microseconds, the key without moment, the canonical payload sorted and compact."""
    event = accepted(record_of(dossier_received({"due_at": None, "later_field": {"a": [1]}})))

    payload: dict[str, Value] = {
        "dossier_id": "D1",
        "procedure_id": "1.001",
        "agency_id": "000.00.01.H59",
        "intake_channel": "online",
        "procedure_online_level": 4,
        "received_at": EIGHT,
        "submitter_type": "citizen",
    }
    canonical = json.dumps(payload, sort_keys=True, separators=(",", ":"))
    source = "urn:tiendo:tra-vinh:motcua"
    assert (
        Event(
            type="dossier.received",
            id="f004",
            source=source,
            agency="000.00.01.H59",
            time=EIGHT,
            recorded=EIGHT,
            offset=7,
            timestamp_ms=1_767_225_600_000,
            fact=FactKey("dossier.received", "D1", None),
            assertion=Assertion(
                EIGHT, source, "f004", canonical, "000.00.01.H59", day_of(EIGHT), EIGHT, 7, payload
            ),
        )
        == event
    )


def test_values_of_a_payload_are_plain_python() -> None:
    """The engine compares, stores and encodes text: no enumeration members, no datetimes."""
    payload = asserted(accepted(record_of(dossier_received()))).payload

    assert payload is not None
    assert {str, int} == {type(value) for value in payload.values()}


def test_a_null_header_is_no_header() -> None:
    """Kafka allows them; CloudEvents has no null attribute."""
    event = dossier_received()
    in_headers = replace(
        binary(event), headers=(*binary(event).headers, ("ce_recordedtime", None), ("x", None))
    )

    assert accepted(record_of(event)) == accepted(in_headers)
    assert accepted(record_of(event)) == accepted(record_of(event, ("content-type", None)))


def test_binary_mode_gives_the_same_event() -> None:
    """Headers instead of attributes, the value instead of data."""
    event = dossier_received(recordedtime="2019-10-02T08:00:00Z")

    assert accepted(record_of(event)) == accepted(binary(event))
    titled = tuple((name.title(), value) for name, value in binary(event).headers)
    assert accepted(record_of(event)) == accepted(replace(binary(event), headers=titled))


def test_structured_mode_may_name_its_content_type() -> None:
    """With or without parameters."""
    event = dossier_received(datacontenttype="application/json; charset=utf-8")
    header = ("content-type", b"application/cloudevents+json; charset=UTF-8")

    assert accepted(record_of(dossier_received())) == accepted(record_of(event, header))


@pytest.mark.parametrize(
    ("text", "microseconds"),
    [
        ("2019-10-01T01:00:00Z", 0),
        ("2019-10-01t01:00:00z", 0),
        ("2019-09-30T21:30:00-03:30", 0),
        ("2019-10-01T08:00:00.1234569+07:00", 123_456),
        ("2019-10-01T08:00:00.5+07:00", 500_000),
    ],
)
def test_instants_are_cut_to_microseconds(text: str, microseconds: int) -> None:
    """Cut, not rounded, so that the order of assertions is the same everywhere."""
    event = accepted(record_of(dossier_received(recordedtime=text)))

    assert EIGHT + microseconds == event.recorded


def test_the_fact_is_dated_by_its_moment_and_the_day_is_vietnams() -> None:
    """18:30 UTC on the 30th is the 31st in Việt Nam."""
    event = accepted(record_of(dossier_received({"received_at": "2019-10-30T18:30:00Z"})))

    assert parse_date("2019-10-31") == asserted(event).day


def test_an_event_may_run_ahead_by_a_day() -> None:
    """24 hours after the Kafka timestamp is accepted; a due date may lie further."""
    at_bound = "2026-01-02T07:00:00+07:00"
    data = {"received_at": at_bound, "due_at": "2030-01-01T00:00:00+07:00"}

    event = accepted(record_of(dossier_received(data, time=at_bound, recordedtime=at_bound)))

    assert parse_instant(at_bound) == event.time
    assert parse_instant("2026-01-01T07:00:00+07:00") == event.watermark


def test_a_dated_fact_carries_its_moment_in_its_key() -> None:
    """Here a date; it may lie in the future."""
    data = {
        "agency_id": "000.00.01.H59",
        "name": "Sở số 01",
        "level": "so",
        "block": "nha_nuoc",
        "is_administrative": True,
        "handles_procedures": True,
        "has_one_stop_unit": False,
        "active": True,
        "valid_from": "2031-01-01",
    }
    event = dossier_received(type="vn.tiendo.agency.registered.v1", subject="000.00.01.H59")

    decoded = accepted(record_of(event | {"data": data}))

    day = parse_date("2031-01-01")
    assert FactKey("agency.registered", "000.00.01.H59", day) == decoded.fact
    assert (day, day) == (asserted(decoded).day, asserted(decoded).moment)


def test_a_fact_without_a_dating_field_is_dated_by_the_event() -> None:
    """`moment: time` in the vocabulary; scores are whole or exact decimals."""
    data = {"index_id": "I", "index": "PCI", "subject": "Trà Vinh", "year": 2019, "score": 64.7}
    event = dossier_received(type="vn.tiendo.index.published.v1", subject="I") | {"data": data}

    decoded = asserted(accepted(record_of(event)))

    assert (EIGHT, day_of(EIGHT)) == (decoded.moment, decoded.day)
    assert decoded.payload is not None
    assert Decimal("64.7") == decoded.payload["score"]
    whole = asserted(accepted(record_of(event | {"data": data | {"score": 65.0}})))
    assert whole.payload is not None
    assert (65, int) == (whole.payload["score"], type(whole.payload["score"]))


def test_text_is_composed_and_keys_are_encoded() -> None:
    """Senders that decompose accents or escape them name the same fact."""
    event = dossier_received({"dossier_id": "12/Đo\u0302\u0300ng%"}, subject="12%2FĐồng%25")
    decomposed = dossier_received({"dossier_id": "12/Đồng%"}, subject="12%2FĐo\u0302\u0300ng%25")

    assert FactKey("dossier.received", "12%2FĐồng%25", None) == accepted(record_of(event)).fact
    assert accepted(record_of(event)) == accepted(record_of(decomposed))
    escaped = json.dumps(decomposed, ensure_ascii=True).encode()
    assert accepted(record_of(event)) == accepted(replace(record_of(event), value=escaped))


def test_a_retraction_is_an_assertion_without_payload() -> None:
    """It stands in the order of assertions by its own recorded time and id, dated by its own time."""
    event = accepted(record_of(retraction(id="r1")))

    assert ("fact.retracted", FactKey("dossier.received", "D1", None)) == (event.type, event.fact)
    assert Assertion(
        EIGHT,
        "urn:tiendo:tra-vinh:motcua",
        "r1",
        "",
        "000.00.01.H59",
        day_of(EIGHT),
        EIGHT,
        7,
        None,
    ) == asserted(event)


@pytest.mark.parametrize(
    ("name", "moment", "expected"),
    [
        ("dossier.status_changed", "2019-10-01T01:00:00Z", EIGHT),
        ("procedure.registered", "2019-10-01T08:00:00+07:00", EIGHT),
        ("account.used", "2019-10-01", day_of(EIGHT)),
    ],
)
def test_a_retraction_of_a_dated_fact_names_its_moment(
    name: str, moment: str, expected: int
) -> None:
    """As an instant or a date, whichever dates facts of the type."""
    event = accepted(record_of(retraction({"type": name, "moment": moment})))

    assert FactKey(name, "D1", expected) == event.fact


@pytest.mark.parametrize("data", [{}, {"date": "2019-10-01"}, None])
def test_a_day_that_starts_tells_of_no_fact(data: object) -> None:
    """It only moves the as-of day."""
    sent = dossier_received(
        type="vn.tiendo.day.started.v1", id="day/2019-10-01", subject="day/2019-10-01"
    )

    event = accepted(record_of(sent | {"data": data}))

    assert ("day.started", None, None) == (event.type, event.fact, event.assertion)
    assert day_of(EIGHT) == event.day


def test_a_dead_letter_is_returned_not_raised() -> None:
    """A refusal is a value: its neighbours go on."""
    assert isinstance(decode(record_of(b"{}")), DeadLetter)
