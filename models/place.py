"""Where a definition stands in the catalogue.

Every error of the catalogue's content is made here, so that each names file, id and field.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from difflib import get_close_matches

from models.errors import CatalogueError, Fault


def nearest(word: str, known: Iterable[str]) -> str | None:
    """Return which of the known words was most likely meant; None where none is near."""
    found = get_close_matches(word, sorted(known), n=1)
    return found[0] if found else None


def did_you_mean(word: str, known: Iterable[str], otherwise: str) -> str:
    """Return the mend of a word that is not known: the nearest one, else what `otherwise` says."""
    meant = nearest(word, known)
    return otherwise if meant is None else f"did you mean {meant}? otherwise {otherwise}"


@dataclass(frozen=True, slots=True)
class Place:
    """A file of the catalogue and the id of a definition in it."""

    file: str
    id: str

    def fault(self, field: str, message: str, *, word: str | None = None, mend: str = "") -> Fault:
        """Return the fault that names file, id and field; `word` is what stands there, `mend` what to do."""
        return Fault(self.file, message, self.id, field, word=word, mend=mend or see_guide(field))

    def advice(self, field: str, message: str, *, mend: str, word: str | None = None) -> Fault:
        """Return what should be looked at again, although the definition loads."""
        return replace(self.fault(field, message, word=word, mend=mend), advice=True)

    def error(
        self, field: str, message: str, *, word: str | None = None, mend: str = ""
    ) -> CatalogueError:
        """Return the same as an error."""
        return CatalogueError(self.fault(field, message, word=word, mend=mend))


def see_guide(field: str) -> str:
    """Return the mend of what only the plan's author can decide."""
    return f"see what {field} takes in the guide 'How to put a plan into tiendo'"
