"""The mend of every refusal: what to write instead, never what was written."""

import json
from collections.abc import Iterator

import pytest

from models.envelope import decode
from models.events import BY_WIRE_NAME, VOCABULARY, FieldKind
from models.facts import DeadLetter, Record
from models.mending import BY_TYPE, REASONS, Refusal, field_mend, mend_of, refusal_of
from tests.support.events import Attributes, dossier_received, line, record_of, retraction


def refused(event: Attributes | bytes | None) -> Refusal:
    """Return the refusal of a record that must have one."""
    record = record_of(event if event is not None else b"")
    if event is None:
        record = Record(record.province, 0, record.timestamp_ms, None, None)
    verdict = decode(record)
    assert isinstance(verdict, DeadLetter)
    return refusal_of(verdict)


@pytest.mark.parametrize(
    ("event", "reason", "mend"),
    [
        (None, "null_value", "send the event as the record's value; to take a fact back send fact.retracted"),
        (b"x" * (1024 * 1024 + 1), "too_large", "send one event a record, of at most 1 MiB"),
        (b"\xff", "bad_encoding", "write UTF-8"),
        (b"{", "not_json", "write one JSON object, on one line in a file: look at quotes, commas, brackets and a byte order mark"),
        (dossier_received(agency="Sở Y tế"), "not_cloudevent", "write the code of the agency that the figure belongs to, such as 000.00.01.H59"),
        (dossier_received(type="vn.tiendo.dossier.recieved.v1"), "unknown_type",
         "did you mean vn.tiendo.dossier.received.v1? otherwise take one of the vocabulary"),
        (dossier_received(type="x"), "unknown_type", "take one of the vocabulary"),
        (dossier_received({"procedure_online_level": 7}), "bad_payload", "write a level from 0 to 4, without quotes"),
        (dossier_received({"due_at": 5}), "bad_payload", "write an instant with its offset, such as 2019-10-31T08:00:00+07:00, or null"),
        (dossier_received({"submitter_type": "?"}), "bad_payload", "write one of citizen, enterprise, organisation"),
        (dossier_received(subject="D2"), "key_mismatch", "write the payload's dossier_id as subject, with % as %25 and / as %2F"),
        (retraction({"moment": "2019-10-01"}), "bad_payload", "write the moment that the fact was sent with if its type is dated, and none if it is once"),
        (retraction(subject="D2"), "key_mismatch", "write the same natural key as subject of the event and of the payload"),
        (dossier_received(time="2030-01-01T00:00:00Z"), "time_in_future", "send it once it has happened, or set the clock"),
        (dossier_received(time="2019-10-01T08:00:00"), "naive_instant", "write the offset behind the instant, as in 2019-10-31T08:00:00+07:00"),
        (dossier_received(data=None) | {"data": []}, "bad_payload", "write an object in data with dossier_id, procedure_id"),
        (dossier_received(datacontenttype="text/xml"), "bad_payload", "write application/json, or leave it out"),
    ],
)  # fmt: skip
def test_a_refusal_says_what_to_write_instead(
    event: Attributes | bytes | None, reason: str, mend: str
) -> None:
    """For the type and the field at fault."""
    told = refused(event)

    assert (reason, mend) == (told.reason, told.mend[: len(mend)])


def test_every_reason_has_a_mend_also_where_the_type_is_not_known() -> None:
    """Who may not read the bytes of a dead letter does not know its type."""
    assert all(mend_of(reason, None) and mend_of(reason, "x") for reason in REASONS)


def test_the_type_is_asked_for_where_the_mend_follows_from_it() -> None:
    """For no other reason are bytes read for a list."""
    follows = {
        reason
        for reason in REASONS
        for event_type in ("vn.tiendo.dossier.received.v1", "vn.tiendo.dossier.recieved.v1")
        if mend_of(reason, None, event_type) != mend_of(reason, None)
    }

    assert BY_TYPE == follows


def _fields() -> Iterator[tuple[str, str]]:
    for known in VOCABULARY.values():
        for name in known.fields:
            yield known.wire_name, name


@pytest.mark.parametrize(("wire_name", "name"), list(_fields()))
def test_every_field_of_the_vocabulary_has_a_mend_of_its_own(wire_name: str, name: str) -> None:
    """It lists the words of a choice, and says when null will do."""
    field = BY_WIRE_NAME[wire_name].fields[name]

    mend = mend_of("bad_payload", name, wire_name)

    assert field_mend(name, field) == mend
    assert field.nullable == mend.endswith(", or null")
    if field.kind is FieldKind.CHOICE:
        assert all(word in mend for word in field.choices)


def test_a_refusal_never_quotes_what_was_written() -> None:
    """Payloads may name people."""
    event = dossier_received(dict.fromkeys(dossier_received()["data"], "Nguyễn Văn A"))  # type: ignore[call-overload]  # JSON

    told = str(refused(event))

    assert "Nguyễn" not in told
    assert json.dumps(told)
    assert "Nguyễn" in line(event).decode()
