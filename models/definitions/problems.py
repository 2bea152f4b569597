"""The shapes of problems: what a plan says goes wrong, and by which figure that is seen.

A problem that no event can show is listed all the same, with the reason in place of a figure.
"""

from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Self

from pydantic import Field, model_validator

from models.definitions.base import Definition, Text
from models.definitions.indicators import BOUNDS, Indicator


class Basis(StrEnum):
    """How the plan speaks of a problem."""

    STATED = "stated"
    """It names a shortcoming."""
    FACT = "fact"
    """It gives a number of the present state that is read as one."""
    IMPLIED = "implied"
    """It sets a duty or target that supposes one."""


class RaisedWhen(Indicator):
    """The figure that shows a problem, with the bound from which on it is raised; no plan prints one, so it is a house rule."""

    unit: str
    at_least: int | Decimal | None = None
    more_than: int | Decimal | None = None
    at_most: int | Decimal | None = None
    less_than: int | Decimal | None = None
    minimum_days: Annotated[int | None, Field(alias="for", ge=1)] = None
    """Closed days that the bound must be met before an alert; None: as many as the rule says."""
    house_rule: Text

    @model_validator(mode="after")
    def _one_bound(self) -> Self:
        self.state_one_of(*BOUNDS)
        return self

    @property
    def bound(self) -> tuple[str, int | Decimal]:
        """The operator and the value to compare with."""
        (stated,) = [(name, value) for name in BOUNDS if (value := getattr(self, name)) is not None]
        return stated


class Problem(Definition):
    """A problem as its plan words it."""

    id: str
    section: str
    text_vi: str
    text_en: str
    basis: Basis
    raised_when: RaisedWhen | None = None
    undetectable: Text | None = None
    """Why no event can show it."""

    @model_validator(mode="after")
    def _figure_or_reason(self) -> Self:
        if (self.raised_when is None) == (self.undetectable is None):
            raise ValueError("give either raised_when or undetectable")
        return self
