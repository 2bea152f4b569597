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
    BOUNDS,
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
from models.definitions.readings import (
    Baseline,
    ContradictionStatus,
    Inconsistency,
    PrintedBaseline,
    Qualifier,
    ReadingDate,
)
from models.definitions.reporting import (
    Due,
    Duty,
    Every,
    NeverDue,
    Round,
)
from models.definitions.where import (
    Comparison,
    Deadline,
    FieldReference,
    Scalar,
    Where,
)

__all__ = [
    "BOUNDS",
    "Against",
    "Agencies",
    "Baseline",
    "Basis",
    "Change",
    "Checklist",
    "Comparison",
    "Condition",
    "ConditionNode",
    "ContradictionStatus",
    "Deadline",
    "Definition",
    "Due",
    "Duty",
    "Every",
    "FieldReference",
    "FigureCondition",
    "Flow",
    "Has",
    "HouseFile",
    "HouseIndicator",
    "Inconsistency",
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
    "NeverDue",
    "Plan",
    "PlanFile",
    "Population",
    "PrintedBaseline",
    "Problem",
    "Qualifier",
    "RaisedWhen",
    "Ratio",
    "ReadingDate",
    "Round",
    "Scalar",
    "Start",
    "Step",
    "Target",
    "Text",
    "Where",
    "WindowName",
    "Within",
]
