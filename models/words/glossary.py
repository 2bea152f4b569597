"""What words are made from: the lexicon, and what the definitions of a plan may name.

A named measure is never shown by its name: what it says stands in its place, so a reader needs no second page.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from models.definitions import ListRow, Measure, MeasureReference
from models.measures import RECORDS
from models.words.lexicon import Lexicon


@dataclass(frozen=True, slots=True)
class Glossary:
    """The lexicon with the named measures and lists that a definition may refer to."""

    lexicon: Lexicon
    measures: Mapping[str, Measure]
    lists: Mapping[str, Sequence[ListRow]]

    def measure(self, reference: MeasureReference) -> Measure | None:
        """Return the measure that is meant; None for the built-in records."""
        if isinstance(reference, Measure):
            return reference
        return None if reference == RECORDS else self.measures[reference]
