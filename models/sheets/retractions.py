"""A fact of an earlier register that a later one no longer has, taken back.

A fact that is dated by the event's own time cannot be named by another register: that one was true at another time.
"""

from typing import Final
from uuid import NAMESPACE_URL, uuid5

import msgspec

from models.days import Instant, datetime_of
from models.events import (
    EVENT_TIME,
    RETRACTION_WIRE_NAME,
    VOCABULARY,
    format_date,
    format_instant,
    join_key,
)
from models.sheets.rows import SheetEvent

_NAMESPACE: Final = uuid5(NAMESPACE_URL, "urn:tiendo:sheets:retractions")


def retraction(event: SheetEvent, as_of: Instant) -> bytes | None:
    """Return the event that takes the fact of a row back, as recorded at `as_of` by the same source and agency.

    None where the row asserts no fact, or one that another register cannot name.
    """
    fact = event.fact
    if fact is None or event.type == RETRACTION_WIRE_NAME:
        return None
    known = VOCABULARY[fact.type]
    if not known.once and known.moment == EVENT_TIME:
        return None
    told = msgspec.json.decode(event.value)
    data = {"type": fact.type, "subject": fact.key}
    if fact.moment is not None:
        write = format_date if known.moment_is_date else format_instant
        data["moment"] = write(fact.moment)
    data["reason"] = f"not in the register of {datetime_of(as_of).date().isoformat()} any more"
    at = format_instant(as_of)
    named = [told["source"], fact.type, fact.key, data.get("moment"), told["agency"], at]
    return msgspec.json.encode(
        {
            "specversion": "1.0",
            "id": str(uuid5(_NAMESPACE, join_key(named))),
            "source": told["source"],
            "type": RETRACTION_WIRE_NAME,
            "subject": fact.key,
            "time": at,
            "recordedtime": at,
            "province": event.province,
            "agency": told["agency"],
            "partitionkey": fact.key,
            "datacontenttype": "application/json",
            "data": data,
        }
    )
