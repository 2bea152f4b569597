"""Compile conditions: facts of a subject -> the days on which the condition holds.

A compiled condition is a closure over constants; it knows which fact types it reads, so that only they make it run again.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from models import dossiers
from models.days import FOREVER, next_year
from models.definitions import Condition, ConditionNode, Has, Within
from models.facts import Assertion
from models.fields import Place, check_fact, check_field, compile_where
from models.intervals import (
    NEVER,
    Intervals,
    both,
    either,
    first_opened,
    within,
    within_year,
    without,
)
from models.subjects import DAILY, Grouped

Evaluate = Callable[[Grouped], Intervals]


@dataclass(frozen=True, slots=True)
class Compiled:
    """A condition ready to run."""

    evaluate: Evaluate
    reads: frozenset[str]
    reach: int | None = 0
    """Days around a daily fact that its change can reach; None: all."""


@dataclass(frozen=True, slots=True)
class Scope:
    """Where a condition stands: file, id and field for errors, the subject's kind, and the stock measures it may name."""

    place: Place
    kind: str
    stocks: Mapping[str, tuple[str, Condition]]
    """Name -> (subject kind, condition)."""
    naming: tuple[str, ...] = ()
    """Names being followed, to find a definition that uses itself."""


def compile_condition(condition: Condition, scope: Scope) -> Compiled:
    """Compile a condition.

    Raises:
        CatalogueError: a name, fact or field does not exist or does not fit.
    """
    if isinstance(condition, str):
        return _named(condition, scope)
    if condition.has is not None:
        return _has(condition.has, scope)
    if condition.within is not None:
        return _within(condition.within, scope)
    if condition.all is not None:
        return _all(condition.all, scope)
    if condition.any is not None:
        return _any(condition.any, scope)
    if condition.function is not None:
        return _function(condition.function, scope)
    raise scope.place.error("not", "stands only inside an `all` that has a positive member")


def _named(name: str, scope: Scope) -> Compiled:
    if name not in scope.stocks:
        raise scope.place.error(name, "is no stock measure; a condition may name only those")
    if name in scope.naming:
        raise scope.place.error(name, f"uses itself: {' -> '.join((*scope.naming, name))}")
    kind, condition = scope.stocks[name]
    if kind != scope.kind:
        raise scope.place.error(name, f"is about the subject {kind}, not {scope.kind}")
    return compile_condition(
        condition, Scope(scope.place, kind, scope.stocks, (*scope.naming, name))
    )


FUNCTIONS: Final[Mapping[str, tuple[str, Evaluate, frozenset[str]]]] = {
    "dossier.overdue": (
        "dossier",
        dossiers.overdue,
        frozenset({dossiers.RECEIVED, dossiers.RESOLVED, dossiers.STATUS}),
    ),
}
"""Conditions that YAML cannot say: name -> (subject kind, function, fact types it reads)."""


def _function(name: str, scope: Scope) -> Compiled:
    if name not in FUNCTIONS:
        raise scope.place.error(name, f"is no function; there are: {', '.join(sorted(FUNCTIONS))}")
    kind, evaluate, reads = FUNCTIONS[name]
    if kind != scope.kind:
        raise scope.place.error(name, f"is a function of the subject {kind}, not {scope.kind}")
    return Compiled(evaluate, reads)


def _all(members: list[Condition], scope: Scope) -> Compiled:
    positive = [compile_condition(m, scope) for m in members if not _is_not(m)]
    negative = [
        compile_condition(m.negated, scope)
        for m in members
        if isinstance(m, ConditionNode) and m.negated is not None
    ]
    if not positive:
        raise scope.place.error("all", "needs a positive member")
    first, *others = [member.evaluate for member in positive]
    removed = [member.evaluate for member in negative]

    def evaluate(facts: Grouped) -> Intervals:
        result = first(facts)
        for other in others:
            if not result:
                return NEVER
            result = both(result, other(facts))
        for other in removed:
            if not result:
                return NEVER
            result = without(result, other(facts))
        return result

    return _combined(evaluate, [*positive, *negative])


def _is_not(condition: Condition) -> bool:
    return isinstance(condition, ConditionNode) and condition.negated is not None


def _any(members: list[Condition], scope: Scope) -> Compiled:
    compiled = [compile_condition(member, scope) for member in members]
    first, *others = [member.evaluate for member in compiled]

    def evaluate(facts: Grouped) -> Intervals:
        result = first(facts)
        for other in others:
            result = either(result, other(facts))
        return result

    return _combined(evaluate, compiled)


def _combined(evaluate: Evaluate, members: list[Compiled]) -> Compiled:
    reads: frozenset[str] = frozenset().union(*(member.reads for member in members))
    reaches = [member.reach for member in members]
    known = [reach for reach in reaches if reach is not None]
    return Compiled(evaluate, reads, max(known) if len(known) == len(reaches) else None)


def _has(has: Has, scope: Scope) -> Compiled:
    event_type = check_fact(scope.place, has.fact, scope.kind)
    where = compile_where(scope.place, has.fact, has.where)
    to, start, shift = has.to, None, 0
    if to is not None:
        check_field(scope.place, has.fact, to, kinds={"date"})
    if has.start is not None:
        check_field(scope.place, has.fact, has.start.field, kinds={"date"})
        start, shift = has.start.field, has.start.days
    if has.until is not None and not check_fact(scope.place, has.until, scope.kind).once:
        raise scope.place.error(
            "until", f"{has.until} is dated; `until` takes a fact that happens once"
        )
    until, fact_type, dated = has.until, has.fact, not event_type.once
    accepts = where.accepts

    def of_key(series: list[Assertion]) -> Intervals:
        result = []
        last = len(series) - 1
        for index, assertion in enumerate(series):
            payload = assertion.payload
            if payload is None or (accepts is not None and not accepts(assertion)):
                continue
            begin: int = assertion.day
            end: int = series[index + 1].day if dated and index < last else FOREVER
            if start is not None:
                value = payload.get(start)
                if not isinstance(value, int):
                    continue
                begin = max(begin, value + shift) if dated else value + shift
            if to is not None:
                value = payload.get(to)
                if isinstance(value, int):
                    end = min(end, value + 1)
            if begin < end:
                result.append((begin, end, assertion))
        return result

    def evaluate(facts: Grouped) -> Intervals:
        keys = facts.get(fact_type)
        if keys is None:
            return NEVER
        if len(keys) == 1:
            (series,) = keys.values()
            result = of_key(series)
        else:
            result = first_opened([of_key(keys[key]) for key in sorted(keys)])
        if until is not None and result:
            ended = dossiers.the_only(facts, until)
            if ended is not None:
                result = [(s, min(e, ended.day), a) for s, e, a in result if s < ended.day]
        return where.restrict(result, facts) if where.restrict is not None else result

    reads = where.reads | {fact_type} | ({until} if until is not None else set())
    return Compiled(evaluate, reads, None if fact_type in DAILY else 0)


def _within(condition: Within, scope: Scope) -> Compiled:
    check_fact(scope.place, condition.fact, scope.kind)
    where = compile_where(scope.place, condition.fact, condition.where)
    fact_type, length, times, accepts = (
        condition.fact,
        condition.days,
        condition.times,
        where.accepts,
    )

    def evaluate(facts: Grouped) -> Intervals:
        keys = facts.get(fact_type)
        if keys is None:
            return NEVER
        latest: dict[int, Assertion] = {}
        for key in sorted(keys):
            for assertion in keys[key]:
                if accepts is not None and not accepts(assertion):
                    continue
                if where.restrict is not None and not where.restrict(
                    [(assertion.day, assertion.day + 1, assertion)], facts
                ):
                    continue
                held = latest.get(assertion.day)
                if held is None or held.moment <= assertion.moment:
                    latest[assertion.day] = assertion
        days = sorted(latest.items())
        if length is not None:
            return within(days, length, times)
        ends = [next_year(day) for day, _ in days]
        return within_year(days, ends, times)

    return Compiled(evaluate, where.reads | {fact_type}, length if length is not None else 366)
