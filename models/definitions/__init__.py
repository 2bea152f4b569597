"""The grammar of the catalogue: what measures, indicators and targets may say in YAML.

Only shapes live here; names and fields are checked against the event types when a definition is compiled.
"""

from models.definitions.base import (
    Definition,
    Text,
)
from models.definitions.conditions import (
    Condition,
    ConditionNode,
    Has,
    Start,
    Within,
)
from models.definitions.files import (
    HouseFile,
    MeasuresFile,
    PlanFile,
)
from models.definitions.indicators import (
    Against,
    Agencies,
    Change,
    Checklist,
    FigureCondition,
    HouseIndicator,
    Indicator,
    IndicatorForm,
    Population,
    Ratio,
    WindowName,
)
from models.definitions.measures import (
    Flow,
    Latest,
    Measure,
    MeasureReference,
    Measures,
)
from models.definitions.plans import (
    Baseline,
    Kind,
    ListRow,
    Measurability,
    Plan,
    Step,
    Target,
)
from models.definitions.problems import (
    Basis,
    Problem,
    RaisedWhen,
)
from models.definitions.where import (
    Comparison,
    Deadline,
    FieldReference,
    Scalar,
    Where,
)

__all__ = [
    "Against",
    "Agencies",
    "Baseline",
    "Basis",
    "Change",
    "Checklist",
    "Comparison",
    "Condition",
    "ConditionNode",
    "Deadline",
    "Definition",
    "FieldReference",
    "FigureCondition",
    "Flow",
    "Has",
    "HouseFile",
    "HouseIndicator",
    "Indicator",
    "IndicatorForm",
    "Kind",
    "Latest",
    "ListRow",
    "Measurability",
    "Measure",
    "MeasureReference",
    "Measures",
    "MeasuresFile",
    "Plan",
    "PlanFile",
    "Population",
    "Problem",
    "RaisedWhen",
    "Ratio",
    "Scalar",
    "Start",
    "Step",
    "Target",
    "Text",
    "Where",
    "WindowName",
    "Within",
]
