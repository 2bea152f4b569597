"""Dead letters as their senders read them from the topic: the record as it came, and what tiendo says of it.

The last headers are tiendo's own, whatever the sender called its own ones; this undoes what `models.deadletters` does.
"""

from typing import Final

from models.events.cloudevent import readable_attributes
from models.facts import DeadLetter, Headers, Record

_OURS: Final = (
    *("tiendo_reason", "tiendo_field", "tiendo_detail"),
    *("tiendo_topic", "tiendo_partition", "tiendo_offset"),
)


def returned(record: Record) -> DeadLetter | None:
    """Return the dead letter that a record of `deadletters.<province>` carries; None where it carries none.

    The record in it has the offset that it came by, and the timestamp at which it was returned.
    """
    theirs, ours = record.headers[: -len(_OURS)], record.headers[-len(_OURS) :]
    if tuple(name for name, _ in ours) != _OURS:
        return None
    told = _texts(ours)
    if told is None or not told["tiendo_offset"].isdecimal():
        return None
    original = Record(
        record.province,
        int(told["tiendo_offset"]),
        record.timestamp_ms,
        record.key,
        record.value,
        theirs,
    )
    return DeadLetter(
        original,
        told["tiendo_reason"],
        told["tiendo_field"] or None,
        told["tiendo_detail"],
        *readable_attributes(original),
    )


def _texts(headers: Headers) -> dict[str, str] | None:
    try:
        return {name: (value or b"").decode() for name, value in headers}
    except UnicodeDecodeError:
        return None
