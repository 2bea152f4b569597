"""Read a file of the catalogue into its shape, and go on past what is malformed, so that the rest is checked too.

A definition that is malformed is left out, and what is said about its name afterwards is no fault of the file: `Read.believes` tells.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final, Generic, TypeVar

from pydantic import ValidationError

from models.catalogue.faults import Path, owner_of, shape_faults
from models.catalogue.marks import BLANK, Marks
from models.catalogue.yaml12 import read_document
from models.definitions import Definition
from models.errors import CatalogueError, Fault

File = TypeVar("File", bound=Definition)

_HEADER: Final = {
    "id": "plan",
    "province": "province",
    "name_vi": "",
    "number": None,
    "issued": None,
    "issuing_body": "",
    "period_start": "2000-01-01",
    "period_end": "2099-12-31",
}
_REQUIRED: Final[Mapping[str, Any]] = {
    "plan": _HEADER,
    "targets": [],
    "measures": {},
    "indicators": {},
}
"""What stands in for a part that is malformed as a whole; nothing is ever computed from it."""

_ROUNDS: Final = 8
"""Leaving out a definition may spoil another; after so many times what is left is not worth checking."""


@dataclass(frozen=True, slots=True)
class Read(Generic[File]):
    """What a file says, as far as it can be known."""

    name: str
    """Of the file."""
    file: File | None
    """Without the definitions that are malformed; None: too little is well-formed."""
    marks: Marks
    faults: tuple[Fault, ...]
    left_out: frozenset[str]
    """Names of the definitions that are malformed."""

    def believes(self, fault: Fault) -> bool:
        """Tell whether a fault found later is one, and not only what a definition left out brings about."""
        return fault.word not in self.left_out

    def located(self, faults: Iterable[Fault]) -> list[Fault]:
        """Return faults with their lines, where they are about this file."""
        return [self.marks.located(one) if one.file == self.name else one for one in faults]


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
        known, names = _without(known, {one.path[:2] for one in found})
        left_out |= names
    return Read(name, None, marks, tuple(faults), frozenset(left_out))


def _without(data: Mapping[str, Any], places: Collection[Path]) -> tuple[dict[str, Any], set[str]]:
    """Return a file's data without the definitions at some places, and the names of those."""
    kept, names = dict(data), set[str]()
    for section in {place[0] for place in places if isinstance(place[0], str)}:
        keys = {place[1] for place in places if place[0] == section and len(place) > 1}
        entries = kept.pop(section, None)
        if isinstance(entries, dict) and keys and section != "plan":
            names |= {str(key) for key in keys}
            kept[section] = {name: one for name, one in entries.items() if name not in keys}
        elif isinstance(entries, list) and keys:
            gone = [one for number, one in enumerate(entries) if number in keys]
            names |= {str(one["id"]) for one in gone if isinstance(one, dict) and "id" in one}
            kept[section] = [one for number, one in enumerate(entries) if number not in keys]
        elif section in _REQUIRED:
            kept[section] = _REQUIRED[section]
    return kept, names


def _blank(name: str, path: Path, data: object) -> Fault:
    owner, fields = owner_of(path, data)
    return Fault(
        name,
        "is still blank",
        owner,
        ".".join(str(part) for part in fields),
        path=path,
        word=BLANK,
        mend="fill it in from the plan",
    )
