"""What payload fields are made of: types that check JSON strictly and hold the engine's own values.

A validated model's attributes are engine values already: instants in microseconds, dates as days, choices as plain text.
"""

from collections.abc import Callable
from decimal import Decimal
from enum import StrEnum
from math import isfinite
from typing import Annotated, Any, Final

from pydantic import BaseModel, ConfigDict, Field, GetCoreSchemaHandler, GetPydanticSchema
from pydantic_core import CoreSchema, core_schema

from models.days import Day, Instant
from models.events.rfc3339 import format_date, format_instant, parse_date, parse_instant

INT64_MAX: Final = 2**63 - 1
"""Largest integer that a column of Postgres holds; the smallest is -INT64_MAX - 1."""

ID_MAX_CHARACTERS: Final = 512
"""Ids become keys of rows: four bytes a character must fit into a page of a B-tree index (2704 bytes)."""


class FieldKind(StrEnum):
    """What a payload field holds."""

    ID = "id"
    """Opaque code or pseudonym, never empty."""
    TEXT = "text"
    """Free text."""
    CHOICE = "choice"
    """One of a printed list of words."""
    LIST = "list"
    """A list of ids or words."""
    BOOLEAN = "boolean"
    """True or false."""
    INTEGER = "integer"
    """A whole number of 64 bits."""
    NUMBER = "number"
    """A finite number: int when it is whole, else Decimal."""
    INSTANT = "instant"
    """Microseconds since the epoch."""
    DATE = "date"
    """Days since the epoch in Việt Nam."""


class Choice(StrEnum):
    """Base of the enumerations: on the wire and in a validated model its plain text, checked to the letter."""

    @classmethod
    def __get_pydantic_core_schema__(
        cls, source: type[Any], handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        """Accept exactly the printed words."""
        del source, handler
        return core_schema.literal_schema([str(member) for member in cls])


class Payload(BaseModel):
    """Base of the models of `data`: frozen, strict, blind to fields that it does not know (senders evolve)."""

    model_config = ConfigDict(frozen=True, strict=True, extra="ignore")


def _written_as_text(parse: Callable[[str], int], write: Callable[[int], str]) -> GetPydanticSchema:
    """Return a field type that is text in JSON and the parsed integer in Python."""
    return GetPydanticSchema(
        lambda _source, _handler: core_schema.json_or_python_schema(
            core_schema.no_info_after_validator_function(
                parse, core_schema.str_schema(strict=True)
            ),
            core_schema.int_schema(strict=True),
            serialization=core_schema.plain_serializer_function_ser_schema(write, when_used="json"),
        ),
    )


def number(value: object) -> int | Decimal:
    """Return a JSON number in the engine's form; raises ValueError for any other value, or one beyond 64 bits."""
    # bool is an int to Python, not to JSON
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        raise ValueError("expected a number")  # noqa: TRY004 - pydantic turns a ValueError into a refusal
    if not (isinstance(value, int) or isfinite(value)) or not -INT64_MAX <= value <= INT64_MAX:
        raise ValueError("expected a finite number that fits in 64 bits")
    if value == int(value):
        return int(value)
    return value if isinstance(value, Decimal) else Decimal(repr(value))


def _number_schema(_source: object, _handler: object) -> CoreSchema:
    return core_schema.no_info_plain_validator_function(
        number,
        serialization=core_schema.plain_serializer_function_ser_schema(
            _json_number, when_used="json"
        ),
    )


def _json_number(value: int | Decimal) -> int | float:
    return value if isinstance(value, int) else float(value)


Id = Annotated[str, Field(min_length=1, max_length=ID_MAX_CHARACTERS), FieldKind.ID]
"""Code of a thing, opaque; join on it, never on names."""

Pseudonym = Id
"""Stands for a person or an enterprise; no names of people are on the bus."""

Text = Annotated[str, FieldKind.TEXT]
"""Free text as sent."""

Integer = Annotated[int, Field(ge=-INT64_MAX - 1, le=INT64_MAX), FieldKind.INTEGER]
"""Whole number, whole đồng for money; 3.0 and "3" are refused."""

OnlineLevel = Annotated[int, Field(ge=0, le=4), FieldKind.INTEGER]
"""Level of an online service: 0 not online, 1 information, 2 forms, 3 sent online, 4 paid online."""

Number = Annotated[int | Decimal, GetPydanticSchema(_number_schema), FieldKind.NUMBER]
"""Score or count."""

Timestamp = Annotated[Instant, _written_as_text(parse_instant, format_instant), FieldKind.INSTANT]
"""RFC 3339 text with offset on the wire."""

Date = Annotated[Day, _written_as_text(parse_date, format_date), FieldKind.DATE]
"""YYYY-MM-DD on the wire."""

Ids = Annotated[list[Id], FieldKind.LIST]
"""Several codes."""
