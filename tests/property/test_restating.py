"""What restated a figure, against two folds of a log: as far as it was known when a day was closed, and the whole of it."""

from collections.abc import Sequence
from functools import cache
from itertools import groupby
from random import Random
from typing import Final, NamedTuple

import pytest

from models.catalogue import load_catalogue
from models.changes import CloseRow
from models.contributions import Subjects, Sums
from models.days import Day
from models.envelope import decode
from models.facts import Event, FactKey, Record
from models.figures import CompiledIndicator, Sources
from models.opening import Role, parts_of
from models.panes import ALL
from models.restating import Changed, Published, change_of, difference
from models.restoring import sources_of
from models.topics import PROVINCES
from streams.simulator import simulate
from tests.support.fold import Tables, fold

NOW_MS: Final = 1_800_000_000_000
DAYS: Final = 40
BATCH: Final = 700
LATE: Final = 0.2


class Told(NamedTuple):
    """A province with what was known of it at a close."""

    then: Tables
    now: Tables
    close: CloseRow


@cache
def told(province: str) -> Told:
    """Return a province of which a fifth of the facts came after all others; each is told once, and none taken back."""
    rng = Random(11)  # noqa: S311 - no secret
    seen: set[FactKey] = set()
    early: list[bytes] = []
    late: list[bytes] = []
    for line in simulate(5, (province,), DAYS):
        event = decode(Record(province, 0, NOW_MS, None, line))
        if not isinstance(event, Event) or event.fact is None or event.fact in seen:
            continue
        if event.type == "fact.retracted":
            continue
        seen.add(event.fact)
        is_late = not event.type.endswith(".registered") and rng.random() < LATE
        (late if is_late else early).append(line)
    log = [Record(province, n, NOW_MS, None, line) for n, line in enumerate([*early, *late])]
    catalogue = load_catalogue().province(province)
    now = fold(catalogue, log, [BATCH] * (len(log) // BATCH + 1)).tables
    close = now.closes[len(now.closes) * 2 // 3]
    known = log[: close.next_offset]
    return Told(fold(catalogue, known, [BATCH] * (len(known) // BATCH + 1)).tables, now, close)


def changes(subjects: Subjects, tables: Tables, next_offset: int) -> list[Changed]:
    """Return all subjects that bring something else to the one part."""
    found = []
    for (kind, _), parts in groupby(sorted(tables.parts.items()), lambda one: one[0][:2]):
        if kind in subjects.kinds:
            change = change_of(subjects, 0, dict(parts), next_offset)
            found += [] if change is None else [change]
    return found


def brought(found: Sequence[Changed]) -> Sums:
    """Return what they bring more than before, together."""
    more = [one.after.less(one.before) for one in found]
    return Sums(sum(one.counted for one in more), sum(one.among for one in more))


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
    then, now = (sources_of(catalogue.lists, one.stored) for one in told_twice[:2])
    restated = 0
    for indicator in catalogue.indicators:
        parts = parts_of(catalogue, indicator, now, ALL, close.closed_day)
        row = published(indicator, then, now, close.closed_day)
        if len(parts) != 1 or parts[0].role is not Role.FIGURE:
            continue
        wanted = difference(parts[0], row)
        if wanted is None:
            continue
        found = changes(Subjects(catalogue, parts), told_twice.now, close.next_offset)

        assert (indicator.id, wanted) == (indicator.id, brought(found))
        assert all(one.before != one.after for one in found)
        assert all(
            fact.assertion.offset >= close.next_offset for one in found for fact in one.facts
        )
        restated += row.is_restated
    assert restated > 10
