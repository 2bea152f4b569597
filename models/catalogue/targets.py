"""Compile targets: the terms that a plan's promise is judged by, and the indicator that reads it.

A target without an indicator, a value or a reference is kept with the reason, never left out.
"""

from dataclasses import dataclass

from models.attainment import Reading
from models.catalogue.context import FormContext
from models.catalogue.draft import Draft
from models.catalogue.indicators import compile_indicator
from models.changes import Amount
from models.days import Day, day_from_date
from models.definitions import Kind, Measurability, Plan, Target
from models.figures import CompiledIndicator, Sources
from models.place import Place
from models.trajectory import Operator, Rational, Terms
from models.windows import Period, year_period

DEFINITION_MISSING = "definition_missing"
REFERENCE_MISSING = "reference_missing"


@dataclass(frozen=True, slots=True)
class CompiledTarget:
    """A target with what it is judged by; one without a reference has its figure all the same."""

    definition: Target
    terms: Terms
    indicator: CompiledIndicator | None
    """None: not defined yet."""
    raises_alerts: bool

    def reading(self, sources: Sources, day: int) -> Reading:
        """Return the value that the target is judged by on a day: read at its deadline once that has passed."""
        if self.indicator is None:
            return None
        return self.indicator.reading(sources, min(day, self.terms.deadline))


def compile_target(
    draft: Draft, place: Place, plan: Plan, target: Target, period: Period
) -> CompiledTarget:
    """Compile a target of a plan; `period` is the plan's.

    Raises:
        CatalogueError: its indicator names what does not exist or does not fit.
    """
    terms = _terms(target, period.start)
    indicator = None
    if target.indicator is not None:
        read_over = year_period(terms.deadline) if terms.deadline < period.start else period
        context = FormContext(
            place, target.unit, read_over, target.indicator.window, milestone=terms.milestone
        )
        indicator = compile_indicator(draft, plan.id, target.indicator, context)
        if terms.milestone and indicator.kind != "milestone":
            raise place.error("indicator", "a milestone is a checklist")
    return CompiledTarget(
        target,
        terms,
        indicator,
        raises_alerts=target.measurability in {Measurability.QUANTIFIED, Measurability.DATED},
    )


def comparable_baseline(target: Target) -> Amount | None:
    """Return the baseline's value where it is a value of the target's own unit."""
    baseline = target.baseline
    return None if baseline is None or baseline.unit != target.unit else baseline.value


def _terms(target: Target, period_start: Day) -> Terms:
    steps = sorted((day_from_date(step.day), _rational(step.value)) for step in target.steps)
    return Terms(
        operator=Operator(target.operator),
        target=_rational(target.judged_by if target.judged_by is not None else 0),
        baseline=_baseline(target),
        period_start=day_from_date(target.start) if target.start is not None else period_start,
        deadline=day_from_date(target.deadline),
        milestone=target.kind is Kind.MILESTONE,
        steps=tuple(steps),
        yearly=target.recurrence == "yearly",
        reason_not_measurable=_reason(target),
    )


def _reason(target: Target) -> str | None:
    if target.indicator is None:
        return DEFINITION_MISSING
    if target.judged_by is None and target.indicator.change is None:
        return REFERENCE_MISSING
    return None


def _baseline(target: Target) -> Rational | None:
    """Return the value at the period's start; a change starts from none."""
    if target.indicator is not None and target.indicator.change is not None:
        return None
    value = comparable_baseline(target)
    return None if value is None else _rational(value)


def _rational(value: Amount) -> Rational:
    return (value, 1) if isinstance(value, int) else value.as_integer_ratio()
