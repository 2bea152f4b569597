"""What a condition is compiled in, and what comes of it.

The evaluation is a function of the subject's facts alone; a daily fact changes no day further off than `reach`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Self

from models.definitions import Condition
from models.intervals import Intervals
from models.place import Place
from models.subjects import Grouped

Evaluate = Callable[[Grouped], Intervals]


@dataclass(frozen=True, slots=True)
class CompiledCondition:
    """A condition ready to run."""

    evaluate: Evaluate
    reads: frozenset[str]
    """Fact types that can change it."""
    needs: frozenset[str]
    """Fact types without which it never holds."""
    reach: int | None = 0
    """Days around a daily fact that its change can reach; None: all."""


@dataclass(frozen=True, slots=True)
class Scope:
    """Where a condition stands: file and id for errors, the subject's kind, and the stock measures it may name."""

    place: Place
    kind: str
    stocks: Mapping[str, tuple[str, Condition]]
    """Name -> (subject kind, condition)."""
    naming: tuple[str, ...] = ()
    """Names being followed, to find a definition that uses itself."""

    @property
    def own_code(self) -> bool:
        """Whether figures belong to the subject itself, which is an agency, and not to the agency that told of it."""
        return self.kind == "agency"

    def following(self, name: str) -> Self:
        """Return the scope of the condition that a name stands for."""
        return replace(self, naming=(*self.naming, name))
