"""How a target stands, day by day: the status series of section 7 of the design.

A day's status depends on the readings of that day and earlier ones only, so a change recomputes the tail and nothing before it.
"""

from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum, StrEnum
from fractions import Fraction
from itertools import zip_longest
from typing import Final, Literal, NamedTuple

from models.days import Day, date_of, day_from_date, year_start
from models.trajectory import Course, Operator, Rational, Terms

__all__ = [
    "FORECAST_DAYS",
    "NO_REFERENCE",
    "Operator",
    "Reading",
    "Standing",
    "Status",
    "StatusSeries",
    "Terms",
    "Thin",
    "quantized",
]

FORECAST_DAYS: Final = 90
"""The slope of a forecast is that of the last 90 days."""

AT_RISK_FROM_DAY: Final = 30
"""A forecast counts from the 30th day of the judged period."""

MILESTONE_WARNING_DAYS: Final = 30
"""A milestone without stated steps is at risk from 30 days before its deadline."""


NO_VALUE: Final = "no_value"
"""Why there is no data: no event that the figure is made of has come yet, or its denominator is 0."""

DENOMINATOR_UNDER_20: Final = "denominator_under_20"
"""Why there is no data: there is a value, of too few cases to judge by."""


class Status(StrEnum):
    """How a target stands on a day; the first that holds, in this order."""

    NOT_MEASURABLE = "not_measurable"
    """No definition, no reference, or directional without one; the reason says which."""
    NOT_STARTED = "not_started"
    """The period has not begun."""
    NO_DATA = "no_data"
    """The value is NULL, or a ratio of flows with a denominator under 20."""
    ATTAINED = "attained"
    """The value meets the target."""
    MISSED = "missed"
    """The deadline has passed."""
    REGRESSED = "regressed"
    """An earlier closed day of the same judged period was attained."""
    BEHIND = "behind"
    """Short of expected by more than 5 % of the distance from baseline to target."""
    AT_RISK = "at_risk"
    """Not forecast to be met by the deadline."""
    ON_TRACK = "on_track"
    """Otherwise."""


_FORECAST: Final = frozenset({Status.REGRESSED, Status.BEHIND, Status.AT_RISK, Status.ON_TRACK})


class NoReference(Enum):
    """The type of `NO_REFERENCE`."""

    NO_REFERENCE = "reference_missing"


NO_REFERENCE: Final = NoReference.NO_REFERENCE
"""The reading of a day on which the figure cannot be measured for want of a reference value."""


@dataclass(frozen=True, slots=True)
class Thin:
    """A value too thin to judge by (a ratio of flows with a denominator under 20): `no_data`, but a slope may start from it.

    No tuple: who has a value in hand can take it for nothing else.
    """

    p: int
    q: int


Reading = Rational | Thin | None | Literal[NoReference.NO_REFERENCE]
"""A day's value: an exact rational; one that is too thin; None for NULL; or `NO_REFERENCE`."""


class Standing(NamedTuple):
    """How a target stands on one day, as it is shown."""

    status: Status
    since: Day
    """First day of the run of days with this status."""
    expected: Decimal | None
    pace: Decimal | None
    forecast: Day | None
    reason: str | None
    """Why the day is not measurable or has no data."""


def quantized(value: Fraction) -> Decimal:
    """Return `value` with 4 decimals, rounded half up (away from zero)."""
    units, rest = divmod(abs(value.numerator) * 10_000, value.denominator)
    units += 2 * rest >= value.denominator
    return Decimal(-units if value < 0 else units).scaleb(-4)


@dataclass(frozen=True, slots=True)
class _Run:
    start: Day
    status: Status


class StatusSeries:
    """The statuses of one target, from the province's first day to its last closed day.

    `prior` gives the readings of days before `first_day`, from which forecasts may start; without it such a forecast is none.
    """

    def __init__(
        self, terms: Terms, first_day: Day, prior: Callable[[Day], Reading] | None = None
    ) -> None:
        self.terms = terms
        self.first_day = first_day
        self._prior = prior
        self._readings: list[Reading] = []
        self._runs: list[_Run] = []
        self._first_attained: list[Day] = []
        """The first attained day of each judged period that has one."""
        self._courses: dict[int, Course] = {}

    @property
    def last_day(self) -> Day:
        """The last judged day; the day before `first_day` while there is none."""
        return Day(self.first_day + len(self._readings) - 1)

    def update(self, from_day: Day, readings: Sequence[Reading]) -> Day | None:
        """Judge `from_day` and the days after it anew; return the first day whose status is new or another, None if none is.

        `readings` are those of `from_day`, the next day, ... up to the newest closed day. After the deadline the caller gives
        the value as read at the deadline.

        Raises:
            ValueError: the readings leave a gap, or end before the last day judged.
        """
        old_last, new_last = self.last_day, Day(from_day + len(readings) - 1)
        if not self.first_day <= from_day <= old_last + 1 or new_last < old_last:
            raise ValueError(
                f"readings of days {from_day} to {new_last} do not continue"
                f" a series of days {self.first_day} to {old_last}"
            )
        old = self._cut(from_day)
        self._readings[from_day - self.first_day :] = readings
        new = self._judge(from_day, new_last)
        continues = bool(self._runs and new and self._runs[-1].status is new[0].status)
        self._runs += new[1:] if continues else new
        grown = Day(old_last + 1) if new_last > old_last else None
        return _first_difference(old, new, grown)

    def _cut(self, from_day: Day) -> list[_Run]:
        """Forget the statuses from `from_day` on and return them."""
        while self._first_attained and self._first_attained[-1] >= from_day:
            self._first_attained.pop()
        if from_day > self.last_day:
            return []
        index = bisect_right(self._runs, from_day, key=_start)
        tail = [_Run(from_day, self._runs[index - 1].status), *self._runs[index:]]
        del self._runs[index:]
        if self._runs[-1].start == from_day:
            self._runs.pop()
        return tail

    def _judge(self, from_day: Day, last_day: Day) -> list[_Run]:
        runs: list[_Run] = []
        status: Status | None = None
        day = from_day
        while day <= last_day:
            course, until = self._course(day)
            attained_before = bool(
                self._first_attained and self._first_attained[-1] >= course.start
            )
            for number in range(day, min(until, last_day) + 1):
                now = self._status(course, Day(number), attained_before=attained_before)
                if now is not status:
                    runs.append(_Run(Day(number), now))
                    status = now
                if now is Status.ATTAINED and not attained_before:
                    self._first_attained.append(Day(number))
                    attained_before = True
            day = Day(min(until, last_day) + 1)
        return runs

    def _course(self, day: Day) -> tuple[Course, Day]:
        """Return the judged period that `day` belongs to, and the last day to which that holds."""
        terms = self.terms
        if not terms.yearly:
            year, start, deadline, until = 0, terms.period_start, terms.deadline, self.last_day
        else:
            inside = min(max(day, terms.period_start), terms.deadline)
            first = year_start(Day(inside))
            year = date_of(first).year
            end = Day(day_from_date(date_of(first).replace(year=year + 1)) - 1)
            start, deadline = max(terms.period_start, first), min(terms.deadline, end)
            until = self.last_day if end >= terms.deadline else end
        if year not in self._courses:
            self._courses[year] = Course(terms, start, deadline)
        return self._courses[year], until

    def _status(self, course: Course, day: Day, *, attained_before: bool) -> Status:  # noqa: C901 - the table of section 7, a line each
        reading = self._readings[day - self.first_day]
        if reading is NO_REFERENCE or self.terms.reason_not_measurable is not None:
            return Status.NOT_MEASURABLE
        if day < course.start:
            return Status.NOT_STARTED
        if reading is None or isinstance(reading, Thin):
            return Status.NO_DATA
        p, q = reading
        if course.meets(p, q):
            return Status.ATTAINED
        if day > course.deadline:
            return Status.MISSED
        if attained_before:
            return Status.REGRESSED
        if not course.lined:
            warned = day >= course.deadline - MILESTONE_WARNING_DAYS
            return Status.AT_RISK if warned else Status.ON_TRACK
        if course.is_behind(day, p, q):
            return Status.BEHIND
        if day >= course.start + AT_RISK_FROM_DAY - 1:
            before = self._before(course, day)
            if before is None or not course.reaches(day, (p, q), *before):
                return Status.AT_RISK
        return Status.ON_TRACK

    def _before(self, course: Course, day: Day) -> tuple[Rational, int] | None:
        """Return the value that a forecast's slope starts from, and how many days back it is."""
        start = Day(day - FORECAST_DAYS)
        if start <= course.start:
            return (course.base(), day - course.start) if day > course.start else None
        reading: Reading = None
        if start >= self.first_day:
            reading = self._readings[start - self.first_day]
        elif self._prior is not None:
            reading = self._prior(start)
        if reading is None or reading is NO_REFERENCE:
            return None
        value = (reading.p, reading.q) if isinstance(reading, Thin) else reading
        return value, FORECAST_DAYS

    def runs(self) -> list[tuple[Day, Status]]:
        """Return (first day, status) of each run of days with one status, ascending."""
        return [(run.start, run.status) for run in self._runs]

    def status(self, day: Day) -> Status:
        """Return the status of a judged day."""
        return self._run(day).status

    def since(self, day: Day) -> Day:
        """Return the first day of the run of one status that a judged day belongs to."""
        return self._run(day).start

    def _run(self, day: Day) -> _Run:
        if not self.first_day <= day <= self.last_day:
            raise KeyError(f"day {day} is not judged: {self.first_day} to {self.last_day} are")
        return self._runs[bisect_right(self._runs, day, key=_start) - 1]

    def standing(self, day: Day) -> Standing:
        """Return how the target stands on a judged day, with the figures that a supervisor is shown.

        Nothing is expected of a day that cannot be judged or comes before the period; there is a forecast only while the
        target can still be met and is not.
        """
        run = self._run(day)
        status = run.status
        if status is Status.NOT_MEASURABLE:
            reason = self.terms.reason_not_measurable or NO_REFERENCE.value
            return Standing(status, run.start, None, None, None, reason)
        course, _ = self._course(day)
        expected = course.expected(day)
        pace: Fraction | None = None
        forecast: Day | None = None
        reading = self._readings[day - self.first_day]
        if isinstance(reading, tuple) and expected is not None:
            pace = course.pace(Fraction(*reading), expected)
            before = self._before(course, day) if status in _FORECAST else None
            forecast = None if before is None else course.forecast(day, reading, *before)
        return Standing(
            status=status,
            since=run.start,
            expected=None if expected is None else quantized(expected),
            pace=None if pace is None else quantized(pace),
            forecast=forecast,
            reason=_why_no_data(reading) if status is Status.NO_DATA else None,
        )


def _why_no_data(reading: Reading) -> str:
    return DENOMINATOR_UNDER_20 if isinstance(reading, Thin) else NO_VALUE


def _start(run: _Run) -> Day:
    return run.start


def _first_difference(old: list[_Run], new: list[_Run], grown: Day | None) -> Day | None:
    """Return the first day on which two series that begin on one day differ; `grown` is the first that only `new` has."""
    days = [] if grown is None else [grown]
    for was, now in zip_longest(old, new):
        if was != now:
            days += [run.start for run in (was, now) if run is not None]
            break
    return min(days, default=None)
