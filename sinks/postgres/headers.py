"""Kafka headers and stray text in the form that Postgres can hold.

Headers are a JSON list of [name, base64 of the value], in their order: names may repeat, values are bytes or null.
The column's type is json, not jsonb: the latter refuses a NUL that a name may carry.
"""

import base64
import json

from models.facts import Headers


def headers_json(headers: Headers) -> str:
    """Return `headers` as pure ASCII JSON."""
    return json.dumps(
        [
            [name, None if value is None else base64.b64encode(value).decode()]
            for name, value in headers
        ]
    )


def headers_from_json(text: str) -> Headers:
    """Return the headers that `headers_json` wrote."""
    return tuple(
        (name, None if value is None else base64.b64decode(value))
        for name, value in json.loads(text)
    )


def storable(text: str) -> str:
    """Return `text` with U+FFFD for what no text column takes (NUL, lone surrogates): a refused record may name itself so."""
    return text.replace("\0", "\ufffd").encode("utf-8", "replace").decode()
