"""Dead letters as their senders read them: what `dead_letter_message` sends is read back."""

import pytest
from msgspec import structs

from models.deadletters import dead_letter_message
from models.envelope import decode
from models.facts import DeadLetter, Headers, Record
from models.returned import returned
from tests.support.events import binary, dossier_received, record_of

OWN: Headers = (("tiendo_reason", b"the sender's"), ("tiendo_offset", b"99"), ("x", None))


def _message(record: Record) -> tuple[DeadLetter, Record]:
    """Return a refused record and what the relay puts on the topic for it."""
    refused = decode(record)
    assert isinstance(refused, DeadLetter)
    out = dead_letter_message(refused, 1)
    return refused, Record(record.province, 3, record.timestamp_ms, out.key, out.value, out.headers)


@pytest.mark.parametrize(
    "record",
    [
        record_of(dossier_received({"intake_channel": "fax"}), *OWN),
        record_of(b"\xff", *OWN),
        structs.replace(record_of(b""), value=None, key=b"\x00"),
        binary(dossier_received({"intake_channel": "fax"})),
    ],
)
def test_a_dead_letter_is_read_back_as_it_was_sent(record: Record) -> None:
    """The original offset, bytes, key and headers, whatever the sender called its own headers."""
    refused, message = _message(record)

    assert refused == returned(message)


def test_what_is_no_dead_letter_is_none() -> None:
    """Somebody else's records on the topic are passed over."""
    _, message = _message(record_of(b"\xff"))
    headers = dict(message.headers)

    assert returned(record_of(b"{}")) is None
    assert returned(structs.replace(message, headers=message.headers[1:])) is None
    for wrong in (b"\xff", b"-1", None):
        changed = tuple({**headers, "tiendo_offset": wrong}.items())
        assert returned(structs.replace(message, headers=changed)) is None
