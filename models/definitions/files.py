"""The shapes of the catalogue's files: shared measures, the house's indicators, a plan each.

A name is unique among the measures that a plan can see: those shared, those of the house and its own.
"""

from pydantic import Field

from models.definitions.base import Definition
from models.definitions.indicators import HouseIndicator
from models.definitions.measures import Measure
from models.definitions.plans import ListRow, Plan, Target
from models.definitions.problems import Problem


class MeasuresFile(Definition):
    """`measures.yaml`: measures that any indicator may name."""

    measures: dict[str, Measure]


class HouseFile(Definition):
    """`house.yaml`: the house indicators."""

    measures: dict[str, Measure] = Field(default_factory=dict)
    indicators: dict[str, HouseIndicator]


class PlanFile(Definition):
    """`plans/<plan>.yaml`: a plan with its lists, measures, targets and problems."""

    plan: Plan
    lists: dict[str, list[ListRow]] = Field(default_factory=dict)
    measures: dict[str, Measure] = Field(default_factory=dict)
    targets: list[Target]
    problems: list[Problem] = Field(default_factory=list)
