"""The register of agencies: who is of which level, whose child, and active, on each day."""

from typing import Any

import pytest

from models.days import FOREVER
from models.definitions import ListRow, Population
from models.facts import Assertion
from models.register import Register
from tests.support.asserted import asserted

COMMUNES = Population(level=("xa",))


def entry(day: int, *, level: str = "xa", active: bool = True, **payload: Any) -> Assertion:  # noqa: ANN401 - a payload
    """Return a registration that is valid from a day on."""
    return asserted(day, hour=None, level=level, active=active, **payload)


def register(**agencies: list[Assertion]) -> Register:
    """Return a register of these agencies; the plan's list `served` has A and B."""
    made = Register({"served": [ListRow(code=code, name=code) for code in ("A", "B")]})
    for code, entries in agencies.items():
        made.update(code, entries)
    return made


def test_an_entry_holds_until_the_next_one() -> None:
    """A commune becomes a district on the 8th."""
    known = register(A=[entry(3), entry(8, level="huyen")])

    levels = [
        one.payload.get("level") if (one := known.entry("A", day)) else None for day in (2, 3, 7, 8)
    ]

    assert [None, "xa", "xa", "huyen"] == levels


def test_members_are_those_whose_entry_on_the_day_fits() -> None:
    """Active or not: `over` asks what an agency is, not whether it works."""
    known = register(A=[entry(3), entry(8, level="huyen")], B=[entry(5, active=False)])

    assert [set(), {"A"}, {"A", "B"}, {"B"}] == [
        known.members(COMMUNES, day) for day in (2, 3, 7, 8)
    ]


def test_an_entry_ends_with_its_last_valid_day() -> None:
    """`valid_to` is the last day inside."""
    known = register(A=[entry(3, valid_to=6)])

    assert [{"A"}, set()] == [known.members(COMMUNES, day) for day in (6, 7)]
    assert [True, False] == [known.active("A", day) for day in (6, 7)]


def test_an_agency_is_active_while_an_entry_says_so() -> None:
    """Closed on the 8th, opened again on the 12th."""
    known = register(A=[entry(3), entry(8, active=False), entry(12)])

    assert [False, True, False, True] == [known.active("A", day) for day in (2, 7, 8, 12)]
    assert [(3, 8), (12, FOREVER)] == known.active_intervals("A", COMMUNES)


def test_entries_that_touch_and_fit_are_one_span() -> None:
    """A new name changes nothing."""
    known = register(A=[entry(3), entry(8)])

    assert [(3, FOREVER)] == known.active_intervals("A", COMMUNES)


def test_of_two_entries_of_one_day_the_later_holds() -> None:
    """The first never was in force."""
    known = register(A=[entry(3, level="so"), entry(3)])

    assert [3] == [one.start for one in known.entries("A")]
    assert {"A"} == known.members(COMMUNES, 3)


def test_a_parent_is_judged_on_the_same_day() -> None:
    """A unit of a department that becomes a district's on the 9th, as its parent is reorganised."""
    population = Population(parent_level=("so",))
    known = register(
        P=[entry(1, level="so"), entry(9, level="huyen")], A=[entry(3, parent_agency_id="P")]
    )

    assert [{"A"}, set()] == [known.members(population, day) for day in (8, 9)]
    assert [(3, 9)] == known.active_intervals("A", population)
    assert ["A"] == known.children("P")


def test_a_corrected_parent_counts_from_then_on() -> None:
    """A was put under P by mistake; a second entry of B names Q beside P."""
    population = Population(parent_level=("so",))
    known = register(
        P=[entry(1, level="so")],
        Q=[entry(1, level="huyen")],
        A=[entry(3, parent_agency_id="P")],
        B=[entry(3, parent_agency_id="P"), entry(5, parent_agency_id="Q")],
    )
    before = (known.children("P"), known.children("Q"), known.active_intervals("A", population))

    known.update("A", [entry(3, parent_agency_id="Q")])

    assert (["A", "B"], ["B"], [(3, FOREVER)]) == before
    assert (["B"], ["A", "B"], []) == (
        known.children("P"),
        known.children("Q"),
        known.active_intervals("A", population),
    )


def test_a_parent_that_changes_changes_whom_its_units_belong_to() -> None:
    """What was said of a unit before is not remembered past a change of its parent's entry."""
    population = Population(parent_level=("so",))
    known = register(P=[entry(1, level="so")], A=[entry(3, parent_agency_id="P")])
    before = known.active_intervals("A", population)

    known.update("P", [entry(1, level="huyen")])

    assert ([(3, FOREVER)], []) == (before, known.active_intervals("A", population))


@pytest.mark.parametrize(
    ("population", "members"),
    [
        ({"level": ["so", "xa"]}, "AB"),
        ({"level": ["so"]}, "B"),
        ({"block": ["dang"]}, "B"),
        ({"list": "served", "level": ["xa"]}, "A"),
        ({"is_administrative": True}, "A"),
        ({"is_administrative": False}, "B"),
        ({"handles_procedures": True}, ""),
        ({"has_one_stop_unit": True}, "AB"),
        ({"level": ["xa"], "is_administrative": False}, ""),
        ({"parent_level": ["so"]}, ""),
        ({}, "ABC"),
    ],
    ids=str,
)
def test_a_population_is_described_by_attributes_that_all_hold(
    population: dict[str, Any], members: str
) -> None:
    """A department of the party, a commune of the state, and a district of which little is known."""
    known = register(
        A=[entry(1, block="nha_nuoc", is_administrative=True, has_one_stop_unit=True)],
        B=[entry(1, level="so", block="dang", is_administrative=False, has_one_stop_unit=True)],
        C=[entry(1, level="huyen", parent_agency_id="lost")],
    )

    assert set(members) == known.members(Population.model_validate(population), 1)


def test_a_correction_tells_the_first_day_on_which_anything_differs() -> None:
    """So that only figures from there on are made again."""
    known = register(A=[entry(3), entry(8)])

    assert None is known.update("A", [entry(3), entry(8)])
    assert 8 == known.update("A", [entry(3), entry(8, level="huyen")])
    assert 3 == known.update("A", [entry(3, level="so"), entry(8, level="huyen")])
    assert 8 == known.update("A", [entry(3, level="so"), entry(8, active=False)])


def test_a_correction_that_moves_an_end_is_felt_from_the_entry_on() -> None:
    """The entry of the 3rd now ends on the 6th: its days are judged again."""
    known = register(A=[entry(3), entry(8)])

    assert 3 == known.update("A", [entry(3), entry(6)])


def test_members_follow_a_correction() -> None:
    """What was asked before does not stick."""
    known = register(A=[entry(3)])
    before = known.members(COMMUNES, 5)

    known.update("A", [entry(6)])

    assert [{"A"}, set(), {"A"}] == [before, known.members(COMMUNES, 5), known.members(COMMUNES, 6)]


def test_an_agency_without_entries_is_forgotten() -> None:
    """All its registrations were retracted."""
    known = register(A=[entry(3)], B=[entry(4)])

    assert 3 == known.update("A", [])
    assert (["B"], False, True) == (known.agencies, "A" in known, "B" in known)
    assert [] == known.active_intervals("A", COMMUNES)
