"""Compile flows (form 1): an amount on the day of each fact that is meant.

The agency is that of the fact itself, so each fact of a subject may count elsewhere.
"""

from collections.abc import Callable, Sequence

from models.conditions import CompiledCondition, Scope, compile_condition
from models.definitions import Flow
from models.events import FieldKind
from models.facts import Assertion
from models.fields import DERIVED, NUMERIC, check_fact, check_field
from models.intervals import holds
from models.measures.amounts import Add, Amounts, number, text
from models.measures.held import add_minutes_held
from models.measures.measure import CompiledMeasure, Ones
from models.subjects import Grouped
from models.where import CompiledWhere, compile_where

Bucket = Callable[[Assertion, Grouped], str | None]
"""Returns the bucket of a fact; None: it counts nowhere."""

Find = Callable[[Grouped], Sequence[Assertion]]
"""Returns the facts of a subject that count."""


def compile_flow(name: str, flow: Flow, scope: Scope) -> CompiledMeasure:
    """Compile dated amounts.

    Raises:
        CatalogueError: a name, fact or field does not exist or does not fit.
    """
    event_type = check_fact(scope.place, flow.fact, scope.kind)
    if flow.held is not None and event_type.moment_is_date:
        raise scope.place.error(
            "held",
            f"{flow.fact} is dated by a day, not by an instant",
            mend="take `held` away, or count a fact that is dated by an instant",
        )
    where = compile_where(scope.place, flow.fact, flow.where)
    if flow.amount is not None:
        check_field(scope.place, flow.fact, flow.amount, kinds=NUMERIC)
    bucket = _bucket(flow, scope)
    holding = compile_condition(flow.holding, scope) if flow.holding is not None else None
    own_code = scope.own_code
    gives: Add | Ones
    if flow.held is not None:
        gives = add_minutes_held(name, flow.fact, flow.held, where, own_code=own_code)
    elif _is_plain(flow, where):
        gives = Ones(flow.fact, where.tests)
    else:
        find = _find(flow, where, holding)
        gives = _add_amounts(name, flow.amount, find, bucket, own_code=own_code)
    return CompiledMeasure(
        name,
        scope.kind,
        _reads(flow, where, holding),
        needs=frozenset({flow.fact}),
        stock=False,
        bucket=_bucket_kind(flow, scope),
        reach=_reach(flow, holding),
        gives=gives,
        counts=flow.amount is None,
    )


def _reads(flow: Flow, where: CompiledWhere, holding: CompiledCondition | None) -> frozenset[str]:
    reads = where.reads | {flow.fact}
    if holding is not None:
        reads |= holding.reads
    if flow.bucket is not None and flow.bucket in DERIVED:
        reads |= DERIVED[flow.bucket].reads
    return reads


def _reach(flow: Flow, holding: CompiledCondition | None) -> int | None:
    if flow.first:
        return None
    if holding is not None:
        return holding.reach
    return 1 if flow.held is not None else 0


def _bucket_kind(flow: Flow, scope: Scope) -> FieldKind | None:
    if flow.bucket is None:
        return None
    if flow.bucket in DERIVED:
        return DERIVED[flow.bucket].kind
    return check_field(scope.place, flow.fact, flow.bucket)


def _bucket(flow: Flow, scope: Scope) -> Bucket | None:
    field = flow.bucket
    if field is None:
        return None
    if field not in DERIVED:
        check_field(scope.place, flow.fact, field)
        return lambda assertion, _facts: text(assertion, field)
    check_fact(scope.place, flow.fact, DERIVED[field].subject)
    derived = DERIVED[field].value

    def bucket(_assertion: Assertion, facts: Grouped) -> str | None:
        value = derived(facts)
        return None if value is None else str(value)

    return bucket


def _is_plain(flow: Flow, where: CompiledWhere) -> bool:
    """Return whether each fact that is accepted counts 1, whatever the subject's other facts are."""
    stated = (flow.amount, flow.bucket, flow.holding)
    return where.alone and all(one is None for one in stated) and not flow.first


def _add_amounts(
    name: str, field: str | None, find: Find, bucket: Bucket | None, *, own_code: bool
) -> Add:
    def add(facts: Grouped, key: str, out: Amounts, sign: int) -> None:
        panes = out[name]
        for assertion in find(facts):
            row = "" if bucket is None else bucket(assertion, facts)
            if row is None:
                continue
            amount = sign if field is None else sign * number(assertion, field)
            pane = (row, key if own_code else assertion.agency, assertion.day)
            panes[pane] = panes.get(pane, 0) + amount

    return add


def _find(flow: Flow, where: CompiledWhere, holding: CompiledCondition | None) -> Find:
    """Compile which facts count: those meant, on days on which `while` holds; of several with `first` the earliest."""
    fact, first, means = flow.fact, flow.first, where.means
    condition = None if holding is None else holding.evaluate

    def find(facts: Grouped) -> Sequence[Assertion]:
        keys = facts.get(fact)
        if keys is None:
            return ()
        inside = None if condition is None else condition(facts)
        found = [
            assertion
            for key in (keys if len(keys) == 1 else sorted(keys))
            for assertion in keys[key]
            if (inside is None or holds(inside, assertion.day)) and means(assertion, facts)
        ]
        return [min(found, key=_moment)] if first and found else found

    return find


def _moment(assertion: Assertion) -> int:
    return assertion.moment
