"""The rules that raise alerts: on what condition, how severe, and for how many days it must hold.

A condition speaks of one closed day and looks back only; what becomes of a run of such days is `models.episodes`.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from enum import StrEnum
from operator import sub
from typing import Final, NamedTuple

from models.attainment import Status
from models.days import Day


class Rule(StrEnum):
    """What an alert is about."""

    TARGET_BEHIND = "target_behind"
    """A target is short of its trajectory."""
    TARGET_AT_RISK = "target_at_risk"
    """A target is not forecast to be met in time."""
    TARGET_MISSED = "target_missed"
    """A target's deadline passed without it being met."""
    TARGET_REGRESSED = "target_regressed"
    """A target was met and is no longer."""
    TARGET_ATTAINED = "target_attained"
    """A target is met."""
    DOSSIERS_OVERDUE = "dossiers_overdue"
    """An agency has many overdue dossiers (house rule)."""
    SILENT = "silent"
    """An active registered agency sends nothing (house rule)."""
    REPORT_DUE_SOON = "report_due_soon"
    """A report that a plan dates is not filed by all who owe it, and its last day is near."""
    REPORT_LATE = "report_late"
    """A report that a plan dates is not filed by all who owe it, and its last day has passed."""
    PROBLEM_RAISED = "problem_raised"
    """A figure shows a problem that a plan speaks of (house rule)."""
    DEAD_LETTERS = "dead_letters"
    """More records of a province were refused in a day than are kept (house rule)."""


class Severity(StrEnum):
    """How urgently people should look."""

    CRITICAL = "critical"
    """A promise is broken."""
    ERROR = "error"
    """Something goes wrong now."""
    WARNING = "warning"
    """Something will go wrong."""
    INFO = "info"
    """Good news, for the record."""


class State(StrEnum):
    """Where an alert is in its life."""

    FIRING = "firing"
    """The condition holds."""
    RESOLVED = "resolved"
    """The condition held and no longer does."""
    RETRACTED = "retracted"
    """The figure was wrong: the episode never was."""


class RuleTerms(NamedTuple):
    """How a rule is applied."""

    severity: Severity
    minimum_days: int
    """`for`: an episode counts from so many days on which the condition holds, the first counting; a problem may set its own."""
    status: Status | None
    """The status of a target that the rule watches; None for a rule on anything else."""


RULES: Final[Mapping[Rule, RuleTerms]] = {
    Rule.TARGET_BEHIND: RuleTerms(Severity.ERROR, 7, Status.BEHIND),
    Rule.TARGET_AT_RISK: RuleTerms(Severity.WARNING, 7, Status.AT_RISK),
    Rule.TARGET_MISSED: RuleTerms(Severity.CRITICAL, 1, Status.MISSED),
    Rule.TARGET_REGRESSED: RuleTerms(Severity.ERROR, 7, Status.REGRESSED),
    Rule.TARGET_ATTAINED: RuleTerms(Severity.INFO, 1, Status.ATTAINED),
    Rule.DOSSIERS_OVERDUE: RuleTerms(Severity.ERROR, 3, None),
    Rule.SILENT: RuleTerms(Severity.WARNING, 1, None),
    Rule.REPORT_DUE_SOON: RuleTerms(Severity.WARNING, 1, None),
    Rule.REPORT_LATE: RuleTerms(Severity.ERROR, 1, None),
    Rule.PROBLEM_RAISED: RuleTerms(Severity.WARNING, 7, None),
    Rule.DEAD_LETTERS: RuleTerms(Severity.ERROR, 1, None),
}

TARGET_RULES: Final = tuple(rule for rule, terms in RULES.items() if terms.status is not None)
"""Applied to every target that is quantified or dated."""

OVERDUE_DOSSIERS: Final = 10
OVERDUE_SHARE_OF_OPEN: Final = 20
"""1 of so many open dossiers: 5 %."""

SILENCE_DAYS: Final = 7
SILENCE_GAPS: Final = 3
GAP_WINDOW_DAYS: Final = 90
SILENCE_DAYS_WITHOUT_RECORD: Final = 30


def condition(rule: Rule, status: Status) -> bool | None:
    """Tell whether a target's status is the one that `rule` watches; None: no data, which neither ends a run nor adds to it."""
    if status is Status.NO_DATA:
        return None
    return status is RULES[rule].status


def is_overdue(overdue: int, open_dossiers: int) -> bool:
    """Tell whether an agency has at least 10 overdue dossiers and they are 5 % of its open ones."""
    return overdue >= OVERDUE_DOSSIERS and overdue * OVERDUE_SHARE_OF_OPEN >= open_dossiers


class Registration(NamedTuple):
    """Days on which an agency is registered and active, half-open, under one registry entry."""

    start: Day
    end: Day
    """`FOREVER` while it lasts."""
    valid_from: Day
    """The day from which the entry is valid; silence without any record counts from it."""


def silence_limit(record_days: Sequence[Day], index: int) -> int:
    """Return after how many days without a record an agency is silent, its last record being on `record_days[index]`.

    Three times the lower median of the gaps between its record days in the 90 days that end there, and at least 7.
    """
    first = bisect_left(record_days, record_days[index] - GAP_WINDOW_DAYS + 1)
    gaps = sorted(map(sub, record_days[first + 1 : index + 1], record_days[first:index]))
    median = gaps[(len(gaps) - 1) // 2] if gaps else 0
    return max(SILENCE_DAYS, SILENCE_GAPS * median)


def silence(
    record_days: Sequence[Day], registrations: Sequence[Registration], first_day: Day, last_day: Day
) -> list[tuple[Day, Day | None]]:
    """Return the intervals of days within [first_day, last_day] on which an agency is silent, half-open.

    Args:
        record_days: the distinct days of its accepted records, ascending.
        registrations: disjoint, ascending.
        first_day: the first day asked for; a silence that began before it begins here.
        last_day: the last closed day; the end of a silence that runs on it is None.
    """
    after = Day(last_day + 1)
    found: list[tuple[Day, Day]] = []
    last = bisect_right(record_days, first_day) - 1
    if last < 0:
        until = min(record_days[0], after) if record_days else after
        found += [
            (max(entry.start, Day(entry.valid_from + SILENCE_DAYS_WITHOUT_RECORD)), min(entry.end, until))
            for entry in registrations
        ]  # fmt: skip
    for index in range(max(last, 0), bisect_right(record_days, last_day)):
        day = record_days[index]
        until = min(record_days[index + 1], after) if index + 1 < len(record_days) else after
        if until - day > SILENCE_DAYS:
            start = Day(day + silence_limit(record_days, index))
            found += [(max(entry.start, start), min(entry.end, until)) for entry in registrations]
    merged: list[tuple[Day, Day]] = []
    for start, end in found:
        begin = max(start, first_day)
        if begin >= end:
            continue
        if merged and merged[-1][1] >= begin:
            merged[-1] = (merged[-1][0], end)
        else:
            merged.append((begin, end))
    return [(start, None if end == after else end) for start, end in merged]
