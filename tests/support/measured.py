"""A measure of the engine against the oracle's: what it lays on days is what a look at each day's end sees."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Final

from models.catalogue.draft import stocks_of
from models.changes import Amount, PaneKey
from models.definitions import Measure
from models.envelope import decode
from models.facts import Assertion, Event, FactKey, Record, SubjectId
from models.measures import CompiledMeasure, compile_measure
from models.place import Place
from models.subjects import group_for
from tests.support.oracle.amounts import flow, latest, level
from tests.support.oracle.facts import World, winners
from tests.support.oracle.vocabulary import handed_on, subjects

PLACE: Final = Place("tests", "measure")
ID: Final = "m"

Named = Mapping[str, Measure]


def compiled(measure: Measure, named: Named) -> CompiledMeasure:
    """Compile a measure under an id of one letter."""
    stocks = stocks_of({name: ("tests", one) for name, one in named.items()})
    return compile_measure(ID, measure, PLACE, stocks)


def panes_of(measure: Measure, events: Sequence[Event], named: Named) -> dict[PaneKey, Amount]:
    """Return the engine's panes of a measure."""
    add = compiled(measure, named).add
    kept = {key: said for key, said in winners(events).items() if said.payload is not None}
    facts: dict[tuple[str, str], dict[FactKey, Assertion]] = {}
    for key, said in kept.items():
        mine = {key: said}
        if handed_on(key.type):
            mine = {
                one: told
                for one, told in kept.items()
                if (one.type, one.key) == (key.type, key.key)
            }
        for subject in subjects(key.type, key.key, dict(said.payload or {})):
            facts.setdefault(subject, {}).update(mine)
    panes: dict[PaneKey, Amount] = {}
    for (kind, name), mine in facts.items():
        if kind == measure.subject:
            add(group_for(SubjectId(kind, name), mine), name, panes, 1)
    return {pane: amount for pane, amount in panes.items() if amount != 0}


def events_of(log: Sequence[Record]) -> list[Event]:
    """Return the accepted events of a log."""
    return [event for event in map(decode, log) if isinstance(event, Event)]


def check_measure(measure: Measure, log: Sequence[Record], named: Named) -> int:
    """Compare a measure of any form with the oracle's; return how many panes it has."""
    events = events_of(log)
    panes = panes_of(measure, events, named)
    if measure.flow is not None:
        _check_flow(measure, World(events), panes, named)
    elif measure.stock is not None:
        _check_stock(measure, World(events), panes, named)
    else:
        _check_latest(measure, World(events), panes)
    return len(panes)


def _check_stock(
    measure: Measure, world: World, panes: Mapping[PaneKey, Amount], named: Named
) -> None:
    """Compare the running sums of a stock's panes with its level at each day's end."""
    if not world.subjects[measure.subject]:
        return
    for day in _days(measure, world, panes):
        sums: Counter[tuple[str, str]] = Counter()
        for pane, amount in panes.items():
            if pane.day <= day:
                sums[pane.bucket, pane.agency] += amount  # type: ignore[assignment]  # Decimals add up too
        seen = level(world, measure, day, named)

        assert (day, seen) == (
            day,
            {place: amount for place, amount in sums.items() if amount != 0},
        )


def _check_flow(
    measure: Measure, world: World, panes: Mapping[PaneKey, Amount], named: Named
) -> None:
    """Compare a flow's panes with its dated amounts."""
    expected: Counter[PaneKey] = Counter()
    for one in flow(world, measure, named):
        expected[PaneKey(ID, one.bucket, one.agency, one.day)] += one.amount  # type: ignore[arg-type]  # a day

    assert {pane: n for pane, n in expected.items() if n != 0} == panes


def _check_latest(measure: Measure, world: World, panes: Mapping[PaneKey, Amount]) -> None:
    """Compare the greatest bucket of a last value with the last fact, on each day."""
    if measure.latest is None:
        raise ValueError(measure)
    for day in _days(measure, world, panes):
        known = [pane.bucket for pane in panes if pane.day <= day]
        shown = max(known).rsplit("|", 1)[1] if known else None
        value = latest(world, measure.latest, measure.subject, day, None)

        assert (day, None if value is None else str(value)) == (day, shown)


def _days(measure: Measure, world: World, panes: Mapping[PaneKey, Amount]) -> list[int]:
    """Return the days near which anything may change."""
    marked = {fact.day for facts in world.subjects[measure.subject].values() for fact in facts}
    marked |= {pane.day for pane in panes}
    return sorted({near for one in marked for near in (one - 1, one, one + 1)})
