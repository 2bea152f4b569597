"""Compile `has` (form 3): the days on which a subject has a fact in force.

A fact that happens once holds from its day on, one of a series until the next of its key, whether or not that one is meant too.
"""

from collections.abc import Callable, Sequence

from models.conditions.scope import CompiledCondition, Scope
from models.days import FOREVER, Day
from models.definitions import Has, Start
from models.dossiers import the_only
from models.events import FieldKind
from models.facts import Assertion, Payload
from models.fields import check_fact, check_field
from models.intervals import NEVER, Interval, Intervals, first_opened
from models.parts import DAILY
from models.subjects import Grouped
from models.where import compile_where
from models.where.clause import Accepts

_DATES = frozenset({FieldKind.DATE})

OfKey = Callable[[Sequence[Assertion]], Intervals]
"""Returns the days on which the facts of one natural key, in order, hold."""

Begin = Callable[[Day, Payload], Day | None]
"""Returns the first day inside, given the fact's own day; None: it never holds."""


def compile_has(has: Has, scope: Scope) -> CompiledCondition:
    """Compile a fact in force.

    Raises:
        CatalogueError: a fact or field does not exist or does not fit.
    """
    place, fact, until = scope.place, has.fact, has.until
    dated = not check_fact(place, fact, scope.kind).once
    where = compile_where(place, fact, has.where)
    if has.to is not None:
        check_field(place, fact, has.to, kinds=_DATES)
    if has.start is not None:
        check_field(place, fact, has.start.field, kinds=_DATES)
    if until is not None and not check_fact(place, until, scope.kind).once:
        raise place.error(
            "until",
            f"{until} is dated; `until` takes a fact that happens once",
            word=until,
            mend="take the dated fact away: each of a series holds until the next",
        )
    of_key = _of_key(has, where.accepts, dated=dated)
    fits, restrict = where.fits, where.restrict

    def evaluate(facts: Grouped) -> Intervals:
        keys = facts.get(fact)
        if keys is None:
            return NEVER
        if len(keys) == 1:
            (series,) = keys.values()
            result = of_key(series)
        else:
            result = first_opened([of_key(keys[key]) for key in sorted(keys)])
        if until is not None and result:
            result = _ended(result, the_only(facts, until))
        if fits is not None:
            result = [entry for entry in result if fits(entry[2], facts)]
        return restrict(result, facts) if restrict is not None else result

    reads = where.reads | {fact} | ({until} if until is not None else set())
    return CompiledCondition(evaluate, reads, frozenset({fact}), None if fact in DAILY else 0)


def _of_key(has: Has, accepts: Accepts | None, *, dated: bool) -> OfKey:
    begin_of = None if has.start is None else _begin(has.start, dated=dated)
    to = has.to

    def of_key(series: Sequence[Assertion]) -> Intervals:
        result: list[Interval] = []
        last = len(series) - 1
        for index, assertion in enumerate(series):
            payload = assertion.payload
            if payload is None or (accepts is not None and not accepts(assertion)):
                continue
            begin = assertion.day if begin_of is None else begin_of(assertion.day, payload)
            end = series[index + 1].day if dated and index < last else FOREVER
            if to is not None:
                last_inside = payload.get(to)
                if isinstance(last_inside, int):
                    end = min(end, Day(last_inside + 1))
            if begin is not None and begin < end:
                result.append((begin, end, assertion))
        return result

    return of_key


def _begin(start: Start, *, dated: bool) -> Begin:
    """Compile `from`: a date field, moved; a fact of a series holds no day before its own."""
    field, shift = start.field, start.days

    def begin(day: Day, payload: Payload) -> Day | None:
        value = payload.get(field)
        if not isinstance(value, int):
            return None
        moved = Day(value + shift)
        return max(day, moved) if dated else moved

    return begin


def _ended(intervals: Intervals, last: Assertion | None) -> Intervals:
    """Cut intervals on the day of the fact that ends them, which is no longer inside."""
    if last is None:
        return intervals
    day = last.day
    return [(start, min(end, day), label) for start, end, label in intervals if start < day]
