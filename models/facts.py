"""What travels from the wire to the fold: records, events, facts and assertions.

The order of assertions is total: of two assertions of one fact the greater wins, so the state depends on the set of events only.
What is made event by event is a msgspec struct: that costs a tenth of a frozen dataclass, and the garbage collector passes it by.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from msgspec import Struct

from models.days import Day, Instant, day_of

Value = str | int | bool | Decimal | list[str] | None
Payload = Mapping[str, Value]
"""A validated payload in the engine's own values: instants as microseconds, dates as days, numbers as int or Decimal, null fields left out."""

Headers = tuple[tuple[str, bytes | None], ...]
"""Headers of a Kafka record: a name may come again, and a value be null."""


class FactKey(Struct, frozen=True, gc=False):
    """Names a fact: type as in the vocabulary, natural key, and for a dated fact its moment (microseconds, or day); for a `once` fact None."""

    type: str
    key: str
    moment: int | None


class SubjectId(NamedTuple):
    """Names a subject: kind (dossier, official, ...) and key."""

    kind: str
    key: str


class Assertion(Struct, frozen=True, gc=False):
    """One event's word on a fact. Its first four fields are its place in the order of assertions."""

    recorded: Instant
    source: str
    id: str
    canonical: str
    """The payload as canonical JSON, '' for a retraction."""
    agency: str
    day: Day
    """The day that dates the fact: that of its moment."""
    moment: int
    """The instant (microseconds) or day that dates the fact; that of the event for a retraction."""
    offset: int
    """Offset of the record in the province's topic."""
    payload: Payload | None
    """None: the fact is retracted."""


class Record(Struct, frozen=True, gc=False, array_like=True):
    """A Kafka record of a province's topic as fetched."""

    province: str
    offset: int
    timestamp_ms: int
    key: bytes | None
    value: bytes | None
    headers: Headers = ()


class Frame(Struct, gc=False):
    """What an accepted event keeps of its record and of the attributes, before it is known which fact it tells."""

    record: Record
    id: str
    source: str
    agency: str
    time: Instant
    recorded: Instant


class Event(Struct, frozen=True, gc=False):
    """An accepted record."""

    type: str
    """As in the vocabulary: `dossier.received`, or `fact.retracted`, `day.started`."""
    id: str
    source: str
    agency: str
    time: Instant
    recorded: Instant
    offset: int
    timestamp_ms: int
    fact: FactKey | None
    """The fact that is asserted or retracted; None for `day.started`."""
    assertion: Assertion | None
    """None for `day.started`."""

    @property
    def watermark(self) -> Instant:
        """The event's time, not beyond the record's Kafka timestamp."""
        return Instant(min(self.time, self.timestamp_ms * 1000))

    @property
    def day(self) -> Day:
        """The day that this record moves the as-of day to, unless it is there already."""
        return day_of(self.watermark)


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A refused record, with what was wrong and where."""

    record: Record
    reason: str
    """A reason code of the contract: `null_value`, `too_large`, ... `naive_instant`."""
    field: str | None
    """The attribute or payload field that broke the rule, None where the record as a whole did."""
    detail: str
    """What was expected and what bound it broke; never a value of the payload."""
    event_id: str | None = None
    source: str = ""
    agency: str = ""
