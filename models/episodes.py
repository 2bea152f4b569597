"""Episodes: the maximal runs of closed days on which a rule's condition holds.

Everything is run-length: a change in the tail costs the number of runs, never the number of days.
"""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from enum import Enum
from typing import NamedTuple, Self

from models.attainment import Status
from models.days import Day
from models.rules import Rule, condition


class Holds(Enum):
    """Whether a rule's condition holds on a day, and whether the day counts."""

    YES = "yes"
    """It holds: the day starts a run or adds to it."""
    NO = "no"
    """It does not: the day ends a run."""
    UNKNOWN = "unknown"
    """No data: the day neither ends a run nor adds to it."""
    INHIBITED_YES = "inhibited_yes"
    """It holds while the agency is silent: the day starts no run, but adds to one."""
    INHIBITED_NO = "inhibited_no"
    """It does not hold while the agency is silent: the day ends no run."""

    @classmethod
    def of(cls, *, holds: bool | None, inhibited: bool = False) -> "Holds":
        """Return the member for a condition's outcome (None: no data)."""
        if holds is None:
            return cls.UNKNOWN
        if inhibited:
            return cls.INHIBITED_YES if holds else cls.INHIBITED_NO
        return cls.YES if holds else cls.NO


Runs = Sequence[tuple[Day, Holds]]
"""(first day, value) of each run of days with one value, ascending; the last reaches to the last closed day."""


class Episode(NamedTuple):
    """A run of days on which a condition holds; `end` is the first day after it, None while it runs."""

    start: Day
    end: Day | None


class Timeline:
    """Day by day, whether a condition holds; kept as runs, and rewritten from the tail."""

    __slots__ = ("_runs",)

    def __init__(self, runs: Iterable[tuple[Day, Holds]] = ()) -> None:
        self._runs: list[tuple[Day, Holds]] = []
        for start, holds in runs:
            self.extend(start, holds)

    @property
    def runs(self) -> Runs:
        """The runs, no two neighbours alike."""
        return self._runs

    def extend(self, day: Day, holds: Holds) -> None:
        """Let `holds` be the value from `day` on; later days are forgotten."""
        self.cut(day)
        if not self._runs or self._runs[-1][1] is not holds:
            self._runs.append((day, holds))

    def cut(self, day: Day) -> None:
        """Forget the values from `day` on: the run before it is the last."""
        while self._runs and self._runs[-1][0] >= day:
            self._runs.pop()

    def holds(self, day: Day) -> Holds | None:
        """Return the value on `day`, None before the first."""
        index = bisect_right(self._runs, day, key=_start) - 1
        return self._runs[index][1] if index >= 0 else None

    @classmethod
    def of_statuses(cls, rule: Rule, statuses: Iterable[tuple[Day, Status]]) -> Self:
        """Return the timeline of a rule on targets from the runs of a status series."""
        return cls((start, Holds.of(holds=condition(rule, status))) for start, status in statuses)

    def inhibited(self, silences: Iterable[tuple[Day, Day | None]]) -> "Timeline":
        """Return this timeline with the days of `silences` (half-open, ascending) marked as inhibited."""
        result = Timeline()
        begin: Day | None = None
        for start, end in silences:
            self._copy(result, begin, start, inhibited=False)
            self._copy(result, start, end, inhibited=True)
            if end is None:
                return result
            begin = end
        self._copy(result, begin, None, inhibited=False)
        return result

    def _copy(
        self, into: "Timeline", start: Day | None, end: Day | None, *, inhibited: bool
    ) -> None:
        """Append the days from `start` (None: the first) up to `end` (None: the last)."""
        index = 0 if start is None else max(bisect_right(self._runs, start, key=_start) - 1, 0)
        for begin, holds in self._runs[index:]:
            if end is not None and begin >= end:
                return
            into.extend(
                begin if start is None else max(begin, start), _marked(holds, inhibited=inhibited)
            )


def _start(run: tuple[Day, Holds]) -> Day:
    return run[0]


def _marked(holds: Holds, *, inhibited: bool) -> Holds:
    if not inhibited or holds is Holds.UNKNOWN:
        return holds
    return Holds.of(holds=holds in {Holds.YES, Holds.INHIBITED_YES}, inhibited=True)


def episodes(runs: Runs, last_day: Day, minimum: int) -> list[Episode]:
    """Return the episodes of a timeline up to `last_day`, ascending.

    Only those on which the condition holds on at least `minimum` days; the first day counts. An episode that is still too short
    on `last_day` is none yet.
    """
    found: list[Episode] = []
    start: Day | None = None
    days = 0
    for index, (begin, holds) in enumerate(runs):
        if begin > last_day:
            break
        if holds is Holds.YES or (holds is Holds.INHIBITED_YES and start is not None):
            following = runs[index + 1][0] if index + 1 < len(runs) else Day(last_day + 1)
            start = begin if start is None else start
            days += min(following, last_day + 1) - begin
        elif holds is Holds.NO and start is not None:
            if days >= minimum:
                found.append(Episode(start, begin))
            start, days = None, 0
    if start is not None and days >= minimum:
        found.append(Episode(start, None))
    return found
