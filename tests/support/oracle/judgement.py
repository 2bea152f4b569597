"""Part D of the oracle, first half: how a target stands on a day, by the table of section 7.

A status is worked out for one day at a time; only `regressed` looks at other days.
"""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from fractions import Fraction

from models.days import day_from_date
from models.definitions import Plan, Target
from tests.support.oracle.facts import year_of
from tests.support.oracle.figures import Reader
from tests.support.oracle.house import rounded

LAST_DAY = (date.max - date(1970, 1, 1)).days
"""31 December 9999, after which no day has a name."""

Read = tuple[Fraction | None, bool, bool]
"""Value, whether too few cases make it, whether a reference is missing."""


def measurable(target: Target) -> bool:
    """Tell whether a target has a definition, and something to compare with."""
    if target.indicator is None:
        return False
    given = (target.value, target.assumed_value, target.indicator.change)
    return any(one is not None for one in given)


@dataclass
class Judge:
    """Judges one target from the province's first day on."""

    reader: Reader
    target: Target
    first_day: int
    _readings: dict[int, Read] = field(default_factory=dict)
    _statuses: dict[int, str] = field(default_factory=dict)

    @property
    def plan(self) -> Plan:
        """The plan that the target stands in."""
        return self.reader.plan

    def reading(self, day: int) -> Read:
        """Return the target's figure as read on `day`."""
        if day not in self._readings:
            self._readings[day] = self.reader.reading(self.target, day)
        return self._readings[day]

    def period(self, day: int) -> tuple[int, int]:
        """Return the first day and the deadline of the judged period that `day` belongs to."""
        start = day_from_date(self.target.start or self.plan.period_start)
        deadline = day_from_date(self.target.deadline)
        if self.target.recurrence != "yearly":
            return start, deadline
        year = year_of(min(max(day, start), deadline))
        return (
            max(start, day_from_date(date(year, 1, 1))),
            min(deadline, day_from_date(date(year, 12, 31))),
        )

    @property
    def falls(self) -> bool:
        """Whether progress is downwards."""
        return self.target.operator in {"at_most", "less_than"}

    @property
    def goal(self) -> Fraction:
        """The target's value."""
        printed, assumed = self.target.value, self.target.assumed_value
        return Fraction((assumed if printed is None else printed) or 0)

    @property
    def base(self) -> Fraction:
        """The value at the period's start."""
        return Fraction(self.baseline if self.baseline is not None else 0)

    @property
    def baseline(self) -> Decimal | int | None:
        """The baseline that the plan states, where it is in the target's own unit."""
        baseline, indicator = self.target.baseline, self.target.indicator
        if baseline is None or baseline.unit != self.target.unit:
            return None
        return None if indicator is not None and indicator.change is not None else baseline.value

    @property
    def lined(self) -> bool:
        """Whether anything is expected before the deadline."""
        return self.target.kind != "milestone" or bool(self.target.steps)

    def expected(self, day: int) -> Fraction | None:
        """Return what is expected on `day`."""
        start, deadline = self.period(day)
        if not self.lined or day < start:
            return None
        if day >= deadline:
            return self.goal
        if self.target.steps:
            past = [step for step in self.target.steps if day_from_date(step.day) <= day]
            if past:
                return Fraction(past[-1].value)
            if self.falls and self.baseline is None:
                return Fraction(self.target.steps[0].value)
            return self.base
        if self.falls and self.baseline is None:
            return self.goal
        return self.base + (self.goal - self.base) * Fraction(day - start, deadline - start)

    def meets(self, value: Fraction) -> bool:
        """Tell whether a value meets the target."""
        return {
            "at_least": value >= self.goal,
            "more_than": value > self.goal,
            "at_most": value <= self.goal,
            "less_than": value < self.goal,
            "equal": value == self.goal,
        }[self.target.operator]

    def status(self, day: int) -> str:
        """Return how the target stands on `day`."""
        if day not in self._statuses:
            self._statuses[day] = self._status(day)
        return self._statuses[day]

    def _status(self, day: int) -> str:
        if not measurable(self.target):
            return "not_measurable"
        start, deadline = self.period(day)
        value, thin, missing = self.reading(day)
        if missing:
            return "not_measurable"
        if day < start:
            return "not_started"
        if value is None or thin:
            return "no_data"
        if self.meets(value):
            return "attained"
        if day > deadline:
            return "missed"
        if any(
            self.period(earlier) == (start, deadline) and self.status(earlier) == "attained"
            for earlier in range(max(self.first_day, start), day)
        ):
            return "regressed"
        if not self.lined:
            return "at_risk" if day >= deadline - 30 else "on_track"
        if self._behind(day, value):
            return "behind"
        if day >= start + 29 and not self._in_time(day, value):
            return "at_risk"
        return "on_track"

    def _behind(self, day: int, value: Fraction) -> bool:
        expected = self.expected(day)
        if expected is None:
            return False
        short = value - expected if self.falls else expected - value
        return short > abs(self.goal - self.base) / 20

    def slope(self, day: int, value: Fraction) -> Fraction | None:
        """Return the gain per day over the last 90 days, or since the period's start."""
        start, _ = self.period(day)
        if day - 90 <= start:
            return (value - self.base) / (day - start) if day > start else None
        before, _, missing = self.reading(day - 90)
        return None if before is None or missing else (value - before) / 90

    def _in_time(self, day: int, value: Fraction) -> bool:
        slope = self.slope(day, value)
        if slope is None or (slope >= 0 if self.falls else slope <= 0):
            return False
        return self.meets(value + slope * (self.period(day)[1] - day))

    def forecast(self, day: int) -> int | None:
        """Return the first day on which the target will be met at the present slope, if the calendar has it."""
        value, _, _ = self.reading(day)
        if self.status(day) not in {"regressed", "behind", "at_risk", "on_track"} or value is None:
            return None
        slope = self.slope(day, value) if self.lined else None
        if slope is None or (slope >= 0 if self.falls else slope <= 0):
            return None
        days = -(-(self.goal - value) // slope)
        met = day + days + (not self.meets(value + slope * days))
        return met if met <= LAST_DAY else None

    def since(self, day: int) -> int:
        """Return the first day of the run of days with the status of `day`."""
        start = day
        while start > self.first_day and self.status(start - 1) == self.status(day):
            start -= 1
        return start

    def shown(self, day: int) -> tuple[str, int, Decimal | None]:
        """Return status, since when, and the expected value as a row shows it."""
        status = self.status(day)
        expected = None if status == "not_measurable" else self.expected(day)
        return status, self.since(day), None if expected is None else rounded(expected)
