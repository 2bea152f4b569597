"""Part B of the oracle, second half: what a measure amounts to, as dated amounts or as a level at a day's end."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from models.days import day_of
from models.definitions import ConditionNode, Flow, Has, Latest, Measure
from tests.support.oracle import dossiers
from tests.support.oracle.conditions import held_keys, label, matches
from tests.support.oracle.facts import Fact, World

MINUTE = 60_000_000


@dataclass(frozen=True)
class Amount:
    """What one fact adds to a flow."""

    day: int
    bucket: str
    agency: str
    amount: Any


Level = dict[tuple[str, str], Any]
"""(bucket, agency) -> how much, without zeros."""


def flow(world: World, measure: Measure, named: Mapping[str, Measure]) -> list[Amount]:
    """Return the dated amounts of a flow over all its subjects."""
    if measure.flow is None:
        raise ValueError(measure)
    found = []
    for key, facts in world.subjects[measure.subject].items():
        own = key if measure.subject == "agency" else None
        if measure.flow.held is not None:
            found += _held(measure.flow, facts, own)
        else:
            found += _dated(measure.flow, facts, own, named)
    return found


def _dated(
    flow: Flow, facts: Sequence[Fact], own: str | None, named: Mapping[str, Measure]
) -> list[Amount]:
    chosen = [
        fact
        for fact in facts
        if fact.type == flow.fact
        and matches(flow.where, fact, facts, fact.day)
        and (flow.holding is None or label(flow.holding, facts, fact.day, named) is not None)
    ]
    if flow.first and chosen:
        chosen = [min(chosen, key=lambda fact: (fact.moment, fact.key))]
    found = []
    for fact in chosen:
        bucket: object = "" if flow.bucket is None else fact.payload.get(flow.bucket, "")
        if flow.bucket == "dossier.working_days":
            bucket = dossiers.handling_days(facts)
            if bucket is None:
                continue
        amount = 1 if flow.amount is None else fact.payload.get(flow.amount, 0)
        found.append(Amount(fact.day, str(bucket), own or fact.agency, amount))
    return found


def _held(flow: Flow, facts: Sequence[Fact], own: str | None) -> list[Amount]:
    found = []
    for fact in facts:
        if fact.type != flow.fact or not matches(flow.where, fact, facts, fact.day):
            continue
        later = [f.moment for f in facts if (f.type, f.key) == (fact.type, fact.key)]
        end = min([fact.moment + (flow.held or 0) * MINUTE, *(m for m in later if m > fact.moment)])
        minutes = Counter(
            day_of(minute * MINUTE) for minute in range(fact.moment // MINUTE, end // MINUTE)
        )
        found += [Amount(day, "", own or fact.agency, n) for day, n in minutes.items()]
    return found


def level(world: World, measure: Measure, day: int, named: Mapping[str, Measure]) -> Level:
    """Return a stock at the end of `day`, over all its subjects."""
    total: Counter[tuple[str, str]] = Counter()
    for key, facts in world.subjects[measure.subject].items():
        own = key if measure.subject == "agency" else None
        for fact in _counted(measure, facts, day, named):
            bucket = "" if measure.bucket is None else str(fact.payload.get(measure.bucket, ""))
            amount: Any = 1 if measure.amount is None else fact.payload.get(measure.amount, 0)
            total[bucket, own or fact.agency] += amount
    return {place: amount for place, amount in total.items() if amount != 0}


def _counted(
    measure: Measure, facts: Sequence[Fact], day: int, named: Mapping[str, Measure]
) -> list[Fact]:
    condition = measure.stock
    if condition is None:
        raise ValueError(measure)
    if measure.amount is None and not measure.each:
        one = label(condition, facts, day, named)
        return [] if one is None else [one]
    while isinstance(condition, str):
        condition = named[condition].stock or ""
    has = condition.has
    if has is None:
        raise ValueError(measure)
    return [
        one for one in held_keys(has, facts, day).values() if _holds_alone(has, one, facts, day)
    ]


def _holds_alone(has: Has, fact: Fact, facts: Sequence[Fact], day: int) -> bool:
    alone = [other for other in facts if other.type != fact.type or other.key == fact.key]
    return label(ConditionNode(has=has), alone, day, {}) is not None


def latest(world: World, wanted: Latest, subject: str, day: int, agencies: set[str] | None) -> Any:  # noqa: ANN401 - an int or a Decimal
    """Return the last value by moment up to `day`, over the agencies given (None: all); None without one."""
    found = [
        (fact.moment, f"{key}/{fact.key}", fact.payload[wanted.field])
        for key, facts in world.subjects[subject].items()
        for fact in facts
        if fact.type == wanted.fact
        and fact.day <= day
        and wanted.field in fact.payload
        and (agencies is None or fact.agency in agencies)
        and matches(wanted.where, fact, facts, fact.day)
    ]
    return max(found)[2] if found else None
