"""Explanations of a simulated province: the figure is the one that is shown, and what agencies bring adds up to it."""

from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from typing import Final

import pytest

from models.catalogue import CompiledTarget, ProvinceCatalogue, load_catalogue
from models.changes import Amount, AttainmentRow, Figure, StoredBook
from models.days import Day
from models.explaining import (
    Explanation,
    explain_indicator,
    explain_target,
    measures_behind,
)
from models.facts import Record
from models.figures import CompiledIndicator
from models.forms import CountedForm, LatestForm, RatioForm, ValueForm
from models.restoring import sources_of
from models.topics import PROVINCES
from streams.simulator import simulate
from tests.support.fold import Worker, fold

NOW_MS: Final = 1_800_000_000_000
DAYS: Final = 45
BATCH: Final = 500


@cache
def folded(province: str) -> tuple[Worker, Day]:
    """Return a province some weeks into its plan, every day of it closed, and the last one."""
    lines = simulate(1, (province,), DAYS)
    log = [Record(province, offset, NOW_MS, None, line) for offset, line in enumerate(lines)]
    worker = fold(load_catalogue().province(province), log, [BATCH] * (len(log) // BATCH + 1))
    last = worker.tables.mark.as_of
    assert last is not None
    worker.close(last)
    return worker, last


def excerpt(owner: ProvinceCatalogue, indicator: CompiledIndicator, book: StoredBook) -> StoredBook:
    """Return what the command reads: only the panes that an explanation says it needs, and nothing of what was written."""
    wanted = measures_behind(owner, indicator)
    panes = {pane: amount for pane, amount in book.panes.items() if pane.measure in wanted}
    return replace(book, panes=panes, kpi={}, published={})


def explained(target: CompiledTarget, worker: Worker, day: Day) -> Explanation:
    """Return a target's explanation from an excerpt."""
    assert target.indicator is not None
    stored = excerpt(worker.catalogue, target.indicator, worker.tables.stored)
    sources = sources_of(worker.catalogue.lists, stored)
    return explain_target(worker.catalogue, target, sources, stored.mark, day)


def is_sum(indicator: CompiledIndicator) -> bool:
    """Return whether a figure is made of sums over agencies, so that parts must add up."""
    form = indicator.form
    if isinstance(form, RatioForm):
        sides = (form.numerator, form.denominator)
        return not any(isinstance(side, LatestForm) for side in sides)
    return isinstance(form, ValueForm) or (isinstance(form, CountedForm) and form.of is not None)


def total(explanation: Explanation) -> tuple[Amount, Amount, Amount]:
    """Return the sums of values, numerators and denominators over the agencies."""
    parts = [part.figure for part in explanation.agencies]
    return (
        sum(part.value or 0 for part in parts),
        sum(part.numerator or 0 for part in parts),
        sum(part.denominator or 0 for part in parts),
    )


def check_parts(indicator: CompiledIndicator, explanation: Explanation) -> None:
    """Compare the parts with the figure that they are parts of."""
    value, numerator, denominator = total(explanation)
    shown = explanation.total
    if indicator.kind == "ratio":
        assert (shown.numerator, shown.denominator) == (numerator, denominator)
    else:
        assert (shown.value or 0) == value


@pytest.mark.slow
@pytest.mark.parametrize("province", PROVINCES)
def test_every_target_is_explained_by_what_adds_up_to_it(province: str) -> None:
    """The figure and the status are those of `api.target_attainment`; sums are the sums of their parts."""
    worker, last = folded(province)
    told: dict[str, int] = {}

    for target in worker.catalogue.targets:
        found = explained(target, worker, last)
        name, indicator = target.definition.id, target.indicator
        assert indicator is not None
        row: AttainmentRow = worker.tables.attainment[name]

        assert (name, row) == (name, found.standing)
        assert (name, row.figure) == (name, found.total)
        if is_sum(indicator):
            check_parts(indicator, found)
            told["sums"] = told.get("sums", 0) + any(total(found))
        if found.rows:
            assert (name, row.figure.numerator) == (name, sum(one.met for one in found.rows))
            assert (name, row.figure.denominator) == (name, len(found.rows))
            assert [one.met for one in found.rows] == sorted(one.met for one in found.rows)
        assert bool(found.rows) == (target.definition.indicator.checklist is not None)  # type: ignore[union-attr]  # it has one

    assert told["sums"] > 0


@pytest.mark.slow
@pytest.mark.parametrize("province", PROVINCES)
def test_an_agency_that_falls_short_is_told_what_it_lacks(province: str) -> None:
    """Of figures that count agencies: whoever is not counted lacks a condition, whoever is lacks none."""
    worker, last = folded(province)
    short = 0

    for target in worker.catalogue.targets:
        definition = target.definition.indicator
        if definition is None or definition.agencies is None or definition.agencies.weigh:
            continue
        for part in explained(target, worker, last).agencies:
            assert (part.agency, bool(part.lacks)) == (part.agency, part.figure.numerator == 0)
            short += bool(part.lacks)

    assert short > 0


@pytest.mark.slow
@pytest.mark.parametrize("province", PROVINCES)
def test_an_earlier_day_is_explained_as_it_is_read_back(province: str) -> None:
    """With all facts known now, as `--as-of` shows it."""
    worker, last = folded(province)
    earlier = Day(last - 17)
    rows: Mapping[str, AttainmentRow] = worker.read_back(earlier).attainment

    for target in worker.catalogue.targets:
        found = explained(target, worker, earlier)

        assert (target.definition.id, rows[target.definition.id]) == (
            target.definition.id,
            found.standing,
        )


@pytest.mark.slow
@pytest.mark.parametrize("province", PROVINCES[-1:])
def test_the_figures_of_the_house_add_up_too(province: str) -> None:
    """Of the fourteen all but the median are sums; each is the figure of its window that the views show."""
    worker, last = folded(province)
    whole = {key.indicator: row for key, row in worker.tables.kpi.items() if key.agency == "*"}

    for indicator in worker.catalogue.indicators:
        if indicator.plan != "house":
            continue
        stored = excerpt(worker.catalogue, indicator, worker.tables.stored)
        found = explain_indicator(
            worker.catalogue, indicator, sources_of(worker.catalogue.lists, stored), last
        )
        shown: Figure = whole[indicator.id][indicator.windows.index(indicator.window)]

        assert (indicator.id, shown) == (indicator.id, found.total)
        if is_sum(indicator):
            check_parts(indicator, found)


@pytest.mark.slow
def test_those_that_lack_most_come_first() -> None:
    """Of a share by what is missing, so that one call to the first agency mends most."""
    worker, last = folded(PROVINCES[-1])

    for target in worker.catalogue.targets:
        found = explained(target, worker, last)
        if target.indicator is None or target.indicator.kind != "ratio":
            continue
        if target.terms.operator.value not in {"at_least", "more_than"}:
            continue
        gaps = [
            (part.figure.denominator or 0) - (part.figure.numerator or 0) for part in found.agencies
        ]

        assert gaps == sorted(gaps, reverse=True)
