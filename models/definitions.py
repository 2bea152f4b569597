"""The grammar of the catalogue: what measures, indicators and targets may say in YAML.

Only shapes live here; names and fields are checked against the event types when a definition is compiled.
"""

import datetime as dt
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator


class Definition(BaseModel):
    """Base of all definitions: unknown fields are errors, nothing changes after loading."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


def _listed(value: Any) -> Any:  # noqa: ANN401 - the border to YAML
    return value if isinstance(value, list) else [value]


class Text(Definition):
    """A text in both languages of the product."""

    vi: str
    en: str


Scalar = bool | int | Decimal | str


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
        if not self.model_fields_set:
            raise ValueError("give at least one operator")
        return self


Where = dict[str, Scalar | list[Scalar] | Comparison]
"""Field -> value, list of values, or comparison. Fields: of the fact itself; `other.fact.field`; or derived (`dossier.due`)."""


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
        if len(self.model_fields_set) != 1:
            raise ValueError("give exactly one of has, within, all, any, not, function")
        return self


Condition = str | ConditionNode
"""A condition, or the name of a stock measure whose condition is meant."""


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
        if sum(form is not None for form in (self.flow, self.stock, self.latest)) != 1:
            raise ValueError("give exactly one of flow, stock, latest")
        if self.stock is None and (self.amount is not None or self.each or self.bucket is not None):
            raise ValueError("amount, each and bucket beside a measure belong to stock")
        return self


MeasureReference = str | Measure
"""The name of a measure, or a measure said in place. `records` is built in: accepted records by agency and day."""

Measures = Annotated[list[MeasureReference], BeforeValidator(_listed), Field(min_length=1)]


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
    meet: list[FigureCondition]


class Checklist(Definition):
    """How many named rows are met (form 11): `items` are the buckets of the measure `each`; `rows` are measures of their own. A row is met by at least 1."""

    items: list[str] | None = None
    members: Annotated[str | None, Field(alias="list")] = None
    """Name of a list of the plan; its rows' codes are the items."""
    each: MeasureReference | None = None
    rows: list[MeasureReference] | None = None
    window: WindowName | None = None

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
        if len(self.model_fields_set) != 1:
            raise ValueError("give exactly one of years, latest, reference")
        return self


class Change(Definition):
    """A figure less another one (form 12); NULL if either side is. For a running year the same span of days."""

    of: "IndicatorForm"
    against: Against


class IndicatorForm(Definition):
    """Exactly one of the six ways to make a figure from measures (forms 7 to 12)."""

    value: Measures | None = None
    ratio: Ratio | None = None
    latest: Measure | None = None
    median: MeasureReference | None = None
    agencies: Agencies | None = None
    checklist: Checklist | None = None
    change: Change | None = None

    @model_validator(mode="after")
    def _exactly_one_form(self) -> Self:
        forms = (
            self.value,
            self.ratio,
            self.latest,
            self.median,
            self.agencies,
            self.checklist,
            self.change,
        )
        if sum(form is not None for form in forms) != 1:
            raise ValueError(
                "give exactly one of value, ratio, latest, median, agencies, checklist, change"
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
    not_measurable: str | None = None
    """A reason code where no event can supply the figure."""
    indicator: Indicator | None = None
    """None: not defined yet (`definition_missing`)."""


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


class MeasuresFile(Definition):
    """`measures.yaml`: measures that any indicator may name."""

    measures: dict[str, Measure]


class HouseFile(Definition):
    """`house.yaml`: the house indicators."""

    measures: dict[str, Measure] = Field(default_factory=dict)
    indicators: dict[str, HouseIndicator]


class PlanFile(Definition):
    """`plans/<plan>.yaml`: a plan with its lists, measures and targets."""

    plan: Plan
    lists: dict[str, list[ListRow]] = Field(default_factory=dict)
    measures: dict[str, Measure] = Field(default_factory=dict)
    targets: list[Target]
