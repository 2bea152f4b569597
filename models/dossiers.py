"""Pure functions of a dossier's facts that YAML cannot say: when it is due, how long it took, when it was overdue.

The clock stands while the latest status waits for somebody else; each working day that it stood moves the due instant by one.
"""

from typing import Final, NamedTuple

from models.calendar import add_working_days, working_days
from models.days import FOREVER, MICROSECONDS_PER_DAY, Day, day_of
from models.facts import Assertion, Payload
from models.intervals import NEVER, Interval, Intervals
from models.subjects import Grouped

RECEIVED: Final = "dossier.received"
RESOLVED: Final = "dossier.resolved"
STATUS: Final = "dossier.status_changed"

CLOCK_STOPPED: Final = frozenset({"waiting_for_applicant", "waiting_for_payment", "paused"})

LONGEST: Final = 250
"""The last bucket of working days: 250 and more."""


class Stay(NamedTuple):
    """The clock stood from one day to another; `end` is `FOREVER` while it stands."""

    start: Day
    end: Day


def the_only(facts: Grouped, fact_type: str) -> Assertion | None:
    """Return a subject's single fact of a `once` type that its key identifies."""
    keys = facts.get(fact_type)
    return next(iter(keys.values()))[0] if keys else None


def _payload(facts: Grouped, fact_type: str) -> Payload | None:
    """Return what the single fact of a `once` type says; None where there is none."""
    fact = the_only(facts, fact_type)
    return None if fact is None else fact.payload


def _due_at(payload: Payload | None) -> int | None:
    value = None if payload is None else payload.get("due_at")
    return value if isinstance(value, int) else None


def stays(facts: Grouped) -> list[Stay]:
    """Return the stays of the clock in order; a stay ends at the next status or when the dossier is resolved."""
    keys = facts.get(STATUS)
    if not keys:
        return []
    result = []
    statuses = next(iter(keys.values()))
    resolved = the_only(facts, RESOLVED)
    last = resolved.moment if resolved is not None else None
    for index, status in enumerate(statuses):
        if (status.payload or {}).get("to_status") not in CLOCK_STOPPED or (
            last is not None and status.moment >= last
        ):
            continue
        ends = statuses[index + 1].moment if index + 1 < len(statuses) else None
        if last is not None:
            ends = last if ends is None else min(ends, last)
        result.append(Stay(status.day, FOREVER if ends is None else day_of(ends)))
    return result


def due(facts: Grouped) -> int | None:
    """Return the due instant (microseconds) once all is known: what `dossier.resolved` says, else the first one moved by the stays."""
    final = _due_at(_payload(facts, RESOLVED))
    if final is not None:
        return final
    first = _due_at(_payload(facts, RECEIVED))
    if first is None:
        return None
    stood = sum(working_days(stay.start, stay.end) for stay in stays(facts) if stay.end != FOREVER)
    return _moved(first, stood)


def _moved(instant: int, days: int) -> int:
    if days == 0:
        return instant
    day = day_of(instant)
    return instant + (add_working_days(day, days) - day) * MICROSECONDS_PER_DAY


def handling_days(facts: Grouped) -> int | None:
    """Return the working days d with received < d <= resolved, at most `LONGEST`; None until both are known."""
    received, resolved = the_only(facts, RECEIVED), the_only(facts, RESOLVED)
    if received is None or resolved is None:
        return None
    return min(working_days(received.day, resolved.day), LONGEST)


def overdue(facts: Grouped) -> Intervals:
    """Return the days at whose end the dossier was open, past its due day as known then, and the clock not stopped."""
    received = the_only(facts, RECEIVED)
    if received is None:
        return NEVER
    resolved = the_only(facts, RESOLVED)
    closed = FOREVER if resolved is None else resolved.day
    final = None if resolved is None else _due_at(resolved.payload)
    first = final if final is not None else _due_at(received.payload)
    if first is None:
        return NEVER
    result: list[Interval] = []
    reached, last_in_time, stood = received.day, day_of(first), 0
    for stay in (*stays(facts), Stay(closed, closed)):
        start, end = max(reached, Day(last_in_time + 1), received.day), min(stay.start, closed)
        if start < end:
            result.append((start, end, received))
        reached = stay.end
        if final is None and stay.start < stay.end < FOREVER:
            stood += working_days(stay.start, stay.end)
            last_in_time = day_of(_moved(first, stood))
    return result
