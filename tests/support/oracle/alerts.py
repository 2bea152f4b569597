"""Part D of the oracle, second half: every close of a log simulated, and the alerts that it publishes.

At each close all series are made anew from the records known by then; nothing is carried over but the published alerts.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from enum import Enum
from itertools import pairwise
from typing import Final, NamedTuple

from models.definitions import Measurability
from models.facts import DeadLetter, Event
from tests.support.oracle import dossiers
from tests.support.oracle.facts import World
from tests.support.oracle.judgement import Judge
from tests.support.oracle.refusals import Refusals
from tests.support.oracle.reporting import Reporting

FOREVER: Final = 10**9
TARGET_RULES: Final = {
    "target_behind": ("behind", 7, "error"),
    "target_at_risk": ("at_risk", 7, "warning"),
    "target_missed": ("missed", 1, "critical"),
    "target_regressed": ("regressed", 7, "error"),
    "target_attained": ("attained", 1, "info"),
}
"""Rule -> status, days that it must hold, severity."""


class Revision(NamedTuple):
    """One row of `alert_history`, as far as it can be foretold."""

    rule: str
    key: str
    severity: str
    state: str
    starts_at: int
    ends_at: int | None
    revision: int
    closed_day: int


class Episode(NamedTuple):
    """A run of closed days on which a condition holds; `end` None while it runs."""

    start: int
    end: int | None


@dataclass
class Alert:
    """A published alert."""

    rule: str
    key: str
    severity: str
    state: str
    starts_at: int
    ends_at: int | None
    revision: int = 0


class Inhibited(Enum):
    """The condition holds on a day that may not start a run."""

    HOLDS = "holds"


Holds = bool | None | Inhibited


def episodes(first_day: int, holds: Sequence[Holds], least: int) -> list[Episode]:
    """Return the runs of at least so many days; None neither ends a run nor adds to it."""
    found: list[Episode] = []
    start, length = None, 0
    for day, now in enumerate([*holds, False], first_day):
        if now is None or (now is Inhibited.HOLDS and start is None):
            continue
        if now:
            start, length = (day, 1) if start is None else (start, length + 1)
        elif start is not None:
            running = day == first_day + len(holds)
            if length >= least:
                found.append(Episode(start, None if running else day))
            start, length = None, 0
    return found


@dataclass
class Board:
    """The published alerts and their history."""

    alerts: list[Alert] = field(default_factory=list)
    history: list[Revision] = field(default_factory=list)

    def judge(self, rule: str, key: str, severity: str, found: list[Episode], day: int) -> None:
        """Match the recomputed episodes of a key with its published ones, and write what changed."""
        mine = [alert for alert in self.alerts if (alert.rule, alert.key) == (rule, key)]
        free = list(found)
        for alert in sorted(
            (a for a in mine if a.state != "retracted"), key=lambda alert: alert.starts_at
        ):
            taken = next((one for one in free if _overlap(alert, one)), None)
            if taken is None:
                self._write(alert, "retracted", alert.starts_at, alert.starts_at, day)
            else:
                free.remove(taken)
                self._write(alert, _state(taken), taken.start, taken.end, day)
        for one in free:
            back = next(
                (a for a in mine if a.state == "retracted" and a.starts_at == one.start), None
            )
            if back is None:
                back = Alert(rule, key, severity, "new", one.start, one.end)
                self.alerts.append(back)
            self._write(back, _state(one), one.start, one.end, day)

    def _write(self, alert: Alert, state: str, start: int, end: int | None, day: int) -> None:
        if (alert.state, alert.starts_at, alert.ends_at) == (state, start, end):
            return
        alert.state, alert.starts_at, alert.ends_at = state, start, end
        alert.revision += 1
        self.history.append(
            Revision(alert.rule, alert.key, alert.severity, state, start, end, alert.revision, day)
        )


def _state(episode: Episode) -> str:
    return "firing" if episode.end is None else "resolved"


def _overlap(alert: Alert, episode: Episode) -> bool:
    mine = FOREVER if alert.ends_at is None else alert.ends_at
    theirs = FOREVER if episode.end is None else episode.end
    return alert.starts_at < theirs and episode.start < mine


def silent(world: World, agency: str, day: int) -> bool:
    """Tell whether an agency is silent on `day`."""
    if agency not in world.active(day):
        return False
    days = sorted({when for code, when in world.records if code == agency and when <= day})
    if not days:
        return day - world.register(day)[agency]["valid_from"] >= 30  # type: ignore[operator]  # a day
    recent = [when for when in days if when > days[-1] - 90]
    gaps = sorted(later - when for when, later in pairwise(recent))
    usual = gaps[(len(gaps) - 1) // 2] if gaps else 0
    return day - days[-1] >= max(7, 3 * usual)


def overdue(world: World, agency: str, day: int) -> Holds:
    """Tell whether too many dossiers of an agency are overdue on `day`; its silence starts and ends nothing."""
    mine = [
        facts
        for facts in world.subjects["dossier"].values()
        if (received := dossiers.one(facts, "dossier.received")) and received.agency == agency
    ]
    late = sum(dossiers.overdue_on(facts, day) for facts in mine) if len(mine) >= 10 else 0
    found = late >= 10 and 20 * late >= sum(dossiers.open_on(facts, day) for facts in mine)
    if silent(world, agency, day):
        return Inhibited.HOLDS if found else None
    return found


Judges = Callable[[World, int], Iterable[Judge]]
"""Gives the judges of a province's targets for a state of its facts."""


@dataclass
class Replay:
    """A province's log read record by record."""

    judges: Judges
    at_close: Callable[[World, int], None] | None = None
    """Called at each close with what is known by then."""
    reporting: Callable[[World], Reporting] | None = None
    """Gives the reports that the plan demands for a state of its facts."""
    agencies: bool = True
    """Whether the rules on agencies are judged."""
    refusals: Refusals | None = None
    """Where the rule on dead letters is judged too."""
    board: Board = field(default_factory=Board)
    first_day: int | None = None
    as_of: int | None = None
    closed: int | None = None
    _accepted: list[Event] = field(default_factory=list)
    _judges: list[Judge] | None = None
    _world: World | None = None
    _reports: Reporting | None = None
    _topic: str = ""
    _said: dict[tuple[str, str, int], Holds] = field(default_factory=dict)
    """What the rules on agencies said of a day, as long as nothing new is known."""

    def read(self, log: Iterable[Event | DeadLetter]) -> None:
        """Read records in the order of the log; one that moves the as-of day closes days before it counts."""
        for record in log:
            if isinstance(record, DeadLetter):
                if self.refusals is not None:
                    self.refusals.read(self.as_of, record.record)
                    self._topic = f"progress.{record.record.province}"
                continue
            if self.as_of is None:
                self.first_day = self.as_of = record.day
            if record.day > self.as_of:
                self.close(record.day - 1)
                self.as_of = record.day
            self._accepted.append(record)
            self._judges = self._world = None

    def close(self, until: int) -> None:
        """Close every day up to and including `until`."""
        if self.first_day is None:
            return
        start = self.first_day if self.closed is None else self.closed + 1
        for day in range(start, until + 1):
            self._close(day)
            self.closed = day
        self.as_of = max(self.as_of or until, until)

    def _close(self, day: int) -> None:
        if self._world is None or self._judges is None:
            self._world = World(self._accepted)
            self._judges = list(self.judges(self._world, self.first_day or 0))
            self._reports = None if self.reporting is None else self.reporting(self._world)
            self._said.clear()
        if self.at_close is not None:
            self.at_close(self._world, day)
        for judge in self._judges:
            self._judge_target(judge, day)
        if self._reports is not None:
            self._judge_reports(self._reports, day)
        if self.agencies:
            self._judge_agencies(self._world, day)
        if self.refusals is not None:
            self._judge_dead_letters(self.refusals, day)

    def _judge_dead_letters(self, refusals: Refusals, day: int) -> None:
        days = range(self.first_day or 0, day + 1)
        found = episodes(days[0], [refusals.beyond[one] > 0 for one in days], 1)
        self.board.judge("dead_letters", self._topic, "error", found, day)

    def _judge_agencies(self, world: World, day: int) -> None:
        days = range(self.first_day or 0, day + 1)
        published = {alert.key for alert in self.board.alerts}
        for agency in sorted(world.codes() | published):
            for rule, holds, least, severity in (
                ("silent", silent, 1, "warning"),
                ("dossiers_overdue", overdue, 3, "error"),
            ):
                for one in days:
                    if (rule, agency, one) not in self._said:
                        self._said[rule, agency, one] = holds(world, agency, one)
                series = [self._said[rule, agency, one] for one in days]
                found = episodes(days[0], series, least)
                self.board.judge(rule, agency, severity, found, day)

    def _judge_reports(self, reporting: Reporting, day: int) -> None:
        days = range(self.first_day or 0, day + 1)
        for report in reporting.reports:
            if report.dated:
                series = [reporting.watched(report, one) for one in days]
                for rule, severity in (("report_due_soon", "warning"), ("report_late", "error")):
                    found = episodes(days[0], [one[rule] for one in series], 1)
                    self.board.judge(rule, report.key, severity, found, day)

    def _judge_target(self, judge: Judge, day: int) -> None:
        if judge.target.measurability not in {Measurability.QUANTIFIED, Measurability.DATED}:
            return
        days = range(judge.first_day, day + 1)
        statuses = [judge.status(one) for one in days]
        for rule, (status, least, severity) in TARGET_RULES.items():
            series = [None if now == "no_data" else now == status for now in statuses]
            found = episodes(days[0], series, least)
            self.board.judge(rule, judge.target.id, severity, found, day)
