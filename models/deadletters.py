"""Dead letters out: a refused record as it came, with what was wrong in headers of its own."""

from typing import Final

from models.changes import OutboxMessage
from models.facts import DeadLetter
from models.topics import dead_letters_topic, progress_topic

REASONS: Final = (
    "null_value", "too_large", "bad_encoding", "not_json", "not_cloudevent", "wrong_province", "unknown_type",
    "bad_payload", "key_mismatch", "time_in_future", "time_too_old", "naive_instant",
)  # fmt: skip
"""Reason codes in the contract's order: a record has the first that holds."""

HEADERS: Final = (
    "tiendo_reason", "tiendo_field", "tiendo_detail", "tiendo_topic", "tiendo_partition", "tiendo_offset",
)  # fmt: skip
"""What is told beside the record's own headers."""


def dead_letter_message(dead: DeadLetter, seq: int) -> OutboxMessage:
    """Return the record for `deadletters.<province>`: the original bytes, key and headers, and the reason beside them."""
    record = dead.record
    told = (
        dead.reason,
        dead.field or "",
        dead.detail,
        progress_topic(record.province),
        "0",
        str(record.offset),
    )
    added = zip(HEADERS, (text.encode() for text in told), strict=True)
    return OutboxMessage(
        seq,
        dead_letters_topic(record.province),
        record.key,
        record.value,
        (*record.headers, *added),
    )
