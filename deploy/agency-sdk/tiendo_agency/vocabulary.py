"""The types of events that the bus takes: read once from the schemas that this package carries.

`vocabulary.json` is made from the server's models by `make docs`; it is never edited.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache, cached_property
from importlib.resources import files
from typing import Any, Final

import fastjsonschema

from tiendo_agency.errors import EventRefused

RETRACTION: Final = "fact.retracted"
EVENT_TIME: Final = "time"
"""The moment of types that are dated by the event's own time."""

_BOUNDS: Final[Mapping[str, str]] = {
    "minimum": "must be at least {}",
    "maximum": "must be at most {}",
    "minLength": "must have at least {} characters",
    "maxLength": "must have at most {} characters",
    "type": "must be of type {}",
    "enum": "must be one of {}",
}
_WRITTEN: Final[Mapping[str | None, str]] = {
    "date-time": "must be an instant with its offset, such as 2019-10-31T08:00:00+07:00",
    "date": "must be a date written YYYY-MM-DD",
}


@dataclass(frozen=True)
class EventType:
    """One type: how its fact is named and dated, and what its payload holds."""

    name: str
    schema: Mapping[str, Any]

    @property
    def wire_name(self) -> str:
        """The CloudEvents `type`."""
        return str(self.schema["properties"]["type"]["const"])

    @property
    def natural_key(self) -> tuple[str, ...]:
        """The fields that name the fact."""
        return tuple(self.schema["x-natural-key"])

    @property
    def moment(self) -> str:
        """The field that dates the fact, or `time`."""
        return str(self.schema["x-moment"])

    @property
    def dated(self) -> bool:
        """Key and moment name the fact together."""
        return bool(self.schema["x-keyed"] == "dated")

    @property
    def fields(self) -> Mapping[str, Mapping[str, Any]]:
        """Field of the payload -> its schema."""
        fields: Mapping[str, Mapping[str, Any]] = self.schema["$defs"]["data"]["properties"]
        return fields

    def check(self, payload: Mapping[str, object]) -> None:
        """Raise EventRefused for the first field that breaks the type's schema."""
        try:
            self._validate(payload)
        except fastjsonschema.JsonSchemaValueException as error:
            raise self._refusal(payload, error) from None

    def check_field(self, field: str, value: object) -> None:
        """Raise EventRefused where a value alone breaks the schema of its field."""
        schema = {"type": "object", "properties": {field: self.fields[field]}}
        try:
            fastjsonschema.compile(schema, use_default=False, use_formats=False)({field: value})
        except fastjsonschema.JsonSchemaValueException as error:
            raise self._refusal({field: value}, error) from None

    @cached_property
    def _validate(self) -> Callable[[Mapping[str, object]], object]:
        data = self.schema["$defs"]["data"]
        # Formats are checked by the patterns beside them; nothing is filled in.
        validate: Callable[[Mapping[str, object]], object] = fastjsonschema.compile(
            data, use_default=False, use_formats=False
        )
        return validate

    def _refusal(
        self, payload: Mapping[str, object], error: fastjsonschema.JsonSchemaValueException
    ) -> EventRefused:
        rule, told = str(error.rule), error.rule_definition
        if rule == "required":
            field = next(name for name in told if name not in payload)
            meant = str(self.fields[field]["description"]).rstrip(".").lower()
            return EventRefused(self.name, field, "is required", f"give the {meant}")
        steps = error.path[1:]
        field = ".".join(steps)
        schema = self.fields[steps[0]]
        if rule == "pattern" or (rule == "type" and schema.get("format") in _WRITTEN):
            bound = _WRITTEN[schema.get("format")]
        else:
            bound = _BOUNDS[rule].format(_listed(told))
        meant = str(schema["description"]).rstrip(".").lower()
        return EventRefused(self.name, field, bound, f"correct the {meant}")


def _listed(told: object) -> str:
    return ", ".join(str(one) for one in told) if isinstance(told, list) else str(told)


@cache
def vocabulary() -> Mapping[str, EventType]:
    """Return name -> type, the retraction included, those that only the server sends left out."""
    text = (files("tiendo_agency") / "vocabulary.json").read_text("utf-8")
    return {
        name: EventType(name, schema)
        for name, schema in json.loads(text).items()
        if "x-natural-key" in schema or name == RETRACTION
    }


def event_type(name: str) -> EventType:
    """Return a type of facts by its name, such as `dossier.received`; raises EventRefused for any other."""
    known = vocabulary().get(name)
    if known is None or name == RETRACTION:
        raise EventRefused(
            name, "type", "is no type of the vocabulary", _nearest(name, vocabulary())
        )
    return known


def refuse_unknown(known: EventType, names: Mapping[str, object]) -> None:
    """Raise EventRefused for a field that the type does not have: a typing error would be let through by the bus, and lost."""
    for name in names:
        if name not in known.fields:
            raise EventRefused(
                known.name, name, "is no field of this type", _nearest(name, known.fields)
            )


def _nearest(word: str, words: Mapping[str, object]) -> str:
    near = get_close_matches(word, words, 1)
    return f"did you mean {near[0]}?" if near else f"take one of {', '.join(words)}"
