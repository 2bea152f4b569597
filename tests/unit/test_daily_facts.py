"""Daily facts, of which a subject may have a hundred thousand: a change finds all that it reaches, and looks at no other."""

from collections.abc import Collection, Mapping
from datetime import date, datetime, timedelta
from itertools import permutations
from typing import Final

import pytest

import models.merge
from models.catalogue import load_catalogue
from models.days import VIETNAM, day_from_date
from models.facts import Assertion, FactKey, SubjectId
from models.subjects import Grouped, group
from tests.support.drafts import Draft
from tests.support.fold import fold
from tests.support.plan_facts import deployed, instant, log_of, registered, said

TARGET: Final = "hai-duong-2017-sites-maintained"


def reported(day: str) -> Draft:
    """Return that the site was up."""
    return said(
        "system.status_reported", day, "X1", system_id="website-X1", agency_id="X1", system_type="website",
        link_id=None, status="up", traffic=None, at=instant(day),
    )  # fmt: skip


def updated(day: str) -> Draft:
    """Return that something was put on the site."""
    return said(
        "website.content_updated", day, "X1", site_id="website-X1", agency_id="X1", category="news",
        procedure_id=None, plan_item=None, updated_at=instant(day),
    )  # fmt: skip


FACTS: Final = (
    deployed("X1", "2017-01-04", "website"),
    reported("2017-03-20"),
    updated("2017-03-02"),
)
"""A site that counts as maintained from 20 to 31 March: reported and updated within 30 days of each of them."""


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_one_kind_of_daily_facts_finds_the_other(order: tuple[int, ...]) -> None:
    """In whatever order they come, each in a batch of its own: a site is maintained while both lie within 30 days."""
    facts = [registered("X1", "2017-01-02", "xa"), *(FACTS[place] for place in order)]
    log = log_of("hai-duong", facts)

    worker = fold(
        load_catalogue().province("hai-duong"),
        log,
        [1] * len(log),
        until=day_from_date(date(2017, 3, 31)),
    )

    assert [] == worker.tables.dead_letters
    assert (1, 1) == worker.tables.attainment[TARGET].figure[1:]
    days = {pane.day: amount for pane, amount in worker.tables.panes.items() if pane.measure == f"{TARGET}.num1"}  # fmt: skip
    assert {day_from_date(date(2017, 3, 20)): 1, day_from_date(date(2017, 4, 1)): -1} == days


def beats(days: int, status: str = "up") -> list[Draft]:
    """Return that a data centre told of itself every two hours on so many days, that it was down an hour later than that it was up."""
    first = datetime(2018, 3, 1, tzinfo=VIETNAM)
    found = []
    for number in range(days * 12):
        at = first + timedelta(hours=2 * number)
        data = {
            "system_id": "dc", "agency_id": "A1", "system_type": "data_centre", "link_id": None, "status": status,
            "traffic": None, "at": at.isoformat(),
        }  # fmt: skip
        told = at + timedelta(hours=status != "up")
        found.append(Draft("system.status_reported", data, "A1", at, told, told, id=f"{number}-{status}"))  # fmt: skip
    return found


class Looking:
    """Counts the facts that measures are given to look at together."""

    def __init__(self) -> None:
        self.facts = 0

    def group(
        self, subject: SubjectId, facts: Mapping[FactKey, Assertion], types: Collection[str]
    ) -> Grouped:
        """Group facts as ever, and count them."""
        self.facts += len(facts)
        return group(subject, facts, types)


def looked_at(days: int, monkeypatch: pytest.MonkeyPatch) -> int:
    """Return how many facts are looked at when so many days of one subject are folded in one batch."""
    looking = Looking()
    monkeypatch.setattr(models.merge, "group", looking.group)
    log = log_of("binh-thuan", beats(days))
    fold(load_catalogue().province("binh-thuan"), log, [len(log)])
    return looking.facts


def test_a_batch_with_many_days_of_a_subject_costs_what_its_days_cost(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Each day closes with a look at its own facts and their neighbours, not at all that the batch told so far."""
    month, quarter = (looked_at(days, monkeypatch) for days in (30, 90))

    assert month >= 30 * 12
    assert quarter < 3.2 * month


def test_days_in_one_batch_are_those_of_a_batch_each() -> None:
    """The minutes of availability do not depend on how much of a subject is at hand, nor on when it is corrected."""
    facts = beats(40) + beats(3, "down") + [deployed("A1", "2018-03-20", "lan")]
    log = log_of("binh-thuan", facts)
    catalogue = load_catalogue().province("binh-thuan")

    once = fold(catalogue, log, [len(log)]).tables
    by_day = fold(catalogue, log, [12] * len(log), restarts=True).tables

    up = "binh-thuan-2018-data-centre-24-7.num1"
    minutes = [amount for pane, amount in once.panes.items() if (pane.measure, pane.agency) == (up, "A1")]  # fmt: skip
    assert [12 * 60] * 37 == minutes
    assert by_day.panes == once.panes
    assert by_day.parts == once.parts
