"""What restated a figure, against two folds of a log: as far as it was known when a day was closed, and the whole of it."""

from functools import cache
from itertools import groupby
from random import Random
from typing import Final, NamedTuple

import pytest

from models.catalogue import load_catalogue
from models.changes import CloseRow
from models.contributions import Subjects
from models.days import Day
from models.envelope import decode
from models.facts import Event, Record, SubjectId
from models.figures import CompiledIndicator, Sources
from models.opening import Role, parts_of
from models.panes import ALL
from models.parts import HOME
from models.restating import Changed, Published, brought, difference
from models.restoring import sources_of
from models.rewinding import Rewinding
from models.topics import PROVINCES
from streams.simulator import simulate
from tests.support.fold import Tables, fold

NOW_MS: Final = 1_800_000_000_000
DAYS: Final = 40
BATCH: Final = 700
LATE: Final = 0.2


class Told(NamedTuple):
    """A province with what was known of it at a close."""

    known: tuple[Event, ...]
    """The events of then."""
    then: Tables
    now: Tables
    close: CloseRow


@cache
def told(province: str) -> Told:
    """Return a province of which a fifth of what was told came after all else: first words, corrections and retractions."""
    rng = Random(11)  # noqa: S311 - no secret
    early: list[bytes] = []
    late: list[bytes] = []
    for line in simulate(5, (province,), DAYS):
        event = decode(Record(province, 0, NOW_MS, None, line))
        if not isinstance(event, Event) or event.fact is None:
            continue
        is_late = not event.fact.type.endswith(".registered") and rng.random() < LATE
        (late if is_late else early).append(line)
    log = [Record(province, n, NOW_MS, None, line) for n, line in enumerate([*early, *late])]
    catalogue = load_catalogue().province(province)
    now = fold(catalogue, log, [BATCH] * (len(log) // BATCH + 1)).tables
    close = now.closes[len(now.closes) * 2 // 3]
    known = log[: close.next_offset]
    then = fold(catalogue, known, [BATCH] * (len(known) // BATCH + 1)).tables
    events = tuple(one for one in map(decode, known) if isinstance(one, Event))
    return Told(events, then, now, close)


def changes(subjects: Subjects, told_twice: Told) -> list[Changed]:
    """Return all subjects that bring something else to the one part."""
    rewinding = Rewinding(subjects, told_twice.close.next_offset)
    parts = sorted(told_twice.now.parts.items())
    stored = {SubjectId(*one): dict(two) for one, two in groupby(parts, lambda one: one[0][:2])}
    for subject, facts in stored.items():
        if subject.kind in subjects.kinds or subject.kind == HOME:
            rewinding.add_stored(facts)
    late = rewinding.late
    for event in told_twice.known:
        if event.fact in late and event.fact is not None and event.assertion is not None:
            rewinding.take(event.fact, event.assertion)
    for subject in rewinding.concerned():
        rewinding.add(subject, stored.get(subject, {}))
    return rewinding.changes(whole=True)


def published(indicator: CompiledIndicator, then: Sources, now: Sources, day: Day) -> Published:
    """Return a figure of a day as the two folds have it."""
    before, after = (indicator.figure(one, ALL, indicator.window, day) for one in (then, now))
    return Published(day, before, after, indicator.version)


@pytest.mark.slow
@pytest.mark.parametrize("province", PROVINCES)
def test_the_facts_that_came_later_make_the_difference(province: str) -> None:
    """Of every figure that is a sum: what the changed subjects bring is what the figure of that day became different by."""
    told_twice = told(province)
    catalogue, close = load_catalogue().province(province), told_twice.close
    then, now = (
        sources_of(catalogue.lists, one.stored) for one in (told_twice.then, told_twice.now)
    )
    restated = replaced = 0
    for indicator in catalogue.indicators:
        parts = parts_of(catalogue, indicator, now, ALL, close.closed_day)
        row = published(indicator, then, now, close.closed_day)
        if len(parts) != 1 or parts[0].role is not Role.FIGURE:
            continue
        wanted = difference(parts[0], row)
        if wanted is None:
            continue
        found = changes(Subjects(catalogue, parts), told_twice)

        assert (indicator.id, wanted) == (indicator.id, brought(found))
        assert all(one.before != one.after for one in found)
        assert all(
            fact.assertion.offset >= close.next_offset for one in found for fact in one.facts
        )
        restated += row.is_restated
        replaced += sum(len(one.replaced) for one in found)
    assert restated > 10
    assert replaced > 0
