"""Count facts one by one: the measures that a fact adds 1 to, whatever else is known of its subject.

They need neither the subject's other facts nor a comparison of before and after, and most events change nothing else.
"""

from collections.abc import Iterable
from functools import lru_cache
from typing import Any, Final

from models.events import FieldKind
from models.facts import Payload
from models.measures.measure import Ones

_FEW: Final = frozenset({FieldKind.CHOICE, FieldKind.BOOLEAN, FieldKind.INTEGER})
"""Kinds of fields that have few values, so that the same ones come again."""

_REMEMBERED: Final = 4096
"""How many combinations of values are remembered, with the measures that count them."""


class FactCounts:
    """The measures that count the facts of one type, each with what it asks of them."""

    def __init__(self, measures: Iterable[tuple[str, Ones]]) -> None:
        told_apart: list[tuple[str, Ones]] = []
        self._others: list[tuple[str, Ones]] = []
        for name, ones in measures:
            few = all(test.kind in _FEW for test in ones.tests)
            (told_apart if few else self._others).append((name, ones))
        fields = sorted({test.field for _, ones in told_apart for test in ones.tests})
        self._fields = fields

        @lru_cache(_REMEMBERED)
        def counting(*values: Any) -> tuple[str, ...]:  # noqa: ANN401 - values of fields
            return _counting(told_apart, dict(zip(fields, values, strict=True)))

        self._counting = counting

    def names(self, payload: Payload) -> tuple[str, ...]:
        """Return the measures that count a fact."""
        names = self._counting(*map(payload.get, self._fields))  # type: ignore[arg-type]  # no list is of these kinds
        return names + _counting(self._others, payload) if self._others else names


def _counting(measures: Iterable[tuple[str, Ones]], payload: Payload) -> tuple[str, ...]:
    return tuple(
        name
        for name, ones in measures
        if all(test.passes(payload.get(test.field)) for test in ones.tests)
    )
