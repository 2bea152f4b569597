"""The shapes of plans: targets, baselines and lists as a province printed them.

A target says what the plan promises; how its figure is made is said by the indicator inside, None until that is defined.
"""

import datetime as dt
from decimal import Decimal
from enum import StrEnum
from typing import Literal, Self

from pydantic import Field, model_validator

from models.definitions.base import Definition
from models.definitions.indicators import Indicator


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


class Baseline(Definition):
    """What the plan says of the state it starts from."""

    value: Decimal | int | None = None
    unit: str | None = None
    qualifier: str | None = None
    """`>` over, `~` about, `<~` nearly."""
    date: dt.date | None = None
    section: str | None = None
    note: str | None = None


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
    assumed_value: Decimal | int | None = None
    """What a sentence without a number is judged by, where its words allow one reading ('most': more than half)."""
    unit: str
    measurability: Measurability
    value_basis: Literal["stated", "implied", "none"]
    deadline: dt.date
    deadline_basis: Literal["stated_year", "stated_quarter", "plan_end"]
    start: dt.date | None = None
    baseline: Baseline | None = None
    steps: list[Step] = Field(default_factory=list)
    recurrence: Literal["yearly", "continuous"] | None = None
    ambiguity: str | None = None
    overlaps_with: list[str] = Field(default_factory=list)
    indicator: Indicator | None = None
    """None: not defined yet (`definition_missing`)."""

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
