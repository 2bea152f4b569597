"""What the columns of a sheet mean: attributes of events and fields of payloads, by the names in its first row.

No column is dropped in silence: a name that means nothing is an error, unless the sender says that it is to be left out.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Final, NamedTuple

from models.errors import UsageError
from models.events import BY_WIRE_NAME, RETRACTION_WIRE_NAME, VOCABULARY, FieldKind, PayloadField
from models.events.event_type import wire_name
from models.events.log import RETRACTION, FactRetracted
from models.place import did_you_mean
from models.sheets.cells import plain

ATTRIBUTES: Final = (
    *("type", "source", "id", "subject", "time", "recordedtime", "province", "agency"),
    "correctionof",
)
"""Columns that are attributes of the event."""

FIELD_PREFIX: Final = "data."
"""Before a payload field that is called like an attribute: `data.source`."""

RETRACTION_FIELDS: Final[Mapping[str, PayloadField]] = {
    name: PayloadField(FieldKind.TEXT, nullable=name == "moment")
    for name in FactRetracted.model_fields
}


class Column(NamedTuple):
    """What a column holds."""

    name: str
    """As in the first row, for people."""
    attribute: str | None
    field: str | None
    """One of both; neither: the column is left out."""


def wire_type(word: str) -> str:
    """Return the CloudEvents `type` of what a person may call `dossier.received`; a word that is none stays as it is."""
    return wire_name(word) if word in VOCABULARY or word == RETRACTION else word


def fields_of(wire_type_name: str) -> Mapping[str, PayloadField]:
    """Return the payload fields of a type; none of a type that is not known."""
    if wire_type_name == RETRACTION_WIRE_NAME:
        return RETRACTION_FIELDS
    known = BY_WIRE_NAME.get(wire_type_name)
    return {} if known is None else known.fields


def columns_of(
    header: Sequence[str], renamed: Mapping[str, str], wire_type_name: str | None
) -> list[Column]:
    """Return what the columns under `header` mean.

    Args:
        header: The names in the first row.
        renamed: Name in the first row -> attribute or field that it means; '' leaves the column out.
        wire_type_name: The type of every row; None: each row says its own.

    Raises:
        UsageError: a name means nothing, stands twice or is missing; the message says what to do.
    """
    names = [plain(name) for name in header]
    strangers = [name for name in renamed if name not in names]
    if strangers:
        raise UsageError(
            f"--column {strangers[0]!r}: the first row has no such name; it has {', '.join(names)}"
        )
    columns = [
        column_named(name, renamed.get(name, name), wire_type_name, at)
        for at, name in enumerate(names, start=1)
    ]
    meant = [column[1:] for column in columns if column[1:] != (None, None)]
    twice = next((one for one in columns if meant.count(one[1:]) > 1), None)
    if twice is not None:
        raise UsageError(
            f"two columns are {twice.attribute or twice.field}: delete one, or leave it out with --column 'NAME='"
        )
    return columns


def column_named(name: str, meaning: str, wire_type_name: str | None, at: int = 0) -> Column:
    """Return what a column (or a value for all rows) means; UsageError where it means nothing."""
    if meaning == "" and name:
        return Column(name, None, None)
    fields = _fields(wire_type_name)
    if meaning in ATTRIBUTES:
        return Column(name, meaning, None)
    field = meaning.removeprefix(FIELD_PREFIX)
    if field in fields:
        return Column(name, None, field)
    if not name:
        raise UsageError(f"column {at} has no name: name it in the first row, or delete it")
    mend = did_you_mean(
        meaning,
        {*ATTRIBUTES, *fields},
        f"write --column '{name}=FIELD', or --column '{name}=' to leave it out",
    )
    of = "" if wire_type_name is None else f" of {wire_type_name}"
    raise UsageError(f"column {name!r} is neither an attribute nor a field{of}: {mend}")


def _fields(wire_type_name: str | None) -> Collection[str]:
    if wire_type_name is not None:
        return fields_of(wire_type_name)
    names: Iterable[str] = (name for known in VOCABULARY.values() for name in known.fields)
    return {*names, *RETRACTION_FIELDS}
