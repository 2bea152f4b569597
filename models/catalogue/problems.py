"""Compile problems: the figure that shows each, and the bound from which on it is raised.

A problem that no event can show is kept with its reason, never left out; its figure is no indicator and has no row in `kpi`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from operator import ge, gt, le, lt
from typing import Final

from models.catalogue.context import FormContext
from models.catalogue.draft import Draft
from models.catalogue.indicators import compile_indicator
from models.changes import Amount
from models.definitions import PlanFile, Problem, RaisedWhen
from models.figures import CompiledIndicator
from models.gathering import every
from models.place import Place
from models.rules import RULES, Rule
from models.trajectory import Operator, Rational
from models.windows import Period

_MEETS: Final[Mapping[Operator, Callable[[int, int], bool]]] = {
    Operator.AT_LEAST: ge,
    Operator.MORE_THAN: gt,
    Operator.AT_MOST: le,
    Operator.LESS_THAN: lt,
}


@dataclass(frozen=True, slots=True)
class Signal:
    """The figure of a problem and when it raises it."""

    indicator: CompiledIndicator
    operator: Operator
    bound: Amount
    unit: str
    minimum_days: int

    @property
    def rises(self) -> bool:
        """Whether more is worse."""
        return self.operator in {Operator.AT_LEAST, Operator.MORE_THAN}

    def met_by(self, value: Rational) -> bool:
        """Tell whether an exact value meets the bound."""
        p, q = value
        bp, bq = self.bound.as_integer_ratio()
        return _MEETS[self.operator](p * bq, bp * q)


@dataclass(frozen=True, slots=True)
class CompiledProblem:
    """A problem with what it is seen by; `signal` None where no event can show it."""

    definition: Problem
    signal: Signal | None


def compile_problems(
    draft: Draft, file: str, plan: PlanFile, period: Period
) -> tuple[CompiledProblem, ...]:
    """Compile the problems of a plan; `period` is the plan's.

    Raises:
        CatalogueError: a figure names what does not exist or does not fit.
    """

    def compiled(problem: Problem) -> CompiledProblem:
        place, raised = Place(file, problem.id), problem.raised_when
        signal = None if raised is None else _signal(draft, place, plan.plan.id, raised, period)
        return CompiledProblem(problem, signal)

    return tuple(every(compiled, plan.problems))


def _signal(draft: Draft, place: Place, plan: str, raised: RaisedWhen, period: Period) -> Signal:
    context = FormContext(place, raised.unit, period, raised.window)
    operator, bound = raised.bound
    return Signal(
        indicator=compile_indicator(draft, plan, raised, context),
        operator=Operator(operator),
        bound=bound,
        unit=raised.unit,
        minimum_days=raised.minimum_days or RULES[Rule.PROBLEM_RAISED].minimum_days,
    )
