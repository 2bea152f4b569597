"""Judge the reports that a plan's duties demand: who has filed what at a day's close, and what is due soon or late.

A report is looked at again only when one of its filings or the register changed, or on a day on which its state turns by itself.
"""

from collections.abc import Iterator, Mapping, Sequence

from models.alerts import AlertKey, Watched, Wording
from models.catalogue import ProvinceCatalogue
from models.changes import ObligationKey, ObligationRow
from models.days import FOREVER, Day
from models.duties import DUE_SOON_DAYS, Obligation
from models.episodes import Holds, Timeline
from models.figures import Sources
from models.panes import ALL
from models.reporting_messages import ReportFigures, report_reason
from models.rules import Rule

Filings = Mapping[str, tuple[Day, ...]]
"""Agency -> the days on which it filed, ascending; only agencies that did. Of a report that falls due only the day that completed it."""


class ReportJudge:
    """One report, and how all who owe it stand."""

    def __init__(
        self,
        obligation: Obligation,
        sources: Sources,
        first_day: Day,
        written: Mapping[str, ObligationRow],
    ) -> None:
        self.obligation = obligation
        self.rows = written
        """Reporter -> how it stands on the last day that was judged."""
        self._sources = sources
        self._first_day = first_day
        self._next_turn = FOREVER
        """The next day on which it must be looked at, whatever happens until then."""
        self._marked = True

    @property
    def reads(self) -> frozenset[str]:
        """The measures that count what was filed."""
        return frozenset(self.obligation.filed)

    def mark(self, _day: Day) -> None:
        """Note that a filing or the register may differ, whatever the day: the report is read as a whole."""
        self._marked = True

    def turns(self, day: Day) -> bool:
        """Return whether its standing on `day` may differ from what was said last."""
        return self._marked or day >= self._next_turn

    def judge(self, day: Day) -> Filings:
        """Make the rows of a day anew; return who filed when."""
        obligation, filings = self.obligation, self._filings()
        turns = {filed for days in filings.values() for filed in days}
        if obligation.due_on is not None:
            turns |= {Day(obligation.due_on - DUE_SOON_DAYS), Day(obligation.due_on + 1)}
        self._next_turn = min((turn for turn in turns if turn > day), default=FOREVER)
        self._marked = False
        self.rows = {
            reporter: self._row(reporter, filings.get(reporter, ()), day)
            for reporter in self.owing(day) or [ALL]
        }
        return filings

    def _row(self, reporter: str, filings: Sequence[Day], day: Day) -> ObligationRow:
        obligation = self.obligation
        filed_on = max((filed for filed in filings if filed <= day), default=None)
        return ObligationRow(
            ObligationKey(obligation.duty, obligation.name, reporter),
            obligation.due_on,
            obligation.state(filed_on, day).value,
            filed_on,
        )

    def owing(self, day: int) -> list[str]:
        """Return the agencies that owe it by the register of `day`; once it was due, by that of its last day."""
        register, due_on = self._sources.register, self.obligation.due_on
        read_on = day if due_on is None else min(day, due_on)
        members = register.members(self.obligation.over, read_on)
        return sorted(agency for agency in members if register.active(agency, read_on))

    def _filings(self) -> Filings:
        found = [self._days_filed(measure) for measure in self.obligation.filed]
        if self.obligation.due_on is None:
            agencies = set().union(*found)
            return {
                agency: tuple(sorted(set().union(*(days.get(agency, ()) for days in found))))
                for agency in agencies
            }
        complete = set(found[0]).intersection(*found[1:])
        return {agency: (max(min(days[agency]) for days in found),) for agency in complete}

    def _days_filed(self, measure: str) -> dict[str, set[Day]]:
        """Return the days on which each agency filed what a measure counts, about this report's period."""
        panes = self._sources.panes
        found: dict[str, set[Day]] = {}
        for bucket in panes.by_bucket(measure, ALL):
            if self.obligation.covers(int(bucket)):
                for agency in panes.agencies(measure, bucket):
                    days = panes.series(measure, bucket, agency).days()
                    if days:
                        found.setdefault(agency, set()).update(map(Day, days))
        return found

    def due_soon(self, filings: Filings) -> Timeline:
        """Return on which days it is due soon and somebody has not filed."""
        line, due_on = Timeline(), self._due_on()
        for number in range(max(self._first_day, due_on - DUE_SOON_DAYS), due_on + 1):
            holds = any(_filed_on(filings, agency) > number for agency in self.owing(number))
            line.extend(Day(number), Holds.of(holds=holds))
        line.extend(Day(due_on + 1), Holds.NO)
        return line

    def late(self, filings: Filings) -> Timeline:
        """Return on which days it is late and somebody has not filed."""
        line, after = Timeline(), Day(max(self._first_day, self._due_on() + 1))
        last = max((_filed_on(filings, agency) for agency in self.owing(after)), default=after)
        if last > after:
            line.extend(after, Holds.YES)
        line.extend(last, Holds.NO)
        return line

    def figures(self, filings: Filings, day: Day) -> ReportFigures:
        """Return what a reason tells of the report on `day`."""
        owing = self.owing(day)
        missing = [agency for agency in owing if _filed_on(filings, agency) > day]
        return ReportFigures(
            section=self.obligation.section,
            recipient=self.obligation.recipient,
            due_on=self._due_on(),
            day=day,
            owing=len(owing),
            missing=tuple(self._name(agency, day) for agency in missing),
        )

    def _due_on(self) -> Day:
        if self.obligation.due_on is None:
            raise ValueError(f"{self.obligation.duty} is never due, so no rule watches it")
        return self.obligation.due_on

    def _name(self, agency: str, day: Day) -> str:
        entry = self._sources.register.entry(agency, min(day, self._due_on()))
        return agency if entry is None else str(entry.payload["name"])


def _filed_on(filings: Filings, agency: str) -> Day:
    days = filings.get(agency)
    return FOREVER if days is None else days[0]


class Reporting:
    """All reports that a province's plan demands, from its first day on."""

    def __init__(
        self,
        catalogue: ProvinceCatalogue,
        sources: Sources,
        first_day: Day,
        written: Mapping[ObligationKey, ObligationRow],
    ) -> None:
        self._province = catalogue.province
        self._plan = catalogue.plan.id
        self._register = sources.register
        rows: dict[tuple[str, str], dict[str, ObligationRow]] = {}
        for key, row in written.items():
            rows.setdefault((key.duty, key.period), {})[key.reporter] = row
        self.judges = tuple(
            ReportJudge(one, sources, first_day, rows.pop((one.duty, one.name), {}))
            for one in catalogue.obligations
        )
        self._changed: dict[ObligationKey, ObligationRow | None] = {
            row.key: None for unknown in rows.values() for row in unknown.values()
        }

    @property
    def watched(self) -> Iterator[AlertKey]:
        """What alerts can be about."""
        for judge in self.judges:
            if judge.obligation.alerts:
                for rule in (Rule.REPORT_DUE_SOON, Rule.REPORT_LATE):
                    yield self._key(judge.obligation, rule)

    def judge_again(self, day: Day) -> None:
        """Make the rows of the last closed day anew; what the rules say of it is for the next close to tell."""
        for judge in self.judges:
            before = judge.rows
            judge.judge(day)
            self._note(before, judge.rows)
            judge.mark(day)

    def mark_register(self, day: Day) -> None:
        """Note that the register says otherwise of an agency: others may owe."""
        for judge in self.judges:
            judge.mark(day)

    def close(self, day: Day) -> Iterator[Watched]:
        """Judge the reports that may stand otherwise than the day before; yield what the rules say of those that a plan dates."""
        if self._register.turns(day):
            self.mark_register(day)
        for judge in self.judges:
            if judge.turns(day):
                before = judge.rows
                filings = judge.judge(day)
                self._note(before, judge.rows)
                if judge.obligation.alerts:
                    yield from self._watched(judge, filings, day)

    def take_changed(self) -> dict[ObligationKey, ObligationRow | None]:
        """Return the rows that differ since the last call; None for one that is gone."""
        changed, self._changed = self._changed, {}
        return changed

    def _note(
        self, before: Mapping[str, ObligationRow], after: Mapping[str, ObligationRow]
    ) -> None:
        for reporter, row in before.items():
            if reporter not in after:
                self._changed[row.key] = None
        for reporter, row in after.items():
            if before.get(reporter) != row:
                self._changed[row.key] = row

    def _watched(self, judge: ReportJudge, filings: Filings, day: Day) -> Iterator[Watched]:
        figures = judge.figures(filings, day)
        filed = figures.owing - len(figures.missing)
        for rule, line in (
            (Rule.REPORT_DUE_SOON, judge.due_soon(filings)),
            (Rule.REPORT_LATE, judge.late(filings)),
        ):
            yield Watched(
                self._key(judge.obligation, rule),
                line,
                lambda state, rule=rule: Wording(  # type: ignore[misc]
                    filed, figures.owing, report_reason(rule, state, figures)
                ),
            )

    def _key(self, obligation: Obligation, rule: Rule) -> AlertKey:
        report = f"{obligation.duty}/{obligation.name}"
        return AlertKey(self._province, self._plan, rule, report=report)
