"""The AsyncAPI 3 document: what tiendo reads from Kafka and what it writes there, message by message.

Payloads are not repeated: it points at the schemas beside it.
"""

from collections.abc import Iterator
from typing import Any, Final

import yaml

from models.deadletters import HEADERS, REASONS
from models.events import wire_name
from models.topics import PROVINCES, alerts_topic, all_topics, dead_letters_topic, progress_topic
from streams.documents import alert_schema
from streams.documents.payloads import Schema
from streams.documents.schemas import file_name, schemas

FILE: Final = "asyncapi.yaml"
_STRUCTURED: Final = "application/cloudevents+json"
_FORMAT: Final = "application/schema+json;version=draft-2020-12"
_MADE: Final = "# Made by `make docs` from models; edit the models, not this file.\n"


def text() -> str:
    """Return the document as YAML."""
    return _MADE + yaml.safe_dump(document(), sort_keys=False, allow_unicode=True, width=120)


def document() -> dict[str, Any]:
    """Return the document; tiendo is the application that it describes: it receives progress, and sends the rest."""
    made = schemas()
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "tiendo",
            "version": "1.0.0",
            "description": "Events of agencies in, alerts and refused events out. One CloudEvent a record; one topic with one"
            " partition a province and direction. Records are committed ones only; a topic's order is its province's order.",
        },
        "defaultContentType": _STRUCTURED,
        "channels": {
            "progress": _channel(
                progress_topic("{province}"),
                "What agencies send. Record key: the natural key. An event has at most 1 MiB.",
                [key for name in made for key in (name, f"{name}.binary")],
            ),
            "alerts": _channel(
                alerts_topic("{province}"), "What supervisors read. Record key: dedup_key.", ["alert"]
            ),
            "deadletters": _channel(
                dead_letters_topic("{province}"),
                "Refused records as they came, and why. Record key: the record's own.",
                ["deadletter"],
            ),
        },
        "operations": {
            "receiveProgress": {
                "action": "receive",
                "channel": {"$ref": "#/channels/progress"},
                "summary": "An agency's system tells what happened.",
            },
            "sendAlerts": {
                "action": "send",
                "channel": {"$ref": "#/channels/alerts"},
                "summary": "A promise is about to be broken, is broken, or was kept.",
            },
            "sendDeadLetters": {
                "action": "send",
                "channel": {"$ref": "#/channels/deadletters"},
                "summary": "A record was refused; its sender mends it and sends it again.",
            },
        },
        "components": {
            "messages": dict(_messages(made)),
            "schemas": {
                "structuredHeaders": _headers({"content-type": {"const": _STRUCTURED}}),
                "binaryHeaders": _binary_headers(),
                "deadLetterHeaders": _dead_letter_headers(),
            },
        },
    }  # fmt: skip


def _channel(address: str, description: str, messages: list[str]) -> dict[str, Any]:
    """Return a channel for a topic of every province, with the settings that `tiendo topics` creates it with."""
    topic = next(one for one in all_topics() if one.name == address.format(province=one.province))
    return {
        "address": address,
        "description": description,
        "parameters": {
            "province": {"description": "Slug of the province.", "enum": list(PROVINCES)}
        },
        "messages": {_id(name): {"$ref": f"#/components/messages/{_id(name)}"} for name in messages},
        "bindings": {
            "kafka": {
                "partitions": topic.partitions,
                "topicConfiguration": dict(map(_configured, topic.config)),
                "bindingVersion": "0.5.0",
            }
        },
    }  # fmt: skip


def _configured(setting: tuple[str, str]) -> tuple[str, object]:
    """Return a topic's setting as the binding has it: the policy is a list, all else are numbers."""
    name, value = setting
    return name, [value] if name == "cleanup.policy" else int(value)


def _messages(made: dict[str, Schema]) -> Iterator[tuple[str, dict[str, Any]]]:
    for name, schema in made.items():
        (example,) = schema["examples"]
        common = {
            "title": name,
            "summary": schema["description"],
            **_key("The natural key, as subject."),
        }
        yield (
            _id(name),
            {
                "name": wire_name(name),
                **common,
                "contentType": _STRUCTURED,
                "headers": {"$ref": "#/components/schemas/structuredHeaders"},
                "payload": _payload(file_name(name)),
                "examples": [{"name": "structured", "payload": example}],
            },
        )
        attributes = {key: str(value) for key, value in example.items() if key != "data"}
        yield (
            _id(f"{name}.binary"),
            {
                "name": wire_name(name),
                **common,
                "contentType": "application/json",
                "headers": {"$ref": "#/components/schemas/binaryHeaders"},
                "payload": _payload(f"{file_name(name)}#/$defs/data"),
                "examples": [
                    {
                        "name": "binary",
                        "headers": {"content-type": "application/json"}
                        | {f"ce_{key}": value for key, value in attributes.items()},
                        "payload": example["data"],
                    }
                ],
            },
        )
    alert = alert_schema.alert_schema()
    yield (
        "alert",
        {
            "name": "vn.tiendo.alert",
            "title": "alert",
            "summary": alert["description"],
            **_key("The dedup_key, as subject."),
            "contentType": _STRUCTURED,
            "headers": {"$ref": "#/components/schemas/structuredHeaders"},
            "payload": _payload(alert_schema.FILE),
            "examples": [{"name": "silent", "payload": alert["examples"][0]}],
        },
    )
    yield (
        "deadletter",
        {
            "name": "deadletter",
            "title": "dead letter",
            "summary": "A refused record: its bytes, key and headers as they came, and headers that say why.",
            "contentType": "application/octet-stream",
            "headers": {"$ref": "#/components/schemas/deadLetterHeaders"},
            "payload": {"description": "The refused bytes, whatever they are; none for null_value."},
            "examples": [
                {
                    "name": "bad_payload",
                    "headers": dict(zip(HEADERS, _DEAD_LETTER_SHOWN, strict=True)),
                    "payload": {"specversion": "1.0", "type": wire_name("dossier.received")},
                }
            ],
        },
    )  # fmt: skip


_DEAD_LETTER_SHOWN: Final = (
    "bad_payload", "dossier_id", "Field required", progress_topic("tra-vinh"), "0", "41",
)  # fmt: skip
_TOLD: Final = (
    "Reason code: the first rule of the contract that the record breaks.",
    "Attribute or payload field that broke it; empty for the record as a whole.",
    "What was expected there; never what the sender wrote.",
    "Topic that the record came by.",
    "Its partition.",
    "Its offset.",
)


def _dead_letter_headers() -> Schema:
    told: Schema = {
        name: {"type": "string", "description": description}
        for name, description in zip(HEADERS, _TOLD, strict=True)
    }
    told[HEADERS[0]]["enum"] = list(REASONS)
    return _headers(told)


def _binary_headers() -> Schema:
    """Return the headers of binary mode: attributes of any type of event, and the data's media type."""
    envelope = next(iter(schemas().values()))
    attributes = {
        f"ce_{name}": {**rule, "type": "string"}
        for name, rule in envelope["properties"].items()
        if name not in {"data", "datacontenttype", "type", "subject"}
    }
    named = {"type": "string", "minLength": 1}
    made = _headers(
        attributes | {"ce_type": named, "ce_subject": named, "content-type": {"type": "string"}}
    )
    made["required"] = [f"ce_{name}" for name in envelope["required"] if name != "data"]
    return made


def _headers(properties: Schema) -> Schema:
    return {"type": "object", "required": list(properties), "properties": properties}


def _key(description: str) -> dict[str, Any]:
    key = {"type": "string", "description": description}
    return {"bindings": {"kafka": {"key": key, "bindingVersion": "0.5.0"}}}


def _payload(reference: str) -> Schema:
    return {"schemaFormat": _FORMAT, "schema": {"$ref": f"./{reference}"}}


def _id(name: str) -> str:
    """Return a key of the document's maps for a name: `dossier.received` -> `dossier_received`."""
    return name.replace(".", "_")
