"""Measures against the oracle: what the engine lays on days is what a look at each day's end sees."""

from collections import Counter
from collections.abc import Sequence
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.changes import Amount, PaneKey
from models.definitions import Measure
from models.envelope import decode
from models.facts import Event, Record
from models.measures import Measures, compile_measure
from models.merge import Merge
from models.place import Place
from tests.support.drafts import Setting
from tests.support.examples import examples
from tests.support.histories import histories, long_log
from tests.support.oracle.amounts import flow, level
from tests.support.oracle.definitions import ATOMS, SUMS, flows, stocks
from tests.support.oracle.facts import World
from tests.support.oracle.reads import types_read

PLACE = Place("tests", "measure")
START = date(2019, 3, 1)
SETTLED_AFTER = 5
"""Events that are merged together: what a subject gave before is taken away again many times in a history."""


def setting_of(measure: Measure) -> Setting:
    """Return a setting in which most events matter to the measure."""
    preferred: dict[tuple[str, str], Sequence[Any]] = {
        ("asset.assigned", "holder_type"): [measure.subject if measure.subject != "asset" else "agency"],
        ("compliance.assessed", "subject_type"): [measure.subject],
        ("system.deployed", "stage"): ["in_use", "effective", "retired"],
        ("dossier.received", "intake_channel"): ["online"],
        ("system.status_reported", "status"): ["up"],
    }  # fmt: skip
    if measure.subject not in {"agency", "system", "project", "workstation"}:
        del preferred["compliance.assessed", "subject_type"]
    if measure.subject not in {"agency", "official"}:
        del preferred["asset.assigned", "holder_type"]
    return Setting(
        "tra-vinh", START, types=tuple(sorted(types_read(measure, {}))), preferred=preferred
    )


def panes_of(measure: Measure, events: list[Event]) -> dict[PaneKey, Amount]:
    """Return the engine's panes of a measure."""
    merge = Merge(Measures([compile_measure("m", measure, PLACE, {})]))
    panes: dict[PaneKey, Amount] = {}
    for number, event in enumerate([*events, None]):
        if event is not None and event.fact is not None and event.assertion is not None:
            merge.assert_fact(event.fact, event.assertion)
        if event is None or number % SETTLED_AFTER == 0:
            for name, amounts in merge.settle().items():
                for place, amount in amounts.items():
                    pane = PaneKey(name, *place)
                    panes[pane] = panes.get(pane, 0) + amount
    return {pane: amount for pane, amount in panes.items() if amount != 0}


def events_of(log: list[Record]) -> list[Event]:
    """Return the accepted events of a log."""
    return [event for event in map(decode, log) if isinstance(event, Event)]


def check_stock(measure: Measure, log: list[Record]) -> None:
    """Compare the running sums of a stock's panes with its level at each day's end."""
    events = events_of(log)
    world, panes = World(events), panes_of(measure, events)
    if not world.subjects[measure.subject]:
        return
    marked = {fact.day for facts in world.subjects[measure.subject].values() for fact in facts}
    marked |= {pane.day for pane in panes}
    for day in sorted({near for one in marked for near in (one - 1, one, one + 1)}):
        sums: Counter[tuple[str, str]] = Counter()
        for pane, amount in panes.items():
            if pane.day <= day:
                sums[pane.bucket, pane.agency] += amount  # type: ignore[assignment]  # Decimals add up too
        seen = level(world, measure, day, {})

        assert (day, seen) == (
            day,
            {place: amount for place, amount in sums.items() if amount != 0},
        )


def check_flow(measure: Measure, log: list[Record]) -> None:
    """Compare a flow's panes with its dated amounts."""
    events = events_of(log)
    expected: Counter[PaneKey] = Counter()
    for one in flow(World(events), measure, {}):
        expected[PaneKey("m", one.bucket, one.agency, one.day)] += one.amount  # type: ignore[arg-type]  # a day

    assert {pane: n for pane, n in expected.items() if n != 0} == panes_of(measure, events)


@examples(60)
@given(data=st.data(), measure=stocks())
def test_a_stock_is_what_holds_at_each_days_end(data: st.DataObject, measure: Measure) -> None:
    """The sum of a stock's panes up to a day equals the condition evaluated at that day's end, for any condition."""
    check_stock(measure, data.draw(histories(setting_of(measure), most=30)))


@examples(60)
@given(data=st.data(), measure=flows())
def test_a_flow_is_dated_by_its_facts(data: st.DataObject, measure: Measure) -> None:
    """A flow's panes are the amounts of the matching facts on their days, under their agencies."""
    check_flow(measure, data.draw(histories(setting_of(measure), most=30)))


_EACH_STOCK = [
    Measure.model_validate(plain)
    for plain in [
        *({"subject": kind, "stock": one} for kind, atoms in ATOMS.items() for one in atoms),
        *SUMS,
    ]
]


@pytest.mark.parametrize(
    "measure",
    _EACH_STOCK,
    ids=lambda one: one.model_dump_json(exclude_unset=True, by_alias=True)[:90],
)
def test_each_form_of_stock_is_exercised(measure: Measure) -> None:
    """No form or operator of the grammar is left to chance: one long history for each."""
    seen = 0
    for seed in range(3):
        log = long_log(setting_of(measure), seed, recipes=40)
        check_stock(measure, log)
        seen += len(panes_of(measure, events_of(log)))

    assert seen > 0
