"""What measures give: amounts in panes, added up in one table for all measures of a subject.

An amount is added with a sign, so that what a subject gave before is taken away by the same code that gave it.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping

from models.changes import Amount, PaneKey
from models.days import Day
from models.facts import Assertion
from models.subjects import Grouped

Panes = dict[tuple[str, str, Day], Amount]
"""(bucket, agency, day) -> amount, of one measure; a plain tuple, for they are made by the hundred thousand."""

Amounts = defaultdict[str, Panes]
"""Measure -> its panes."""

Add = Callable[[Grouped, str, Amounts, int], None]
"""Adds the amounts of a subject (its facts, its key), times a sign, to a table of panes."""


def no_amounts() -> Amounts:
    """Return a table of panes to add to."""
    return defaultdict(dict)


def by_measure(panes: Mapping[PaneKey, Amount]) -> Amounts:
    """Return amounts in panes by their full names as such a table."""
    amounts = no_amounts()
    for (measure, bucket, agency, day), amount in panes.items():
        amounts[measure][bucket, agency, day] = amount
    return amounts


def number(assertion: Assertion, field: str) -> Amount:
    """Return a field's number; a missing one is 0."""
    value = (assertion.payload or {}).get(field)
    return value if isinstance(value, Amount) else 0


def text(assertion: Assertion, field: str) -> str:
    """Return a field's value as the text of a bucket; a missing one is ''."""
    value = (assertion.payload or {}).get(field)
    return "" if value is None else str(value)
