"""Compile a province's definitions: the measures it needs, its indicators and its targets, ready to run.

Only measures that an indicator of the province reads are run for it; adding one to another plan costs it nothing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from models.catalogue.context import FormContext
from models.catalogue.draft import Draft, Named, stocks_of
from models.catalogue.indicators import HOUSE, compile_indicator
from models.catalogue.listing import IndicatorMeasureRow, IndicatorRow, TargetRow
from models.catalogue.rows import indicator_row, measure_rows, target_row
from models.catalogue.targets import CompiledTarget, compile_target
from models.catalogue.versions import FOLD_VERSION
from models.days import day_from_date
from models.definitions import HouseFile, HouseIndicator, ListRow, Plan, PlanFile, Text
from models.derived import AgencyDerivation, RowDerivation
from models.figures import CompiledIndicator
from models.measures import CompiledMeasure
from models.place import Place
from models.windows import Period


@dataclass(frozen=True, slots=True)
class ProvinceCatalogue:
    """Everything that is computed for one province."""

    province: str
    plan: Plan
    lists: Mapping[str, Sequence[ListRow]]
    measures: tuple[CompiledMeasure, ...]
    measure_versions: Mapping[str, str]
    """Measure -> what its panes were made by; those of another version are made anew."""
    indicators: tuple[CompiledIndicator, ...]
    targets: tuple[CompiledTarget, ...]
    agency_derivations: tuple[AgencyDerivation, ...]
    row_derivations: tuple[RowDerivation, ...]
    indicator_rows: tuple[IndicatorRow, ...]
    measure_rows: tuple[IndicatorMeasureRow, ...]
    target_rows: tuple[TargetRow, ...]


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
    indicators: list[CompiledIndicator] = []
    indicator_rows: list[IndicatorRow] = []
    for name, definition in definitions.house.indicators.items():
        place = Place(definitions.house_name, name)
        indicator = _house_indicator(draft, place, definition, period)
        indicators.append(indicator)
        indicator_rows.append(
            indicator_row(plan.province, indicator, definition.unit, definition.name)
        )
    targets: list[CompiledTarget] = []
    for target in definitions.plan.targets:
        place = Place(definitions.plan_name, target.id)
        compiled = compile_target(draft, place, plan, target, period)
        targets.append(compiled)
        if compiled.indicator is not None:
            text = Text(vi=target.text_vi, en=target.text_en)
            indicators.append(compiled.indicator)
            indicator_rows.append(
                indicator_row(plan.province, compiled.indicator, target.unit, text)
            )
    return ProvinceCatalogue(
        province=plan.province,
        plan=plan,
        lists=lists,
        measures=tuple(draft.measures.values()),
        measure_versions={
            name: f"{FOLD_VERSION}.{version}" for name, version in draft.versions.items()
        },
        indicators=tuple(indicators),
        targets=tuple(targets),
        agency_derivations=tuple(draft.agency_derivations),
        row_derivations=tuple(draft.row_derivations),
        indicator_rows=tuple(indicator_rows),
        measure_rows=tuple(
            row for one in indicators for row in measure_rows(plan.province, draft, one)
        ),
        target_rows=tuple(target_row(plan, target) for target in definitions.plan.targets),
    )


def _house_indicator(
    draft: Draft, place: Place, definition: HouseIndicator, period: Period
) -> CompiledIndicator:
    """Compile a house indicator: its `year` is the as-of day's own, whatever the plan's period."""
    open_period = replace(period, clipped=False)
    context = FormContext(place, definition.unit, open_period, definition.window)
    return compile_indicator(draft, HOUSE, definition, context)
