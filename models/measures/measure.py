"""A measure ready to run, whatever its form.

Its id is the one that its panes carry; `reads` and `reach` say when it must run again, and on which facts.
"""

from dataclasses import dataclass
from typing import Final

from models.events import FieldKind
from models.measures.amounts import Add
from models.where import FieldTest

RECORDS: Final = "records"
"""The built-in measure: accepted records by agency and day."""


@dataclass(frozen=True, slots=True)
class Ones:
    """Amounts that follow from each fact alone: 1 on its day for its agency, if it passes the tests."""

    fact: str
    tests: tuple[FieldTest, ...]


@dataclass(frozen=True, slots=True)
class CompiledMeasure:
    """A measure ready to run."""

    id: str
    kind: str
    """The subject's kind."""
    reads: frozenset[str]
    """Fact types that can change its amounts."""
    needs: frozenset[str]
    """Fact types without which a subject has no amounts."""
    stock: bool
    bucket: FieldKind | None
    """What its amounts are kept apart by; None: nothing."""
    reach: int | None
    """Days around a changed daily fact whose facts must be at hand; None: the subject's whole history."""
    gives: Add | Ones
    """From all facts of a subject together, or from each alone."""
    latest: bool = False
    """Its buckets carry values: it is read by the form `latest`, never summed."""
    counts: bool = False
    """No subject ever brings less than 0: a flow without `amount`, or a stock of subjects."""
