"""A catalogue changed on the way: what a province holds then is what the new version alone would have made of its whole log."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.catalogue import ProvinceCatalogue
from models.days import day_from_date
from models.measures import RECORDS
from models.messages import WITHDRAWN, Message
from models.upgrade import Upgrade
from tests.support.examples import examples
from tests.support.fold import Tables, Worker, batches, fold
from tests.support.histories import histories, last_day, long_log, splits
from tests.support.oracle.province import setting
from tests.support.standings import standing_alerts
from tests.support.variants import PROVINCE, VARIANTS, variant, without_duties_and_problems

DAYS = 60

versions = st.integers(0, VARIANTS - 1)


def catalogue(number: int) -> ProvinceCatalogue:
    """Return one version of what is computed for the province."""
    return variant(number).province(PROVINCE)


def check_made_of_panes(expected: Tables, actual: Tables) -> None:
    """Compare what is true in every moment: panes, figures, counters and agencies."""
    assert expected.panes == actual.panes
    assert expected.kpi == actual.kpi
    assert expected.kept == actual.kept
    assert expected.agencies == actual.agencies


def check_judged(expected: Tables, actual: Tables) -> None:
    """Compare what is judged at a close."""
    assert expected.attainment == actual.attainment
    assert expected.readings == actual.readings
    assert expected.obligations == actual.obligations
    assert expected.problems == actual.problems
    assert standing_alerts(expected.alerts.values()) == standing_alerts(actual.alerts.values())


@pytest.mark.slow
@examples(25)
@given(data=st.data(), before=versions, after=versions)
def test_a_province_upgraded_on_the_way_is_as_if_folded_by_the_new_version(
    data: st.DataObject, before: int, after: int
) -> None:
    """Panes and figures at once; statuses and the alerts' present state from the next close on."""
    log = data.draw(histories(setting(PROVINCE, DAYS), most=60))
    first = log[: data.draw(st.integers(0, len(log)))]
    until = last_day(log, setting(PROVINCE, DAYS).start, DAYS)
    worker = fold(catalogue(before), first, data.draw(splits()))

    worker.upgrade(catalogue(after), data.draw(st.integers(1, 9)))

    check_made_of_panes(fold(catalogue(after), first).tables, worker.tables)
    for batch in batches(log[len(first) :], data.draw(splits())):
        worker.batch(batch)
    worker.close(until)
    alone = fold(catalogue(after), log, until=until).tables
    check_made_of_panes(alone, worker.tables)
    check_judged(alone, worker.tables)


@pytest.mark.slow
def test_a_long_history_survives_one_upgrade_after_another() -> None:
    """Every version follows another one in the middle of a log in which everything happens; the last says how it all stands."""
    log = long_log(setting(PROVINCE, DAYS), seed=5, recipes=120)
    until, step = last_day(log, setting(PROVINCE, DAYS).start, DAYS), len(log) // VARIANTS
    worker = Worker(catalogue(0))
    for number in range(VARIANTS):
        if number:
            worker.upgrade(catalogue(number), 7)
        end = len(log) if number == VARIANTS - 1 else (number + 1) * step
        for batch in batches(log[number * step : end], [31] * len(log)):
            worker.batch(batch)
    worker.close(until)

    alone = fold(catalogue(VARIANTS - 1), log, until=until).tables

    check_made_of_panes(alone, worker.tables)
    check_judged(alone, worker.tables)
    assert "retracted" in {row.state for row in worker.tables.alerts.values()}


@pytest.mark.slow
def test_what_the_new_version_does_not_watch_is_withdrawn_at_the_next_close() -> None:
    """Reports and problems that are gone leave no row behind, and their alerts say why they go."""
    log = long_log(setting(PROVINCE, DAYS), seed=6, recipes=120)
    late = day_from_date(date(2019, 10, 20))
    worker = fold(catalogue(0), log, until=late)
    gone = {"problem_raised", "report_due_soon", "report_late"}
    before = {one.alert_id: one for one in worker.tables.alerts.values() if one.rule in gone}
    others = standing_alerts(row for row in worker.tables.alerts.values() if row.rule not in gone)
    assert {"problem_raised", "report_late"} == {
        row.rule for row in before.values() if row.state == "firing"
    }

    worker.upgrade(without_duties_and_problems().province(PROVINCE), 50)

    assert ({}, {}) == (worker.tables.obligations, worker.tables.problems)
    assert before.items() <= worker.tables.alerts.items()
    worker.close(late + 1)
    after = worker.tables.alerts
    assert {"retracted"} == {after[one].state for one in before}
    assert {WITHDRAWN} == {
        Message(after[one].reason_vi, after[one].reason_en)
        for one, row in before.items()
        if row.state != "retracted"
    }
    assert others == standing_alerts(row for row in after.values() if row.rule not in gone)


@pytest.mark.slow
def test_panes_of_a_measure_that_stayed_are_not_made_again() -> None:
    """An upgrade costs what changed; `records` are never made again, no subject knows them."""
    log = long_log(setting(PROVINCE, DAYS), seed=3, recipes=30)
    tables = fold(catalogue(0), log).tables
    every = tables.parts

    same = Upgrade(catalogue(0), catalogue(0).measure_versions)
    other = Upgrade(catalogue(1), catalogue(0).measure_versions)
    none = Upgrade(catalogue(0), {})

    assert (set(), ()) == (set(same.amounts(every)), same.kinds)
    made = {pane.measure for pane in other.amounts(every)}
    assert made
    assert made.isdisjoint(other.kept)
    assert {RECORDS} == none.kept
