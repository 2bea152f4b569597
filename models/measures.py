"""Compile measures: the facts of one subject -> signed amounts on days.

A measure is a pure function of the set of facts, so its change is what it gives now less what it gave before.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from models.changes import Amount, PaneKey
from models.conditions import Compiled, Evaluate, Scope, compile_condition
from models.days import EARLIEST, FOREVER, MICROSECONDS_PER_DAY, Day, day_of, start_of
from models.definitions import Condition, ConditionNode, Flow, Latest, Measure
from models.facts import Assertion
from models.fields import DERIVED, CompiledWhere, Place, check_fact, check_field, compile_where
from models.intervals import Intervals, holds
from models.subjects import DAILY, Grouped

RECORDS: Final = "records"
"""The built-in measure: accepted records by agency and day."""

Amounts = dict[PaneKey, Amount]
Add = Callable[[Grouped, str, Amounts, int], None]
"""Adds the amounts of a subject (its facts, its key), times a sign, to a dict of panes."""

_MICROSECONDS_PER_MINUTE: Final = 60_000_000
LATEST_SEPARATOR: Final = "|"


@dataclass(frozen=True, slots=True)
class CompiledMeasure:
    """A measure ready to run."""

    id: str
    kind: str
    """The subject's kind."""
    reads: frozenset[str]
    """Fact types that can change its amounts."""
    stock: bool
    bucketed: bool
    reach: int | None
    """Days around a changed daily fact whose facts must be at hand; None: the subject's whole history."""
    add: Add
    latest: bool = False
    """Its buckets carry values: it is read by the form `latest`, never summed."""
    counts: bool = False
    """A flow whose every amount is positive."""


def compile_measure(
    name: str, measure: Measure, place: Place, stocks: Mapping[str, tuple[str, Condition]]
) -> CompiledMeasure:
    """Compile a measure under the id that its panes carry.

    Raises:
        CatalogueError: a name, fact or field does not exist or does not fit.
    """
    scope = Scope(place, measure.subject, stocks)
    own_code = measure.subject == "agency"
    if measure.flow is not None:
        return _flow(name, measure.flow, scope, own_code=own_code)
    if measure.latest is not None:
        return _latest(name, measure.latest, scope)
    return _stock(name, measure, scope, own_code=own_code)


def _stock(name: str, measure: Measure, scope: Scope, *, own_code: bool) -> CompiledMeasure:
    condition = measure.stock
    if condition is None:
        raise scope.place.error("stock", "is missing")
    compiled = compile_condition(condition, scope)
    if measure.amount is not None or measure.each:
        return _summed_stock(name, measure, condition, scope, own_code=own_code)
    if measure.bucket is not None:
        fact = _labelling_fact(condition, scope)
        check_field(scope.place, fact, measure.bucket)
    evaluate, bucket = compiled.evaluate, measure.bucket

    def add(facts: Grouped, key: str, out: Amounts, sign: int) -> None:
        _lay(evaluate(facts), name, key if own_code else None, bucket, out, sign)

    return CompiledMeasure(
        name,
        scope.kind,
        compiled.reads,
        stock=True,
        bucketed=bucket is not None,
        reach=compiled.reach,
        add=add,
    )


def _lay(
    intervals: Intervals, name: str, own: str | None, bucket: str | None, out: Amounts, sign: int
) -> None:
    """Add +sign on the first day of each interval and -sign on the day after its last."""
    for start, end, label in intervals:
        if start >= FOREVER:
            continue
        agency = own if own is not None else label.agency
        row = "" if bucket is None else _bucket_text(label, bucket)
        opened = PaneKey(name, row, agency, max(start, EARLIEST))  # type: ignore[arg-type]  # a Day
        out[opened] = out.get(opened, 0) + sign
        if end < FOREVER:
            closed = PaneKey(name, row, agency, end)  # type: ignore[arg-type]  # a Day
            out[closed] = out.get(closed, 0) - sign


def _bucket_text(assertion: Assertion, field: str) -> str:
    value = (assertion.payload or {}).get(field)
    return "" if value is None else str(value)


def _labelling_fact(condition: Condition, scope: Scope) -> str:
    """Return the fact type whose assertions label the condition's intervals."""
    if isinstance(condition, str):
        return _labelling_fact(scope.stocks[condition][1], scope)
    if condition.has is not None:
        return condition.has.fact
    if condition.within is not None:
        return condition.within.fact
    if condition.all is not None:
        return _labelling_fact(condition.all[0], scope)
    raise scope.place.error("bucket", "needs a condition whose first member is a `has` or `within`")


def _summed_stock(
    name: str, measure: Measure, condition: Condition, scope: Scope, *, own_code: bool
) -> CompiledMeasure:
    """Compile a stock that sums a field over, or counts, the facts in force: each key for itself, no union."""
    node = condition if isinstance(condition, ConditionNode) else scope.stocks[condition][1]
    if isinstance(node, str) or node.has is None:
        raise scope.place.error(
            "amount" if measure.amount else "each", "needs a condition that is one `has`"
        )
    compiled = compile_condition(node, scope)
    fact, field, evaluate = node.has.fact, measure.amount, compiled.evaluate
    if field is not None:
        check_field(scope.place, fact, field, kinds={"integer", "number"})
    if measure.bucket is not None:
        check_field(scope.place, fact, measure.bucket)
    bucket = measure.bucket

    def add(facts: Grouped, key: str, out: Amounts, sign: int) -> None:
        for one in facts.get(fact, {}):
            single = {**facts, fact: {one: facts[fact][one]}}
            for start, end, label in evaluate(single):
                if start >= FOREVER:
                    continue
                amount = 1 if field is None else _number(label, field)
                row = "" if bucket is None else _bucket_text(label, bucket)
                agency = key if own_code else label.agency
                opened = PaneKey(name, row, agency, max(start, EARLIEST))  # type: ignore[arg-type]  # a Day
                out[opened] = out.get(opened, 0) + sign * amount
                if end < FOREVER:
                    closed = PaneKey(name, row, agency, end)  # type: ignore[arg-type]  # a Day
                    out[closed] = out.get(closed, 0) - sign * amount

    return CompiledMeasure(
        name,
        scope.kind,
        compiled.reads,
        stock=True,
        bucketed=bucket is not None,
        reach=compiled.reach,
        add=add,
    )


def _number(assertion: Assertion, field: str) -> Amount:
    value = (assertion.payload or {}).get(field)
    return value if not isinstance(value, (str, list)) and value is not None else 0


def _flow(name: str, flow: Flow, scope: Scope, *, own_code: bool) -> CompiledMeasure:
    check_fact(scope.place, flow.fact, scope.kind)
    where = compile_where(scope.place, flow.fact, flow.where)
    if flow.amount is not None:
        check_field(scope.place, flow.fact, flow.amount, kinds={"integer", "number"})
    bucket_of = _bucket_reader(flow, scope)
    holding = compile_condition(flow.holding, scope) if flow.holding is not None else None
    reads = {flow.fact} | where.reads | (holding.reads if holding is not None else set())
    if flow.bucket is not None and flow.bucket in DERIVED:
        reads |= DERIVED[flow.bucket][3]
    add = (
        _held(name, flow, where, own_code=own_code)
        if flow.held is not None
        else _dated(name, flow, where, holding, bucket_of, own_code=own_code)
    )
    reach = None if flow.first else _reach(flow, holding)
    return CompiledMeasure(
        name,
        scope.kind,
        frozenset(reads),
        stock=False,
        bucketed=bucket_of is not None,
        reach=reach,
        add=add,
        counts=flow.amount is None,
    )


def _reach(flow: Flow, holding: Compiled | None) -> int | None:
    if holding is not None:
        return holding.reach
    return 1 if flow.held is not None else 0


Bucket = Callable[[Assertion, Grouped], str | None]


def _bucket_reader(flow: Flow, scope: Scope) -> Bucket | None:
    field = flow.bucket
    if field is None:
        return None
    if field in DERIVED:
        subject, _, function, _ = DERIVED[field]
        check_fact(scope.place, flow.fact, subject)

        def derived(_assertion: Assertion, facts: Grouped) -> str | None:
            value = function(facts)
            return None if value is None else str(value)

        return derived
    check_field(scope.place, flow.fact, field)
    return lambda assertion, _facts: _bucket_text(assertion, field)


def _dated(
    name: str,
    flow: Flow,
    where: CompiledWhere,
    holding: Compiled | None,
    bucket_of: Bucket | None,
    *,
    own_code: bool,
) -> Add:
    fact, field, accepts, restrict, first = (
        flow.fact,
        flow.amount,
        where.accepts,
        where.restrict,
        flow.first,
    )
    condition: Evaluate | None = holding.evaluate if holding is not None else None
    plain = (
        restrict is None and condition is None and not first and bucket_of is None and field is None
    )

    def add_plain(facts: Grouped, key: str, out: Amounts, sign: int) -> None:
        for series in facts.get(fact, {}).values():
            for assertion in series:
                if accepts is None or accepts(assertion):
                    pane = PaneKey(name, "", key if own_code else assertion.agency, assertion.day)
                    out[pane] = out.get(pane, 0) + sign

    def matches(facts: Grouped) -> list[Assertion]:
        keys = facts.get(fact)
        if keys is None:
            return []
        inside = condition(facts) if condition is not None else None
        return [
            assertion
            for key in sorted(keys)
            for assertion in keys[key]
            if (accepts is None or accepts(assertion))
            and (inside is None or holds(inside, assertion.day))
            and (
                restrict is None or restrict([(assertion.day, assertion.day + 1, assertion)], facts)
            )
        ]

    def add(facts: Grouped, key: str, out: Amounts, sign: int) -> None:
        found = matches(facts)
        if first and found:
            found = [min(found, key=lambda assertion: assertion.moment)]
        for assertion in found:
            row = "" if bucket_of is None else bucket_of(assertion, facts)
            if row is None:
                continue
            pane = PaneKey(name, row, key if own_code else assertion.agency, assertion.day)
            out[pane] = out.get(pane, 0) + sign * (
                1 if field is None else _number(assertion, field)
            )

    return add_plain if plain else add


def _held(name: str, flow: Flow, where: CompiledWhere, *, own_code: bool) -> Add:
    """Compile minutes that reports hold: until the key's next report, at most so long, split at midnight."""
    fact, accepts, restrict = flow.fact, where.accepts, where.restrict
    longest = (flow.held or 0) * _MICROSECONDS_PER_MINUTE

    def add(facts: Grouped, key: str, out: Amounts, sign: int) -> None:
        for series in facts.get(fact, {}).values():
            for index, report in enumerate(series):
                if accepts is not None and not accepts(report):
                    continue
                if restrict is not None and not restrict(
                    [(report.day, report.day + 1, report)], facts
                ):
                    continue
                end = report.moment + longest
                if index + 1 < len(series):
                    end = min(end, series[index + 1].moment)
                agency = key if own_code else report.agency
                for day, minutes in _minutes_by_day(report.moment, end):
                    pane = PaneKey(name, "", agency, day)
                    out[pane] = out.get(pane, 0) + sign * minutes

    return add


def _minutes_by_day(start: int, end: int) -> list[tuple[Day, int]]:
    """Split [start, end) at midnights in Việt Nam; whole minutes, so that pieces that touch add up."""
    pieces = []
    while start < end:
        day = day_of(start)
        stop = min(end, start_of(day) + MICROSECONDS_PER_DAY)
        minutes = stop // _MICROSECONDS_PER_MINUTE - start // _MICROSECONDS_PER_MINUTE
        if minutes:
            pieces.append((day, minutes))
        start = stop
    return pieces


def _latest(name: str, latest: Latest, scope: Scope) -> CompiledMeasure:
    """Compile the last value by moment: its bucket carries moment and value, so that a value of 0 is kept like any other."""
    check_fact(scope.place, latest.fact, scope.kind)
    check_field(scope.place, latest.fact, latest.field, kinds={"integer", "number"})
    where = compile_where(scope.place, latest.fact, latest.where)
    fact, field, accepts, restrict = latest.fact, latest.field, where.accepts, where.restrict

    def add(facts: Grouped, key: str, out: Amounts, sign: int) -> None:
        for fact_key, series in facts.get(fact, {}).items():
            for assertion in series:
                value = (assertion.payload or {}).get(field)
                if value is None or (accepts is not None and not accepts(assertion)):
                    continue
                if restrict is not None and not restrict(
                    [(assertion.day, assertion.day + 1, assertion)], facts
                ):
                    continue
                bucket = LATEST_SEPARATOR.join(
                    (f"{assertion.moment:020d}", f"{key}/{fact_key}", str(value))
                )
                pane = PaneKey(name, bucket, assertion.agency, assertion.day)
                out[pane] = out.get(pane, 0) + sign

    return CompiledMeasure(
        name,
        scope.kind,
        where.reads | {fact},
        stock=True,
        bucketed=True,
        reach=None if fact in DAILY else 0,
        add=add,
        latest=True,
    )
