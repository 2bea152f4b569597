"""The shapes of conditions (forms 3 to 5): on which days is something true of a subject.

A node is exactly one of its fields; `not` is refused where it stands alone when the condition is compiled.
"""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from models.definitions.base import Definition
from models.definitions.where import Where


class Start(Definition):
    """The first day of an interval taken from a date field: `{field: valid_to, days: -30}`."""

    field: str
    days: int = 0


class Has(Definition):
    """The subject has a fact in force (form 3)."""

    fact: str
    where: Where = Field(default_factory=dict)
    start: Annotated[Start | None, Field(alias="from")] = None
    to: str | None = None
    until: str | None = None


class Within(Definition):
    """The fact happened on at least `times` distinct days of the trailing `days`, or of the same year (form 4)."""

    fact: str
    where: Where = Field(default_factory=dict)
    days: int | None = Field(default=None, ge=1)
    same: Literal["year"] | None = None
    times: int = Field(default=1, ge=1)

    @model_validator(mode="after")
    def _one_span(self) -> Self:
        if (self.days is None) == (self.same is None):
            raise ValueError("give either days or same: year")
        return self


class ConditionNode(Definition):
    """One node of a condition: exactly one of its fields (forms 3 to 5). `function` names a pure function of the subject's facts."""

    has: Has | None = None
    within: Within | None = None
    all: Annotated[list["Condition"] | None, Field(min_length=1)] = None
    any: Annotated[list["Condition"] | None, Field(min_length=1)] = None
    negated: Annotated["Condition | None", Field(alias="not")] = None
    function: str | None = None

    @model_validator(mode="after")
    def _exactly_one(self) -> Self:
        stated = [value for name, value in self if name in self.model_fields_set]
        if len(stated) != 1 or stated[0] is None:
            raise ValueError("give exactly one of has, within, all, any, not, function")
        return self


Condition = str | ConditionNode
"""A condition, or the name of a stock measure whose condition is meant."""
