"""Judge one target: its status on every closed day, the row that shows it, and what its alerts say.

Statuses are a function of the panes: a change makes the days from the earliest one that differs be judged again, and no others.
"""

from typing import Final

from models.alerts import Wording
from models.attainment import Reading, StatusSeries
from models.catalogue import CompiledTarget
from models.changes import AttainmentRow, Figure
from models.days import Day
from models.figures import NULL, Sources
from models.messages import TargetFigures, target_reason
from models.panes import ALL
from models.rules import RULES, TARGET_RULES, Rule, State

_LONGEST_MINIMUM: Final = max(RULES[rule].minimum_days for rule in TARGET_RULES)


class TargetJudge:
    """The status series of one target."""

    def __init__(self, target: CompiledTarget, sources: Sources, first_day: Day) -> None:
        self.target = target
        self._sources = sources
        self._first_day = first_day
        self.series = StatusSeries(target.terms, first_day, prior=self._reading)
        self._since: Day | None = None
        self._resumed = False

    @property
    def reads(self) -> frozenset[str]:
        """The measures and types of facts that its figure follows from."""
        indicator = self.target.indicator
        return frozenset() if indicator is None else indicator.inputs

    def _reading(self, day: Day) -> Reading:
        return self.target.readings(self._sources, (day,))[0]

    def mark(self, day: Day) -> None:
        """Note that figures from `day` on may differ."""
        if self._since is None or day < self._since:
            self._since = day

    def close(self, day: Day) -> bool:
        """Judge `day`, and again the days that changed; return whether its alerts may change."""
        since = day if self._since is None else self._since
        since = Day(max(self._first_day, min(since, day, self.series.last_day + 1)))
        self._since = None
        deadline = self.target.terms.deadline
        live = self.target.readings(self._sources, range(since, min(day, deadline) + 1))
        if since + len(live) <= day:
            frozen = live[-1] if live else self._reading(deadline)
            live += [frozen] * (day + 1 - since - len(live))
        changed = self.series.update(since, live)
        if self._resumed or (changed is not None and changed < day):
            self._resumed = False
            return True
        return day - self.series.since(day) <= _LONGEST_MINIMUM

    def resume(self, closed: Day) -> None:
        """Judge all days up to the last closed one; what facts of the open day changed in them is for the next close to tell."""
        self.mark(self._first_day)
        self.close(closed)
        self._resumed = True

    def row(self, day: Day) -> AttainmentRow:
        """Return how the target stands on a judged day."""
        standing = self.series.standing(day)
        return AttainmentRow(
            target=self.target.definition.id,
            as_of=day,
            figure=self.figure(day),
            expected=standing.expected,
            pace=standing.pace,
            forecast=standing.forecast,
            status=standing.status.value,
            status_since=standing.since,
            reason=standing.reason,
        )

    def figure(self, day: Day) -> Figure:
        """Return the figure that the target is judged by on a day."""
        indicator = self.target.indicator
        if indicator is None:
            return NULL
        return indicator.figure(
            self._sources, ALL, indicator.window, min(day, self.target.terms.deadline)
        )

    def wording(self, rule: Rule, state: State, day: Day) -> Wording:
        """Return the words of a revision at the close of a day."""
        standing, definition, terms = (
            self.series.standing(day),
            self.target.definition,
            self.target.terms,
        )
        value = self.figure(day).value
        indicator = self.target.indicator
        figures = TargetFigures(
            status=standing.status,
            value=value,
            expected=standing.expected,
            target=definition.judged_by if definition.judged_by is not None else 0,
            operator=terms.operator,
            unit=definition.unit,
            deadline=terms.deadline,
            forecast=standing.forecast,
            milestone=indicator is not None and indicator.kind == "milestone",
        )
        return Wording(value, standing.expected, target_reason(rule, state, figures))
