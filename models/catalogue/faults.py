"""Say what is wrong with a file of the catalogue in one sentence, from all that the shapes' validation found.

The sentence names file, id and field as they stand in the file, never a class of ours.
"""

from collections.abc import Sequence
from typing import NamedTuple

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from models.errors import CatalogueError
from models.place import Place

Path = tuple[int | str, ...]
"""Keys and indexes that lead to a value of a file."""


class _Fault(NamedTuple):
    path: Path
    message: str
    is_rule: bool
    """Found by a rule of the shape itself, so the shape was the one meant."""


def first_fault(name: str, data: object, error: ValidationError) -> CatalogueError:
    """Return the first fault as one sentence: file, id, field, what is wrong.

    Where several shapes are possible, each says why it is not that one; the fault that lies deepest is the one meant.
    """
    faults = [_fault(one, data) for one in error.errors(include_url=False, include_context=False)]
    first = faults[0].path
    chosen = max((one for one in faults if one.path[: len(first)] == first), key=_depth)
    path = chosen.path
    others = len({other.path for other in faults if other.path != path[: len(other.path)]})
    more = f" (and {others} more)" if others else ""
    owner, fields = _owner(path, data)
    field = ".".join(str(part) for part in fields) or "definition"
    return Place(name, owner).error(field, f"{chosen.message}{more}")


def _fault(found: ErrorDetails, data: object) -> _Fault:
    return _Fault(
        _path(found["loc"], data, missing=found["type"] == "missing"),
        found["msg"].removeprefix("Value error, "),
        is_rule=found["type"] == "value_error",
    )


def _depth(fault: _Fault) -> tuple[int, bool]:
    return len(fault.path), fault.is_rule


def _path(location: Sequence[int | str], data: object, *, missing: bool) -> Path:
    """Return the keys and indexes of a fault, without the names of the shapes that were tried on the way."""
    path: list[int | str] = []
    for part in location:
        match data:
            case dict() if part in data:
                data = data[part]
            case list() if isinstance(part, int):
                data = data[part]
            case _:
                continue
        path.append(part)
    return (*path, location[-1]) if missing else tuple(path)


def _owner(path: Path, data: object) -> tuple[str, Path]:
    """Return the id of the definition that a path leads into, and the rest of the path."""
    match path, data:
        case ("measures" | "indicators" | "lists", str(owner), *rest), _:
            return owner, tuple(rest)
        case (("targets", int(number), *rest), {"targets": entries}) | (
            ("problems", int(number), *rest),
            {"problems": entries},
        ):
            return _id_of(entries[number], f"entry {number + 1}"), tuple(rest)
        case ("plan", *rest), {"plan": plan}:
            return _id_of(plan, "plan"), tuple(rest)
        case _:
            return "file", path


def _id_of(entry: object, unnamed: str) -> str:
    return str(entry["id"]) if isinstance(entry, dict) and "id" in entry else unnamed
