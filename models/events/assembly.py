"""From a validated payload to an accepted event: the one place where events and their assertions are made.

The quick and the careful way of decoding both end here, so they cannot build different events from one record.
"""

from collections.abc import Mapping
from typing import Final
from unicodedata import normalize

import msgspec

from models.days import Day, Instant, day_of
from models.events.event_type import EVENT_TIME, EventType
from models.events.log import DAY_STARTED, RETRACTION
from models.facts import Assertion, Event, FactKey, Frame, Value

_canonical: Final = msgspec.json.Encoder(order="deterministic", decimal_format="number").encode


def in_nfc(payload: Mapping[str, Value]) -> dict[str, Value]:
    """Return the payload with its text in NFC."""
    return {name: _compose(value) for name, value in payload.items()}


def _compose(value: Value) -> Value:
    if isinstance(value, str):
        return normalize("NFC", value)
    return [normalize("NFC", item) for item in value] if isinstance(value, list) else value


def moment_of(known: EventType, payload: dict[str, Value], time: Instant) -> int:
    """Return the instant or day that dates the fact."""
    if known.moment == EVENT_TIME:
        return time
    moment = payload[known.moment]
    if not isinstance(moment, int):
        raise TypeError(known.name)  # the models say that a moment is an instant or a date
    return moment


def fact_asserted(
    frame: Frame, known: EventType, fact: FactKey, moment: int, payload: dict[str, Value]
) -> Event:
    """Return the event that asserts a fact; `moment` dates it (`moment_of`)."""
    assertion = Assertion(
        frame.recorded,
        frame.source,
        frame.id,
        _canonical(payload).decode(),
        frame.agency,
        Day(moment) if known.moment_is_date else day_of(moment),
        moment,
        frame.record.offset,
        payload,
    )
    return _event(frame, known.name, fact, assertion)


def fact_retracted(frame: Frame, fact: FactKey) -> Event:
    """Return the event that takes a fact back."""
    return _event(
        frame,
        RETRACTION,
        fact,
        Assertion(
            frame.recorded,
            frame.source,
            frame.id,
            "",
            frame.agency,
            day_of(frame.time),
            frame.time,
            frame.record.offset,
            None,
        ),
    )


def day_started(frame: Frame) -> Event:
    """Return the event that tells of no fact but moves the as-of day."""
    return _event(frame, DAY_STARTED, None, None)


def _event(frame: Frame, name: str, fact: FactKey | None, assertion: Assertion | None) -> Event:
    return Event(
        name,
        frame.id,
        frame.source,
        frame.agency,
        frame.time,
        frame.recorded,
        frame.record.offset,
        frame.record.timestamp_ms,
        fact,
        assertion,
    )
