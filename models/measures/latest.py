"""Compile `latest` (form 9): the last value by moment of a field, across the subjects of a province.

A bucket carries moment and value, and its amount is 1, so that a value of 0 is kept like any other and the greatest bucket is the last.
"""

from typing import Final

from models.conditions import Scope
from models.definitions import Latest
from models.events import FieldKind
from models.fields import NUMERIC, check_fact, check_field
from models.measures.amounts import Amounts
from models.measures.measure import CompiledMeasure
from models.parts import DAILY
from models.subjects import Grouped
from models.where import compile_where

LATEST_SEPARATOR: Final = "|"
"""Stands between moment, fact and value; the value comes last and never contains it."""


def compile_latest(name: str, latest: Latest, scope: Scope) -> CompiledMeasure:
    """Compile the last value.

    Raises:
        CatalogueError: a fact or field does not exist or does not fit.
    """
    fact, field = latest.fact, latest.field
    check_fact(scope.place, fact, scope.kind)
    check_field(scope.place, fact, field, kinds=NUMERIC)
    where = compile_where(scope.place, fact, latest.where)

    def add(facts: Grouped, key: str, out: Amounts, sign: int) -> None:
        panes = out[name]
        for fact_key, series in facts.get(fact, {}).items():
            for assertion in series:
                value = (assertion.payload or {}).get(field)
                if value is None or not where.means(assertion, facts):
                    continue
                bucket = LATEST_SEPARATOR.join(
                    (f"{assertion.moment:020d}", f"{key}/{fact_key}", str(value))
                )
                pane = (bucket, assertion.agency, assertion.day)
                panes[pane] = panes.get(pane, 0) + sign

    return CompiledMeasure(
        name,
        scope.kind,
        where.reads | {fact},
        needs=frozenset({fact}),
        stock=True,
        bucket=FieldKind.TEXT,
        reach=None if fact in DAILY else 0,
        gives=add,
        latest=True,
    )
