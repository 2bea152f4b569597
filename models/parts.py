"""Parts: how the facts of a subject are stored, so that no stored part grows without bound.

What a subject has a few of is its main part; daily facts and what an agency has many of have parts of their own.
"""

from collections.abc import Collection, Iterator
from decimal import Decimal
from functools import lru_cache
from typing import Final
from zlib import crc32

import msgspec

from models.days import EARLIEST, FOREVER, Day, Instant, date_of, day_of
from models.facts import Assertion, FactKey, SubjectId

MAIN: Final = ""
"""The part of a subject that holds all but its daily facts."""

HOME: Final = "fact"
"""Kind of the place that keeps a fact whose subjects do not follow from its natural key."""

REGISTERED: Final = "agency.registered"
"""The type that the register is made of: all that an agency's main part holds."""

_PARTED_BY_MONTH: Final = frozenset({"account.used", "website.content_updated"})
_PARTED_BY_DAY: Final = frozenset({"system.status_reported"})
DAILY: Final = _PARTED_BY_MONTH | _PARTED_BY_DAY
"""Types of which a subject may have one fact a day or more; stored in parts by their moment."""

_DAYS_REMEMBERED: Final = 4096
"""Days whose part is remembered: the facts of a part ask for the same ones again and again."""

_DATE_MOMENTS: Final = frozenset({"account.used"})
_HASHED: Final = "procedure.online_level_changed"
_HASHES: Final = 16

Held = tuple[FactKey, Assertion]
"""A fact and the assertion that is in force."""


_Stored = tuple[str, str, int | None, int, str, str, str, int, int, int, msgspec.Raw]
"""A fact as it is stored: type, key and moment of its key; recorded, source, id, agency, day, moment, offset and payload."""

_ENCODER: Final = msgspec.json.Encoder(decimal_format="number")
_FACTS: Final = msgspec.json.Decoder(list[_Stored])
_PAYLOAD: Final = msgspec.json.Decoder(dict[str, object], float_hook=Decimal)
_NOTHING: Final = "null"


def home_of(fact: FactKey) -> SubjectId:
    """Return the place that keeps a movable fact."""
    return SubjectId(HOME, f"{fact.type}:{fact.key}")


def part_of(kind: str, fact: FactKey) -> str:
    """Return the part of a subject of `kind` in which `fact` is stored."""
    if fact.type in DAILY and fact.moment is not None:
        day = fact.moment if fact.type in _DATE_MOMENTS else day_of(fact.moment)
        return _daily_part(fact.type, day)
    if kind == "agency" and fact.type != REGISTERED:
        if fact.type == _HASHED:
            return f"{fact.type}/{crc32(fact.key.encode()) % _HASHES:02d}"
        return fact.type
    return MAIN


def is_daily(part: str) -> bool:
    """Return whether a part holds daily facts."""
    return part.partition("/")[0] in DAILY


def day_of_daily(fact: FactKey) -> int:
    """Return the day that a daily fact is kept under."""
    moment = fact.moment if fact.moment is not None else 0
    return moment if fact.type in _DATE_MOMENTS else day_of(moment)


@lru_cache(_DAYS_REMEMBERED)
def parts_between(fact_type: str, day: int, reach: int) -> tuple[str, ...]:
    """Return the parts of a daily type that hold moments at most `reach` days from `day`."""
    step = 1 if fact_type in _PARTED_BY_DAY else 28
    first, last = max(day - reach, EARLIEST), min(day + reach, FOREVER - 1)
    days = {*range(first, last, step), day, last}
    return tuple(sorted({_daily_part(fact_type, one) for one in days}))


@lru_cache(_DAYS_REMEMBERED)
def _daily_part(fact_type: str, day: int) -> str:
    text = date_of(day).isoformat()
    return f"{fact_type}/{text if fact_type in _PARTED_BY_DAY else text[:7]}"


def encode(facts: Collection[Held]) -> bytes:
    """Return facts as JSON, sorted, so that equal facts are equal bytes."""
    return _ENCODER.encode(
        [
            (
                fact.type,
                fact.key,
                fact.moment,
                held.recorded,
                held.source,
                held.id,
                held.agency,
                held.day,
                held.moment,
                held.offset,
                msgspec.Raw((_NOTHING if held.payload is None else held.canonical).encode()),
            )
            for fact, held in (sorted(facts, key=_order) if len(facts) > 1 else facts)
        ]
    )


def _order(entry: Held) -> tuple[str, str, int]:
    fact = entry[0]
    return fact.type, fact.key, fact.moment if fact.moment is not None else 0


def decode(encoded: bytes) -> Iterator[Held]:
    """Yield the facts of an encoded part."""
    for (
        fact_type,
        key,
        key_moment,
        recorded,
        source,
        event_id,
        agency,
        day,
        moment,
        offset,
        payload,
    ) in _FACTS.decode(encoded):
        canonical = str(payload, "utf-8")
        retracted = canonical == _NOTHING
        yield (
            FactKey(fact_type, key, key_moment),
            Assertion(
                Instant(recorded),
                source,
                event_id,
                "" if retracted else canonical,
                agency,
                Day(day),
                moment,
                offset,
                None if retracted else _PAYLOAD.decode(payload),  # type: ignore[arg-type]  # the engine's own values
            ),
        )
