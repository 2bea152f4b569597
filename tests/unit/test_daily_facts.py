"""A measure that reads two kinds of daily facts, which arrive one by one: each finds what is stored of the other."""

from datetime import date
from itertools import permutations
from typing import Final

import pytest

from models.catalogue import load_catalogue
from models.days import day_from_date
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
