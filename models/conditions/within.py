"""Compile `within` (form 4): the days that follow, at a stated distance at most, on days on which something happened.

Distinct days count, however often it happened on each; a day's label is the latest fact meant, on it or before.
"""

from models.conditions.scope import CompiledCondition, Scope
from models.days import Day, next_year
from models.definitions import Within
from models.facts import Assertion
from models.fields import check_fact
from models.intervals import NEVER, Intervals, within, within_year
from models.subjects import Grouped
from models.where import CompiledWhere, compile_where

_LONGEST_YEAR_DAYS = 366


def compile_within(condition: Within, scope: Scope) -> CompiledCondition:
    """Compile what happened in the trailing days, or in the same year.

    Raises:
        CatalogueError: a fact or field does not exist or does not fit.
    """
    fact, length, times = condition.fact, condition.days, condition.times
    check_fact(scope.place, fact, scope.kind)
    where = compile_where(scope.place, fact, condition.where)

    def evaluate(facts: Grouped) -> Intervals:
        days = _latest_by_day(fact, where, facts)
        if not days:
            return NEVER
        if length is not None:
            return within(days, length, times)
        return within_year(days, [next_year(day) for day, _ in days], times)

    reach = length if length is not None else _LONGEST_YEAR_DAYS
    return CompiledCondition(evaluate, where.reads | {fact}, frozenset({fact}), reach)


def _latest_by_day(fact: str, where: CompiledWhere, facts: Grouped) -> list[tuple[Day, Assertion]]:
    """Return the days on which the fact happened, in order, each with the latest that is meant."""
    latest: dict[Day, Assertion] = {}
    keys = facts.get(fact, {})
    for key in sorted(keys):
        for assertion in keys[key]:
            if where.means(assertion, facts):
                held = latest.get(assertion.day)
                if held is None or held.moment <= assertion.moment:
                    latest[assertion.day] = assertion
    return sorted(latest.items(), key=_day)


def _day(entry: tuple[Day, Assertion]) -> Day:
    return entry[0]
