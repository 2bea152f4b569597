"""The schemas that senders and readers work by: each valid, complete, and of one mind with the models about its own example."""

import re
from pathlib import Path
from typing import Any, Final

import pytest
import yaml
from jsonschema import Draft202012Validator

from models.alerts import outbox_message
from models.changes import AlertRow
from models.days import Day
from models.deadletters import HEADERS, REASONS, dead_letter_message
from models.envelope import decode
from models.events import BY_WIRE_NAME, DAY_STARTED, RETRACTION, VOCABULARY
from models.facts import DeadLetter, Event
from models.rules import RULES
from models.topics import all_topics
from tests.support.events import binary, dossier_received, record_of
from tests.support.hand_made import ALERT
from tests.support.schemas import SCHEMAS, validator

EVENTS: Final = [*VOCABULARY, RETRACTION, DAY_STARTED]
DOCUMENT: Final[dict[str, Any]] = yaml.safe_load((SCHEMAS / "asyncapi.yaml").read_text("utf-8"))


@pytest.mark.parametrize("name", [*EVENTS, "alert"])
def test_a_schema_is_one_and_its_example_follows_it(name: str) -> None:
    """By the metaschema of 2020-12; each stands alone, so that no reference leads out of it."""
    schema = validator(name).schema
    assert isinstance(schema, dict)

    Draft202012Validator.check_schema(schema)

    (example,) = schema["examples"]
    assert [] == list(validator(name).iter_errors(example))
    assert re.findall(r'"\$ref": "(?!#/\$defs/data")', (SCHEMAS / f"{name}.v1.json").read_text()) == []  # fmt: skip


@pytest.mark.parametrize("name", EVENTS)
def test_the_example_of_a_schema_is_accepted_in_either_mode(name: str) -> None:
    """Whoever copies it into a system has a valid event."""
    (example,) = validator(name).schema["examples"]  # type: ignore[index]  # an object

    for record in (record_of(example), binary(example)):
        assert isinstance(decode(record), Event)


@pytest.mark.parametrize("name", VOCABULARY)
def test_a_schema_says_what_names_the_fact(name: str) -> None:
    """The rule of the natural key is there for machines, and each field has its meaning."""
    schema, known = validator(name).schema, VOCABULARY[name]
    assert isinstance(schema, dict)
    fields = schema["$defs"]["data"]["properties"]

    assert list(known.natural_key) == schema["x-natural-key"]
    assert (known.moment, known.keyed) == (schema["x-moment"], schema["x-keyed"])
    assert BY_WIRE_NAME[schema["properties"]["type"]["const"]] is known
    assert list(known.fields) == list(fields)
    for field, told in known.fields.items():
        assert fields[field]["description"].endswith(".")
        assert told.nullable is (field not in schema["$defs"]["data"]["required"])
        assert set(told.choices) == set(fields[field].get("x-meanings", {}))


@pytest.mark.parametrize("rule", RULES)
def test_every_alert_that_is_sent_follows_its_schema(rule: str) -> None:
    """About a target or an agency, open or ended, with and without a value; the schema names every field that is sent."""
    schema = validator("alert").schema
    assert isinstance(schema, dict)
    row: AlertRow = ALERT._replace(rule=rule, alert_id="5f6a1b0c-2d8e-5c1f-9a73-4f0f6f0c1e52")
    states = [
        row,
        row._replace(target=None, agency="000.00.01.H59", value=None, expected=None),
        row._replace(
            state="resolved", action="resolved", ends_at=Day(row.starts_at + 9), revision=2
        ),
        row._replace(state="retracted", action="retracted", ends_at=row.starts_at, value=7),
        row._replace(action="updated"),
    ]

    for one in states:
        sent = yaml.safe_load(outbox_message(one, "dong-nai", 1).value or b"")
        assert [] == list(validator("alert").iter_errors(sent))
        assert set() == sent.keys() - schema["properties"].keys()
        assert list(schema["$defs"]["data"]["properties"]) == list(sent["data"])


def test_a_dead_letter_has_the_headers_that_the_document_names() -> None:
    """A reader finds reason, field and place without opening the refused bytes."""
    refused = decode(record_of(dossier_received(agency="no code")))
    assert isinstance(refused, DeadLetter)
    told = DOCUMENT["components"]["schemas"]["deadLetterHeaders"]

    message = dead_letter_message(refused, 1)

    sent = {name: (value or b"").decode() for name, value in message.headers}
    assert list(HEADERS) == list(sent) == told["required"]
    assert [] == list(Draft202012Validator(told).iter_errors(sent))


def test_the_reasons_are_those_that_records_are_refused_with() -> None:
    """In the contract's order; a new one in the code is a new one in the document."""
    folder = Path(__file__).parents[2] / "models/events"
    raised = {
        reason
        for path in folder.glob("*.py")
        for reason in re.findall(r'PoisonMessage\(\s*"(\w+)"', path.read_text("utf-8"))
    }

    assert set(REASONS) == raised
    assert list(REASONS) == DOCUMENT["components"]["schemas"]["deadLetterHeaders"]["properties"]["tiendo_reason"]["enum"]  # fmt: skip


def test_the_document_has_every_topic_and_every_event_in_both_modes() -> None:
    """Addresses with the slugs filled in are the topics that `tiendo topics` creates."""
    channels = DOCUMENT["channels"].values()
    addresses = {
        channel["address"].format(province=province)
        for channel in channels
        for province in channel["parameters"]["province"]["enum"]
    }
    messages = DOCUMENT["components"]["messages"]
    names = [name.replace(".", "_") for name in EVENTS]

    assert {topic.name for topic in all_topics()} == addresses
    for topic in all_topics():
        (kafka,) = (
            one["bindings"]["kafka"]
            for one in channels
            if one["address"].partition(".")[0] == topic.name.partition(".")[0]
        )
        told = {
            name: str(value).strip("[']") for name, value in kafka["topicConfiguration"].items()
        }
        assert (dict(topic.config), topic.partitions) == (told, kafka["partitions"])
    assert {*names, *(f"{name}_binary" for name in names), "alert", "deadletter"} == set(messages)
    carried = [name for channel in channels for name in channel["messages"]]
    assert sorted(messages) == sorted(carried)


def test_every_reference_of_the_document_leads_somewhere() -> None:
    """Inside it, or into a schema beside it."""
    references = re.findall(
        r"\$ref: '?([^'\s]+)", (SCHEMAS / "asyncapi.yaml").read_text(encoding="utf-8")
    )

    assert references
    for reference in set(references):
        file, _, path = reference.partition("#")
        place: Any = DOCUMENT if file == "" else yaml.safe_load((SCHEMAS / file).read_text("utf-8"))
        for step in path.split("/")[1:]:
            place = place[step]
        assert place


@pytest.mark.parametrize("name", EVENTS)
def test_the_examples_of_the_document_are_valid(name: str) -> None:
    """Headers and payload, in both modes."""
    messages = DOCUMENT["components"]["messages"]
    headers = Draft202012Validator(DOCUMENT["components"]["schemas"]["binaryHeaders"])
    (structured,) = messages[name.replace(".", "_")]["examples"]
    (in_headers,) = messages[f"{name.replace('.', '_')}_binary"]["examples"]

    assert [] == list(validator(name).iter_errors(structured["payload"]))
    assert [] == list(headers.iter_errors(in_headers["headers"]))
    assert structured["payload"]["data"] == in_headers["payload"]
