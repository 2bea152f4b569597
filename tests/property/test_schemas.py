"""Schemas and models are of one mind: what the models take the schemas take, and what a schema refuses the models refuse."""

import json
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from models.catalogue import load_catalogue
from models.envelope import decode
from models.events import VOCABULARY, EventType
from models.facts import DeadLetter, Event
from models.topics import PROVINCES
from tests.support.events import Attributes, cloud_events, event_types, payloads, record_of
from tests.support.examples import examples
from tests.support.fold import fold
from tests.support.histories import last_day, long_log
from tests.support.oracle.province import setting
from tests.support.schemas import validator

WRONG: Final[st.SearchStrategy[object]] = st.sampled_from(
    [None, True, "", "no such word", 5, -1, 2**64, 0.5, [], ["no such word"], [7], {}, "2019-10-01",
     "2019-10-01T08:00:00", "2019-10-01T08:00:60Z", "2019-10-01T08:00:00+07:00"]
)  # fmt: skip
"""Wrong in most places: each kind of field takes only some of them."""
UNSAYABLE: Final = {"not_json", "bad_encoding", "key_mismatch", "time_in_future", "time_too_old", "wrong_province"}  # fmt: skip
"""Reasons that are no matter of a schema: they compare fields with each other, with the topic or with the clock."""


@given(cloud_events())
@examples(300)
def test_an_event_that_is_accepted_follows_its_schema(event: Attributes) -> None:
    """All types with any text in them, unknown fields included."""
    event["traceparent"] = "00"
    data = event["data"]
    assert isinstance(data, dict)
    data["unknown"] = [1]
    assert isinstance(decode(record_of(event)), Event)

    assert [] == list(validator(_name(event)).iter_errors(event))


@pytest.mark.parametrize("name", VOCABULARY)
@given(st.data())
@examples(15)
def test_a_payload_is_refused_by_both_or_by_neither(name: str, data: st.DataObject) -> None:
    """A required field that is missing, another type, another word, a number out of bounds."""
    known = VOCABULARY[name]
    payload = data.draw(payloads(known))
    field = data.draw(st.sampled_from(list(known.fields)))
    if data.draw(st.booleans()):
        payload[field] = data.draw(WRONG)
    else:
        payload.pop(field, None)
    schema = validator(name)

    followed = not list(schema.evolve(schema=_of_data(schema.schema)).iter_errors(payload))

    assert _accepted(known, payload) is followed


@given(cloud_events(), st.data())
@examples(400)
def test_an_envelope_that_a_schema_refuses_is_refused(
    event: Attributes, data: st.DataObject
) -> None:
    """Attributes missing or of another type; and what is refused for its shape, a schema refuses too."""
    known = data.draw(event_types())
    name = data.draw(st.sampled_from([*event, "recordedtime", "data"]))
    schema = validator(_name(event))
    if name == "type":
        event[name] = known.wire_name  # its payload is another type's, most likely
        schema = validator(known.name)
    elif data.draw(st.booleans()) and name != "partitionkey":
        event[name] = data.draw(WRONG)
    else:
        event.pop(name, None)

    outcome = decode(record_of(event))
    followed = not list(schema.iter_errors(event))

    if isinstance(outcome, Event):
        assert followed
    elif outcome.reason not in UNSAYABLE:
        assert not followed, outcome


def test_a_refusal_that_a_schema_cannot_say_is_one_of_the_models() -> None:
    """What the documents own up to: 3.0 is no whole number to the models, and 30 February no day."""
    event = {**validator("staff.assigned").schema["examples"][0]}  # type: ignore[index]  # an object
    field = next(
        name
        for name, told in VOCABULARY["staff.assigned"].fields.items()
        if told.kind.value == "date"
    )
    event["data"] = {**event["data"], field: "2019-02-30"}

    assert [] == list(validator("staff.assigned").iter_errors(event))
    assert isinstance(decode(record_of(event)), DeadLetter)


def _name(event: Attributes) -> str:
    return str(event["type"]).removeprefix("vn.tiendo.").removesuffix(".v1")


def _of_data(schema: object) -> Attributes:
    assert isinstance(schema, dict)
    data = schema["$defs"]["data"]
    assert isinstance(data, dict)
    return data


def _accepted(known: EventType, payload: Attributes) -> bool:
    try:
        known.model.model_validate_json(json.dumps(payload))
    except ValidationError:
        return False
    return True


@pytest.mark.slow
@pytest.mark.parametrize("province", PROVINCES)
def test_every_alert_of_a_long_log_follows_its_schema(province: str) -> None:
    """As the fold writes them: about targets, agencies, reports and problems, taken back and ended ones too."""
    log = long_log(setting(province, 50), 20, 600)
    until = last_day(log, setting(province, 50).start, 50)
    tables = fold(load_catalogue().province(province), log, until=until).tables

    sent = [json.loads(one.value or b"") for one in tables.outbox if one.topic.startswith("alerts.")]  # fmt: skip

    assert len(sent) > 10
    assert [] == [fault.message for one in sent for fault in validator("alert").iter_errors(one)]
