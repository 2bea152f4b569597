"""The shapes of plans: targets and lists as a province printed them.

A target says what the plan promises; how its figure is made is said by the indicator inside, None until that is defined.
"""

import datetime as dt
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from models.definitions.base import Definition, Text
from models.definitions.indicators import Indicator
from models.definitions.readings import Baseline, ReadingDate


class Kind(StrEnum):
    """How the plan words a target."""

    COVERAGE = "coverage"
    COUNT = "count"
    MILESTONE = "milestone"
    FLOW_RATIO = "flow_ratio"
    BUDGET = "budget"


class Measurability(StrEnum):
    """How firmly the plan's sentence can be measured; only the first two raise alerts."""

    QUANTIFIED = "quantified"
    """A printed number."""
    DATED = "dated"
    """A milestone with a printed year or quarter."""
    IMPLIED = "implied"
    """A number that we read out of words such as 'all'."""
    UNDATED = "undated"
    """A deliverable without a date: the plan's end is used."""
    DIRECTIONAL = "directional"
    """Only 'more' or 'less'."""


def _known(value: object) -> object:
    if isinstance(value, str):
        raise ValueError(f"{value} is no baseline of the plan")  # noqa: TRY004 - pydantic turns it into a fault
    return value


class Step(Definition):
    """A value that the plan states for a day before the deadline."""

    day: dt.date
    value: Decimal | int


class Target(Definition):
    """A target as its plan prints it, with the indicator that reads it."""

    id: str
    section: str
    text_vi: str
    text_en: str
    kind: Kind
    operator: Literal["at_least", "more_than", "at_most", "less_than", "equal"]
    value: Decimal | int | None
    upper: Decimal | int | None = None
    """The upper end, where the plan prints a range; a value beyond it still meets the target."""
    assumed_value: Decimal | int | None = None
    """What a sentence without a number is judged by, where its words allow one reading ('most': more than half)."""
    unit: str
    measurability: Measurability
    value_basis: Literal["stated", "implied", "none"]
    deadline: dt.date
    deadline_basis: Literal["stated_year", "stated_quarter", "plan_end"]
    start: dt.date | None = None
    baseline: Annotated[Baseline | None, BeforeValidator(_known)] = None
    """In YAML also the id of a printed baseline."""
    steps: list[Step] = Field(default_factory=list)
    recurrence: Literal["yearly", "continuous"] | None = None
    ambiguity: str | None = None
    overlaps_with: list[str] = Field(default_factory=list)
    """The targets whose commitment this one repeats, as a whole or in part; it is judged, but not counted beside them."""
    missing: Text | None = None
    """What the plan leaves out that the figure, or judging it, needs."""
    not_measurable: str | None = None
    """A reason code where no event can supply the figure."""
    indicator: Indicator | None = None
    """None: not defined yet (`definition_missing`)."""

    @model_validator(mode="after")
    def _range(self) -> Self:
        if self.upper is None:
            return self
        if self.operator != "at_least" or self.value is None or self.upper <= self.value:
            raise ValueError("upper is the end of a range: at_least, from a lower value")
        return self

    @model_validator(mode="after")
    def _assumption_is_told(self) -> Self:
        if self.assumed_value is None:
            return self
        if self.value is not None:
            raise ValueError("an assumed_value stands only where the plan prints no value")
        if self.indicator is None or self.indicator.house_rule is None:
            raise ValueError("an assumed_value needs a house_rule that tells it")
        return self

    @property
    def judged_by(self) -> Decimal | int | None:
        """The value that figures are compared with; None: there is none, or a change is compared with 0."""
        return self.assumed_value if self.value is None else self.value


class ListRow(Definition):
    """A named row of a list that a plan prints."""

    code: str
    name: str


class Plan(Definition):
    """A province's plan."""

    id: str
    province: str
    name_vi: str
    number: str | None
    issued: dt.date | None
    issuing_body: str
    period_start: dt.date
    period_end: dt.date
    reading_dates: list[ReadingDate] = Field(default_factory=list)
    """Days before its end on which the plan is read as well."""
