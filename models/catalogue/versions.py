"""Versions of definitions: hashes that change when what a definition computes from its facts may change.

A measure's version covers the conditions that it names, however far they lead: panes of two versions never stand under one name.
"""

from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256
from typing import Final

from models.definitions import (
    Condition,
    ConditionNode,
    Indicator,
    IndicatorForm,
    ListRow,
    Measure,
)

FOLD_VERSION: Final = 2
"""Raised whenever the fold gives other results for the same catalogue and log: all panes are then made anew."""

_HEX_DIGITS: Final = 12
_WORDS: Final = {"house_rule", "name"}
"""What an indicator says to people; it may be put better without another figure."""

Stocks = Mapping[str, tuple[str, Condition]]
"""Name -> (subject kind, condition): the stock measures that a condition may name."""


def measure_version(measure: Measure, stocks: Stocks) -> str:
    """Return the hash of a measure and of all conditions that it leads to."""
    named: dict[str, Condition] = {}
    holding = None if measure.flow is None else measure.flow.holding
    waiting = [one for one in (measure.stock, holding) if one is not None]
    while waiting:
        for name in _names(waiting.pop()):
            if name not in named:
                named[name] = stocks[name][1]
                waiting.append(named[name])
    return _hash(
        measure.model_dump_json(),
        *(f"{name}={_text(condition)}" for name, condition in sorted(named.items())),
    )


def indicator_version(
    indicator: Indicator, measures: Iterable[str], lists: Mapping[str, Sequence[ListRow]]
) -> str:
    """Return the hash of what decides an indicator's figure: itself, the versions of its measures, the lists that it names."""
    over = None if indicator.over is None else indicator.over.members
    named = {over, *_lists(indicator)}
    rows = (f"{name}={row.code}" for name in sorted(lists.keys() & named) for row in lists[name])
    return _hash(indicator.model_dump_json(exclude=_WORDS), *measures, *rows)


def _lists(form: IndicatorForm) -> Iterable[str | None]:
    """Yield the lists that the conditions of a form name."""
    if form.agencies is not None:
        yield form.agencies.of.members
    if form.checklist is not None:
        yield form.checklist.members
    if form.change is not None:
        yield from _lists(form.change.of)


def _names(condition: Condition) -> Iterable[str]:
    """Yield the stock measures that a condition names itself."""
    if isinstance(condition, str):
        yield condition
        return
    for member in (*(condition.all or ()), *(condition.any or ()), condition.negated):
        if member is not None:
            yield from _names(member)


def _text(condition: Condition) -> str:
    return condition.model_dump_json() if isinstance(condition, ConditionNode) else condition


def _hash(*texts: str) -> str:
    return sha256("\n".join(texts).encode()).hexdigest()[:_HEX_DIGITS]
