"""The shapes of the catalogue's files: shared measures, the house's indicators, a plan each.

A name is unique among the measures that a plan can see: those shared, those of the house and its own.
"""

from typing import Any

from pydantic import Field, PositiveInt, model_validator

from models.definitions.base import Definition
from models.definitions.indicators import HouseIndicator
from models.definitions.measures import Measure
from models.definitions.plans import ListRow, Plan, Target
from models.definitions.problems import Problem
from models.definitions.readings import Inconsistency, PrintedBaseline, with_baselines
from models.definitions.reporting import Duty


class MeasuresFile(Definition):
    """`measures.yaml`: measures that any indicator may name."""

    measures: dict[str, Measure]


class HouseFile(Definition):
    """`house.yaml`: the house indicators, and what the house keeps of refused records."""

    dead_letter_bytes_a_day: PositiveInt
    """A refused record is kept while those of the province's day before it are less than this."""
    measures: dict[str, Measure] = Field(default_factory=dict)
    indicators: dict[str, HouseIndicator]
    inconsistencies: list[Inconsistency] = Field(default_factory=list)
    """Those of several plans; their targets may stand in any of them."""


class PlanFile(Definition):
    """`plans/<plan>.yaml`: a plan with its baselines, contradictions, lists, measures, targets, reporting duties and problems."""

    plan: Plan
    baselines: list[PrintedBaseline] = Field(default_factory=list)
    inconsistencies: list[Inconsistency] = Field(default_factory=list)
    lists: dict[str, list[ListRow]] = Field(default_factory=dict)
    measures: dict[str, Measure] = Field(default_factory=dict)
    targets: list[Target]
    problems: list[Problem] = Field(default_factory=list)
    reporting: list[Duty] = Field(default_factory=list)

    @model_validator(mode="before")
    @classmethod
    def _baselines_in_place(cls, data: Any) -> Any:  # noqa: ANN401 - YAML before it is validated
        return with_baselines(data)
