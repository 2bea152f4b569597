"""A target's course through one judged period: what is expected of it on a day, and when it will be met.

Values are exact rationals (p, q) with q > 0, compared by cross-multiplication: rounding never decides a status.
"""

from bisect import bisect_right
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from math import lcm
from typing import Final

from models.days import FOREVER, Day

Rational = tuple[int, int]
"""An exact value p / q with q > 0; a ratio in % is (100 * numerator, denominator)."""

TOLERANCE: Final = Fraction(1, 20)
"""How far short of expected is behind, as a part of the distance from baseline to target (design, section 7)."""


class Operator(StrEnum):
    """How a value must stand to its target."""

    AT_LEAST = "at_least"
    """value >= target; also what the plans mean by '=' on counts."""
    MORE_THAN = "more_than"
    """value > target."""
    AT_MOST = "at_most"
    """value <= target: a ceiling."""
    LESS_THAN = "less_than"
    """value < target."""
    EQUAL = "equal"
    """value = target exactly; approached from the side of the baseline."""


@dataclass(frozen=True, slots=True)
class Terms:
    """What a plan promises, as far as a status depends on it."""

    operator: Operator
    target: Rational
    baseline: Rational | None
    period_start: Day
    deadline: Day
    milestone: bool = False
    """A thing done or not: no line and no forecast, unless `steps` are stated."""
    steps: tuple[tuple[Day, Rational], ...] = ()
    """Values that the plan states for days before the deadline, ascending: each is expected from its day on, until the next."""
    yearly: bool = False
    """Judged anew each calendar year, clipped to [period_start, deadline]."""
    reason_not_measurable: str | None = None
    """Why no day can be judged, e.g. `definition_missing`; None: days can be judged."""


class Course:
    """The expected values of one judged period as pieces of straight lines, compiled to integers."""

    __slots__ = (
        "_base", "_behind", "_expected", "_measured_from_base", "_starts", "_strict", "_terms",
        "deadline", "equal", "lined", "sign", "start",
    )  # fmt: skip

    def __init__(self, terms: Terms, start: Day, deadline: Day) -> None:
        """Compile the course of `terms` from `start` to `deadline`, both inside."""
        self._terms = terms
        self.start = start
        self.deadline = deadline
        self.lined = not terms.milestone or bool(terms.steps)
        """False: nothing is expected before the deadline."""
        self._base = Fraction(*terms.baseline) if terms.baseline is not None else Fraction(0)
        target = Fraction(*terms.target)
        falls = terms.operator in {Operator.AT_MOST, Operator.LESS_THAN}
        self.equal = terms.operator is Operator.EQUAL
        self.sign = -1 if falls or (self.equal and target < self._base) else 1
        """1 where progress is upwards, -1 where it is downwards."""
        self._strict = terms.operator in {Operator.MORE_THAN, Operator.LESS_THAN}
        self._measured_from_base = not (falls and terms.baseline is None)
        self._expected = self._pieces(target)
        self._starts = [piece[0] for piece in self._expected]
        self._behind = [self._bound(piece, target) for piece in self._expected]

    def _pieces(self, target: Fraction) -> list[tuple[Day, Fraction, Fraction]]:
        """Return (first day, value at the period's start, value per day) for each piece of the expected line."""
        flat = Fraction(0)
        if self.deadline <= self.start:
            return [(self.start, target, flat)]
        end = (self.deadline, target, flat)
        if self._terms.steps:
            first = Fraction(*self._terms.steps[0][1])
            pieces = [(self.start, self._base if self._measured_from_base else first, flat)]
            for day, value in self._terms.steps:
                if day >= self.deadline:
                    break
                if day <= self.start:
                    pieces.clear()
                pieces.append((max(day, self.start), Fraction(*value), flat))
            return [*pieces, end]
        if not self._measured_from_base:
            return [(self.start, target, flat)]
        slope = (target - self._base) / (self.deadline - self.start)
        return [(self.start, self._base, slope), end]

    def _bound(
        self, piece: tuple[Day, Fraction, Fraction], target: Fraction
    ) -> tuple[int, int, int]:
        """Return integers (a, b, m): p / q is behind on day start + k if and only if (a + b * k) * q > m * p."""
        _, value, slope = piece
        tolerated = TOLERANCE * abs(target - self._base)
        constant, linear = self.sign * value - tolerated, self.sign * slope
        scale = lcm(constant.denominator, linear.denominator)
        return int(constant * scale), int(linear * scale), self.sign * scale

    def meets(self, p: int, q: int) -> bool:
        """Tell whether the value p / q meets the target."""
        tp, tq = self._terms.target
        ahead = self.sign * (p * tq - tp * q)
        if self.equal:
            return ahead == 0
        return ahead > 0 if self._strict else ahead >= 0

    def is_behind(self, day: Day, p: int, q: int) -> bool:
        """Tell whether p / q is short of what is expected on `day` by more than the tolerance."""
        a, b, m = self._behind[bisect_right(self._starts, day) - 1]
        return (a + b * (day - self.start)) * q > m * p

    def expected(self, day: Day) -> Fraction | None:
        """Return what is expected on `day`; None where nothing is: before the start, and of a milestone without steps."""
        if not self.lined or day < self.start:
            return None
        _, value, slope = self._expected[bisect_right(self._starts, day) - 1]
        return value + slope * (day - self.start)

    def pace(self, value: Fraction, expected: Fraction) -> Fraction | None:
        """Return progress made / progress expected; None where no progress is expected yet, or nothing says from where."""
        due = self.sign * (expected - self._base)
        if due <= 0 or not self._measured_from_base:
            return None
        return self.sign * (value - self._base) / due

    def base(self) -> Rational:
        """Return the value at the period's start: the baseline, or 0."""
        return self._base.as_integer_ratio()

    def days_to_target(self, now: Rational, before: Rational, days: int) -> tuple[int, int] | None:
        """Return how many days (as a rational) the slope from `before`, `days` earlier, to `now` needs to the target.

        None where the slope is not towards the target. `now` must not meet the target.
        """
        p, q = now
        p0, q0 = before
        tp, tq = self._terms.target
        gap = tp * q - p * tq
        rise = p * q0 - p0 * q
        if gap < 0 or (gap == 0 and self.sign < 0):
            gap, rise = -gap, -rise
        return (gap * q0 * days, rise * tq) if rise > 0 else None

    def reaches(self, day: Day, now: Rational, before: Rational, days: int) -> bool:
        """Tell whether the target will be met by the deadline at the slope of the last `days`."""
        needed = self.days_to_target(now, before, days)
        if needed is None:
            return False
        left, right = needed[0], needed[1] * (self.deadline - day)
        return left < right if self._strict else left <= right

    def forecast(self, day: Day, now: Rational, before: Rational, days: int) -> Day | None:
        """Return the first day on which the target will be met at the slope of the last `days`; None if it will not."""
        needed = self.days_to_target(now, before, days)
        if needed is None:
            return None
        ahead = needed[0] // needed[1] + 1 if self._strict else -(-needed[0] // needed[1])
        return Day(day + ahead) if day + ahead < FOREVER else None
