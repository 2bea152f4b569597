"""The real catalogue against the oracle, definition by definition: each is reached, and gives what a slow look gives.

A history is made of the facts that a definition reads, with the values that it asks for: one that could never be met would show.
"""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from functools import cache
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel

from models.changes import Figure
from models.days import day_from_date
from models.definitions import Measure, Target
from models.envelope import decode
from models.facts import Record
from tests.support.drafts import AGENCIES, Setting
from tests.support.examples import examples
from tests.support.fold import Tables, fold
from tests.support.histories import histories, long_log
from tests.support.measured import Named, check_measure
from tests.support.narrowed import narrowed
from tests.support.oracle.facts import World
from tests.support.oracle.province import Definitions, Province, accepted, definitions
from tests.support.oracle.reads import types_read
from tests.support.oracle.vocabulary import DAILY, VOCABULARY
from tests.support.preferences import preferences

PROVINCES: Final = tuple(sorted(definitions()))
DAYS: Final = 35
RECIPES: Final = ("anything",) * 12 + ("correct", "retract", "register")
SEEDS: Final = range(30)
"""Histories that are tried until one reaches a definition."""


def nodes(value: Any) -> Iterator[BaseModel]:  # noqa: ANN401 - any part of a definition
    """Yield every part of a definition."""
    if isinstance(value, BaseModel):
        yield value
        for name in type(value).model_fields:
            yield from nodes(getattr(value, name))
    elif isinstance(value, list | tuple):
        for member in value:
            yield from nodes(member)


def measures_of(province: str) -> dict[str, Measure]:
    """Return the measures of a province: those that have a name, and those said in place under their target's."""
    one = definitions()[province]
    found = dict(one.named)
    for target in one.defined:
        inside = [node for node in nodes(target.indicator) if isinstance(node, Measure)]
        found |= {f"{target.id}.{number}": measure for number, measure in enumerate(inside, 1)}
    return found


@cache
def every_measure() -> Mapping[str, tuple[str, Measure]]:
    """Return the measures of the whole catalogue, each once: (province, measure) by name."""
    found: dict[str, tuple[str, Measure]] = {}
    told: set[tuple[str, str]] = set()
    for province in PROVINCES:
        for name, measure in measures_of(province).items():
            shared = all(definitions()[other].named.get(name) == measure for other in PROVINCES)
            text = ("" if shared else province, measure.model_dump_json())
            if text not in told:
                told.add(text)
                found[f"{province}.{name}"] = (province, measure)
    return found


def start_of(province: str, target: Target) -> date:
    """Return a day on which a history may begin so that the target is read within it."""
    first = target.start or definitions()[province].file.plan.period_start
    return min(first, target.deadline - timedelta(days=DAYS))


def either_end(province: str, seed: int) -> date:
    """Return a day early or late in a plan: some measures are about dates at its beginning, some about later ones."""
    plan = definitions()[province].file.plan
    return plan.period_start if seed % 2 else plan.period_end - timedelta(days=2 * DAYS)


def setting_of(province: str, parts: list[Any], types: set[str], start: date) -> Setting:
    """Return a setting in which most events matter to a definition."""
    one = definitions()[province]
    wanted = preferences(parts, one.named, one.file.lists)
    subjects = sorted({node.subject for part in parts for node in _measures(part, one.named)})
    for kind, field in (("asset.assigned", "holder_type"), ("compliance.assessed", "subject_type")):
        choices = [name for name in subjects if name in VOCABULARY[kind].fields[field].choices]
        if choices and kind in types:
            wanted.setdefault((kind, field), choices)
    return Setting(
        province,
        start,
        DAYS,
        tuple(name for name in VOCABULARY if name in types for _ in range(_weight(name))),
        wanted,
        keenness=0.97,
        agencies=_agencies(one, parts),
    )


def _weight(kind: str) -> int:
    """Return how often a type is drawn: what is done regularly is done on many days."""
    return 8 if kind in DAILY else 1


def _measures(part: Any, named: Named) -> Iterator[Measure]:  # noqa: ANN401 - any part of a definition
    for node in nodes(part):
        if isinstance(node, Measure):
            yield node
    for name in _names(part):
        if name in named:
            yield named[name]


def _names(part: Any) -> Iterator[str]:  # noqa: ANN401 - any part of a definition
    plain = part.model_dump() if isinstance(part, BaseModel) else part
    if isinstance(plain, dict):
        for value in plain.values():
            yield from _names(value)
    elif isinstance(plain, list | tuple):
        for value in plain:
            yield from _names(value)
    elif isinstance(plain, str):
        yield plain


def _agencies(one: Definitions, parts: list[Any]) -> tuple[str, ...]:
    """Return the codes of the history: two rows of a list that a definition names, if it names one."""
    named = (getattr(node, "members", None) for part in parts for node in nodes(part))
    rows = next((one.file.lists[name] for name in named if name is not None), ())
    return (*(row.code for row in rows[:2]), *AGENCIES[: max(1, 2 - len(rows))])


@pytest.mark.slow
@pytest.mark.parametrize("name", every_measure())
def test_every_measure_of_the_catalogue_gives_what_the_oracle_sees(name: str) -> None:
    """And some history gives it an amount: a measure that none could reach would be a slip of the definition."""
    province, measure = every_measure()[name]
    named = definitions()[province].named
    types = types_read(measure, named)

    def reached(seed: int) -> int:
        setting = setting_of(province, [measure], types, either_end(province, seed))
        return check_measure(measure, long_log(setting, seed, recipes=60), named)

    assert any(map(reached, SEEDS))


@examples(40)
@given(data=st.data())
def test_any_measure_of_the_catalogue_gives_what_the_oracle_sees(data: st.DataObject) -> None:
    """Histories shrink: the smallest that tells the engine from the oracle is the one that is shown."""
    province, measure = every_measure()[data.draw(st.sampled_from(sorted(every_measure())))]
    named = definitions()[province].named
    start = either_end(province, data.draw(st.integers(0, 1)))
    setting = setting_of(province, [measure], types_read(measure, named), start)

    check_measure(measure, data.draw(histories(setting, most=30)), named)


@cache
def every_target() -> Mapping[str, tuple[str, Target]]:
    """Return (province, target) by the target's id."""
    return {
        target.id: (province, target)
        for province in PROVINCES
        for target in definitions()[province].defined
    }


def shown(tables: Tables) -> Figure:
    """Return the one figure that there is."""
    ((figure,),) = tables.kpi.values()
    return figure


def reaches(province: str, target: Target, log: list[Record]) -> bool:
    """Compare the figure at a log's end and read back with the oracle's; tell whether it was ever more than nothing."""
    one = definitions()[province]
    until = day_from_date(start_of(province, target)) + DAYS
    events = accepted(map(decode, log))
    until = max([until, *(event.day for event in events)])
    worker = fold(narrowed(province, targets=[target]), log, [17] * len(log), until=until)
    reader = Province(one, World(events)).reader
    found = []
    for back in (0, 9, 20, 31):
        figure = shown(worker.read_back(until - back))
        assert (back, reader.figure(target, until - back, until=until)) == (back, figure)
        found.append(figure)
    return any(
        side not in {None, 0} for figure in found for side in (figure.value, figure.numerator)
    )


@pytest.mark.slow
@pytest.mark.parametrize("name", every_target())
def test_every_target_is_reached_by_some_history(name: str) -> None:
    """The figure of each of the 276 is the oracle's, and more than nothing in some history."""
    province, target = every_target()[name]
    indicator = target.indicator
    assert indicator is not None
    types = types_read(indicator, definitions()[province].named) | {"agency.registered"}
    setting = setting_of(province, [indicator], types, start_of(province, target))

    assert any(reaches(province, target, long_log(setting, seed, 90, RECIPES)) for seed in SEEDS)
