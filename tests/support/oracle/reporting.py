"""Part E of the oracle: reporting duties, read from the plan's words for one agency, report and day at a time.

Periods are told by giving every day of the calendar its name; nothing is computed from months.
"""

from calendar import monthrange
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple

from models.days import date_of, day_from_date
from models.definitions import Duty, Measure, PlanFile, Round
from tests.support.oracle.facts import World
from tests.support.oracle.known import Known

SOON = 14
ONE_DAY = timedelta(days=1)

Standing = tuple[int | None, str, int | None]
"""Last day, state, day of the filing."""


class Report(NamedTuple):
    """One report of a duty; `round` None where it is never due."""

    duty: Duty
    round: Round | None
    period: str
    due_on: int | None

    @property
    def key(self) -> str:
        """What alerts about it are keyed by."""
        return f"{self.duty.id}/{self.period}"

    @property
    def dated(self) -> bool:
        """Whether the plan prints its date."""
        return self.round is not None and self.round.due is not None


def name_of(every: str, day: date) -> str:
    """Return the name of the period that a day lies in."""
    half = 1 if day.month < 7 else 2
    quarter = {1: 1, 2: 1, 3: 1, 4: 2, 5: 2, 6: 2, 7: 3, 8: 3, 9: 3}.get(day.month, 4)
    names = {
        "year": f"{day:%Y}",
        "half_year": f"{day:%Y}-H{half}",
        "quarter": f"{day:%Y}-Q{quarter}",
    }
    return {**names, "month": f"{day:%Y-%m}"}[every]


def due_on(one: Round, period: str, plan_end: date) -> date:
    """Return the last day for a report about a period."""
    end = plan_end
    if one.every != "once":
        start = date(int(period[:4]), 1, 1)
        named = (start + timedelta(days=number) for number in range(366))
        end = max(day for day in named if name_of(one.every, day) == period)
    if one.due is None:
        return end
    if one.due.before is not None:
        return one.due.before - ONE_DAY
    if one.due.by is not None:
        return one.due.by
    for _ in range(one.due.months):
        end = end.replace(day=monthrange(end.year, end.month)[1]) + ONE_DAY
    return end.replace(day=min(one.due.day or 0, monthrange(end.year, end.month)[1]))


def reports_of(file: PlanFile) -> Iterator[Report]:
    """Yield every report that a plan demands, but for those due before the plan was issued."""
    plan = file.plan
    span = (plan.period_end - plan.period_start).days + 1
    days = [plan.period_start + timedelta(days=number) for number in range(span)]
    for duty in file.reporting:
        if duty.never_due is not None:
            yield Report(duty, None, "", None)
        for one in duty.rounds:
            names = ["plan"] if one.every == "once" else [name_of(one.every, day) for day in days]
            for period in dict.fromkeys(names):
                due = due_on(one, period, plan.period_end)
                if due >= (plan.issued or plan.period_start):
                    yield Report(duty, one, period, day_from_date(due))


@dataclass
class Reporting:
    """The reports of one plan from a set of facts."""

    file: PlanFile
    named: Mapping[str, Measure]
    world: World

    def __post_init__(self) -> None:
        """Find what was filed."""
        self.known = Known(self.world, self.named, self.file.lists)
        self.reports = list(reports_of(self.file))
        self._watched: dict[tuple[str, int], dict[str, bool]] = {}

    def owing(self, report: Report, day: int) -> set[str]:
        """Return who owes a report on a day; once it was due, who did on its last day."""
        read_on = day if report.due_on is None else min(day, report.due_on)
        return self.known.population(report.duty.over, read_on, active=True)

    def filed_on(self, report: Report, agency: str, day: int) -> int | None:
        """Return when an agency had filed all of a report, as far as it has by `day`; if never due, when it did last."""
        wanted = report.duty.last_seen if report.round is None else report.round.filed
        days = [
            [
                amount.day
                for amount in self.known.flow(self.known.measure(reference))
                if amount.agency == agency
                and amount.day <= day
                and self._about(report, date_of(int(amount.bucket)))
            ]
            for reference in wanted or []
        ]
        if report.round is None:
            return max((one for filed in days for one in filed), default=None)
        return max(min(filed) for filed in days) if all(days) else None

    def _about(self, report: Report, period_end: date) -> bool:
        if report.round is None:
            return True
        if report.round.every == "once":
            return self.file.plan.period_start <= period_end <= self.file.plan.period_end
        return name_of(report.round.every, period_end) == report.period

    def rows(self, day: int) -> dict[tuple[str, str, str], Standing]:
        """Return how everybody stands: (duty, period, reporter) -> standing."""
        found: dict[tuple[str, str, str], Standing] = {}
        for report in self.reports:
            for agency in self.owing(report, day) or {"*"}:
                filed = self.filed_on(report, agency, day)
                standing = (report.due_on, state(report.due_on, filed, day), filed)
                found[report.duty.id, report.period, agency] = standing
        return found

    def missing(self, report: Report, day: int) -> bool:
        """Tell whether somebody who owes a report has not filed it by the end of a day."""
        return any(self.filed_on(report, one, day) is None for one in self.owing(report, day))

    def watched(self, report: Report, day: int) -> dict[str, bool]:
        """Return whether the conditions of the rules on reports hold on a day."""
        place = (report.key, day)
        if place not in self._watched:
            due = report.due_on or 0
            missing = day >= due - SOON and self.missing(report, day)
            self._watched[place] = {
                "report_due_soon": missing and day <= due,
                "report_late": missing and day > due,
            }
        return self._watched[place]


def state(due: int | None, filed: int | None, day: int) -> str:
    """Return how a report stands."""
    if due is None:
        return "not_measurable"
    if filed is not None:
        return "filed" if filed <= due else "filed_late"
    if day > due:
        return "late"
    return "due_soon" if due - day <= SOON else "not_due"
