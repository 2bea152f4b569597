"""The shapes of indicators (forms 7 to 12): figures made of measures, and the agencies and days that they are read over.

An indicator is exactly one form; `over` and `window` say nothing about how the figure is made.
"""

from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Final, Literal, Self

from pydantic import Discriminator, Field, Tag, model_validator

from models.definitions.base import Definition, Text
from models.definitions.measures import Measure, MeasureReference, Measures


class Ratio(Definition):
    """Numerator over denominator, in % (form 8)."""

    num: Measures
    den: Measures


class Population(Definition):
    """Agencies by what the register says of them on the day; every field that is given must hold."""

    level: tuple[str, ...] | None = None
    parent_level: tuple[str, ...] | None = None
    block: tuple[str, ...] | None = None
    members: Annotated[str | None, Field(alias="list")] = None
    """Name of a list of the plan; its rows carry agency codes."""
    is_administrative: bool | None = None
    handles_procedures: bool | None = None
    has_one_stop_unit: bool | None = None


class WindowName(StrEnum):
    """The days that a figure is read over."""

    NOW = "now"
    """The as-of day: stocks."""
    DAYS_7 = "7d"
    DAYS_30 = "30d"
    DAYS_90 = "90d"
    YEAR = "year"
    """The calendar year to date."""
    PLAN = "plan"
    """The plan's period up to the as-of day."""


BOUNDS: Final = ("at_least", "more_than", "at_most", "less_than")
"""The operators of a bound, as the fields that state it."""


class FigureCondition(Definition):
    """A condition on a figure of one agency: `{figure: M, window: 30d, at_least: 1}` or on a ratio in %."""

    figure: Measures | None = None
    ratio: Ratio | None = None
    window: WindowName | None = None
    at_least: int | Decimal | None = None
    more_than: int | Decimal | None = None
    at_most: int | Decimal | None = None
    less_than: int | Decimal | None = None

    @model_validator(mode="after")
    def _shape(self) -> Self:
        if (self.figure is None) == (self.ratio is None):
            raise ValueError("give either figure or ratio")
        return self


class Agencies(Definition):
    """How many agencies of a population meet all the conditions (form 11)."""

    of: Population
    among: list[FigureCondition] = Field(default_factory=list)
    """Only agencies that meet these too belong to the population: a denominator that moves with the figures."""
    meet: list[FigureCondition]
    weigh: Measures | None = None
    """Stocks of which each agency counts as many as it has, instead of as one: procedures of the agencies that meet."""


def _kind_of_row(row: object) -> str:
    if isinstance(row, dict):
        return "condition" if row.keys() & {"figure", "ratio"} else "measure"
    return "condition" if isinstance(row, FigureCondition) else "measure"


Row = Annotated[
    Annotated[MeasureReference, Tag("measure")] | Annotated[FigureCondition, Tag("condition")],
    Discriminator(_kind_of_row),
]
"""A row of a checklist: a measure, or a condition on a figure."""


class Checklist(Definition):
    """How many named rows are met (form 11): `items` are the buckets of the measure `each`; `rows` are measures of their own.

    A row is met by at least 1, or where it is a condition on a figure by what that says.
    """

    items: list[str] | None = None
    members: Annotated[str | None, Field(alias="list")] = None
    """Name of a list of the plan; its rows' codes are the items."""
    each: MeasureReference | None = None
    rows: list[Row] | None = None
    window: WindowName | None = None
    """Of all rows that are no conditions with a window of their own."""

    @model_validator(mode="after")
    def _shape(self) -> Self:
        named = self.items is not None or self.members is not None
        if named == (self.rows is not None) or named != (self.each is not None):
            raise ValueError("give items (or list) with each, or rows")
        return self


class Against(Definition):
    """The other side of a change: a year before, the last value of a fact, or a stated reference."""

    years: int | None = Field(default=None, le=-1)
    latest: Measure | None = None
    reference: Decimal | int | None = None

    @model_validator(mode="after")
    def _exactly_one(self) -> Self:
        self.state_one_of("years", "latest", "reference")
        return self


class Change(Definition):
    """A figure less another one (form 12); NULL if either side is. For a running year the same span of days."""

    of: "IndicatorForm"
    against: Against


class IndicatorForm(Definition):
    """Exactly one of the ways to make a figure from measures (forms 7 to 12)."""

    value: Measures | None = None
    least: Annotated[list[MeasureReference] | None, Field(min_length=2)] = None
    """The least of several sums: what holds of each of them (7)."""
    ratio: Ratio | None = None
    latest: Measure | None = None
    median: MeasureReference | None = None
    agencies: Agencies | None = None
    checklist: Checklist | None = None
    change: Change | None = None

    @model_validator(mode="after")
    def _exactly_one_form(self) -> Self:
        self.state_one_of(
            *("value", "least", "ratio", "latest", "median", "agencies", "checklist", "change")
        )
        return self


class Indicator(IndicatorForm):
    """A figure: a form, and the agencies and days that it is read over."""

    over: Population | None = None
    """Sums over the agencies that the register says this of on the as-of day; without it over all."""
    window: WindowName | None = None
    clip: Literal["none"] | None = None
    """none: flows by year may leave the plan's period."""
    house_rule: Text | None = None
    """The assumption taken where the plan leaves a word open."""


class HouseIndicator(Indicator):
    """An indicator that every province has."""

    name: Text
    unit: str
