"""Judge the problems that a plan speaks of: on which closed days does a figure show each?

What held on a day is kept as runs of days; a restated past is read again only on days on which a figure may have changed.
"""

from collections.abc import Iterator

from models.alerts import AlertKey, Watched, Wording
from models.attainment import Reading
from models.catalogue import ProvinceCatalogue
from models.catalogue.problems import Signal
from models.changes import Figure, ProblemRow
from models.days import Day
from models.definitions import Problem
from models.episodes import Holds, Timeline, episodes
from models.figures import Sources
from models.foremost import Foremost, foremost
from models.panes import ALL
from models.problem_reasons import ProblemFigures, problem_reason
from models.rules import Rule, State
from models.turning import turning_days


class ProblemJudge:
    """Says day by day whether a figure shows one problem."""

    def __init__(self, problem: Problem, signal: Signal, sources: Sources, first_day: Day) -> None:
        self.problem = problem
        self.signal = signal
        self._sources = sources
        self._first_day = first_day
        self.line = Timeline()
        """On which judged days the figure shows it."""
        self._since = first_day
        """The first day from which figures may differ from what was judged."""
        self._resumed = False

    @property
    def reads(self) -> frozenset[str]:
        """The measures and types of facts that its figure follows from."""
        return self.signal.indicator.inputs

    def mark(self, day: Day) -> None:
        """Note that figures from `day` on may differ."""
        self._since = min(self._since, day)

    def close(self, day: Day) -> bool:
        """Judge `day`, and again the days that changed; return whether the alerts may change."""
        before = list(self.line.runs)
        since = max(self._first_day, self._since)
        indicator = self.signal.indicator
        days = [since, *turning_days(indicator, self._sources, since + 1, day)]
        for judged, reading in zip(days, indicator.readings(self._sources, days), strict=True):
            self.line.extend(judged, self._holds(reading))
        self._since = Day(day + 1)
        resumed, self._resumed = self._resumed, False
        runs = self.line.runs
        return resumed or runs != before or day - runs[-1][0] <= self.signal.minimum_days

    def _holds(self, reading: Reading) -> Holds:
        """Return whether a figure meets the bound; unknown where there is none, or too few cases make it."""
        if isinstance(reading, tuple):
            return Holds.of(holds=self.signal.met_by(reading))
        return Holds.UNKNOWN

    def resume(self, closed: Day) -> None:
        """Judge all days up to the last closed one; the next close looks at the alerts."""
        self.close(closed)
        self._resumed = True

    def figure(self, day: Day) -> Figure:
        """Return the figure that the problem is judged by on a day."""
        indicator = self.signal.indicator
        return indicator.figure(self._sources, ALL, indicator.window, day)

    def row(self, day: Day) -> ProblemRow:
        """Return how the problem stands on a judged day."""
        found = episodes(self.line.runs, day, self.signal.minimum_days)
        if found and found[-1].end is None:
            return ProblemRow(self.problem.id, "raised", found[-1].start, self.figure(day))
        unknown = self.line.holds(day) is Holds.UNKNOWN
        state = "no_data" if unknown else "not_raised"
        return ProblemRow(self.problem.id, state, None, self.figure(day))

    def wording(self, state: State, day: Day) -> Wording:
        """Return the words of a revision at the close of a day."""
        figure = self.figure(day)
        agencies = (
            foremost(self.signal, self._sources, day) if state is State.FIRING else Foremost()
        )
        figures = ProblemFigures(self.problem, self.signal, figure, agencies)
        return Wording(figure.value, self.signal.bound, problem_reason(state, figures))


class ProblemBoard:
    """The problems of a province's plan that events can show."""

    def __init__(self, catalogue: ProvinceCatalogue, sources: Sources, first_day: Day) -> None:
        self._province = catalogue.province
        self._plan = catalogue.plan.id
        self.judges = [
            ProblemJudge(one.definition, one.signal, sources, first_day)
            for one in catalogue.problems
            if one.signal is not None
        ]
        self._written: dict[str, ProblemRow] = {}

    @property
    def watched(self) -> Iterator[AlertKey]:
        """What alerts can be about."""
        return map(self._key, self.judges)

    def _key(self, judge: ProblemJudge) -> AlertKey:
        return AlertKey(self._province, self._plan, Rule.PROBLEM_RAISED, problem=judge.problem.id)

    def mark_register(self, day: Day) -> None:
        """Note that the register says otherwise of an agency from `day` on."""
        for judge in self.judges:
            if judge.signal.indicator.over is not None:
                judge.mark(day)

    def resume(self, closed: Day) -> None:
        """Judge all days up to the last closed one again, writing nothing."""
        for judge in self.judges:
            judge.resume(closed)

    def close(self, day: Day) -> Iterator[Watched]:
        """Judge a day; yield the problems whose alerts may change."""
        for judge in self.judges:
            if judge.close(day):
                yield Watched(
                    self._key(judge),
                    judge.line,
                    lambda state, judge=judge: judge.wording(state, day),  # type: ignore[misc]
                    judge.signal.minimum_days,
                )

    def changed_rows(self, day: Day) -> dict[str, ProblemRow]:
        """Return how the problems stand on a judged day, as far as that differs from what was returned last."""
        changed: dict[str, ProblemRow] = {}
        for judge in self.judges:
            row = judge.row(day)
            if self._written.get(row.problem) != row:
                self._written[row.problem] = changed[row.problem] = row
        return changed
