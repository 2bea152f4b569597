"""Judge a day at its close: targets, reports that are owed, problems, agencies and dead letters, and what becomes of the alerts on them.

Everything is a function of the panes, of the day's mark and of the alerts published so far. Who judges says what holds on which days; the episodes
that follow are compared with what was published here, the same way for all.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import Protocol

from models.agency_watch import WATCHED_MEASURES, AgencyWatch
from models.alerts import AlertKey, Watched, Wording, key_of, reconcile
from models.catalogue import ProvinceCatalogue
from models.changes import AlertRow, AttainmentRow, Mark, ObligationKey, ObligationRow
from models.days import Day, day_from_date
from models.dead_letter_watch import DeadLetterWatch
from models.episodes import Timeline, episodes
from models.figures import Sources
from models.messages import WITHDRAWN
from models.problems import ProblemBoard
from models.reporting import Reporting
from models.rules import RULES, TARGET_RULES, Rule, State
from models.target_judge import TargetJudge


class Judge:
    """The judgements of a province from its first day to its last closed day."""

    def __init__(
        self,
        catalogue: ProvinceCatalogue,
        sources: Sources,
        first_day: Day,
        alerts: Collection[AlertRow],
        obligations: Mapping[ObligationKey, ObligationRow],
    ) -> None:
        self._province = catalogue.province
        self._plan = catalogue.plan.id
        self._first_day = first_day
        self._targets = [TargetJudge(target, sources, first_day) for target in catalogue.targets]
        self._reading_days = [
            day_from_date(reading.day) for reading in catalogue.plan.reading_dates
        ]
        self.reporting = Reporting(catalogue, sources, first_day, obligations)
        self.problems = ProblemBoard(catalogue, sources, first_day)
        self._agencies = AgencyWatch(self._province, sources, first_day, alerts)
        self._dead_letters = DeadLetterWatch(self._province, alerts)
        self._readers = _readers((*self._targets, *self.reporting.judges, *self.problems.judges))
        self._alerts: dict[str, dict[str, AlertRow]] = {}
        for row in alerts:
            self._alerts.setdefault(row.dedup_key, {})[row.alert_id] = row
        self._withdrawn = self._unwatched()

    def _unwatched(self) -> list[AlertKey]:
        """Return what alerts stand for though the catalogue, which was another when they were raised, watches nothing of the kind any more."""
        watched = {
            self._target_key(judge, rule)
            for judge in self._targets
            if judge.target.raises_alerts
            for rule in TARGET_RULES
        }
        watched.update(self.reporting.watched, self.problems.watched, [self._dead_letters.key])
        present = {
            key_of(self._province, row)
            for rows in self._alerts.values()
            for row in rows.values()
            if row.agency is None and row.state != State.RETRACTED
        }
        return sorted(present - watched, key=lambda key: key.dedup_key)

    def _target_key(self, judge: TargetJudge, rule: Rule) -> AlertKey:
        return AlertKey(self._province, self._plan, rule, target=judge.target.definition.id)

    def mark_measure(self, measure: str, agency: str, day: Day) -> None:
        """Note that a pane changed: figures from its day on may differ."""
        for judge in self._readers.get(measure, ()):
            judge.mark(day)
        if measure in WATCHED_MEASURES:
            self._agencies.mark_measure(measure, agency, day)

    def mark_register(self, agency: str, day: Day) -> None:
        """Note that the register says otherwise of an agency from `day` on."""
        self._agencies.mark_register(agency)
        for judge in self._targets:
            judge.mark(day)
        self.reporting.mark_register(day)
        self.problems.mark_register(day)

    def mark_facts(self, fact_type: str) -> None:
        """Note that the province has its first fact of a type, or its last one no more: counts turn from NULL or to it."""
        for judge in self._readers.get(fact_type, ()):
            judge.mark(self._first_day)

    def resume(self, closed: Day) -> None:
        """Judge all days up to the last closed one again, writing nothing; the next close looks at every alert."""
        for judge in self._targets:
            judge.resume(closed)
        self.problems.resume(closed)
        self._agencies.resume(closed)

    def close(self, day: Day, mark: Mark) -> list[AlertRow]:
        """Judge a day, the as-of day of `mark`, and return the revisions that its close writes, in order of what they are about."""
        withdrawn, self._withdrawn = self._withdrawn, []
        watched = chain(
            self._of_targets(day),
            self.reporting.close(day),
            self.problems.close(day),
            (Watched(key, Timeline(), _withdrawn_wording) for key in withdrawn),
            self._agencies.close(day),
            self._dead_letters.close(day, mark),
        )
        return [row for one in watched for row in self._revised(one, day)]

    def _of_targets(self, day: Day) -> Iterator[Watched]:
        for judge in self._targets:
            if not (judge.close(day) and judge.target.raises_alerts):
                continue
            runs = judge.series.runs()
            ever = {status for _, status in runs}
            for rule in TARGET_RULES:
                key = self._target_key(judge, rule)
                if RULES[rule].status not in ever and key.dedup_key not in self._alerts:
                    continue  # there is no episode, and there was none
                yield Watched(
                    key,
                    Timeline.of_statuses(rule, runs),
                    lambda state, judge=judge, rule=rule: judge.wording(rule, state, day),  # type: ignore[misc]
                )

    def _revised(self, watched: Watched, day: Day) -> list[AlertRow]:
        key, line, wording, minimum = watched
        if minimum is None:
            minimum = RULES[key.rule].minimum_days
        recomputed = episodes(line.runs, day, minimum)
        published = self._alerts.get(key.dedup_key, {})
        if not recomputed and not published:
            return []
        revisions = reconcile(
            list(published.values()), recomputed, key=key, closed_day=day, wording=wording
        )
        for row in revisions:
            self._alerts.setdefault(key.dedup_key, {})[row.alert_id] = row
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
        return self._agencies.silent_since(agency, day)


class Marked(Protocol):
    """Whoever judges something by its figures."""

    @property
    def reads(self) -> frozenset[str]:
        """The measures, and the types of facts, that the figures follow from."""

    def mark(self, day: Day, /) -> None:
        """Note that figures from `day` on may differ."""


def _readers(judges: Iterable[Marked]) -> Mapping[str, Sequence[Marked]]:
    readers: dict[str, list[Marked]] = {}
    for judge in judges:
        for name in judge.reads:
            readers.setdefault(name, []).append(judge)
    return readers


def _withdrawn_wording(_state: State) -> Wording:
    return Wording(None, None, WITHDRAWN)
