"""What measures give: amounts in panes, added up in one dict for all measures of a subject.

An amount is added with a sign, so that what a subject gave before is taken away by the same code that gave it.
"""

from collections.abc import Callable

from models.changes import Amount, PaneKey
from models.facts import Assertion
from models.subjects import Grouped

Amounts = dict[PaneKey, Amount]

Add = Callable[[Grouped, str, Amounts, int], None]
"""Adds the amounts of a subject (its facts, its key), times a sign, to a dict of panes."""


def number(assertion: Assertion, field: str) -> Amount:
    """Return a field's number; a missing one is 0."""
    value = (assertion.payload or {}).get(field)
    return value if isinstance(value, Amount) else 0


def text(assertion: Assertion, field: str) -> str:
    """Return a field's value as the text of a bucket; a missing one is ''."""
    value = (assertion.payload or {}).get(field)
    return "" if value is None else str(value)
