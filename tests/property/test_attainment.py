"""The status series against a naive reading of section 7 of the design: Fractions, one day at a time, no state."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from functools import cached_property
from math import ceil, floor

from hypothesis import example, given
from hypothesis import strategies as st

from models.attainment import (
    NO_REFERENCE,
    Operator,
    Reading,
    Standing,
    Status,
    StatusSeries,
    Terms,
    Thin,
)
from models.days import Day, date_of, day_from_date

FIRST = day_from_date(date(2016, 12, 1))


@dataclass(frozen=True)
class Naive:
    """Judges a day from all the readings up to it."""

    terms: Terms
    readings: Sequence[Reading]
    prior: Reading

    def reading(self, day: int) -> Reading:
        """Return the reading of any day."""
        return self.readings[day - FIRST] if day >= FIRST else self.prior

    def period(self, day: int) -> tuple[int, int]:
        """Return first and last day of the judged period of `day`."""
        start, deadline = self.terms.period_start, self.terms.deadline
        if not self.terms.yearly:
            return start, deadline
        year = date_of(min(max(day, start), deadline)).year
        return (
            max(start, day_from_date(date(year, 1, 1))),
            min(deadline, day_from_date(date(year, 12, 31))),
        )

    @property
    def target(self) -> Fraction:
        """The target."""
        return Fraction(*self.terms.target)

    @property
    def base(self) -> Fraction:
        """Baseline or 0."""
        return Fraction(*self.terms.baseline) if self.terms.baseline is not None else Fraction(0)

    @property
    def ceiling(self) -> bool:
        """The operator wants a small value."""
        return self.terms.operator in {"at_most", "less_than"}

    def meets(self, value: Fraction) -> bool:
        """Compare by the operator's word."""
        return {
            "at_least": value >= self.target,
            "more_than": value > self.target,
            "at_most": value <= self.target,
            "less_than": value < self.target,
            "equal": value == self.target,
        }[self.terms.operator]

    def expected(self, day: int) -> Fraction | None:
        """Return the stated milestones, else the line, else (a ceiling without baseline) the target."""
        start, deadline = self.period(day)
        if day < start or (self.terms.milestone and not self.terms.steps):
            return None
        if day >= deadline:
            return self.target
        if self.terms.steps:
            passed = [value for step, value in self.terms.steps if step <= day]
            if passed:
                return Fraction(*passed[-1])
            bare = self.ceiling and self.terms.baseline is None
            return Fraction(*self.terms.steps[0][1]) if bare else self.base
        if self.ceiling and self.terms.baseline is None:
            return self.target
        return self.base + (self.target - self.base) * Fraction(day - start, deadline - start)

    def sign(self) -> int:
        """Return the direction of progress."""
        if self.terms.operator == "equal":
            return 1 if self.target >= self.base else -1
        return -1 if self.ceiling else 1

    def forecast(self, day: int) -> float | int:
        """Return the day on which the slope meets the target, infinity for never."""
        never = float("inf")
        start, _ = self.period(day)
        back = max(day - 90, start)
        if back == start:
            before = self.base
        else:
            started = self.reading(back)
            if started is None or started is NO_REFERENCE:
                return never
            before = (
                Fraction(started.p, started.q) if isinstance(started, Thin) else Fraction(*started)
            )
        now = self.reading(day)
        if day == back or not isinstance(now, tuple):
            return never
        value = Fraction(*now)
        slope = (value - before) / (day - back)
        if self.terms.operator == "more_than":
            return day + floor((self.target - value) / slope) + 1 if slope > 0 else never
        if self.terms.operator == "less_than":
            return day + floor((self.target - value) / slope) + 1 if slope < 0 else never
        if slope == 0 or (self.target - value) / slope < 0:
            return never
        return day + ceil((self.target - value) / slope)

    def status(self, day: int) -> str:
        """Return the first row of the table that holds."""
        start, deadline = self.period(day)
        reading = self.reading(day)
        if self.terms.reason_not_measurable is not None or reading is NO_REFERENCE:
            return "not_measurable"
        if day < start:
            return "not_started"
        if reading is None or isinstance(reading, Thin):
            return "no_data"
        value = Fraction(*reading)
        if self.meets(value):
            return "attained"
        if day > deadline:
            return "missed"
        if any(start <= other < day for other in self.attained):
            return "regressed"
        expected = self.expected(day)
        if expected is None:
            return "at_risk" if day >= deadline - 30 else "on_track"
        short = (expected - value) * self.sign()
        if short > Fraction(5, 100) * abs(self.target - self.base):
            return "behind"
        if day - start + 1 >= 30 and self.forecast(day) > deadline:
            return "at_risk"
        return "on_track"

    @cached_property
    def attained(self) -> list[int]:
        """The days whose value meets the target."""
        return [
            FIRST + index
            for index, reading in enumerate(self.readings)
            if isinstance(reading, tuple) and self.meets(Fraction(*reading))
        ]


def rationals(low: int = 0, high: int = 120) -> st.SearchStrategy[tuple[int, int]]:
    """Values in or near percent, with small and large denominators."""
    return st.tuples(st.integers(low, high), st.sampled_from([1, 1, 1, 7])).map(
        lambda pair: (pair[0] * pair[1] + pair[1] // 2, pair[1])
    )


@st.composite
def terms(draw: st.DrawFn) -> Terms:
    """Promises of all operators, with and without baseline, steps, a year's rhythm; some with a deadline before the start."""
    start = FIRST + draw(st.integers(-200, 60))
    deadline = start + draw(st.integers(-5, 500))
    steps: list[tuple[Day, tuple[int, int]]] = []
    if draw(st.integers(0, 3)) == 0:
        days = draw(st.lists(st.integers(start - 10, deadline + 10), max_size=3, unique=True))
        steps = [(Day(day), draw(rationals())) for day in sorted(days)]
    return Terms(
        operator=draw(st.sampled_from(Operator)),
        target=draw(rationals()),
        baseline=draw(st.none() | rationals()),
        period_start=Day(start),
        deadline=Day(deadline),
        milestone=draw(st.integers(0, 4)) == 0,
        steps=tuple(steps),
        yearly=draw(st.booleans()),
        reason_not_measurable=draw(st.sampled_from([None] * 9 + ["definition_missing"])),
    )


@st.composite
def series(draw: st.DrawFn) -> list[Reading]:
    """A value that drifts, with days of no data, of thin data, and without reference."""
    length = draw(st.integers(1, 420))
    value = draw(st.integers(0, 120))
    drift = draw(st.integers(-3, 6))
    noise = draw(st.randoms(use_true_random=False))
    out: list[Reading] = []
    for _ in range(length):
        value = max(value + (drift + noise.randint(-3, 3)) * noise.randint(0, 1), 0)
        dice = noise.randint(0, 60)
        plain = (value * 4 + dice % 4, 16)
        odd: dict[int, Reading] = {0: None, 1: Thin(*plain), 2: NO_REFERENCE}
        out.append(odd.get(dice, plain))
    return out


PLAIN = Terms(Operator.AT_LEAST, (80, 1), None, FIRST, Day(FIRST + 400))


@given(terms=terms(), readings=series(), prior=st.none() | rationals())
@example(terms=PLAIN, readings=[(day, 7) for day in range(401)], prior=None)
@example(
    terms=replace(PLAIN, operator=Operator.MORE_THAN),
    readings=[(day, 5) for day in range(405)],
    prior=None,
)
def test_the_series_is_the_table_read_day_by_day(
    terms: Terms, readings: list[Reading], prior: Reading
) -> None:
    """For every day the first row of section 7's table that holds, with values compared as exact fractions."""
    naive = Naive(terms, readings, prior)
    expected = [naive.status(FIRST + index) for index in range(len(readings))]

    judged = StatusSeries(terms, FIRST, lambda _: prior)
    judged.update(FIRST, readings)

    assert expected == [judged.status(Day(FIRST + index)) for index in range(len(readings))]


def rounded(value: Fraction | None) -> Decimal | None:
    """Round half up to 4 decimals, the naive way."""
    if value is None:
        return None
    exact = Decimal(value.numerator) / Decimal(value.denominator)
    return exact.quantize(Decimal("0.0001"), ROUND_HALF_UP)


@given(terms=terms(), readings=series(), prior=st.none() | rationals(), data=st.data())
def test_a_standing_shows_what_the_status_was_judged_by(
    terms: Terms, readings: list[Reading], prior: Reading, data: st.DataObject
) -> None:
    """Expected, pace and forecast of a day are those of the naive reading; only a target that can be judged has them."""
    day = FIRST + data.draw(st.integers(0, len(readings) - 1))
    naive = Naive(terms, readings, prior)
    status, reading, expected = naive.status(day), naive.reading(day), naive.expected(day)
    pace, forecast = None, float("inf")
    if expected is not None and type(reading) is tuple:
        due = (expected - naive.base) * naive.sign()
        if due > 0 and not (naive.ceiling and terms.baseline is None):
            pace = (Fraction(*reading) - naive.base) * naive.sign() / due
        if status in {"regressed", "behind", "at_risk", "on_track"}:
            forecast = naive.forecast(day)

    judged = StatusSeries(terms, FIRST, lambda _: prior)
    judged.update(FIRST, readings)
    standing = judged.standing(Day(day))

    if status == "not_measurable":
        reason = terms.reason_not_measurable or "reference_missing"
        unjudged = Standing(Status.NOT_MEASURABLE, standing.since, None, None, None, reason)
        assert unjudged == standing
    else:
        reason = None
        if status == "no_data":
            reason = "no_value" if reading is None else "denominator_under_20"
        assert (
            Standing(
                Status(status),
                standing.since,
                rounded(expected),
                rounded(pace),
                Day(int(forecast)) if forecast <= 2_932_896 else None,
                reason,
            )
            == standing
        )
    since = day
    while since > FIRST and naive.status(since - 1) == status:
        since -= 1
    assert since == standing.since


@given(terms=terms(), readings=series(), data=st.data())
def test_updates_in_any_chunks_give_the_series_of_one(
    terms: Terms, readings: list[Reading], data: st.DataObject
) -> None:
    """Days may be judged one by one or many at a time, wrong at first and restated later: only the readings count."""
    once = StatusSeries(terms, FIRST)
    once.update(FIRST, readings)

    chunked = StatusSeries(terms, FIRST)
    while chunked.last_day < once.last_day:
        begin = data.draw(st.integers(FIRST, chunked.last_day + 1), label="begin")
        end = data.draw(st.integers(max(chunked.last_day, begin) + 1, once.last_day + 1))
        wrong = data.draw(st.booleans(), label="wrong")
        part = readings[begin - FIRST : end - FIRST]
        chunked.update(Day(begin), [(1, 1)] * len(part) if wrong else part)
    chunked.update(FIRST, readings)

    assert once.runs() == chunked.runs()
    assert once.standing(once.last_day) == chunked.standing(once.last_day)


@given(terms=terms(), readings=series(), data=st.data())
def test_an_update_names_the_first_day_that_changed(
    terms: Terms, readings: list[Reading], data: st.DataObject
) -> None:
    """A restatement of the tail says from where statuses are others, and nothing if none is; new days are changes."""
    judged = StatusSeries(terms, FIRST)
    judged.update(FIRST, readings)
    before = [judged.status(Day(FIRST + index)) for index in range(len(readings))]
    begin = data.draw(st.integers(0, len(readings) - 1))
    restated = data.draw(rationals())
    grown = data.draw(st.integers(0, 3))

    changed = judged.update(Day(FIRST + begin), [restated] * (len(readings) - begin + grown))

    after = [judged.status(Day(FIRST + index)) for index in range(len(readings) + grown)]
    differing = [
        FIRST + index
        for index in range(len(after))
        if index >= len(before) or before[index] is not after[index]
    ]
    assert (differing[0] if differing else None) == changed
    assert all(
        left[1] is not right[1]
        for left, right in zip(judged.runs(), judged.runs()[1:], strict=False)
    )
