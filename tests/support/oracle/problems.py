"""Part D of the oracle, third part: on which days does a figure show a problem that a plan speaks of?

A problem is read as if its figure were a target that is never due; bound, days and episodes are worked out here.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Final

from models.changes import ProblemRow
from models.days import Day
from models.definitions import Problem, RaisedWhen, Target
from tests.support.oracle.alerts import Board, episodes
from tests.support.oracle.figures import Reader

USUAL_DAYS: Final = 7
"""How long a bound must be met where the problem does not say."""


def read_as_target(problem: Problem, raised: RaisedWhen) -> Target:
    """Return a target that has the problem's figure and is never due."""
    return Target.model_validate(
        {
            "id": problem.id,
            "section": problem.section,
            "text_vi": problem.text_vi,
            "text_en": problem.text_en,
            "kind": "count",
            "operator": "at_least",
            "value": 0,
            "unit": raised.unit,
            "measurability": "implied",
            "value_basis": "none",
            "deadline": "2999-12-31",
            "deadline_basis": "plan_end",
            "indicator": raised,
        }
    )


@dataclass
class Sight:
    """Looks at one problem from the province's first day on."""

    reader: Reader
    problem: Problem
    first_day: int
    _held: dict[int, bool | None] = field(default_factory=dict)

    @property
    def raised(self) -> RaisedWhen:
        """By what the problem is seen."""
        if self.problem.raised_when is None:
            raise ValueError(self.problem.id)
        return self.problem.raised_when

    @property
    def target(self) -> Target:
        """The figure as a target."""
        return read_as_target(self.problem, self.raised)

    def holds(self, day: int) -> bool | None:
        """Tell whether the bound is met on `day`; None where that cannot be said."""
        if day not in self._held:
            value, thin, missing = self.reader.reading(self.target, day)
            self._held[day] = None if value is None or thin or missing else self._met(value)
        return self._held[day]

    def _met(self, value: Fraction) -> bool:
        raised = self.raised
        if raised.at_least is not None:
            return value >= Fraction(raised.at_least)
        if raised.more_than is not None:
            return value > Fraction(raised.more_than)
        if raised.at_most is not None:
            return value <= Fraction(raised.at_most)
        return value < Fraction(raised.less_than or 0)

    def publish(self, board: Board, day: int) -> None:
        """Bring the alerts on the problem in line with all days up to one."""
        series = [self.holds(one) for one in range(self.first_day, day + 1)]
        found = episodes(self.first_day, series, self.raised.minimum_days or USUAL_DAYS)
        board.judge("problem_raised", self.problem.id, "warning", found, day)

    def row(self, day: int) -> ProblemRow:
        """Return how the problem stands on `day`."""
        figure = self.reader.figure(self.target, day)
        series = [self.holds(one) for one in range(self.first_day, day + 1)]
        found = episodes(self.first_day, series, self.raised.minimum_days or USUAL_DAYS)
        running = [one.start for one in found if one.end is None]
        if running:
            return ProblemRow(self.problem.id, "raised", Day(running[0]), figure)
        state = "no_data" if series[-1] is None else "not_raised"
        return ProblemRow(self.problem.id, state, None, figure)


def in_sight(problems: Sequence[Problem]) -> list[Problem]:
    """Return the problems that events can show."""
    return [one for one in problems if one.raised_when is not None]
