"""The shapes of measures (forms 1, 2 and 9): rules that turn the facts of one subject into signed amounts on days.

A measure is exactly one of flow, stock and latest; it stands under a name or in place.
"""

from typing import Annotated, Self

from pydantic import BeforeValidator, Field, model_validator

from models.definitions.base import Definition
from models.definitions.conditions import Condition
from models.definitions.where import Where


class Flow(Definition):
    """Dated amounts (form 1)."""

    fact: str
    where: Where = Field(default_factory=dict)
    amount: str | None = None
    """Field that is summed; without it each fact counts 1."""
    bucket: str | None = None
    """Field or derived value by which amounts are kept apart."""
    first: bool = False
    holding: Annotated[Condition | None, Field(alias="while")] = None
    held: int | None = Field(default=None, ge=1, le=1440)
    """Minutes that a report holds until the key's next one, at most this many; split at midnight."""

    @model_validator(mode="after")
    def _held_stands_alone(self) -> Self:
        others = (self.amount, self.bucket, self.holding, self.first or None)
        if self.held is not None and any(other is not None for other in others):
            raise ValueError("held takes no amount, bucket, first or while")
        return self


class Latest(Definition):
    """The last value by moment (form 9); never clipped."""

    fact: str
    where: Where = Field(default_factory=dict)
    field: str


class Measure(Definition):
    """A rule that turns the facts of one subject into signed amounts on days: exactly one of flow, stock, latest."""

    subject: str
    flow: Flow | None = None
    stock: Condition | None = None
    latest: Latest | None = None
    amount: str | None = None
    """Stock: sums this field over the facts in force instead of counting subjects; the condition must be one `has`."""
    each: bool = False
    """Stock: counts the facts in force; the condition must be one `has`."""
    bucket: str | None = None
    """Stock: keeps apart by this field of the fact that gives the interval its agency."""

    @model_validator(mode="after")
    def _exactly_one(self) -> Self:
        self.state_one_of("flow", "stock", "latest")
        if self.stock is None and (self.amount is not None or self.each or self.bucket is not None):
            raise ValueError("amount, each and bucket beside a measure belong to stock")
        return self


MeasureReference = str | Measure
"""The name of a measure, or a measure said in place. `records` is built in: accepted records by agency and day."""


def _listed(value: object) -> object:
    return value if isinstance(value, list) else [value]


Measures = Annotated[list[MeasureReference], BeforeValidator(_listed), Field(min_length=1)]
"""One or several measures that are summed."""
