"""Dead letters out: a refused record as it came, with what was wrong in headers of its own."""

from models.changes import OutboxMessage
from models.facts import DeadLetter
from models.topics import dead_letters_topic, progress_topic


def dead_letter_message(dead: DeadLetter, seq: int) -> OutboxMessage:
    """Return the record for `deadletters.<province>`: the original bytes, key and headers, and the reason beside them."""
    record = dead.record
    told = {
        "tiendo_reason": dead.reason,
        "tiendo_field": dead.field or "",
        "tiendo_detail": dead.detail,
        "tiendo_topic": progress_topic(record.province),
        "tiendo_partition": "0",
        "tiendo_offset": str(record.offset),
    }
    headers = (*record.headers, *((name, text.encode()) for name, text in told.items()))
    return OutboxMessage(
        seq, dead_letters_topic(record.province), record.key, record.value, headers
    )
