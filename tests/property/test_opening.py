"""Figures taken apart down to facts: what the listed subjects bring adds up to the figure that is shown, of every target."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache
from itertools import groupby
from typing import Final

import pytest

from models.catalogue import ProvinceCatalogue, load_catalogue
from models.changes import Amount, Figure, PartKey
from models.contributions import Listing, Subjects, Sums, take, total_of
from models.days import Day
from models.facts import Record
from models.figures import CompiledIndicator, Sources
from models.forms import ChangeForm, CountedForm, LeastForm, MedianForm, RatioForm
from models.opening import Part, Role, parts_of
from models.panes import ALL
from models.restoring import sources_of
from models.topics import PROVINCES
from streams.simulator import simulate
from tests.support.fold import Worker, fold

NOW_MS: Final = 1_800_000_000_000
DAYS: Final = 45
BATCH: Final = 500


@cache
def folded(province: str) -> tuple[Worker, Day]:
    """Return a province some weeks into its plan, and its last day."""
    lines = simulate(7, (province,), DAYS)
    log = [Record(province, offset, NOW_MS, None, line) for offset, line in enumerate(lines)]
    worker = fold(load_catalogue().province(province), log, [BATCH] * (len(log) // BATCH + 1))
    assert worker.tables.mark.as_of is not None
    return worker, worker.tables.mark.as_of


@cache
def subjects_of(province: str) -> Sequence[Mapping[PartKey, bytes]]:
    """Return all stored subjects of a province, in the order of their keys."""
    worker, _ = folded(province)
    parts = sorted(worker.tables.parts.items())
    return [dict(items) for _, items in groupby(parts, lambda one: one[0][:2])]


def listings(
    owner: ProvinceCatalogue, sources: Sources, parts: Sequence[Part], province: str
) -> list[Listing]:
    """Return everything that all subjects bring to some parts."""
    subjects = Subjects(owner, parts)
    found = [
        Listing(total_of(part, sources.panes), None, subjects.pairs(place), subjects.grows(place), high_first=False)
        for place, part in enumerate(parts)
    ]  # fmt: skip
    for stored in subjects_of(province):
        kind = next(iter(stored)).kind
        if kind in subjects.kinds:
            take(subjects, kind, found, stored)
    return found


def added(listing: Listing) -> Sums:
    """Return what the listed subjects bring together."""
    sums = [one.sums for one in listing.listed]
    return Sums(sum(one.counted for one in sums), sum(one.among for one in sums))


def shown_by(part: Part, sums: Sums) -> tuple[Amount, Amount]:
    """Return sums as the figure shows them: of a last value the value."""
    among = 0 if part.among is None else part.among.each * sums.among
    return part.counted.each * sums.counted, among


def check_figure(
    indicator: CompiledIndicator, figure: Figure, parts: Sequence[Part], found: Sequence[Listing]
) -> None:
    """Compare what subjects bring with the figure's own sides, for each form in its own way."""
    own = [
        shown_by(part, added(listing))
        for part, listing in zip(parts, found, strict=True)
        if part.role is Role.FIGURE
    ]
    form = indicator.form
    match form.of if isinstance(form, ChangeForm) else form:
        case RatioForm():
            assert own == [(figure.numerator or 0, figure.denominator or 0)]
        case MedianForm():
            assert [counted for counted, _ in own] == [figure.denominator or 0]
        case LeastForm():
            terms = [added(one).counted for one in found]
            assert (figure.value or 0) == min(terms)
        case CountedForm(weights=weights):
            assert bool(own) == bool(weights)
            if weights:
                assert own == [(figure.numerator, figure.denominator)]
        case _:
            value = figure.numerator if isinstance(form, ChangeForm) else figure.value
            assert [counted for counted, _ in own] == [value or 0]


def indicators(owner: ProvinceCatalogue) -> Iterator[CompiledIndicator]:
    """Yield the indicators of a province with each of their windows."""
    for indicator in owner.indicators:
        for window in indicator.windows:
            yield replace(indicator, window=window)


@pytest.mark.slow
@pytest.mark.parametrize("province", PROVINCES)
def test_the_subjects_of_every_figure_add_up_to_it(province: str) -> None:
    """All targets and all figures of the house over all their windows, on the last day and on an earlier one."""
    worker, last = folded(province)
    sources = sources_of(worker.catalogue.lists, worker.tables.stored)
    opened = 0
    for day in (last, Day(last - 17)):
        batch = []
        for indicator in indicators(worker.catalogue):
            parts = parts_of(worker.catalogue, indicator, sources, ALL, day)
            batch.append((indicator, parts))
        flat = [part for _, parts in batch for part in parts]
        found = listings(worker.catalogue, sources, flat, province)
        place = 0
        for indicator, parts in batch:
            mine = found[place : place + len(parts)]
            place += len(parts)
            figure = indicator.figure(sources, ALL, indicator.window, day)
            for part, listing in zip(parts, mine, strict=True):
                if "records" not in part.measures:
                    assert (indicator.id, part, listing.total) == (
                        indicator.id,
                        part,
                        added(listing),
                    )
                    opened += bool(listing.listed)
            check_figure(indicator, figure, parts, mine)
    assert opened > 100
