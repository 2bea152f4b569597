"""Part C of the oracle: a plan's indicators, read from their definitions without compiling anything.

`Reader.figure` gives what a row shows, `Reader.reading` the exact value that a target is judged by.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any, NamedTuple

from models.changes import Figure
from models.days import date_of, day_from_date
from models.definitions import (
    Agencies,
    Change,
    Checklist,
    FigureCondition,
    Indicator,
    IndicatorForm,
    MeasureReference,
    Plan,
    Target,
    WindowName,
)
from tests.support.oracle.house import rounded
from tests.support.oracle.known import Known
from tests.support.oracle.reads import types_read


class Sides(NamedTuple):
    """A figure before it is written down; `missing`: a reference that nothing has supplied."""

    value: Any
    numerator: Any = None
    denominator: Any = None
    missing: bool = False


@dataclass
class Reader:
    """Reads the indicators of one plan."""

    known: Known
    plan: Plan

    def period(self, target: Target, years: int = 0) -> tuple[int, int]:
        """Return the period that a target is read over; one due before the plan begins has its deadline's year."""
        first, last = self.plan.period_start, self.plan.period_end
        if target.deadline < first:
            year = target.deadline.year
            first, last = date(year, 1, 1), date(year, 12, 31)
        return day_from_date(shifted(first, years)), day_from_date(shifted(last, years))

    def days(self, window: str, day: int, target: Target, *, years: int = 0) -> tuple[int, int]:
        """Return the first and last day of a window read on `day`; `years` shifts the period."""
        start, end = self.period(target, years)
        if window == "now":
            return -(10**9), day
        if window == "plan":
            return start, min(day, end)
        if window == "year":
            clip = target.indicator is None or target.indicator.clip is None
            last = min(day, end) if clip else day
            first = day_from_date(date(date_of(last).year, 1, 1))
            return (max(first, start) if clip else first), last
        return day - int(window.removesuffix("d")) + 1, day

    def window(self, form: IndicatorForm) -> str:
        """Return the window of a form that names none."""
        if form.ratio is not None:
            parts = [*form.ratio.num, *form.ratio.den]
            return "year" if self._flows(parts) else "now"
        if form.value is not None:
            return "plan" if self._flows(form.value) else "now"
        if form.least is not None:
            return "plan" if self._flows(form.least) else "now"
        if form.median is not None:
            return "plan" if self._flows([form.median]) else "now"
        if form.change is not None:
            return self.window(form.change.of)
        return "now"

    def _flows(self, parts: Sequence[MeasureReference]) -> bool:
        kinds = [
            self.known.is_flow(part)
            for part in parts
            if part == "records" or self.known.measure(part).latest is None
        ]
        return bool(kinds) and all(kinds)

    def shown_window(self, indicator: Indicator) -> str:
        """Return the window of an indicator."""
        return str(indicator.window or self.window(indicator))

    def sides(
        self,
        indicator: Indicator,
        target: Target,
        day: int,
        agency: str = "*",
        until: int | None = None,
    ) -> Sides:
        """Return an indicator's figure on `day`, as a target reads it: at its deadline once that has passed."""
        deadline = day_from_date(target.deadline) if until is None else until
        agencies = None if agency == "*" else {agency}
        read = min(day, deadline)
        if agency == "*" and indicator.over is not None:
            agencies = self.known.population(indicator.over, read, active=False)
        window = self.shown_window(indicator)
        return self._form(indicator, window, read, agencies, target)

    def _form(
        self,
        form: IndicatorForm,
        window: str,
        day: int,
        agencies: set[str] | None,
        target: Target,
        years: int = 0,
    ) -> Sides:
        days = self.days(window, day, target, years=years)
        if form.value is not None:
            return Sides(self._sum(form.value, days, agencies))
        if form.least is not None:
            return Sides(min(self._sum([part], days, agencies) for part in form.least))
        if form.ratio is not None:
            num = self._sum(form.ratio.num, days, agencies)
            den = self._sum(form.ratio.den, days, agencies)
            return Sides(None, num or 0, den or 0, missing=num is None or den is None)
        if form.latest is not None:
            return Sides(self.known.total(form.latest, days, agencies))
        if form.median is not None:
            return self._median(form.median, days, agencies)
        if form.agencies is not None:
            return self._agencies(form.agencies, day, agencies, target)
        if form.checklist is not None:
            return self._checklist(form.checklist, day, agencies, target)
        if form.change is None:
            raise ValueError(form)
        return self._change(form.change, window, day, agencies, target)

    def _sum(
        self, parts: Sequence[MeasureReference], days: tuple[int, int], agencies: set[str] | None
    ) -> Any:  # noqa: ANN401 - an int or a Decimal
        found = [self.known.total(part, days, agencies) for part in parts]
        present = [amount for amount in found if amount is not None]
        return sum(present) if present else None

    def _median(
        self, part: MeasureReference, days: tuple[int, int], agencies: set[str] | None
    ) -> Sides:
        found = sorted(
            int(one.bucket)
            for one in self.known.flow(self.known.measure(part))
            if days[0] <= one.day <= days[1] and (agencies is None or one.agency in agencies)
        )
        return Sides(found[(len(found) - 1) // 2] if found else None, None, len(found))

    def _agencies(
        self, form: Agencies, day: int, agencies: set[str] | None, target: Target
    ) -> Sides:
        of = self.known.population(form.of, day, active=True)
        of = {
            code
            for code in of
            if (agencies is None or code in agencies)
            and self._meets_all(form.among, code, day, target)
        }
        met = {code for code in of if self._meets_all(form.meet, code, day, target)}
        if form.weigh is None:
            return Sides(len(met), len(met), len(of))
        weights = [
            sum(self.known.total(part, (0, day), side) for part in form.weigh) for side in (met, of)
        ]
        return Sides(weights[0], *weights)

    def _meets_all(
        self, conditions: Sequence[FigureCondition], code: str, day: int, target: Target
    ) -> bool:
        return all(self._meets(condition, code, day, target) for condition in conditions)

    def _meets(self, condition: FigureCondition, code: str, day: int, target: Target) -> bool:
        return self._holds(condition, {code}, day, target, None)

    def _holds(
        self,
        condition: FigureCondition,
        agencies: set[str] | None,
        day: int,
        target: Target,
        usual: WindowName | None,
    ) -> bool:
        parts = condition.figure or [*condition.ratio.num, *condition.ratio.den]  # type: ignore[union-attr]  # one of them
        window = str(condition.window or usual or ("plan" if self._flows(parts) else "now"))
        days = self.days(window, day, target)
        if condition.ratio is None:
            value = Fraction(self._sum(parts, days, agencies) or 0)
        else:
            den = self._sum(condition.ratio.den, days, agencies)
            if not den:
                return False
            value = (
                100 * Fraction(self._sum(condition.ratio.num, days, agencies) or 0) / Fraction(den)
            )
        bounds = {
            "at_least": lambda bound: value >= bound,
            "more_than": lambda bound: value > bound,
            "at_most": lambda bound: value <= bound,
            "less_than": lambda bound: value < bound,
        }
        given = [name for name in bounds if getattr(condition, name) is not None]
        if not given:
            return value >= (1 if condition.ratio is None else 100)
        return all(bounds[name](Fraction(getattr(condition, name))) for name in given)

    def _checklist(
        self, checklist: Checklist, day: int, agencies: set[str] | None, target: Target
    ) -> Sides:
        def amount(part: MeasureReference, bucket: str | None) -> Any:  # noqa: ANN401 - an int or a Decimal
            name = checklist.window or ("plan" if self.known.is_flow(part) else "now")
            return self.known.total(part, self.days(str(name), day, target), agencies, bucket)

        def row_met(row: MeasureReference | FigureCondition) -> bool:
            if isinstance(row, FigureCondition):
                return self._holds(row, agencies, day, target, checklist.window)
            return (amount(row, None) or 0) >= 1

        if checklist.rows is not None:
            found = [row_met(row) for row in checklist.rows]
        else:
            items = checklist.items
            if items is None:
                items = [row.code for row in self.known.lists[checklist.members or ""]]
            found = [(amount(checklist.each or "", item) or 0) >= 1 for item in items]
        met = sum(found)
        if target.kind == "milestone":
            return Sides(int(met == len(found)), met, len(found))
        return Sides(met, met, len(found))

    def _change(
        self,
        change: Change,
        window: str,
        day: int,
        agencies: set[str] | None,
        target: Target,
    ) -> Sides:
        present = self._form(change.of, window, day, agencies, target)
        now = self._one(present, target.unit)
        against = change.against
        before: Any = against.reference
        if against.latest is not None:
            before = self.known.total(against.latest, (0, day), agencies)
        elif against.years is not None:
            years = against.years
            earlier = day_from_date(shifted(date_of(day), years))
            before = self._one(
                self._form(change.of, window, earlier, agencies, target, years), target.unit
            )
            if not self._heard_of(change.of, earlier, agencies):
                before = None
        value = None
        if now is not None and before is not None:
            exact = isinstance(now, Fraction) or isinstance(before, Fraction)
            value = Fraction(now) - Fraction(before) if exact else now - before
        if present.denominator is None:
            return Sides(value, present.value, missing=before is None)
        return Sides(value, present.numerator, present.denominator, missing=before is None)

    def _heard_of(self, form: IndicatorForm, day: int, agencies: set[str] | None) -> bool:
        """Tell whether anything that a count of flows counts is dated on `day` or before; others are always known."""
        if form.value is None or not self._flows(form.value):
            return True
        return bool(self._sum(form.value, (0, day), agencies))

    @staticmethod
    def _one(sides: Sides, unit: str) -> Any:  # noqa: ANN401 - an int or a Decimal
        if sides.value is not None or sides.denominator is None:
            return sides.value
        if sides.denominator == 0:
            return None
        return quotient(sides, unit)

    def reading(self, target: Target, day: int) -> tuple[Fraction | None, bool, bool]:
        """Return the exact value on `day`; whether too few cases make it; and whether a reference is missing."""
        indicator = target.indicator
        if indicator is None:
            raise ValueError(target.id)
        sides = self.sides(indicator, target, day)
        if is_share(indicator, target.unit):
            if sides.missing or not sides.denominator:
                return None, False, sides.missing
            value = quotient(sides, target.unit)
            flows = indicator.ratio is not None and all(
                self.known.is_flow(part) for part in [*indicator.ratio.num, *indicator.ratio.den]
            )
            return value, flows and sides.denominator < 20, False
        if sides.missing:
            return None, False, True
        if sides.value is None or self.null(indicator, target, "*"):
            return None, False, False
        return Fraction(sides.value), False, False

    def figure(
        self, target: Target, day: int, agency: str = "*", until: int | None = None
    ) -> Figure:
        """Return what a row shows; with `until` the deadline is overlooked up to that day."""
        indicator = target.indicator
        if indicator is None:
            raise ValueError(target.id)
        sides = self.sides(indicator, target, day, agency, until)
        if is_share(indicator, target.unit):
            value = None
            if sides.denominator:
                value = rounded(quotient(sides, target.unit))
            return Figure(value, sides.numerator, sides.denominator)
        if self.null(indicator, target, agency):
            return Figure(None, None, None)
        if isinstance(sides.value, Fraction):
            return Figure(rounded(sides.value), sides.numerator, sides.denominator)
        return Figure(sides.value, sides.numerator, sides.denominator)

    def null(self, indicator: Indicator, target: Target, agency: str) -> bool:
        """Tell whether a count has no kept fact that could make it."""
        if target.kind == "milestone" or indicator.median or indicator.change or indicator.latest:
            return False
        types = types_read(indicator, self.known.named)
        if indicator.agencies is not None:
            types.add("agency.registered")
        return not self.known.world.keeps(types, agency)


def is_share(indicator: Indicator, unit: str) -> bool:
    """Tell whether a figure is a numerator over a denominator."""
    counted = (indicator.agencies, indicator.checklist)
    return indicator.ratio is not None or (
        unit.startswith("%") and any(form is not None for form in counted)
    )


def quotient(sides: Sides, unit: str) -> Fraction:
    """Return numerator over denominator, in % where the unit is that."""
    factor = 100 if unit.startswith("%") else 1
    return factor * Fraction(sides.numerator or 0) / Fraction(sides.denominator)


def shifted(when: date, years: int) -> date:
    """Return the same date some years away; 28 February for a 29th that year lacks."""
    try:
        return when.replace(year=when.year + years)
    except ValueError:
        return when.replace(year=when.year + years, day=28)
