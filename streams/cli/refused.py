"""Dead letters as rows, lines and JSON, wherever they were read.

Bytes, keys and headers are shown only of one that was asked for by its offset: they may name people.
"""

import base64
import datetime as dt
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Final

from models.days import VIETNAM
from models.facts import DeadLetter, Record
from models.mending import Refusal, mend_of, refusal_of
from models.topics import progress_topic

Row = Mapping[str, object]

_KIND: Final = ("province", "reason", "field", "source", "agency")
"""What is counted together."""


def row(letter: DeadLetter) -> dict[str, object]:
    """Return a dead letter out of the topic as a row; it was returned when it says that it was received."""
    record = letter.record
    return {
        "province": record.province,
        "topic": progress_topic(record.province),
        "partition": 0,
        "offset": record.offset,
        "reason": letter.reason,
        "field": letter.field,
        "detail": letter.detail,
        "event_id": letter.event_id,
        "source": letter.source,
        "agency": letter.agency,
        "received_at": _received(record),
        "replayed_at": None,
    }


def _received(record: Record) -> dt.datetime:
    return dt.datetime.fromtimestamp(record.timestamp_ms / 1000, dt.UTC)


def with_mend(row: Row, event_type: str | None = None) -> dict[str, object]:
    """Return a row with what its sender must write instead; `event_type` is what its record names, where that is known."""
    field = None if row["field"] is None else str(row["field"])
    return {**row, "mend": mend_of(str(row["reason"]), field, event_type)}


def line(row: Row) -> str:
    """Return a row with its mend as one line."""
    field = None if row["field"] is None else str(row["field"])
    refusal = Refusal(str(row["reason"]), field, str(row["detail"]), str(row["mend"]))
    sender = " ".join(str(row[name]) for name in ("source", "agency") if row[name])
    told = [f"from {sender}" if sender else "from an unreadable sender"]
    told.append(f"received {_moment(row['received_at'])}")
    if row["replayed_at"] is not None:
        told.append(f"sent again {_moment(row['replayed_at'])}")
    return f"{row['province']}:{row['offset']}: {refusal} ({', '.join(told)})"


def summed(rows: Sequence[Row]) -> list[dict[str, object]]:
    """Return how many there are of each kind, the most frequent first."""
    counted = Counter(tuple(row[name] for name in _KIND) for row in rows)
    waiting = Counter(
        tuple(row[name] for name in _KIND) for row in rows if row["replayed_at"] is None
    )
    return [
        {**dict(zip(_KIND, kind, strict=True)), "dead_letters": count, "pending": waiting[kind]}
        for kind, count in counted.most_common()
    ]


def summary_line(row: Row) -> str:
    """Return a count as one line."""
    field = "" if row["field"] is None else f" {row['field']}"
    sender = " ".join(str(row[name]) for name in ("source", "agency") if row[name])
    return (
        f"{row['province']}: {row['dead_letters']} {row['reason']}{field}"
        f" from {sender or 'an unreadable sender'}, {row['pending']} not sent again"
    )


def in_full(letter: DeadLetter) -> list[str]:
    """Return a dead letter as lines for people, its bytes last."""
    record = letter.record
    return [
        f"{record.province}:{record.offset}: {refusal_of(letter)}",
        f"event {letter.event_id or '?'} of {letter.source or '?'}, agency {letter.agency or '?'}",
        f"received {_moment(_received(record))}",
        f"key {_shown(record.key)}",
        *(f"header {name}: {_shown(value)}" for name, value in record.headers),
        f"{0 if record.value is None else len(record.value)} bytes:",
        _shown(record.value),
    ]


def as_json(letter: DeadLetter) -> dict[str, object]:
    """Return a dead letter as JSON values: bytes as text where they are UTF-8, and always in base64."""
    record = letter.record
    return {
        "province": record.province,
        "offset": record.offset,
        **refusal_of(letter)._asdict(),
        "event_id": letter.event_id,
        "source": letter.source,
        "agency": letter.agency,
        "received_at": _moment(_received(record)),
        "key": _encoded(record.key),
        "headers": [[name, _encoded(value)] for name, value in record.headers],
        "value": _encoded(record.value),
        "text": _text(record.value),
    }


def _encoded(value: bytes | None) -> str | None:
    return None if value is None else base64.b64encode(value).decode()


def _text(value: bytes | None) -> str | None:
    try:
        return None if value is None else value.decode()
    except UnicodeDecodeError:
        return None


def _shown(value: bytes | None) -> str:
    return "(null)" if value is None else value.decode("utf-8", "replace")


def _moment(value: object) -> str:
    if not isinstance(value, dt.datetime):
        raise TypeError(type(value).__name__)
    return value.astimezone(VIETNAM).isoformat(timespec="seconds")
