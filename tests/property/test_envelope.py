"""Decoding never raises, depends on the content alone, and its short cut agrees with the careful way."""

import json
import random
import re
from datetime import UTC, datetime, timedelta

import msgspec
from hypothesis import assume, given
from hypothesis import strategies as st
from msgspec.structs import replace

from models.envelope import _quick, decode
from models.errors import PoisonMessage
from models.events import (
    VOCABULARY,
    DayStarted,
    EventType,
    FactRetracted,
    parse_date,
    parse_instant,
)
from models.events.examination import examine
from models.facts import DeadLetter, Event, FactKey, Record
from tests.support.events import (
    KAFKA_TIMESTAMP,
    Attributes,
    binary,
    cloud_events,
    event_types,
    line,
    natural_key,
    payloads,
    record_of,
)

MUTANTS = [
    b"NaN",
    b"3.0",
    b"true",
    b'"no choice"',
    b'"2030-01-01T00:00:00Z"',
    b'"1999-01-01T00:00:00Z"',
    b'"Tra\\u0300 Vinh"',
    b"1e999",
    b"null",
    b"-0",
    b'"\\ud800"',
    b'"\\u0000"',
    b"[" * 70 + b"]" * 70,
    b"\xff",
    b'"2019-10-01T08:00:00"',
    b"9" * 5000,
    b"9223372036854775808",
    b"1e2",
    b"5",
    b'""',
    b"01",
    b"1.",
    b'"\x01"',
    b'"\\x"',
    b'"\xc0\x80"',
    b'"2019-10-01 08:00:00Z"',
    b'"2019-10-01T08:00:60Z"',
    b'"2019-10-01T08:00:00.1234567Z"',
    b"[1,]",
    b'{"a":1,"a":2}',
    b'"x","id":"again"',
]


@given(cloud_events())
def test_every_valid_event_is_accepted_in_either_mode(event: Attributes) -> None:
    """All types, with any text in their ids; the fact has the natural key and moment of the vocabulary."""
    known = VOCABULARY[str(event["type"]).removeprefix("vn.tiendo.").removesuffix(".v1")]
    payload = event["data"]
    assert isinstance(payload, dict)

    decoded = decode(record_of(event))

    assert isinstance(decoded, Event), decoded.detail
    moment = event["time"] if known.moment == "time" else payload[known.moment]
    parse = parse_date if known.moment_is_date else parse_instant
    dated = None if known.once else parse(str(moment))
    assert FactKey(known.name, natural_key(known, payload), dated) == decoded.fact
    assert decoded == decode(binary(event))


@given(st.data())
def test_a_validated_model_writes_what_it_read(data: st.DataObject) -> None:
    """JSON -> model -> JSON -> model: the simulator and replays rely on it."""
    known: EventType = data.draw(event_types())
    payload = data.draw(payloads(known))

    model = known.model.model_validate_json(json.dumps(payload))

    assert model == known.model.model_validate_json(model.model_dump_json())


@given(st.datetimes(timezones=st.timezones()), st.booleans())
def test_an_instant_is_the_one_that_the_standard_library_reads(
    moment: datetime,
    whole: bool,  # noqa: FBT001 - drawn
) -> None:
    """In any year and offset, with or without a fraction."""
    written = moment.replace(microsecond=0) if whole else moment
    text = written.isoformat()
    offset = written.utcoffset()
    assert offset is not None
    # offsets of the 19th century have seconds, which RFC 3339 cannot write
    assume(offset.total_seconds() % 60 == 0)
    expected = (written - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)

    try:
        instant = parse_instant(text)
    except ValueError:
        assert written.year in (1, 9999)
    else:
        assert expected == instant


@given(cloud_events(), st.randoms(use_true_random=False), st.booleans())
def test_an_event_does_not_depend_on_the_order_of_fields_or_on_unknown_ones(
    event: Attributes,
    order: random.Random,
    escaped: bool,  # noqa: FBT001 - drawn
) -> None:
    """Senders write fields in any order, escape as they like, and evolve."""
    payload = event["data"]
    assert isinstance(payload, dict)
    shuffled = _shuffled(
        {**event, "traceparent": "00", "data": _shuffled({**payload, "new": []}, order)}, order
    )
    record = record_of(event)
    other = Record(record.province, 7, record.timestamp_ms, None, line(shuffled, escaped=escaped))

    assert decode(record) == decode(other)


def _shuffled(fields: Attributes, order: random.Random) -> Attributes:
    names = list(fields)
    order.shuffle(names)
    return {name: fields[name] for name in names}


@given(
    st.binary(max_size=200) | st.text().map(lambda text: text.encode("utf-8", "surrogatepass")),
    st.data(),
)
def test_arbitrary_bytes_never_raise(value: bytes, data: st.DataObject) -> None:
    """In the value or in headers: a dead letter, and the owner's loop goes on."""
    names = st.sampled_from(["content-type", "ce_specversion", "ce_id", "ce_time", "ce_type", "x"])
    headers = data.draw(st.lists(st.tuples(names, st.none() | st.binary(max_size=20)), max_size=4))

    outcome = decode(record_of(value, *headers))

    assert isinstance(outcome, DeadLetter)
    assert outcome.detail != ""


@given(cloud_events(), st.data())
def test_the_short_cut_accepts_nothing_that_the_careful_way_refuses(
    event: Attributes, data: st.DataObject
) -> None:
    """Whatever a field is replaced by, in either mode: where both give an event it is the same one."""
    payload = event["data"]
    assert isinstance(payload, dict)
    its_time = json.dumps(event["time"]).encode()
    mutant = data.draw(st.sampled_from([*MUTANTS, its_time]) | st.binary(max_size=3))
    place: Attributes = data.draw(st.sampled_from([event, payload, {}]))
    name = data.draw(st.sampled_from([*place, "unknown"]))
    record = binary(event) if data.draw(st.booleans()) else record_of(event)
    place[name] = "@@"
    whole = event if record.headers == () else payload
    value = line(whole, escaped=data.draw(st.booleans())).replace(b'"@@"', mutant)
    record = replace(record, value=value)

    quick = _quietly(record)

    if quick is not None:
        assert examine(record) == quick
    assert decode(record) is not None


@given(cloud_events(), st.booleans())
def test_the_short_cut_takes_every_clean_event(
    event: Attributes,
    in_headers: bool,  # noqa: FBT001 - drawn
) -> None:
    """All types: a reader that refused one of them would show as nothing but slowness."""
    clean = json.loads(re.sub(rb"\\(u[0-9a-f]{4}|.)", b"x", line(event)))
    record = replace(binary(clean), value=line(clean["data"])) if in_headers else record_of(clean)

    assert _quietly(record) is not None


def _quietly(record: Record) -> Event | None:
    try:
        return _quick(record)
    except (PoisonMessage, msgspec.MsgspecError, ValueError, KeyError, RecursionError):
        return None


@given(cloud_events(), st.data())
def test_a_refusal_never_quotes_the_payload(event: Attributes, data: st.DataObject) -> None:
    """Payloads may name people; details go to logs, screens and topics."""
    payload = event["data"]
    assert isinstance(payload, dict)
    name = data.draw(st.sampled_from(list(payload)))
    payload[name] = data.draw(st.sampled_from(["NguyenVanA", ["NguyenVanA"], {"NguyenVanA": 1}]))

    outcome = decode(record_of(event))

    if isinstance(outcome, DeadLetter):
        assert "NguyenVanA" not in f"{outcome.detail} {outcome.field}"


@given(st.integers(0, 400))
def test_events_about_the_log_write_what_they_read(days: int) -> None:
    """The models of retractions and of days that start are wire models like the others."""
    started = DayStarted.model_validate_json(json.dumps({"date": f"{KAFKA_TIMESTAMP.date()}"}))
    word = FactRetracted(type="dossier.received", subject=f"D{days}", reason="entered twice")

    assert started == DayStarted.model_validate_json(started.model_dump_json())
    assert word == FactRetracted.model_validate_json(word.model_dump_json())
