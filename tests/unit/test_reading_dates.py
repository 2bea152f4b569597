"""Trà Vinh is read twice: as of 14 October 2019 for the reports due before the 15th, and at the end of its year."""

from dataclasses import replace
from datetime import date
from typing import Final

from models.catalogue import load_catalogue
from models.changes import AttainmentRow
from models.days import Day, day_from_date
from tests.support.drafts import Draft
from tests.support.fold import Worker
from tests.support.plan_facts import assigned, official, registered, said, share, told

REPORTS: Final = day_from_date(date(2019, 10, 14))
TARGET: Final = "tra-vinh-2019-it-focal-in-agency"
"""Each agency has assigned somebody to information technology (II.4.đ / II.6.e)."""


def agencies() -> list[Draft]:
    """Return two departments of which one has its man from June on."""
    return [
        registered("A1", "2019-01-02", "so"),
        registered("A2", "2019-01-02", "so"),
        official("one", "2019-06-03"),
        assigned("one", "2019-06-03", "university"),
    ]


def duty(day: str) -> Draft:
    """Return that the other department assigned somebody on a day."""
    return said(
        "staff.assigned", day, "A2", official_id="two", agency_id="A2", role="it_concurrent",
        qualification="college", assigned_at=day, ended_at=None,
    )  # fmt: skip


def closed(day: str, facts: list[Draft]) -> Worker:
    """Return the worker of Trà Vinh at the close of a day."""
    return told(load_catalogue().province("tra-vinh"), day, facts)


def read(worker: Worker) -> AttainmentRow:
    """Return how the target stands on the day of the reports."""
    return worker.tables.readings[TARGET, REPORTS]


def test_nothing_is_read_before_the_day_of_the_reports_is_closed() -> None:
    """The row comes with the close of 14 October, for every target of the plan."""
    before, on_it = closed("2019-10-13", agencies()), closed("2019-10-14", agencies())

    assert {} == before.tables.readings
    assert {(target, REPORTS) for target in on_it.tables.attainment} == set(on_it.tables.readings)
    assert 53 == len(on_it.tables.readings)


def test_what_happens_after_the_reports_counts_for_the_year_only() -> None:
    """A duty given in November is in no report, and meets the goal."""
    worker = closed("2019-12-31", [*agencies(), duty("2019-11-04")])

    reported, ended = read(worker), worker.tables.attainment[TARGET]

    assert [("50.0000", 1, 2), ("100.0000", 2, 2)] == [share(reported), share(ended)]
    assert [("behind", REPORTS), ("attained", day_from_date(date(2019, 12, 31)))] == [
        (reported.status, reported.as_of),
        (ended.status, ended.as_of),
    ]


def test_a_fact_that_comes_late_changes_what_was_read() -> None:
    """Told in November, dated September: the reports would have said 2 of 2, and the row says so now."""
    on_time = duty("2019-11-06")
    late = replace(on_time, data={**on_time.data, "assigned_at": "2019-09-02"})
    worker = closed("2019-10-31", agencies())
    assert ("50.0000", 1, 2) == share(read(worker))

    told_late = closed("2019-11-30", [*agencies(), official("three", "2019-11-05"), late])

    assert ("100.0000", 2, 2) == share(read(told_late))


def test_no_other_plan_names_a_day_before_its_end() -> None:
    """The others are read at their deadlines only."""
    rows = load_catalogue().listing.reading_dates

    assert [("tra-vinh-2019", REPORTS, "II.6.e")] == [(r.plan, r.day, r.section) for r in rows]


def test_a_new_owner_reads_the_same() -> None:
    """What is read on that day is made of the figures; nothing of it has to be loaded."""
    worker = closed("2019-10-31", agencies())
    before = dict(worker.tables.readings)

    worker.restart()
    worker.tables.readings.clear()
    worker.close(Day(REPORTS + 30))

    assert before == worker.tables.readings
