"""The vocabulary: 47 types of facts, and two events about the log itself.

One frozen model per type, a module per subject area; beside each model its natural key, moment and subjects.
"""

from models.events.event_type import (
    EVENT_TIME,
    SUBJECT_KINDS,
    About,
    EventType,
    Keyed,
    PayloadField,
    join_key,
    split_key,
    wire_name,
)
from models.events.fields import FieldKind, Payload
from models.events.log import DAY_STARTED, RETRACTION, DayStarted, FactRetracted
from models.events.registry import (
    BY_WIRE_NAME,
    DAY_STARTED_WIRE_NAME,
    RETRACTION_WIRE_NAME,
    VOCABULARY,
)
from models.events.rfc3339 import format_date, format_instant, parse_date, parse_instant

__all__ = [
    "BY_WIRE_NAME",
    "DAY_STARTED",
    "DAY_STARTED_WIRE_NAME",
    "EVENT_TIME",
    "RETRACTION",
    "RETRACTION_WIRE_NAME",
    "SUBJECT_KINDS",
    "VOCABULARY",
    "About",
    "DayStarted",
    "EventType",
    "FactRetracted",
    "FieldKind",
    "Keyed",
    "Payload",
    "PayloadField",
    "format_date",
    "format_instant",
    "join_key",
    "parse_date",
    "parse_instant",
    "split_key",
    "wire_name",
]
