"""Write compiled indicators, targets and problems as the rows of the listing.

Values are printed as the plan states them; how they are judged is no part of a row.
"""

from decimal import Decimal

from models.catalogue.draft import Draft
from models.catalogue.listing import (
    IndicatorMeasureRow,
    IndicatorRow,
    ProblemDefinitionRow,
    TargetRow,
)
from models.catalogue.targets import comparable_baseline
from models.days import day_from_date
from models.definitions import Plan, Problem, Target, Text
from models.figures import CompiledIndicator
from models.forms import CountedForm, Form, LatestForm, MedianForm, RatioForm, ValueForm
from models.measures import RECORDS


def indicator_row(
    province: str, indicator: CompiledIndicator, unit: str, name: Text
) -> IndicatorRow:
    """Return the row of an indicator."""
    return IndicatorRow(
        province=province,
        plan=indicator.plan,
        indicator=indicator.id,
        kind=indicator.kind,
        unit=unit,
        windows=tuple(str(window) for window in indicator.windows),
        per_agency=indicator.per_agency,
        definition_version=indicator.version,
        name_vi=name.vi,
        name_en=name.en,
    )


def measure_rows(
    province: str, draft: Draft, indicator: CompiledIndicator
) -> list[IndicatorMeasureRow]:
    """Return the rows of the measures that make an indicator; none where it is not over all agencies."""
    if indicator.over is not None:
        return []
    return [
        IndicatorMeasureRow(
            province,
            indicator.plan,
            indicator.id,
            role,
            name,
            # derived panes are stocks: +1 and -1 on the days on which a condition turns
            name not in draft.measures or draft.is_stock(name),
        )
        for role, name in _roles(indicator.form)
        if name != RECORDS
    ]


def _roles(form: Form) -> list[tuple[str, str]]:
    """Return (role, measure) where a day's figure is a sum of panes."""
    if isinstance(form, ValueForm):
        return [("value", name) for name in form.names]
    if isinstance(form, MedianForm):
        return [("bucket", form.name)]
    if isinstance(form, CountedForm) and form.of is not None and not form.weights:
        return [("numerator", form.met), ("denominator", form.of)]
    if isinstance(form, RatioForm):
        return [*_side("numerator", form.numerator), *_side("denominator", form.denominator)]
    return []


def _side(role: str, side: tuple[str, ...] | LatestForm) -> list[tuple[str, str]]:
    return [] if isinstance(side, LatestForm) else [(role, name) for name in side]


def target_row(plan: Plan, target: Target) -> TargetRow:
    """Return the row of a target of a plan."""
    value, baseline = target.value, comparable_baseline(target)
    return TargetRow(
        province=plan.province,
        plan=plan.id,
        target=target.id,
        kind=str(target.kind),
        operator=target.operator,
        target_value=None if value is None else Decimal(value),
        unit=target.unit,
        deadline=day_from_date(target.deadline),
        baseline_value=None if baseline is None else Decimal(baseline),
        measurability=str(target.measurability),
        section=target.section,
        text_vi=target.text_vi,
        text_en=target.text_en,
    )


def problem_row(plan: Plan, problem: Problem) -> ProblemDefinitionRow:
    """Return the row of a problem of a plan."""
    raised, why = problem.raised_when, problem.undetectable
    operator, threshold = (None, None) if raised is None else raised.bound
    return ProblemDefinitionRow(
        province=plan.province,
        plan=plan.id,
        problem=problem.id,
        section=problem.section,
        basis=str(problem.basis),
        text_vi=problem.text_vi,
        text_en=problem.text_en,
        unit=None if raised is None else raised.unit,
        operator=operator,
        threshold=None if threshold is None else Decimal(threshold),
        house_rule_vi=None if raised is None else raised.house_rule.vi,
        house_rule_en=None if raised is None else raised.house_rule.en,
        why_vi=None if why is None else why.vi,
        why_en=None if why is None else why.en,
    )
