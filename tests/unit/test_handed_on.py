"""Series that pass from one subject to another, worked out by hand: who has the asset, the account, the link, and until when."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from functools import cache
from itertools import permutations
from typing import Any

import pytest

from models.catalogue import ProvinceCatalogue
from models.changes import PartKey
from models.days import VIETNAM, date_of
from models.facts import Record
from models.subjects import HANDED_ON
from tests.support.drafts import Draft, instant, natural_key
from tests.support.fold import Tables, Worker
from tests.support.small_catalogue import compiled, files

PROVINCE = "tra-vinh"
FEBRUARY, MARCH, APRIL = date(2019, 2, 1), date(2019, 3, 1), date(2019, 4, 1)

ASSET, ACCOUNT, LINK = "asset.assigned", "account.provisioned", "system.connected"
MEASURES = {
    "agencies_equipped": {"subject": "agency", "stock": {"has": {"fact": ASSET}}},
    "assets_of_agencies": {"subject": "agency", "stock": {"has": {"fact": ASSET}}, "each": True},
    "assets_received": {"subject": "agency", "flow": {"fact": ASSET}},
    "equipped": {"subject": "official", "stock": {"has": {"fact": ASSET, "where": {"active": True}}}},
    "equipped_lately": {"subject": "official", "stock": {"within": {"fact": ASSET, "days": 10}}},
    "with_account": {"subject": "official", "stock": {"has": {"fact": ACCOUNT}}},
    "hours_of_account": {"subject": "official", "flow": {"fact": ACCOUNT, "held": 600}},
    "assets": {"subject": "asset", "stock": {"has": {"fact": ASSET}}},
    "trained_with_account": {
        "subject": "official",
        "stock": {"has": {"fact": "training.completed", "where": {f"{ACCOUNT}.active": True}}},
    },
    "connected": {"subject": "agency", "stock": {"has": {"fact": LINK, "where": {"active": True}}}},
}  # fmt: skip

Laid = dict[tuple[str, date], Any]
"""Agency and day -> what a measure lays there."""


@cache
def catalogue() -> ProvinceCatalogue:
    """Return a catalogue whose house indicators are these measures."""
    data = files()
    data["measures.yaml"]["measures"] |= MEASURES
    indicators = data["house.yaml"]["indicators"]
    for name in MEASURES:
        indicators[name] = {"name": {"vi": name, "en": name}, "unit": "things", "value": name}
    return compiled(data).province(PROVINCE)


def at(day: date, hour: int = 8) -> datetime:
    """Return an hour of a day in Việt Nam."""
    return datetime.combine(day, time(hour), VIETNAM)


def event(kind: str, day: date, agency: str, hour: int = 8, **data: object) -> Draft:
    """Return an event that an agency tells on a day; its name follows from what it says."""
    when = at(day, hour)
    return Draft(kind, data, agency, when, when, when, f"{kind}-{agency}-{when}")


def given(day: date, holder: str, kind: str = "official") -> Draft:
    """Return that the asset goes to a holder, as told by the agency of the holder's name."""
    return event(
        ASSET, day, holder, asset_id="pc", asset_type="computer", holder_type=kind, holder_id=holder,
        agency_id="X", active=True, assigned_at=str(day),
    )  # fmt: skip


def provisioned(day: date, official: str | None, agency: str, hour: int = 8) -> Draft:
    """Return that the account goes to an official, or to nobody."""
    return event(
        ACCOUNT, day, agency, hour, account_id="mail", system="mail", official_id=official, agency_id="X",
        active=True, provisioned_at=instant(at(day, hour)),
    )  # fmt: skip


def linked(day: date, agency: str, *, active: bool = True) -> Draft:
    """Return that the link is an agency's."""
    return event(
        LINK, day, agency, link_id="l", from_id="f", to_id="t", agency_id=agency, link_type="lan",
        active=active, connected_at=str(day),
    )  # fmt: skip


def retracted(one: Draft, moment: str) -> Draft:
    """Return the retraction of a fact, recorded a day later."""
    key = natural_key(one.type, one.data)
    data = {"type": one.type, "subject": key, "moment": one.data[moment], "reason": "x"}
    later = one.recorded + timedelta(days=1)
    return replace(
        one, type="fact.retracted", data=data, subject=key, recorded=later, id=f"{one.id}-retracted"
    )


def corrected(one: Draft, **data: object) -> Draft:
    """Return a fact said again with other fields, recorded an hour later."""
    later = one.recorded + timedelta(hours=1)
    return replace(one, data={**one.data, **data}, recorded=later, id=f"{one.id}-corrected")


def told(*batches: Sequence[Draft]) -> Tables:
    """Return the tables after some batches, each folded by a new owner."""
    worker, offset = Worker(catalogue()), 0
    for batch in batches:
        records = []
        for one in batch:
            now = int(at(date(2019, 12, 31)).timestamp() * 1000)
            records.append(Record(PROVINCE, offset, now, None, one.line(PROVINCE)))
            offset += 1
        worker.batch(records)
        worker.restart()
    assert [] == worker.tables.dead_letters
    return worker.tables


def laid(tables: Tables, measure: str) -> Laid:
    """Return what a measure lays on days."""
    return {
        (pane.agency, date_of(pane.day)): amount
        for pane, amount in tables.panes.items()
        if pane.measure == measure
    }


def every_way(*events: Draft) -> Tables:
    """Return the tables that the events leave in every order, each alone and all in one batch: always the same."""
    once = told(events)
    for order in permutations(events):
        for tables in (told(order), told(*([one] for one in order))):
            assert once.panes == tables.panes
            assert once.parts.keys() == tables.parts.keys()
    return once


def held(*spans: tuple[str, date, date | None]) -> Laid:
    """Return what a stock lays for (agency, first day, first day after)."""
    found: Laid = {}
    for agency, start, end in spans:
        found[agency, start] = 1
        if end is not None:
            found[agency, end] = -1
    return found


def test_four_types_are_handed_on() -> None:
    """Dated, not daily, and about somebody that their natural key does not name."""
    assert {ACCOUNT, ASSET, "record.centralized", LINK} == HANDED_ON


def test_an_asset_that_is_given_to_another_official_leaves_the_first() -> None:
    """A has it until 1 March, B from then on; the asset itself is assigned all the time."""
    tables = every_way(given(FEBRUARY, "A"), given(MARCH, "B"))

    assert held(("A", FEBRUARY, MARCH), ("B", MARCH, None)) == laid(tables, "equipped")
    assert held(("A", FEBRUARY, MARCH), ("B", MARCH, None)) == laid(tables, "assets")


def test_an_asset_passes_between_officials_and_agencies() -> None:
    """The holder's kind changes with the holder, and its key may stay."""
    tables = every_way(given(FEBRUARY, "A"), given(MARCH, "A", "agency"), given(APRIL, "B"))

    assert held(("A", FEBRUARY, MARCH), ("B", APRIL, None)) == laid(tables, "equipped")
    assert held(("A", MARCH, APRIL)) == laid(tables, "agencies_equipped")


def test_a_fact_about_another_subject_only_ends() -> None:
    """It is no amount, no day within a distance, and no fact that is counted by itself."""
    tables = every_way(given(FEBRUARY, "A", "agency"), given(MARCH, "B", "agency"))

    assert {("A", FEBRUARY): 1, ("B", MARCH): 1} == laid(tables, "assets_received")
    assert held(("A", FEBRUARY, MARCH), ("B", MARCH, None)) == laid(tables, "assets_of_agencies")
    ten = timedelta(days=10)
    tables = every_way(given(FEBRUARY, "A"), given(MARCH, "B"))
    assert held(("A", FEBRUARY, FEBRUARY + ten), ("B", MARCH, MARCH + ten)) == laid(
        tables, "equipped_lately"
    )


def test_an_asset_whose_later_assignment_is_retracted_stays_for_ever() -> None:
    """As if it had never been given away; nothing of it is left with the second holder."""
    second = given(MARCH, "B")
    tables = every_way(given(FEBRUARY, "A"), second, retracted(second, "assigned_at"))

    assert held(("A", FEBRUARY, None)) == laid(tables, "equipped")
    assert PartKey("official", "B", "") not in tables.parts


def test_an_assignment_whose_moment_was_wrong_is_retracted_and_sent_anew() -> None:
    """A has the asset until the day that is right, whether that is earlier or later."""
    second = given(MARCH, "B")
    tables = every_way(
        given(FEBRUARY, "A"), second, retracted(second, "assigned_at"), given(APRIL, "B")
    )

    assert held(("A", FEBRUARY, APRIL), ("B", APRIL, None)) == laid(tables, "equipped")


def test_an_asset_that_is_given_back_is_held_twice() -> None:
    """A's second time begins where B's ends."""
    tables = every_way(given(FEBRUARY, "A"), given(MARCH, "B"), given(APRIL, "A"))

    assert held(("A", FEBRUARY, MARCH), ("B", MARCH, APRIL), ("A", APRIL, None)) == laid(
        tables, "equipped"
    )


def test_a_corrected_holder_loses_the_whole_series() -> None:
    """It was C to whom the asset went in March: B never had it, and keeps none of its facts."""
    second = given(MARCH, "B")
    tables = every_way(given(FEBRUARY, "A"), second, corrected(second, holder_id="C"))

    assert held(("A", FEBRUARY, MARCH), ("B", MARCH, None)) == laid(tables, "equipped")
    assert {"A", "C"} == {part.key for part in tables.parts if part.kind == "official"}


def test_a_corrected_first_holder_leaves_the_second_as_it_was() -> None:
    """The earlier fact is B's too: one run of B's, split where another agency tells of it."""
    first = given(FEBRUARY, "A")
    tables = every_way(first, given(MARCH, "B"), corrected(first, holder_id="B"))

    assert held(("A", FEBRUARY, MARCH), ("B", MARCH, None)) == laid(tables, "equipped")
    assert {"B"} == {part.key for part in tables.parts if part.kind == "official"}


def test_an_account_moves_to_another_official_and_then_to_nobody() -> None:
    """An account without an official ends the last one's time, although it is nobody's."""
    tables = every_way(
        provisioned(FEBRUARY, "o1", "A"),
        provisioned(MARCH, "o2", "B"),
        provisioned(APRIL, None, "C"),
    )

    assert held(("A", FEBRUARY, MARCH), ("B", MARCH, APRIL)) == laid(tables, "with_account")


def test_an_account_that_moves_twice_on_a_day_is_the_last_ones() -> None:
    """What holds at the day's end counts; minutes are told apart to the minute."""
    tables = every_way(
        provisioned(MARCH, "o1", "A", hour=8), provisioned(MARCH, "o2", "B", hour=10)
    )

    assert held(("B", MARCH, None)) == laid(tables, "with_account")
    assert {("A", MARCH): 120, ("B", MARCH): 600} == laid(tables, "hours_of_account")


@pytest.mark.parametrize("moved", [True, False], ids=["moved", "not moved"])
def test_another_fact_is_in_force_until_it_is_about_another_subject(*, moved: bool) -> None:
    """An official is trained with an account only as long as the account is that official's."""
    course = event(
        "training.completed", FEBRUARY, "T", official_id="o1", agency_id="X", session_id="s",
        topic="infosec", completed_at=str(FEBRUARY),
    )  # fmt: skip
    account = provisioned(FEBRUARY, "o1", "A")
    move = [provisioned(MARCH, "o2", "B")] if moved else []
    tables = every_way(course, account, *move)

    assert held(("T", FEBRUARY, MARCH if moved else None)) == laid(tables, "trained_with_account")


def test_a_link_moves_to_another_agency() -> None:
    """A is connected until B has the link; B no longer once it is switched off."""
    tables = every_way(linked(FEBRUARY, "A"), linked(MARCH, "B"), linked(APRIL, "B", active=False))

    assert held(("A", FEBRUARY, MARCH), ("B", MARCH, APRIL)) == laid(tables, "connected")
