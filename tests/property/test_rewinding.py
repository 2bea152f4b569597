"""Subjects rewound to an earlier offset, against a fold of the log up to there: what each brought, and what changed it."""

from collections.abc import Mapping
from functools import cache
from itertools import groupby
from typing import Final, NamedTuple

import pytest

from models.catalogue import ProvinceCatalogue, load_catalogue
from models.changes import PartKey
from models.contributions import NOTHING, Subjects, Sums, subject_of
from models.envelope import decode
from models.events import VOCABULARY
from models.facts import Assertion, Event, FactKey, SubjectId
from models.figures import CompiledIndicator, Sources
from models.opening import parts_of
from models.panes import ALL
from models.parts import HOME
from models.restoring import sources_of
from models.rewinding import Rewinding
from models.topics import PROVINCES
from tests.support.fold import Tables, fold
from tests.support.histories import USUAL, long_log
from tests.support.oracle.province import setting

DAYS: Final = 120
RECIPES: Final = 300
MEDDLING: Final = (*USUAL, *["hand_on", "correct"] * 8, *["retract"] * 4)
MOVING: Final = frozenset({"tra-vinh", "ba-ria-vung-tau"})
"""Provinces with figures that facts which changed hands make otherwise in these logs."""
Stored = Mapping[SubjectId, Mapping[PartKey, bytes]]


class Twice(NamedTuple):
    """A random province at two offsets of its log, full of corrections, retractions and facts that change hands."""

    events: tuple[Event, ...]
    """Before the first."""
    next_offset: int
    then: Stored
    now: Stored
    sources: Sources
    day: int


@cache
def twice(province: str) -> Twice:
    """Return a province as it was known after half of its log, and after all."""
    catalogue = load_catalogue().province(province)
    types = {name for one in catalogue.indicators if moves(one) for name in one.reads}
    log = long_log(setting(province, DAYS, tuple(sorted(types))), 13, RECIPES, MEDDLING)
    known = log[: len(log) // 2]
    then, now = (fold(catalogue, one, [200] * (len(one) // 200 + 1)).tables for one in (known, log))
    events = tuple(one for one in map(decode, known) if isinstance(one, Event))
    assert now.mark.as_of is not None
    sources = sources_of(catalogue.lists, now.stored)
    return Twice(events, len(known), stored(then), stored(now), sources, now.mark.as_of)


def stored(tables: Tables) -> Stored:
    """Return the subjects and homes of a province."""
    return {
        SubjectId(*name): dict(parts)
        for name, parts in groupby(sorted(tables.parts.items()), lambda one: one[0][:2])
    }


def rewound(subjects: Subjects, told: Twice) -> Rewinding:
    """Return what changed, with all earlier words of the log."""
    rewinding = Rewinding(subjects, told.next_offset)
    for subject, parts in told.now.items():
        if subject.kind in subjects.kinds or subject.kind == HOME:
            rewinding.add_stored(parts)
    late = rewinding.late
    for event in told.events:
        if event.fact is not None and event.assertion is not None and event.fact in late:
            rewinding.take(event.fact, event.assertion)
    assert set() == rewinding.homeless()
    for subject in rewinding.concerned():
        rewinding.add(subject, told.now.get(subject, {}))
    return rewinding


def sums(subjects: Subjects, place: int, parts: Mapping[PartKey, bytes] | None) -> Sums:
    """Return what a subject brings as it is stored."""
    return NOTHING if parts is None else subjects.sums(place, subjects.amounts(parts))


def expected(subjects: Subjects, told: Twice) -> dict[tuple[int, SubjectId], tuple[Sums, Sums]]:
    """Return what the two folds say of every subject that brings something else."""
    found = {}
    for subject in told.then.keys() | told.now.keys():
        for place in subjects.kinds.get(subject.kind, ()):
            one, other = (
                sums(subjects, place, fold.get(subject)) for fold in (told.then, told.now)
            )
            if one != other:
                found[place, subject] = one, other
    return found


def opened(catalogue: ProvinceCatalogue, told: Twice) -> list[Subjects]:
    """Return the parts of every third figure, and of all that read facts which change hands."""
    return [
        Subjects(catalogue, parts_of(catalogue, indicator, told.sources, ALL, told.day))
        for number, indicator in enumerate(catalogue.indicators)
        if number % 3 == 0 or moves(indicator)
    ]


def moves(indicator: CompiledIndicator) -> bool:
    """Return whether a figure reads facts that may change hands."""
    return any(name in VOCABULARY and VOCABULARY[name].movable for name in indicator.reads)


def words_of(told: Stored) -> dict[FactKey, Assertion]:
    """Return every fact of a fold with the word in force."""
    return {fact: held for parts in told.values() for fact, held in subject_of(parts).facts.items()}


@pytest.mark.slow
@pytest.mark.parametrize("province", PROVINCES)
def test_a_rewound_subject_brings_what_it_brought(province: str) -> None:
    """Of every part: who is told of, what they brought and bring; the words that came later and those that they replaced."""
    told = twice(province)
    held = words_of(told.then)
    changed = replaced = moved = 0
    for subjects in opened(load_catalogue().province(province), told):
        changes = rewound(subjects, told).changes(whole=True)

        assert expected(subjects, told) == {
            (one.place, one.subject): (one.before, one.after) for one in changes
        }
        for one in changes:
            changed += 1
            assert one.facts
            for fact in one.facts:
                assert fact.assertion.offset >= told.next_offset
                moved += not fact.about
            for fact in one.replaced:
                replaced += 1
                assert held[fact.key] == fact.assertion
                assert fact.key in {later.key for later in one.facts}
    assert changed > 50
    assert replaced > 0
    assert moved > 0 or province not in MOVING


@pytest.mark.slow
def test_without_the_log_what_was_taken_back_is_told_of_still() -> None:
    """Its subject seems to have brought nothing; once the earlier words are known, those that changed nothing are left out."""
    told = twice(PROVINCES[0])
    unseen = 0
    for subjects in opened(load_catalogue().province(PROVINCES[0]), told):
        blind = Rewinding(subjects, told.next_offset)
        for subject, parts in told.now.items():
            if subject.kind in subjects.kinds:
                blind.add_stored(parts)
        same = [one for one in blind.changes(whole=False) if one.before == one.after]

        assert all(any(fact.assertion.payload is None for fact in one.facts) for one in same)
        assert bool(same) <= blind.is_open
        assert all(one.before != one.after for one in blind.changes(whole=True))
        unseen += len(same)
    assert unseen > 0
