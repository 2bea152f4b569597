"""Judge a day at its close: statuses of targets, reports that are owed, conditions on agencies, and what becomes of the alerts.

Everything is a function of the panes; a change makes the days from the earliest one that differs be judged again, and no others.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final, Protocol

from models.alerts import HOUSE_PLAN, AlertKey, Wording, key_of, reconcile
from models.attainment import Reading, StatusSeries
from models.catalogue import CompiledTarget, ProvinceCatalogue
from models.changes import (
    AlertRow,
    Amount,
    AttainmentRow,
    Figure,
    ObligationKey,
    ObligationRow,
)
from models.days import Day, day_from_date
from models.episodes import Episode, Holds, Timeline, episodes
from models.figures import NULL, Sources
from models.measures import RECORDS
from models.messages import (
    WITHDRAWN,
    TargetFigures,
    overdue_reason,
    silent_reason,
    target_reason,
)
from models.panes import ALL
from models.problems import ProblemBoard
from models.reporting import Reporting
from models.rules import (
    OVERDUE_DOSSIERS,
    OVERDUE_SHARE_OF_OPEN,
    RULES,
    SILENCE_DAYS_WITHOUT_RECORD,
    TARGET_RULES,
    Rule,
    State,
    is_overdue,
)
from models.silence import SilenceTable

OVERDUE: Final = "dossiers_overdue"
OPEN: Final = "dossiers_open"
"""The measures that the rule `dossiers_overdue` reads."""

_LONGEST_MINIMUM: Final = max(terms.minimum_days for terms in RULES.values())
_NO_DAYS: Final = Timeline()
"""The timeline of an agency of which no amount was ever seen; never extended."""


class TargetJudge:
    """The status series of one target."""

    def __init__(self, target: CompiledTarget, sources: Sources, first_day: Day) -> None:
        self.target = target
        self._sources = sources
        self._first_day = first_day
        self.series = StatusSeries(target.terms, first_day, prior=self._reading)
        self._since: Day | None = None
        self._resumed = False

    def _reading(self, day: Day) -> Reading:
        return self.target.readings(self._sources, (day,))[0]

    def mark(self, day: Day) -> None:
        """Note that figures from `day` on may differ."""
        if self._since is None or day < self._since:
            self._since = day

    def close(self, day: Day) -> bool:
        """Judge `day`, and again the days that changed; return whether its alerts may change."""
        since = day if self._since is None else self._since
        since = Day(max(self._first_day, min(since, day, self.series.last_day + 1)))
        self._since = None
        deadline = self.target.terms.deadline
        live = self.target.readings(self._sources, range(since, min(day, deadline) + 1))
        if since + len(live) <= day:
            frozen = live[-1] if live else self._reading(deadline)
            live += [frozen] * (day + 1 - since - len(live))
        changed = self.series.update(since, live)
        if self._resumed or (changed is not None and changed < day):
            self._resumed = False
            return True
        return day - self.series.since(day) <= _LONGEST_MINIMUM

    def resume(self, closed: Day) -> None:
        """Judge all days up to the last closed one; what facts of the open day changed in them is for the next close to tell."""
        self.mark(self._first_day)
        self.close(closed)
        self._resumed = True

    def row(self, day: Day) -> AttainmentRow:
        """Return how the target stands on a judged day."""
        standing = self.series.standing(day)
        return AttainmentRow(
            target=self.target.definition.id,
            as_of=day,
            figure=self.figure(day),
            expected=standing.expected,
            pace=standing.pace,
            forecast=standing.forecast,
            status=standing.status.value,
            status_since=standing.since,
            reason=standing.reason,
        )

    def figure(self, day: Day) -> Figure:
        """Return the figure that the target is judged by on a day."""
        indicator = self.target.indicator
        if indicator is None:
            return NULL
        return indicator.figure(
            self._sources, ALL, indicator.window, min(day, self.target.terms.deadline)
        )


class Judge:
    """The judgements of a province from its first day to its last closed day."""

    def __init__(
        self,
        catalogue: ProvinceCatalogue,
        sources: Sources,
        first_day: Day,
        alerts: Iterable[AlertRow],
        obligations: Mapping[ObligationKey, ObligationRow],
    ) -> None:
        self._province = catalogue.province
        self._plan = catalogue.plan.id
        self._sources = sources
        self._first_day = first_day
        self._targets = [TargetJudge(target, sources, first_day) for target in catalogue.targets]
        self._reading_days = [
            day_from_date(reading.day) for reading in catalogue.plan.reading_dates
        ]
        self.reporting = Reporting(catalogue, sources, first_day, obligations)
        self.problems = ProblemBoard(catalogue, sources, first_day)
        self._readers = _readers(self._targets, self.reporting)
        self._silences = SilenceTable(sources.panes, sources.register, first_day)
        self._overdue: dict[str, Timeline] = {}
        self._overdue_since: dict[str, Day] = {}
        self._records_since: dict[str, Day | None] = {}
        self._recheck: set[tuple[Rule, str]] = set()
        self._next_close = first_day
        self._alerts: dict[str, dict[str, AlertRow]] = {}
        for row in alerts:
            self._alerts.setdefault(row.dedup_key, {})[row.alert_id] = row
        self._withdrawn = self._unwatched()
        self._mark_everything()

    def _mark_everything(self) -> None:
        """After a claim: whatever the panes say is news."""
        for agency in {*self._sources.panes.agencies(RECORDS), *self._sources.register.agencies}:
            self._records_since[agency] = None
        for measure in (OVERDUE, OPEN):
            for agency in self._sources.panes.agencies(measure):
                self._overdue_since[agency] = self._first_day
        for rows in self._alerts.values():  # what raised them may have left no pane behind
            for row in rows.values():
                if row.agency is not None:
                    self._recheck.add((Rule(row.rule), row.agency))

    def _unwatched(self) -> list[AlertKey]:
        """Return what alerts stand for though the catalogue, which was another when they were raised, watches nothing of the kind any more."""
        watched = {
            AlertKey(self._province, self._plan, rule, target=judge.target.definition.id)
            for judge in self._targets
            if judge.target.raises_alerts
            for rule in TARGET_RULES
        }
        watched.update(self.reporting.watched, self.problems.watched)
        present = {
            key_of(self._province, row)
            for rows in self._alerts.values()
            for row in rows.values()
            if row.agency is None and row.state != State.RETRACTED
        }
        return sorted(present - watched, key=lambda key: key.dedup_key)

    def mark_measure(self, measure: str, agency: str, day: Day) -> None:
        """Note that a pane changed: figures from its day on may differ."""
        for judge in self._readers.get(measure, ()):
            judge.mark(day)
        self.problems.mark_measure(measure, day)
        if measure in {OVERDUE, OPEN}:
            self._mark_overdue(agency, day)

    def _mark_overdue(self, agency: str, day: Day) -> None:
        held = self._overdue_since.get(agency)
        if held is None or day < held:
            self._overdue_since[agency] = day

    def mark_records(self, agency: str, day: Day) -> None:
        """Note that an agency has its first record of a day, or its last one no more."""
        held = self._records_since.get(agency, day)
        self._records_since[agency] = None if held is None else min(held, day)

    def mark_register(self, agency: str, day: Day) -> None:
        """Note that the register says otherwise of an agency from `day` on."""
        self._records_since[agency] = None
        for judge in self._targets:
            judge.mark(day)
        self.reporting.mark_register(day)
        self.problems.mark_register(day)

    def mark_facts(self, fact_type: str) -> None:
        """Note that the province has its first fact of a type, or its last one no more: counts turn from NULL or to it."""
        for judge in self._targets:
            indicator = judge.target.indicator
            if indicator is not None and fact_type in indicator.reads:
                judge.mark(self._first_day)
        self.problems.mark_facts(fact_type)

    def resume(self, closed: Day) -> None:
        """Judge all days up to the last closed one again, writing nothing; the next close looks at every alert."""
        for judge in self._targets:
            judge.resume(closed)
        self.problems.resume(closed)
        self._next_close = Day(closed + 1)

    def close(self, day: Day) -> list[AlertRow]:
        """Judge a day and return the revisions that its close writes, in order of their keys."""
        revisions: list[AlertRow] = []
        for judge in self._targets:
            if judge.close(day) and judge.target.raises_alerts:
                revisions += self._target_alerts(judge, day)
        for key, line, wording in self.reporting.close(day):
            revisions += self._reconciled(key, line, day, wording)
        revisions += self.problems.close(day, self._revised)
        for key in self._withdrawn:
            revisions += self._revised(key, [], day, _withdrawn_wording)
        self._withdrawn = []
        self._refresh_silences()
        for agency in self._silences.turning(day):
            self._recheck_silence(agency)
        self._refresh_overdue(day)
        watched = {
            (Rule.DOSSIERS_OVERDUE, agency)
            for agency, line in self._overdue.items()
            if _ever_holds(line)
        }
        for rule, agency in sorted(self._recheck | watched):
            revisions += self._agency_alerts(rule, agency, day)
        self._recheck.clear()
        self._next_close = Day(day + 1)
        return revisions

    def rows(self, day: Day) -> dict[str, AttainmentRow]:
        """Return how every target stands on a judged day."""
        return {judge.target.definition.id: judge.row(day) for judge in self._targets}

    def readings(self, closed: Day) -> list[AttainmentRow]:
        """Return how every target stands on the judged days on which the plan is read as well."""
        days = [day for day in self._reading_days if self._first_day <= day <= closed]
        return [judge.row(day) for day in days for judge in self._targets]

    def silent_since(self, agency: str, day: Day) -> Day | None:
        """Return the first day of the silence that runs on `day`, with all that is known now."""
        self._refresh_silences()
        return self._silences.since(agency, day)

    def _refresh_silences(self) -> None:
        """Take note of what changed; a silence that begins or ends after the next close is for the close of that day to see."""
        for agency, since in self._records_since.items():
            changed = self._silences.update(agency, since)
            if changed is not None and changed <= self._next_close:
                self._recheck_silence(agency)
        self._records_since.clear()

    def _recheck_silence(self, agency: str) -> None:
        self._recheck.add((Rule.SILENT, agency))
        self._recheck.add((Rule.DOSSIERS_OVERDUE, agency))

    def _refresh_overdue(self, day: Day) -> None:
        """Take note of what changed up to `day`; amounts of a later day are for the close of that day to see."""
        for measure, agency in self._sources.panes.touched_on(day):
            if measure in {OVERDUE, OPEN}:
                self._mark_overdue(agency, day)
        for agency, since in self._overdue_since.items():
            if since <= day:
                self._retime(agency, since, day)
                self._recheck.add((Rule.DOSSIERS_OVERDUE, agency))
        self._overdue_since.clear()

    def _retime(self, agency: str, since: Day, until: Day) -> None:
        """Say anew of the days from `since` to `until` whether the agency has too many overdue dossiers."""
        overdue = self._sources.panes.series(OVERDUE, "", agency)
        still_open = self._sources.panes.series(OPEN, "", agency)
        since = max(since, self._first_day)
        line = self._overdue.setdefault(agency, Timeline())
        for day in sorted({since, *overdue.days(since, until), *still_open.days(since, until)}):
            holds = is_overdue(int(overdue.upto(day)), int(still_open.upto(day)))
            line.extend(Day(day), Holds.of(holds=holds))

    def _target_alerts(self, judge: TargetJudge, day: Day) -> list[AlertRow]:
        revisions: list[AlertRow] = []
        runs = judge.series.runs()
        ever = {status for _, status in runs}
        for rule in TARGET_RULES:
            key = AlertKey(self._province, self._plan, rule, target=judge.target.definition.id)
            if RULES[rule].status not in ever and key.dedup_key not in self._alerts:
                continue  # there is no episode, and there was none
            revisions += self._reconciled(
                key,
                Timeline.of_statuses(rule, runs),
                day,
                lambda state, rule=rule: _target_wording(judge, rule, state, day),  # type: ignore[misc]
            )
        return revisions

    def _agency_alerts(self, rule: Rule, agency: str, day: Day) -> list[AlertRow]:
        key = AlertKey(self._province, HOUSE_PLAN, rule, agency=agency)
        silences = self._silences.silences(agency)
        overdue = self._overdue.get(agency, _NO_DAYS)
        ever = bool(silences) if rule is Rule.SILENT else _ever_holds(overdue)
        if not ever and key.dedup_key not in self._alerts:
            return []  # there is no episode, and there was none
        if rule is Rule.SILENT:
            runs = [(start, Holds.YES) for start, _ in silences]
            runs += [(end, Holds.NO) for _, end in silences if end is not None]
            return self._reconciled(
                key,
                Timeline(sorted(runs, key=_first)),
                day,
                lambda state: self._silent_wording(agency, state, day),
            )
        line = overdue.inhibited(silences)
        return self._reconciled(
            key, line, day, lambda state: self._overdue_wording(agency, state, day)
        )

    def _reconciled(
        self, key: AlertKey, line: Timeline, day: Day, wording: Callable[[State], Wording]
    ) -> list[AlertRow]:
        recomputed = episodes(line.runs, day, RULES[key.rule].minimum_days)
        return self._revised(key, recomputed, day, wording)

    def _revised(
        self,
        key: AlertKey,
        recomputed: Sequence[Episode],
        day: Day,
        wording: Callable[[State], Wording],
    ) -> list[AlertRow]:
        published = self._alerts.get(key.dedup_key, {})
        if not recomputed and not published:
            return []
        revisions = reconcile(
            list(published.values()), recomputed, key=key, closed_day=day, wording=wording
        )
        for row in revisions:
            self._alerts.setdefault(key.dedup_key, {})[row.alert_id] = row
        return revisions

    def _overdue_wording(self, agency: str, state: State, day: Day) -> Wording:
        overdue = int(self._sources.panes.series(OVERDUE, "", agency).upto(day))
        still_open = int(self._sources.panes.series(OPEN, "", agency).upto(day))
        bound = max(OVERDUE_DOSSIERS, -(-still_open // OVERDUE_SHARE_OF_OPEN))
        return Wording(overdue, bound, overdue_reason(state, overdue, still_open))

    def _silent_wording(self, agency: str, state: State, day: Day) -> Wording:
        entry = self._sources.register.entry(agency, day)
        valid_from = Day(entry.start) if entry is not None and day < entry.active_until else None
        last, limit = self._silences.last_record(agency, day)
        since = valid_from if last is None else last
        return Wording(
            None if since is None else day - since,
            SILENCE_DAYS_WITHOUT_RECORD if limit is None else limit,
            silent_reason(state, day, last, valid_from),
        )


class Marked(Protocol):
    """Whoever judges something that is made of measures."""

    def mark(self, day: Day, /) -> None:
        """Note that figures from `day` on may differ."""


def _readers(judges: Iterable[TargetJudge], reporting: Reporting) -> Mapping[str, list[Marked]]:
    readers: dict[str, list[Marked]] = {}
    for judge in judges:
        indicator = judge.target.indicator
        if indicator is not None:
            for measure in indicator.form.measures:
                readers.setdefault(measure, []).append(judge)
    for report in reporting.judges:
        for measure in report.obligation.filed:
            readers.setdefault(measure, []).append(report)
    return readers


def _ever_holds(line: Timeline) -> bool:
    return any(holds is Holds.YES for _, holds in line.runs)


def _first(run: tuple[Day, Holds]) -> Day:
    return run[0]


def _withdrawn_wording(_state: State) -> Wording:
    return Wording(None, None, WITHDRAWN)


def _target_wording(judge: TargetJudge, rule: Rule, state: State, day: Day) -> Wording:
    standing, definition = judge.series.standing(day), judge.target.definition
    indicator = judge.target.indicator
    value: Amount | None = judge.figure(day).value
    figures = TargetFigures(
        status=standing.status,
        value=value,
        expected=standing.expected,
        target=definition.judged_by if definition.judged_by is not None else 0,
        operator=judge.target.terms.operator,
        unit=definition.unit,
        deadline=judge.target.terms.deadline,
        forecast=standing.forecast,
        milestone=indicator is not None and indicator.kind == "milestone",
    )
    return Wording(value, standing.expected, target_reason(rule, state, figures))
