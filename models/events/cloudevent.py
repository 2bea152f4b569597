"""A Kafka record as a CloudEvent: structured or binary mode, attributes and data, nothing judged beyond that.

Raises the first four reasons of the contract and `not_cloudevent`; details never quote what the sender wrote.
"""

import json
import re
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Final, Never

from models.errors import PoisonMessage
from models.facts import Headers, Record

VALUE_MAX_BYTES: Final = 1024 * 1024
"""A larger record is refused by name."""

ATTRIBUTE_MAX_BYTES: Final = 2048
"""Attributes become keys of rows; an index page holds keys of up to 2704 bytes."""

DEPTH_MAX: Final = 64
"""JSON nested deeper is refused, at the same depth on every machine and stack."""

JSON: Final = "application/json"
"""Media type of the data."""

_AGENCY: Final = re.compile(r"[A-Za-z0-9._-]{1,64}")
_HUGE: Final = 10**30
_DIGITS_MAX: Final = 20


class Mode(StrEnum):
    """How a record carries its event."""

    STRUCTURED = "structured"
    """The value is the whole event."""
    BINARY = "binary"
    """Attributes are `ce_` headers, the value is the data."""
    FOREIGN = "foreign"
    """The content type says that this is something else."""


@dataclass(frozen=True, slots=True)
class CloudEvent:
    """A record taken apart; attributes as sent, null ones left out."""

    attributes: dict[str, object]
    has_data: bool
    data: object
    """JSON value of `data`."""

    def text(self, name: str) -> str:
        """Return a required text attribute; raises PoisonMessage `not_cloudevent`."""
        value = self.attributes.get(name)
        if value is None:
            raise PoisonMessage("not_cloudevent", name, "the attribute is required")
        if not isinstance(value, str) or value == "":
            raise PoisonMessage(
                "not_cloudevent", name, "the attribute must be text that is not empty"
            )
        if "\0" in value or len(value.encode()) > ATTRIBUTE_MAX_BYTES:
            raise PoisonMessage(
                "not_cloudevent", name, f"at most {ATTRIBUTE_MAX_BYTES} bytes of UTF-8 without NUL"
            )
        return value

    def readable(self, name: str) -> str | None:
        """Return a text attribute if it is there and well formed."""
        try:
            return self.text(name)
        except PoisonMessage:
            return None


@lru_cache(maxsize=4096)
def is_agency(code: str) -> bool:
    """Return whether `code` is an agency code: 1 to 64 of A-Z a-z 0-9 . _ -."""
    return _AGENCY.fullmatch(code) is not None


def is_json(media_type: str) -> bool:
    """Return whether a media type says JSON."""
    essence = media_type.partition(";")[0].strip().lower()
    return essence.endswith(("/json", "+json"))


@lru_cache(maxsize=16)  # in structured mode a sender's headers are the same on all that it sends
def mode_of(headers: Headers) -> Mode:
    """Return the mode that the headers announce, null ones left out; a record without headers is structured."""
    content_type: str | None = None
    binary = False
    for name, value in headers:
        if value is None:
            continue
        lowered = name.lower()
        if lowered == "content-type":
            content_type = value.decode("utf-8", "replace").partition(";")[0].strip().lower()
        elif lowered == "ce_specversion":
            binary = True
    if content_type is not None and content_type.startswith("application/cloudevents"):
        return Mode.STRUCTURED if content_type == "application/cloudevents+json" else Mode.FOREIGN
    if binary:
        return Mode.BINARY
    return Mode.STRUCTURED if content_type is None else Mode.FOREIGN


def attributes_in(headers: Headers) -> dict[str, str]:
    """Return the attributes that binary mode keeps in headers, null ones left out; raises PoisonMessage `bad_encoding`."""
    attributes = {}
    for name, value in headers:
        if value is None:
            continue
        lowered = name.lower()
        if lowered == "content-type":
            attributes["datacontenttype"] = _utf8(value, name)
        elif lowered.startswith("ce_"):
            attributes[lowered[3:]] = _utf8(value, name)
    return attributes


def open_record(record: Record) -> CloudEvent:
    """Take a record apart.

    Raises:
        PoisonMessage: null_value, too_large, bad_encoding, not_json, not_cloudevent: the first that holds.
    """
    if record.value is None:
        raise PoisonMessage("null_value", None, "a record must have a value")
    if len(record.value) > VALUE_MAX_BYTES:
        raise PoisonMessage(
            "too_large", None, f"{len(record.value)} bytes; the bound is {VALUE_MAX_BYTES}"
        )
    return _take_apart(record, record.value)


def readable_attributes(record: Record) -> tuple[str | None, str, str]:
    """Return id, source and agency of a refused record as far as they can be read, else None, '' and ''."""
    try:
        if mode_of(record.headers) is Mode.BINARY:
            event = CloudEvent(dict(attributes_in(record.headers)), has_data=False, data=None)
        else:
            event = _take_apart(record, record.value or b"")
    except PoisonMessage:
        return None, "", ""
    agency = event.readable("agency")
    return (
        event.readable("id"),
        event.readable("source") or "",
        agency if agency is not None and is_agency(agency) else "",
    )


def _take_apart(record: Record, value: bytes) -> CloudEvent:
    mode = mode_of(record.headers)
    text = _utf8(value, None)
    headers = attributes_in(record.headers) if mode is Mode.BINARY else {}
    document = _parse(text)
    if mode is Mode.BINARY:
        return CloudEvent(dict(headers), has_data=True, data=document)
    if mode is Mode.FOREIGN:
        raise PoisonMessage(
            "not_cloudevent", "content-type", "application/cloudevents+json, or ce_ headers"
        )
    if not isinstance(document, dict):
        raise PoisonMessage(
            "not_cloudevent", None, "one CloudEvent per record: the value must be a JSON object"
        )
    data = document.pop("data", _ABSENT)
    attributes = {name: item for name, item in document.items() if item is not None}
    return CloudEvent(attributes, has_data=data is not _ABSENT, data=data)


def _utf8(value: bytes, name: str | None) -> str:
    try:
        return value.decode()
    except UnicodeDecodeError as error:
        raise PoisonMessage("bad_encoding", name, f"not UTF-8 at byte {error.start}") from None


def _parse(text: str) -> object:
    try:
        document: object = json.loads(text, parse_constant=_refuse_constant, parse_int=_integer)
    except RecursionError:
        raise PoisonMessage("not_json", None, f"nested deeper than {DEPTH_MAX}") from None
    except ValueError as error:
        at = f" at character {error.pos}" if isinstance(error, json.JSONDecodeError) else ""
        raise PoisonMessage("not_json", None, f"malformed JSON{at}") from None
    if "\\ud" in text or "\\uD" in text:
        _refuse_lone_surrogates(document)
    if text.count("{") + text.count("[") > DEPTH_MAX:
        _refuse_depth(document)
    return document


def _refuse_constant(_name: str) -> Never:
    message = "NaN and infinities are not JSON"
    raise ValueError(message)


def _integer(digits: str) -> int:
    # Python refuses to read very long integers; whatever is this long is far out of every field's range.
    return int(digits) if len(digits) <= _DIGITS_MAX else _HUGE


def _refuse_lone_surrogates(document: object) -> None:
    try:
        json.dumps(document, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        raise PoisonMessage("bad_encoding", None, "a lone surrogate escape has no UTF-8") from None
    except RecursionError:
        raise PoisonMessage("not_json", None, f"nested deeper than {DEPTH_MAX}") from None


def _refuse_depth(document: object) -> None:
    level = [document]
    for _depth in range(DEPTH_MAX):
        level = [
            child
            for node in level
            for child in (
                node.values() if isinstance(node, dict) else node if isinstance(node, list) else ()
            )
            if isinstance(child, dict | list)
        ]
        if not level:
            return
    raise PoisonMessage("not_json", None, f"nested deeper than {DEPTH_MAX}")


_ABSENT: Final = object()
