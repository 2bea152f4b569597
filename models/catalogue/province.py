"""Compile a province's definitions: the measures it needs, its indicators and its targets, ready to run.

Only measures that an indicator of the province reads are run for it; adding one to another plan costs it nothing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from models.catalogue.annotations import annotations
from models.catalogue.context import FormContext
from models.catalogue.draft import Draft, Named, stocks_of
from models.catalogue.indicators import HOUSE, compile_indicator
from models.catalogue.listing import (
    Annotations,
    DutyRow,
    IndicatorMeasureRow,
    IndicatorRow,
    ProblemDefinitionRow,
    TargetRow,
)
from models.catalogue.problems import CompiledProblem, compile_problems
from models.catalogue.references import check_plan
from models.catalogue.reporting import compile_duty, duty_row
from models.catalogue.rows import indicator_row, measure_rows, problem_row, target_row
from models.catalogue.targets import CompiledTarget, compile_target
from models.catalogue.versions import FOLD_VERSION
from models.days import day_from_date
from models.definitions import HouseFile, HouseIndicator, Indicator, ListRow, Plan, PlanFile, Text
from models.derived import AgencyDerivation, RowDerivation
from models.duties import Obligation
from models.figures import CompiledIndicator
from models.gathering import Faults, every
from models.measures import CompiledMeasure
from models.place import Place
from models.windows import Period


@dataclass(frozen=True, slots=True)
class ProvinceCatalogue:
    """Everything that is computed for one province."""

    province: str
    definitions: "Definitions"
    """As they were written."""
    plan: Plan
    lists: Mapping[str, Sequence[ListRow]]
    measures: tuple[CompiledMeasure, ...]
    measure_versions: Mapping[str, str]
    """Measure -> what its panes were made by; those of another version are made anew."""
    indicators: tuple[CompiledIndicator, ...]
    targets: tuple[CompiledTarget, ...]
    obligations: tuple[Obligation, ...]
    """The reports that the plan's duties demand, in the order of the duties."""
    dead_letter_bytes_a_day: int
    """A refused record is kept while those of its as-of day before it are less than this."""
    problems: tuple[CompiledProblem, ...]
    agency_derivations: tuple[AgencyDerivation, ...]
    row_derivations: tuple[RowDerivation, ...]
    indicator_rows: tuple[IndicatorRow, ...]
    measure_rows: tuple[IndicatorMeasureRow, ...]
    target_rows: tuple[TargetRow, ...]
    annotations: Annotations
    duty_rows: tuple[DutyRow, ...]
    problem_rows: tuple[ProblemDefinitionRow, ...]

    def written(self, indicator: CompiledIndicator) -> tuple[Indicator, str]:
        """Return the definition of an indicator, of a target or of the house, and its unit."""
        house = self.definitions.house.indicators.get(indicator.id)
        if indicator.plan != self.plan.id and house is not None:
            return house, house.unit
        for target in self.definitions.plan.targets:
            if target.id == indicator.id and target.indicator is not None:
                return target.indicator, target.unit
        raise LookupError(f"{indicator.id} is no indicator of {self.province}")


@dataclass(frozen=True, slots=True)
class Definitions:
    """The files that say what is computed for a province; errors name them."""

    plan_name: str
    plan: PlanFile
    house_name: str
    house: HouseFile
    named: Named


def compile_province(definitions: Definitions) -> ProvinceCatalogue:
    """Compile a plan and the house indicators for its province.

    Raises:
        CatalogueError: a definition names what does not exist or does not fit.
    """
    plan, lists = definitions.plan.plan, definitions.plan.lists
    draft = Draft(definitions.named, lists, stocks_of(definitions.named))
    period = Period(day_from_date(plan.period_start), day_from_date(plan.period_end))
    faults = Faults()
    with faults:
        check_plan(definitions.plan_name, definitions.plan)
    indicators: list[CompiledIndicator] = []
    indicator_rows: list[IndicatorRow] = []
    for name, definition in definitions.house.indicators.items():
        place = Place(definitions.house_name, name)
        with faults:
            indicator = _house_indicator(draft, place, definition, period)
            indicators.append(indicator)
            indicator_rows.append(
                indicator_row(plan.province, indicator, definition.unit, definition.name)
            )
    targets: list[CompiledTarget] = []
    with faults:
        targets = every(
            lambda target: compile_target(
                draft, Place(definitions.plan_name, target.id), plan, target, period
            ),
            definitions.plan.targets,
        )
    for compiled in targets:
        if compiled.indicator is not None:
            target = compiled.definition
            text = Text(vi=target.text_vi, en=target.text_en)
            indicators.append(compiled.indicator)
            indicator_rows.append(
                indicator_row(plan.province, compiled.indicator, target.unit, text)
            )
    obligations: list[Obligation] = []
    with faults:
        compiled_duties = every(
            lambda duty: list(
                compile_duty(draft, Place(definitions.plan_name, duty.id), plan, duty)
            ),
            definitions.plan.reporting,
        )
        obligations = [one for several in compiled_duties for one in several]
    problems: tuple[CompiledProblem, ...] = ()
    with faults:
        problems = compile_problems(draft, definitions.plan_name, definitions.plan, period)
    faults.raise_any()
    return ProvinceCatalogue(
        province=plan.province,
        definitions=definitions,
        plan=plan,
        lists=lists,
        measures=tuple(draft.measures.values()),
        measure_versions={
            name: f"{FOLD_VERSION}.{version}" for name, version in draft.versions.items()
        },
        indicators=tuple(indicators),
        targets=tuple(targets),
        obligations=tuple(obligations),
        dead_letter_bytes_a_day=definitions.house.dead_letter_bytes_a_day,
        problems=problems,
        agency_derivations=tuple(draft.agency_derivations),
        row_derivations=tuple(draft.row_derivations),
        indicator_rows=tuple(indicator_rows),
        measure_rows=tuple(
            row for one in indicators for row in measure_rows(plan.province, draft, one)
        ),
        target_rows=tuple(target_row(plan, target) for target in definitions.plan.targets),
        annotations=annotations(definitions.plan, definitions.house),
        duty_rows=tuple(duty_row(plan, duty) for duty in definitions.plan.reporting),
        problem_rows=tuple(problem_row(plan, one) for one in definitions.plan.problems),
    )


def _house_indicator(
    draft: Draft, place: Place, definition: HouseIndicator, period: Period
) -> CompiledIndicator:
    """Compile a house indicator: its `year` is the as-of day's own, whatever the plan's period."""
    open_period = replace(period, clipped=False)
    context = FormContext(place, definition.unit, open_period, definition.window)
    return compile_indicator(draft, HOUSE, definition, context)
