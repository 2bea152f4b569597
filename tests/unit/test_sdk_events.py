"""What the agencies' package refuses before anything is sent, and how it writes what it takes."""

import json
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Any

import pytest

from models.events import RETRACTION, VOCABULARY
from models.events.fields import FieldKind
from tests.support.agency import NOW, SENDER, attributes, dossier
from tiendo_agency.errors import EventRefused, SettingRefused
from tiendo_agency.events import Sender, build, build_retraction
from tiendo_agency.vocabulary import vocabulary


class Channel(StrEnum):
    """An enumeration of the sending system's own."""

    ONLINE = "online"


def written(name: str, /, **fields: object) -> dict[str, Any]:
    """Return the event that is built of fields, as JSON."""
    event: dict[str, Any] = json.loads(build(SENDER, name, fields, attributes()).value)
    return event


def refused(name: str, /, **fields: object) -> tuple[str, str]:
    """Return field and rule of the refusal of an event."""
    with pytest.raises(EventRefused) as refusal:
        build(SENDER, name, fields, attributes())
    assert refusal.value.mend
    return refusal.value.field, refusal.value.bound


def test_an_event_is_written_as_the_contract_has_it() -> None:
    """Instants in Việt Nam's time, the key everywhere, `time` from the moment, recorded now."""
    assert {
        "specversion": "1.0",
        "id": "e1",
        "source": "urn:tiendo:tra-vinh:motcua",
        "type": "vn.tiendo.dossier.received.v1",
        "subject": "12%2F2019%2F100%25",
        "time": "2019-10-01T08:00:00+07:00",
        "recordedtime": "2025-12-31T07:00:00+07:00",
        "province": "tra-vinh",
        "agency": "000.00.01.H59",
        "partitionkey": "12%2F2019%2F100%25",
        "data": {
            **dossier("12/2019/100%"),
            "received_at": "2019-10-01T08:00:00+07:00",
            "intake_channel": "online",
        },
    } == written("dossier.received", **dossier("12/2019/100%", intake_channel=Channel.ONLINE))


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"dossier_id": ""}, ("dossier_id", "must have at least 1 characters")),
        ({"dossier_id": "x" * 513}, ("dossier_id", "must have at most 512 characters")),
        ({"dossier_id": 7}, ("dossier_id", "must be of type string")),
        ({"dossier_id": "a\0b"}, ("dossier_id", "must not contain NUL")),
        ({"dossier_id": "\ud800"}, ("dossier_id", "must be text that UTF-8 can write")),
        ({"dossier_id": {1}}, ("dossier_id", "must not be of type set")),
        ({"intake_channel": "fax"}, ("intake_channel", "must be one of online, counter, post")),
        ({"procedure_online_level": 5}, ("procedure_online_level", "must be at most 4")),
        ({"procedure_online_level": True}, ("procedure_online_level", "must be of type integer")),
        ({"received_at": datetime(2019, 10, 1)}, ("received_at", "must say its offset")),  # noqa: DTZ001 - meant
        ({"received_at": date(2019, 10, 1)}, ("received_at", "must be an instant")),
        ({"received_at": "2019-02-30T00:00:00Z"}, ("received_at", "must be a day of the calendar")),
        ({"received_at": NOW + timedelta(hours=25)}, ("received_at", "must not lie more than 24 hours ahead of the clock")),
        ({"recieved_at": NOW}, ("recieved_at", "is no field of this type")),
    ],
)  # fmt: skip
def test_a_refusal_names_the_field_and_the_rule(
    fields: dict[str, object], expected: tuple[str, str]
) -> None:
    """Before anything is kept or sent, and without a word of the value."""
    assert expected == refused("dossier.received", **dossier(**fields))  # type: ignore[arg-type]  # wrong on purpose


def test_an_instant_as_text_needs_its_offset_too() -> None:
    """The rule is said in words, not as a regular expression."""
    field, bound = refused("dossier.received", **dossier(received_at="2019-10-01T08:00:00"))

    assert "received_at" == field
    assert "must be an instant with its offset, such as 2019-10-31T08:00:00+07:00" == bound


def test_a_missing_field_and_an_unknown_type_are_named_with_what_was_meant() -> None:
    """The mend of a typing error is the word that was meant."""
    fields = dossier()
    del fields["agency_id"]

    assert ("agency_id", "is required") == refused("dossier.received", **fields)
    with pytest.raises(EventRefused, match=r"did you mean dossier.received\?"):
        build(SENDER, "dossier.recieved", dossier(), attributes())
    with pytest.raises(EventRefused, match="is no type"):
        build(SENDER, RETRACTION, {}, attributes())


def test_a_refusal_never_quotes_a_value() -> None:
    """Values may name people, and refusals go to logs."""
    for field in dossier():
        with pytest.raises(EventRefused) as refusal:
            build(SENDER, "dossier.received", dossier(**{field: ["Nguyễn Văn A"]}), attributes())  # type: ignore[arg-type]  # wrong on purpose
        assert "Nguyễn" not in str(refusal.value)


@pytest.mark.parametrize(
    ("score", "expected"),
    [(4, 4), (4.0, 4), (Decimal("4.00"), 4), (Decimal("4.25"), 4.25), (0, 0), (-0.5, -0.5)],
)
def test_numbers_are_written_exactly(score: float | Decimal, expected: float) -> None:
    """Whole ones without a point, whatever Python holds them in."""
    fields = {"survey_id": "S", "agency_id": "A", "electronic": False, "responded_at": NOW}

    assert repr(expected) == repr(written("survey.responded", score=score, **fields)["data"]["score"])  # fmt: skip


@pytest.mark.parametrize("score", [float("nan"), Decimal("Infinity"), Decimal("0.1234567890123456789")])  # fmt: skip
def test_a_number_that_json_cannot_hold_is_refused(score: float | Decimal) -> None:
    """A rounded one would be another fact."""
    fields = {"survey_id": "S", "agency_id": "A", "electronic": False, "responded_at": NOW}

    assert "score" == refused("survey.responded", score=score, **fields)[0]


def test_text_is_composed() -> None:
    """One name, however the keyboard wrote it."""
    event = written("dossier.received", **dossier("Tra\u0300 Vinh"))

    assert "Trà Vinh" == event["subject"] == event["data"]["dossier_id"]


@pytest.mark.parametrize(
    ("valid_from", "expected"),
    [
        (date(1998, 5, 1), "2000-01-01T00:00:00+07:00"),
        (date(2019, 5, 1), "2019-05-01T00:00:00+07:00"),
        (date(2027, 5, 1), "2025-12-31T07:00:00+07:00"),
    ],
)
def test_the_events_time_stays_within_what_the_bus_takes(valid_from: date, expected: str) -> None:
    """A fact may be dated before 2000, or ahead where it is one of a series; its event may not."""
    event = written(
        "enterprise.registered",
        enterprise_id="E",
        import_export=False,
        active=True,
        valid_from=valid_from,
    )

    assert (expected, f"{valid_from}") == (event["time"], event["data"]["valid_from"])


def test_a_time_before_2000_or_ahead_is_refused_where_it_is_given() -> None:
    """As the server would, by its own clock."""
    for time in (datetime(1999, 12, 31, 16, tzinfo=UTC), NOW + timedelta(days=2)):
        given = attributes()
        with pytest.raises(EventRefused) as refusal:
            build(SENDER, "dossier.received", dossier(), type(given)("e1", NOW, time))
        assert "time" == refusal.value.field


def test_an_event_beyond_a_mebibyte_is_refused() -> None:
    """The server would refuse it by name."""
    fields = dict.fromkeys(("procedure_id", "owner_agency_id", "service_group"), "x")

    field, bound = refused(
        "procedure.registered",
        name="ạ" * 400_000, handling_level="xa", one_stop=True, interlinked=False, active=True, **fields,
    )  # fmt: skip

    assert "data" == field
    assert "1048576" in bound


def test_a_key_that_no_row_can_have_is_refused() -> None:
    """512 characters of four bytes are more than an attribute may have once three of them are joined."""
    field, _bound = refused(
        "document.processed",
        document_id="%" * 512, agency_id="/" * 512, direction="incoming", in_software=True,
        official_id="O", official_is_leader=False, processed_at=NOW,
    )  # fmt: skip

    assert "subject" == field


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({}, "dossier_id"),
        ({"dossier_id": "D1"}, "status_at"),
        ({"dossier_id": "D1", "status_at": NOW, "medium": "paper"}, "medium"),
        ({"dossier_id": "", "status_at": NOW}, "dossier_id"),
        ({"dossier_id": "D1", "status_at": "yesterday"}, "status_at"),
    ],
)
def test_a_retraction_needs_what_names_the_fact_and_nothing_else(
    fields: dict[str, object], field: str
) -> None:
    """A dated fact is named by its key and its moment."""
    with pytest.raises(EventRefused) as refusal:
        build_retraction(SENDER, "dossier.status_changed", fields, "nhập trùng", attributes())

    assert field == refusal.value.field


@pytest.mark.parametrize(
    ("province", "agency", "source", "word"),
    [
        ("hanoi", "A", "urn:x", "province"),
        ("tra-vinh", "Sở Nội vụ", "urn:x", "agency"),
        ("tra-vinh", "", "urn:x", "agency"),
        ("tra-vinh", "A", "", "source"),
    ],
)
def test_a_sender_that_the_bus_would_refuse_is_refused_at_once(
    province: str, agency: str, source: str, word: str
) -> None:
    """Rather than with each of its events."""
    with pytest.raises(SettingRefused, match=f"^{word}: "):
        Sender(province, agency, source)


def test_the_package_knows_every_type_of_the_vocabulary() -> None:
    """And none of their fields has the name of an argument of `send` or `retract`."""
    assert [*VOCABULARY, RETRACTION] == list(vocabulary())
    for known in VOCABULARY.values():
        assert set() == {"self", "id", "time", "recordedtime", "correctionof"} & set(known.fields)
        assert "reason" not in (*known.natural_key, known.moment)


def test_parts_of_a_key_are_text_on_the_wire() -> None:
    """The package joins them as they are written; a date or number would be written otherwise by the server."""
    kinds = {known.fields[name].kind for known in VOCABULARY.values() for name in known.natural_key}

    assert {FieldKind.ID, FieldKind.TEXT, FieldKind.CHOICE} == kinds
