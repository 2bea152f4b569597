"""The agencies' package and the server are of one mind: what the one builds the other accepts, as the same fact."""

from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.envelope import decode
from models.events import VOCABULARY, FieldKind, parse_date, parse_instant
from models.facts import DeadLetter, Event, FactKey, Record
from models.topics import PROVINCES, progress_topic
from tests.support.agency import attributes
from tests.support.events import (
    KAFKA_TIMESTAMP,
    Attributes,
    event_types,
    natural_key,
    payloads,
    record_of,
)
from tests.support.examples import examples
from tiendo_agency.errors import EventRefused
from tiendo_agency.events import Sender, build, build_retraction

SENDERS = st.builds(
    Sender,
    st.sampled_from(PROVINCES),
    st.sampled_from(["000.00.01.H59", "H19_7-a"]),
    st.sampled_from(["urn:tiendo:dong-nai:motcua", "https://motcua.gov.vn/Tỉnh"]),
)


@pytest.mark.parametrize("name", VOCABULARY)
@given(st.data(), SENDERS, st.booleans())
@examples(20)
def test_every_event_that_is_built_is_accepted_as_the_fact_it_names(
    name: str,
    data: st.DataObject,
    sender: Sender,
    native: bool,  # noqa: FBT001 - drawn
) -> None:
    """All types, values as Python has them or as JSON writes them: same natural key, moment, agency and payload."""
    known = VOCABULARY[name]
    payload = data.draw(payloads(known))
    fields = {field: _native(known.fields[field].kind, value) for field, value in payload.items()}

    event = build(sender, name, fields if native else payload, attributes())

    decoded = decode(_record(sender.province, event.value, event.subject))
    assert isinstance(decoded, Event), decoded.detail
    moment = decoded.assertion.moment if decoded.assertion is not None else None
    assert FactKey(name, natural_key(known, payload), None if known.once else moment) == decoded.fact  # fmt: skip
    if known.moment != "time":
        parse = parse_date if known.moment_is_date else parse_instant
        assert parse(str(payload[known.moment])) == moment
    assert (sender.agency, sender.source) == (decoded.agency, decoded.source)
    assert event.topic == progress_topic(sender.province)
    assert decoded.assertion is not None
    sent = decode(_sent(sender, name, event.subject, payload, decoded))
    assert isinstance(sent, Event)
    assert sent.assertion is not None
    assert sent.assertion.payload == decoded.assertion.payload


@given(event_types(), st.data(), SENDERS)
@examples(150)
def test_a_retraction_takes_back_the_fact_that_was_asserted(
    known_type: object, data: st.DataObject, sender: Sender
) -> None:
    """Named by its key, and by its moment where it is one of a series."""
    known = VOCABULARY[getattr(known_type, "name")]  # noqa: B009 - drawn
    payload = data.draw(payloads(known))
    fact = decode(_record(sender.province, build(sender, known.name, payload, attributes()).value))
    assert isinstance(fact, Event)
    assert fact.assertion is not None
    named = {field: payload.get(field) for field in known.natural_key}
    if not known.once:
        time = datetime.fromisoformat("2025-12-31T00:00:00+00:00")
        named[known.moment] = time if known.moment == "time" else payload[known.moment]

    word = decode(
        _record(
            sender.province,
            build_retraction(sender, known.name, named, "nhập trùng", attributes()).value,
        )
    )

    assert isinstance(word, Event), word.detail
    assert fact.fact == word.fact


@pytest.mark.parametrize("name", VOCABULARY)
@given(st.data())
@examples(10)
def test_what_the_server_would_refuse_is_refused_before_it_is_sent(
    name: str, data: st.DataObject
) -> None:
    """Any value in any field: either the package says no, naming the field, or the server says yes."""
    known = VOCABULARY[name]
    sender = Sender("tra-vinh", "000.00.01.H59", "urn:tiendo:tra-vinh:motcua")
    payload = data.draw(payloads(known))
    field = data.draw(st.sampled_from(list(known.fields)))
    payload[field] = data.draw(
        st.sampled_from([None, True, "", "\0", "\ud800", "x" * 513, 2**63, 3.0, 0.5, float("inf"), [], ["?"], [""],
                         {}, date(2026, 5, 1), "2019-02-30", "2019-10-01T08:00:00", "2019-10-01T08:00:60Z",
                         "2019-13-01T08:00:00Z", "2026-01-05T00:00:00Z", datetime(2019, 1, 1)])  # noqa: DTZ001 - as some send
    )  # fmt: skip

    try:
        event = build(sender, name, payload, attributes())
    except EventRefused as refusal:
        named = refusal.field.partition(".")[0]
    else:
        outcome = decode(_record("tra-vinh", event.value))
        assert not isinstance(outcome, DeadLetter), (outcome.reason, outcome.field)
        named = field
    assert named in (field, "time")


def _native(kind: FieldKind, value: object) -> object:
    if kind is FieldKind.INSTANT and isinstance(value, str):
        return datetime.fromisoformat(value)
    if kind is FieldKind.DATE and isinstance(value, str):
        return date.fromisoformat(value)
    return tuple(value) if isinstance(value, list) else value


def _record(province: str, value: bytes, key: str = "") -> Record:
    timestamp = int(KAFKA_TIMESTAMP.timestamp() * 1000)
    headers = (("content-type", b"application/cloudevents+json"),)
    return Record(province, 7, timestamp, key.encode(), value, headers)


def _sent(sender: Sender, name: str, key: str, payload: Attributes, like: Event) -> Record:
    """Return the record that a sender without the package would write."""
    return record_of(
        {
            "specversion": "1.0",
            "id": like.id,
            "source": sender.source,
            "type": VOCABULARY[name].wire_name,
            "subject": key,
            "time": "2019-10-01T08:00:00+07:00",
            "province": sender.province,
            "agency": sender.agency,
            "data": payload,
        }
    )
