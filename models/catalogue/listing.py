"""The catalogue as rows: what the views must know of indicators, targets, reporting duties and problems.

Written to tables of their own by `tiendo migrate`; never edited there.
"""

from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from models.days import Day


class IndicatorRow(NamedTuple):
    """An indicator of a province: (province, plan, indicator) is its key; `plan` is 'house' for the house indicators."""

    province: str
    plan: str
    indicator: str
    kind: str
    """count, ratio, median, milestone, ...: the house's kind words; `ratio` has values in %."""
    unit: str
    windows: tuple[str, ...]
    """Order of the figures in `Changes.kpi`."""
    per_agency: bool
    """True: a row for every agency code; False: for '*' only."""
    definition_version: str
    """Hash of the definition."""
    name_vi: str
    name_en: str


class IndicatorMeasureRow(NamedTuple):
    """Which measures make an indicator, for day by day plots (`api.kpi_daily`); only for indicators over all agencies."""

    province: str
    plan: str
    indicator: str
    role: str
    """numerator, denominator, value, or bucket (a median: the bucket is a number of days)."""
    measure: str
    stock: bool
    """True: the figure of a day is the sum of all panes up to it; False: of that day's panes."""


class TargetRow(NamedTuple):
    """A target as its plan prints it."""

    province: str
    plan: str
    target: str
    kind: str
    operator: str
    target_value: Decimal | None
    unit: str
    deadline: Day | None
    baseline_value: Decimal | None
    measurability: str
    section: str
    text_vi: str
    text_en: str


class TargetDefinitionRow(NamedTuple):
    """What is read into a target, and what its plan says beside it."""

    province: str
    plan: str
    target: str
    house_rule_vi: str | None
    house_rule_en: str | None
    readings_vi: tuple[str, ...]
    readings_en: tuple[str, ...]
    overlaps_with: tuple[str, ...]
    """Targets of the same commitment, whichever of them repeats the other."""
    counted: bool
    """False: it repeats another target, which is counted instead."""
    upper_value: Decimal | None
    """The upper end, where the plan prints a range."""
    baseline_value: Decimal | None
    baseline_unit: str | None
    baseline_qualifier: str | None
    baseline_date: Day | None
    baseline_section: str | None
    missing_vi: str | None
    missing_en: str | None


class BaselineRow(NamedTuple):
    """A state that a plan prints."""

    province: str
    plan: str
    baseline: str
    section: str
    metric_vi: str
    metric_en: str
    value: Decimal | None
    unit: str
    qualifier: str
    since: Day | None
    date: Day
    golden: bool
    note: str | None


class InconsistencyRow(NamedTuple):
    """Where a plan contradicts itself, and the reading taken; `plan` is 'house' for what several plans share."""

    province: str
    plan: str
    inconsistency: str
    section: str
    status: str
    text_vi: str
    text_en: str
    reading_vi: str
    reading_en: str
    targets: tuple[str, ...]


class ReadingDateRow(NamedTuple):
    """A day before the deadlines on which a plan is read as well."""

    province: str
    plan: str
    day: Day
    section: str
    name_vi: str
    name_en: str


@dataclass(frozen=True, slots=True)
class Annotations:
    """The rows of what a plan says beside its targets."""

    definitions: tuple[TargetDefinitionRow, ...]
    baselines: tuple[BaselineRow, ...]
    inconsistencies: tuple[InconsistencyRow, ...]
    reading_dates: tuple[ReadingDateRow, ...]


class DutyRow(NamedTuple):
    """A reporting duty as its plan prints it, with what is assumed where the plan is silent."""

    province: str
    plan: str
    duty: str
    recipient: str | None
    section: str
    text_vi: str
    text_en: str
    house_rule_vi: str
    house_rule_en: str
    reason: str | None
    """Why no report of it is ever due; None where reports are."""


class ProblemDefinitionRow(NamedTuple):
    """A problem as its plan words it, and by what it is seen; the columns of its bound are None where no event can show it."""

    province: str
    plan: str
    problem: str
    section: str
    basis: str
    text_vi: str
    text_en: str
    unit: str | None
    operator: str | None
    threshold: Decimal | None
    house_rule_vi: str | None
    house_rule_en: str | None
    why_vi: str | None
    why_en: str | None


@dataclass(frozen=True, slots=True)
class Listing:
    """All rows of the catalogue."""

    indicators: tuple[IndicatorRow, ...]
    measures: tuple[IndicatorMeasureRow, ...]
    targets: tuple[TargetRow, ...]
    definitions: tuple[TargetDefinitionRow, ...] = ()
    baselines: tuple[BaselineRow, ...] = ()
    inconsistencies: tuple[InconsistencyRow, ...] = ()
    reading_dates: tuple[ReadingDateRow, ...] = ()
    duties: tuple[DutyRow, ...] = ()
    problems: tuple[ProblemDefinitionRow, ...] = ()
