"""Put something well-formed in the place of what is malformed, or leave it out, so that the rest of a file can be checked.

Nothing is ever computed from a file that was repaired: it has faults, and those are told.
"""

from collections.abc import Collection, Iterable, Mapping
from typing import Any, Final

from models.catalogue.faults import Path

_HEADER: Final[Mapping[str, Any]] = {
    "id": "plan",
    "province": "province",
    "name_vi": "",
    "number": None,
    "issued": None,
    "issuing_body": "",
    "period_start": "2000-01-01",
    "period_end": "2099-12-31",
}
_TARGET: Final[Mapping[str, Any]] = {
    "section": "",
    "text_vi": "",
    "text_en": "",
    "kind": "coverage",
    "operator": "at_least",
    "value": None,
    "unit": "%",
    "measurability": "quantified",
    "value_basis": "stated",
    "deadline": "2099-12-31",
    "deadline_basis": "plan_end",
}
_SECTIONS: Final[Mapping[str, Any]] = {
    "plan": _HEADER,
    "targets": [],
    "measures": {},
    "indicators": {},
}
"""What stands in for a malformed part while the rest is checked; nothing is ever computed from it."""


def without_faults(
    data: Mapping[str, Any], paths: Iterable[Path]
) -> tuple[dict[str, Any], set[str]]:
    """Return a file's data without the faults at some places, and the names of the definitions left out for it.

    Of the plan and of a target only the field is replaced; any other definition is left out as a whole.
    """
    kept: dict[str, Any] = dict(data)
    gone: dict[str, set[int | str]] = {}
    for path in paths:
        match path:
            case ("plan", str(field), *_):
                kept["plan"] = _repaired(kept["plan"], field, _HEADER)
            case ("targets", int(number), str(field), *_) if field != "id":
                targets = list(kept["targets"])
                targets[number] = _repaired(targets[number], field, _TARGET)
                kept["targets"] = targets
            case (str(section), key, *_):
                gone.setdefault(section, set()).add(key)
            case (str(section),):
                kept.pop(section, None)
                if section in _SECTIONS:
                    kept[section] = _SECTIONS[section]
    names: set[str] = set()
    for section, keys in gone.items():
        names |= _names(kept[section], keys)
        kept[section] = _without(kept[section], keys)
    return kept, names


def _repaired(entry: Mapping[str, Any], field: str, stand_ins: Mapping[str, Any]) -> dict[str, Any]:
    """Return an entry with something well-formed in the place of a field, or without it."""
    others = {name: value for name, value in entry.items() if name != field}
    return {**others, field: stand_ins[field]} if field in stand_ins else others


def _names(entries: Any, keys: Collection[int | str]) -> set[str]:  # noqa: ANN401 - YAML before it is valid
    if isinstance(entries, dict):
        return {str(key) for key in keys}
    gone = [one for number, one in enumerate(entries) if number in keys]
    return {str(one["id"]) for one in gone if isinstance(one, dict) and "id" in one}


def _without(entries: Any, keys: Collection[int | str]) -> Any:  # noqa: ANN401 - YAML before it is valid
    if isinstance(entries, dict):
        return {name: one for name, one in entries.items() if name not in keys}
    return [one for number, one in enumerate(entries) if number not in keys]
