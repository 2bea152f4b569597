"""Read a file of the catalogue into its shape, and go on past what is malformed, so that the rest is checked too.

What is said later about the name of a definition that was left out is no fault of the file: `Read.believes` tells.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final, Generic, TypeVar

from pydantic import ValidationError

from models.catalogue.faults import Path, owner_of, shape_faults
from models.catalogue.marks import BLANK, Marks
from models.catalogue.repair import without_faults
from models.catalogue.yaml12 import read_document
from models.definitions import Definition
from models.errors import CatalogueError, Fault

File = TypeVar("File", bound=Definition)

_ROUNDS: Final = 8
"""Leaving out a definition may spoil another; after so many times what is left is not worth checking."""


@dataclass(frozen=True, slots=True)
class Read(Generic[File]):
    """What a file says, as far as it can be known."""

    name: str
    """Of the file."""
    file: File | None
    """With stand-ins for what is malformed; None: too little is well-formed. For checking only where there are faults."""
    marks: Marks
    faults: tuple[Fault, ...]
    left_out: frozenset[str]
    """Names of the definitions that are malformed and not in the file."""

    def believes(self, fault: Fault) -> bool:
        """Tell whether a fault found later is one, and not only what a definition left out brings about."""
        return fault.word not in self.left_out

    def located(self, faults: Iterable[Fault]) -> list[Fault]:
        """Return faults with their lines, where they are about this file, in the order of the lines."""
        found = [self.marks.located(one) if one.file == self.name else one for one in faults]
        return sorted(found, key=lambda one: one.line or 0)


def read_file(shape: type[File], name: str, text: str) -> Read[File]:
    """Read a file."""
    try:
        document = read_document(text, name)
    except CatalogueError as error:
        return Read(name, None, Marks(None), error.faults, frozenset())
    data, marks = document.data, Marks(document.root)
    blanks = marks.blanks()
    faults = [*document.faults, *(_blank(name, path, data) for path in blanks)]
    left_out: set[str] = set()
    known: object = data
    for _ in range(_ROUNDS):
        try:
            file = shape.model_validate(known)
        except ValidationError as error:
            found = shape_faults(name, known, shape, error)
        else:
            return Read(name, file, marks, tuple(faults), frozenset(left_out))
        faults += [
            # what was left out moved the entries behind it: from then on only ids lead to a line
            one if known is data else replace(one, path=())
            for one in found
            if one.word not in left_out and one.path not in blanks
        ]
        if not isinstance(known, dict) or any(not one.path for one in found):
            break
        known, names = without_faults(known, [one.path for one in found])
        left_out |= names
    return Read(name, None, marks, tuple(faults), frozenset(left_out))


def _blank(name: str, path: Path, data: object) -> Fault:
    owner, field = owner_of(path, data)
    return Fault(
        name,
        "is still blank",
        owner,
        field,
        path=path,
        word=BLANK,
        mend="fill it in from the plan",
    )
