"""Write what a plan says beside its targets as rows of the listing: assumptions, readings, baselines, repetitions.

None of it decides a figure: it says how the figure is to be understood.
"""

from collections.abc import Iterable, Mapping
from decimal import Decimal

from models.catalogue.indicators import HOUSE
from models.catalogue.listing import (
    Annotations,
    BaselineRow,
    InconsistencyRow,
    ReadingDateRow,
    TargetDefinitionRow,
)
from models.changes import Amount
from models.days import day_from_date
from models.definitions import (
    HouseFile,
    Inconsistency,
    Plan,
    PlanFile,
    PrintedBaseline,
    ReadingDate,
    Target,
    Text,
)


def annotations(file: PlanFile, house: HouseFile) -> Annotations:
    """Return the rows of a plan, with what the house says of it."""
    plan = file.plan
    concerning = _concerning(file, house)
    linked = _linked(file.targets)
    return Annotations(
        definitions=tuple(
            _definition_row(plan, target, concerning[target.id], linked[target.id])
            for target in file.targets
        ),
        baselines=tuple(_baseline_row(plan, one) for one in file.baselines),
        inconsistencies=tuple(
            _inconsistency_row(plan.province, owner, one, file.targets)
            for owner, found in ((plan.id, file.inconsistencies), (HOUSE, house.inconsistencies))
            for one in found
        ),
        reading_dates=tuple(_reading_date_row(plan, one) for one in plan.reading_dates),
    )


def _concerning(file: PlanFile, house: HouseFile) -> Mapping[str, list[Text]]:
    """Return the readings that each target's definition takes, those of its plan first."""
    readings: dict[str, list[Text]] = {target.id: [] for target in file.targets}
    for one in (*file.inconsistencies, *house.inconsistencies):
        for target in _concerned(one, file.targets):
            readings[target].append(one.reading)
    return readings


def _concerned(found: Inconsistency, targets: Iterable[Target]) -> tuple[str, ...]:
    """Return the targets of a plan that a contradiction concerns, in the order of the plan."""
    every = [target.id for target in targets]
    return tuple(one for one in every if found.targets == "all" or one in found.targets)


def _linked(targets: Iterable[Target]) -> Mapping[str, list[str]]:
    """Return the targets that share a commitment with each: a target names those it repeats, here they name it too."""
    linked: dict[str, list[str]] = {target.id: list(target.overlaps_with) for target in targets}
    for target in targets:
        for other in target.overlaps_with:
            linked[other].append(target.id)
    return linked


def _definition_row(
    plan: Plan, target: Target, readings: Iterable[Text], linked: Iterable[str]
) -> TargetDefinitionRow:
    rule = target.indicator.house_rule if target.indicator is not None else None
    baseline, missing = target.baseline, target.missing
    valued = baseline is not None and baseline.value is not None
    return TargetDefinitionRow(
        province=plan.province,
        plan=plan.id,
        target=target.id,
        house_rule_vi=None if rule is None else rule.vi,
        house_rule_en=None if rule is None else rule.en,
        readings_vi=tuple(one.vi for one in readings),
        readings_en=tuple(one.en for one in readings),
        overlaps_with=tuple(linked),
        counted=not target.overlaps_with,
        upper_value=_decimal(target.upper),
        baseline_value=None if baseline is None else _decimal(baseline.value),
        baseline_unit=None if baseline is None else baseline.unit,
        baseline_qualifier=str(baseline.qualifier) if baseline is not None and valued else None,
        baseline_date=None
        if baseline is None or baseline.date is None
        else day_from_date(baseline.date),
        baseline_section=None if baseline is None else baseline.section,
        missing_vi=None if missing is None else missing.vi,
        missing_en=None if missing is None else missing.en,
    )


def _baseline_row(plan: Plan, printed: PrintedBaseline) -> BaselineRow:
    return BaselineRow(
        province=plan.province,
        plan=plan.id,
        baseline=printed.id,
        section=printed.section,
        metric_vi=printed.metric.vi,
        metric_en=printed.metric.en,
        value=_decimal(printed.value),
        unit=printed.unit,
        qualifier=str(printed.qualifier),
        since=None if printed.since is None else day_from_date(printed.since),
        date=day_from_date(printed.date),
        golden=printed.golden,
        note=printed.note,
    )


def _inconsistency_row(
    province: str, owner: str, found: Inconsistency, targets: Iterable[Target]
) -> InconsistencyRow:
    return InconsistencyRow(
        province=province,
        plan=owner,
        inconsistency=found.id,
        section=found.section,
        status=str(found.status),
        text_vi=found.contradiction.vi,
        text_en=found.contradiction.en,
        reading_vi=found.reading.vi,
        reading_en=found.reading.en,
        targets=_concerned(found, targets),
    )


def _reading_date_row(plan: Plan, reading: ReadingDate) -> ReadingDateRow:
    return ReadingDateRow(
        province=plan.province,
        plan=plan.id,
        day=day_from_date(reading.day),
        section=reading.section,
        name_vi=reading.name.vi,
        name_en=reading.name.en,
    )


def _decimal(amount: Amount | None) -> Decimal | None:
    return None if amount is None else Decimal(amount)
