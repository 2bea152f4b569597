"""Pure functions of a dossier's facts that YAML cannot say: when it is due, how long it took, when it was overdue.

The clock stands while the latest status waits for somebody else; each working day that it stood moves the due instant by one.
"""

from collections.abc import Sequence
from typing import Final, NamedTuple

from models.calendar import add_working_days, working_days
from models.days import FOREVER, MICROSECONDS_PER_DAY, Day, day_of
from models.facts import Assertion
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


def _statuses(facts: Grouped) -> Sequence[Assertion]:
    keys = facts.get(STATUS)
    return next(iter(keys.values())) if keys else ()


def stays(facts: Grouped) -> list[Stay]:
    """Return the stays of the clock in order; a stay ends at the next status or when the dossier is resolved."""
    result = []
    statuses = _statuses(facts)
    resolved = the_only(facts, RESOLVED)
    last = resolved.moment if resolved is not None else None
    for index, status in enumerate(statuses):
        if _payload_text(status, "to_status") not in CLOCK_STOPPED or (
            last is not None and status.moment >= last
        ):
            continue
        ends = statuses[index + 1].moment if index + 1 < len(statuses) else None
        if last is not None:
            ends = last if ends is None else min(ends, last)
        result.append(Stay(status.day, FOREVER if ends is None else day_of(ends)))
    return result


def _payload_text(assertion: Assertion, field: str) -> object:
    return assertion.payload.get(field) if assertion.payload is not None else None


def due(facts: Grouped) -> int | None:
    """Return the due instant (microseconds) once all is known: what `dossier.resolved` says, else the first one moved by the stays."""
    final = _final_due(facts)
    if final is not None:
        return final
    first = _first_due(facts)
    if first is None:
        return None
    stood = sum(working_days(stay.start, stay.end) for stay in stays(facts) if stay.end != FOREVER)
    return _moved(first, stood)


def _final_due(facts: Grouped) -> int | None:
    resolved = the_only(facts, RESOLVED)
    value = _payload_text(resolved, "due_at") if resolved is not None else None
    return value if isinstance(value, int) else None


def _first_due(facts: Grouped) -> int | None:
    received = the_only(facts, RECEIVED)
    value = _payload_text(received, "due_at") if received is not None else None
    return value if isinstance(value, int) else None


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
    final = _final_due(facts)
    first = final if final is not None else _first_due(facts)
    if first is None:
        return NEVER
    result: list[Interval] = []
    begin, last_in_time, stood = received.day, day_of(first), 0

    def add(start: Day, end: Day) -> None:
        start, end = max(start, Day(last_in_time + 1), begin), min(end, closed)
        if start < end:
            result.append((start, end, received))

    reached = begin
    for stay in stays(facts):
        add(reached, stay.start)
        reached = stay.end
        if final is None and stay.end != FOREVER:
            stood += working_days(stay.start, stay.end)
            last_in_time = day_of(_moved(first, stood))
    add(reached, closed)
    return result
