"""Compile stocks (form 2): +1 on the first day on which a condition holds of a subject, -1 on the day after its last.

Both carry the agency and the bucket of the fact that the interval is labelled with, so they cancel in one series.
"""

from collections.abc import Callable

from models.conditions import CompiledCondition, Scope, compile_condition
from models.days import EARLIEST, FOREVER
from models.definitions import Condition, ConditionNode, Has, Measure
from models.fields import NUMERIC, check_field
from models.intervals import Intervals
from models.measures.amounts import Add, Amounts, number, text
from models.measures.measure import CompiledMeasure
from models.subjects import Grouped

Lay = Callable[[Intervals, str, Amounts, int], None]
"""Adds the amounts of intervals of a subject (its key), times a sign, to a dict of panes."""


def compile_stock(name: str, measure: Measure, scope: Scope) -> CompiledMeasure:
    """Compile a stock: subjects of which a condition holds, or with `amount` or `each` the facts in force.

    Raises:
        CatalogueError: a name, fact or field does not exist or does not fit.
    """
    condition = measure.stock
    if condition is None:
        raise scope.place.error("stock", "is missing")
    compiled = compile_condition(condition, scope)
    lay = _lay(name, measure, own_code=scope.own_code)
    if measure.amount is not None or measure.each:
        has = _only_has(measure, condition, scope)
        if measure.amount is not None:
            check_field(scope.place, has.fact, measure.amount, kinds=NUMERIC)
        labelling = has.fact
        add = _each_key(has.fact, compiled, lay)
    else:
        labelling = "" if measure.bucket is None else _labelling_fact(condition, scope)
        add = _each_subject(compiled, lay)
    bucket = None if measure.bucket is None else check_field(scope.place, labelling, measure.bucket)
    return CompiledMeasure(
        name,
        scope.kind,
        compiled.reads,
        compiled.needs,
        stock=True,
        bucket=bucket,
        reach=compiled.reach,
        gives=add,
        counts=measure.amount is None,
    )


def _each_subject(condition: CompiledCondition, lay: Lay) -> Add:
    evaluate = condition.evaluate

    def add(facts: Grouped, key: str, out: Amounts, sign: int) -> None:
        lay(evaluate(facts), key, out, sign)

    return add


def _each_key(fact: str, condition: CompiledCondition, lay: Lay) -> Add:
    """Lay the facts in force of each natural key for itself: no union."""
    evaluate = condition.evaluate

    def add(facts: Grouped, key: str, out: Amounts, sign: int) -> None:
        for one, series in facts.get(fact, {}).items():
            lay(evaluate({**facts, fact: {one: series}}), key, out, sign)

    return add


def _lay(name: str, measure: Measure, *, own_code: bool) -> Lay:
    bucket, field = measure.bucket, measure.amount

    def lay(intervals: Intervals, key: str, out: Amounts, sign: int) -> None:
        if not intervals:
            return
        panes = out[name]
        for start, end, label in intervals:
            if start >= FOREVER:
                continue
            amount = sign if field is None else sign * number(label, field)
            agency = key if own_code else label.agency
            row = "" if bucket is None else text(label, bucket)
            opened = (row, agency, max(start, EARLIEST))
            panes[opened] = panes.get(opened, 0) + amount
            if end < FOREVER:
                closed = (row, agency, end)
                panes[closed] = panes.get(closed, 0) - amount

    return lay


def _only_has(measure: Measure, condition: Condition, scope: Scope) -> Has:
    """Return the `has` that `amount` and `each` need, in place or under one name."""
    node = condition if isinstance(condition, ConditionNode) else scope.stocks[condition][1]
    if isinstance(node, str) or node.has is None:
        field = "amount" if measure.amount is not None else "each"
        raise scope.place.error(
            field,
            "needs a condition that is one `has`",
            mend="say the condition as one `has` with a `where`",
        )
    return node.has


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
    raise scope.place.error(
        "bucket",
        "needs a condition whose first member is a `has` or `within`",
        mend="begin the `all` with the fact whose field is the bucket",
    )
