"""The catalogue as rows: what the views must know of indicators, targets and problems.

Written to the tables `indicator`, `indicator_measure`, `target` and `problem` by `tiendo migrate`; never edited there.
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
    problems: tuple[ProblemDefinitionRow, ...]
