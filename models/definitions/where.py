"""The shapes of `where` (form 6): which assertions of a fact a definition means.

All that is given must hold; that fields exist and fit is checked when the definition is compiled.
"""

from decimal import Decimal
from typing import Self

from pydantic import model_validator

from models.definitions.base import Definition

Scalar = bool | int | Decimal | str
"""A value as YAML gives it."""


class FieldReference(Definition):
    """Names another field, or a derived one, of the same subject as the other side of a comparison."""

    field: str


class Deadline(Definition):
    """A span after another field: `{after: requested_at, working_days: 5}`."""

    after: str
    days: int | None = None
    working_days: int | None = None

    @model_validator(mode="after")
    def _one_span(self) -> Self:
        if (self.days is None) == (self.working_days is None):
            raise ValueError("give either days or working_days")
        return self


class Comparison(Definition):
    """Operators on one field; all that are given must hold. A missing field satisfies nothing but `exists: false`."""

    gte: Scalar | FieldReference | None = None
    gt: Scalar | FieldReference | None = None
    lte: Scalar | FieldReference | None = None
    lt: Scalar | FieldReference | None = None
    contains: Scalar | None = None
    starts_with: str | None = None
    exists: bool | None = None
    by: Deadline | None = None

    @model_validator(mode="after")
    def _not_empty(self) -> Self:
        if all(value is None for _, value in self):
            raise ValueError("give at least one operator")
        return self


Where = dict[str, Scalar | list[Scalar] | Comparison]
"""Field -> value, list of values, or comparison. Fields: of the fact itself; `other.fact.field`; or derived (`dossier.due`)."""
