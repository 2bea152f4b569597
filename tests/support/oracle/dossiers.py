"""A dossier's own arithmetic (4.6): due, overdue, working days; each answer looked up afresh for one day."""

from collections.abc import Sequence

from models.days import day_of
from tests.support.oracle import working
from tests.support.oracle.facts import Fact

STOPPED = {"waiting_for_applicant", "waiting_for_payment", "paused"}
END_OF_TIME = 10**9
DAY = 86_400_000_000


def one(facts: Sequence[Fact], kind: str) -> Fact | None:
    """Return the only fact of a type that a dossier can have once."""
    return next((fact for fact in facts if fact.type == kind), None)


def due(facts: Sequence[Fact], until: int = END_OF_TIME) -> int | None:
    """Return the due instant as known at the end of day `until`."""
    received, resolved = one(facts, "dossier.received"), one(facts, "dossier.resolved")
    final = None if resolved is None else resolved.payload.get("due_at")
    if isinstance(final, int):
        return final
    first = None if received is None else received.payload.get("due_at")
    if not isinstance(first, int):
        return None
    steps = sorted(
        (f.moment, f) for f in facts if f.type == "dossier.status_changed" and f.day <= until
    )
    stood = 0
    for index, (begun, step) in enumerate(steps):
        ends = [moment for moment, _ in steps[index + 1 : index + 2]]
        if resolved is not None and resolved.day <= until:
            ends.append(resolved.moment)
        if step.payload["to_status"] in STOPPED and ends and min(ends) > begun:
            stood += working.between(day_of(begun), day_of(min(ends)))
    day = day_of(first)
    return first + (working.later(day, stood) - day) * DAY


def open_on(facts: Sequence[Fact], day: int) -> bool:
    """Tell whether the dossier was received and not resolved at the end of `day`."""
    received, resolved = one(facts, "dossier.received"), one(facts, "dossier.resolved")
    return received is not None and received.day <= day and (resolved is None or resolved.day > day)


def overdue_on(facts: Sequence[Fact], day: int) -> bool:
    """Tell whether the dossier was open on a day after its due day, its clock running, at the end of `day`."""
    if not open_on(facts, day):
        return False
    steps = sorted(
        (f.moment, f) for f in facts if f.type == "dossier.status_changed" and f.day <= day
    )
    if steps and steps[-1][1].payload["to_status"] in STOPPED:
        return False
    instant = due(facts, day)
    return instant is not None and day > day_of(instant)


def handling_days(facts: Sequence[Fact]) -> int | None:
    """Return the working days that the dossier took; None until it is received and resolved."""
    received, resolved = one(facts, "dossier.received"), one(facts, "dossier.resolved")
    if received is None or resolved is None:
        return None
    return min(working.between(received.day, resolved.day), 250)
