"""Say what is wrong with the shape of a file of the catalogue: every fault with its id, its field and its mend.

The sentences name file, id and field as they stand in the file, never a class of ours.
"""

from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from models.catalogue.grammar import words_at
from models.definitions import Definition
from models.errors import Fault
from models.place import did_you_mean, nearest, see_guide

Path = tuple[int | str, ...]
"""Keys and indexes that lead to a value of a file."""

_MENDS: Final = {
    "date_from_datetime_parsing": "write it as 2019-10-31",
    "date_type": "write it as 2019-10-31",
    "bool_parsing": "write true or false",
    "int_parsing": "write a whole number",
    "int_type": "write a whole number",
    "decimal_parsing": "write a number, with a point before decimals",
    "string_type": 'write a text, in "quotes" where it looks like a number',
    "list_type": "write a list: [a, b]",
    "dict_type": "write a mapping: {key: value}",
    "model_type": "write a mapping: {key: value}",
    "too_short": "name one at least",
}


class _Found(NamedTuple):
    path: Path
    details: ErrorDetails

    @property
    def is_rule(self) -> bool:
        """True: found by a rule of the shape itself, so the shape was the one meant."""
        return self.details["type"] == "value_error"


def shape_faults(
    name: str, data: object, shape: type[Definition], error: ValidationError
) -> list[Fault]:
    """Return what the validation of a file found, in its order.

    Where several shapes are possible, each says why it is not that one; the faults that lie deepest are those meant.
    """
    found = [
        _Found(_path(one["loc"], data, missing=one["type"] == "missing"), one)
        for one in error.errors(include_url=False)
    ]
    return [_fault(name, data, shape, one) for one in _deepest(found)]


def _deepest(found: Sequence[_Found]) -> Iterable[_Found]:
    """Return one fault a place, and none of a place inside which another lies."""
    chosen: dict[Path, _Found] = {}
    for one in found:
        inside = any(
            other.path[: len(one.path)] == one.path and len(other.path) > len(one.path)
            for other in found
        )
        if not inside and (one.path not in chosen or one.is_rule):
            chosen[one.path] = one
    return chosen.values()


def _fault(name: str, data: object, shape: type[Definition], one: _Found) -> Fault:
    owner, field = owner_of(one.path, data)
    details = one.details
    said = details["input"]
    word = str(one.path[-1]) if details["type"] == "extra_forbidden" else said
    return Fault(
        name,
        _said(details),
        owner,
        field,
        path=one.path,
        word=word if isinstance(word, str) else None,
        mend=_mend(shape, one, data),
    )


def _said(details: ErrorDetails) -> str:
    """Return what is wrong; the library would name our class."""
    if details["type"] == "model_type":
        return "is no mapping"
    return details["msg"].removeprefix("Value error, ")


def _mend(shape: type[Definition], one: _Found, data: object) -> str:
    """Return what to do; of a rule the message says it, where it says what to give."""
    details, last = one.details, str(one.path[-1]) if one.path else "the file"
    match details["type"]:
        case "missing":
            return f"add `{last}:`"
        case "extra_forbidden":
            known = words_at(shape, details["loc"][:-1])
            if nearest(last, known) is not None:
                return did_you_mean(last, known, "take it away")
            return f"take it away; known here: {', '.join(sorted(known))}"
        case "enum" | "literal_error":
            expected = details.get("ctx", {}).get("expected", "")
            known = expected.replace(" or ", ", ").replace("'", "").split(", ")
            meant = nearest(str(details["input"]), known)
            return "write one of those" if meant is None else f"did you mean {meant}?"
        case "value_error":
            if last == "baseline":
                return did_you_mean(
                    str(details["input"]), _printed(data), "write it under `baselines`"
                )
            return "" if details["msg"].startswith("Value error, give ") else see_guide(last)
        case kind:
            return _MENDS.get(kind, see_guide(last))


def _printed(data: object) -> list[str]:
    """Return the ids of a plan's baselines."""
    match data:
        case {"baselines": list(printed)}:
            return [str(one["id"]) for one in printed if isinstance(one, dict) and "id" in one]
        case _:
            return []


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


def owner_of(path: Path, data: object) -> tuple[str, str]:
    """Return the id of the definition that a path leads into, and the field in it."""
    owner, rest = _owner(path, data)
    return owner, ".".join(str(part) for part in rest) or "definition"


def _owner(path: Path, data: object) -> tuple[str, Path]:
    match path, data:
        case ("measures" | "indicators" | "lists", owner, *rest), _:
            return str(owner), tuple(rest)
        case (str(listed), int(number), *rest), dict():
            return _id_of(data[listed][number], f"entry {number + 1}"), tuple(rest)
        case ("plan", *rest), {"plan": plan}:
            return _id_of(plan, "plan"), tuple(rest)
        case _:
            return "file", path


def _id_of(entry: object, unnamed: str) -> str:
    return str(entry["id"]) if isinstance(entry, dict) and "id" in entry else unnamed
