"""Facts of one subject written down in a line each, by day, for tests of what is compiled from definitions.

Nothing is decoded: payloads are in the engine's own values already, dates as days and instants in microseconds.
"""

from collections import Counter
from collections.abc import Mapping

from models.days import Day, Instant, start_of
from models.facts import Assertion, FactKey, SubjectId, Value
from models.measures import CompiledMeasure, FactCounts, Ones, Panes, no_amounts
from models.subjects import Grouped, group, types_of

MICROSECONDS_PER_HOUR = 3_600_000_000

Facts = Mapping[FactKey, Assertion]


def instant(day: int, hour: float = 8) -> Instant:
    """Return an instant of a day in Việt Nam."""
    return Instant(start_of(day) + int(hour * MICROSECONDS_PER_HOUR))


def asserted(
    day: int, agency: str = "A1", *, hour: float | None = 8, **payload: Value
) -> Assertion:
    """Return an assertion of a fact that happened at an hour of a day; `hour` None: its moment is the day itself."""
    moment = day if hour is None else instant(day, hour)
    return Assertion(
        Instant(0), "s", f"{day}/{hour}", "{}", agency, Day(day), moment, 0, dict(payload)
    )


def told(fact_type: str, *assertions: Assertion, key: str = "K") -> dict[FactKey, Assertion]:
    """Return assertions as facts of one natural key, each with a moment of its own."""
    return {FactKey(fact_type, key, one.moment): one for one in assertions}


def subject(*facts: Facts) -> Grouped:
    """Return what a subject's measures are given."""
    together: dict[FactKey, Assertion] = {}
    for some in facts:
        together |= some
    return group(SubjectId("any", "K"), together, types_of(together))


def amounts_of(measure: CompiledMeasure, facts: Grouped, key: str) -> Panes:
    """Return what a measure gives for the facts of a subject."""
    if not isinstance(measure.gives, Ones):
        amounts = no_amounts()
        measure.gives(facts, key, amounts, 1)
        return amounts[measure.id]
    counts, panes = FactCounts([(measure.id, measure.gives)]), Counter[tuple[str, str, Day]]()
    for series in facts.get(measure.gives.fact, {}).values():
        for one in series:
            for _ in counts.names(one.payload or {}):
                panes["", key if measure.kind == "agency" else one.agency, one.day] += 1
    return dict(panes)
