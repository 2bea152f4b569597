"""The fold: records one after another, cut at each day that they begin, the days behind them closed one by one.

Within one run every subject is evaluated once per day; what follows from the panes is derived before a day is closed.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Final

from models.alerts import outbox_message
from models.changes import AlertRow, Amount, Changes, HistoryRow, OutboxMessage, PaneKey
from models.days import Day, Instant, day_of, start_of
from models.deadletters import dead_letter_message
from models.facts import Assertion, DeadLetter, Event, FactKey
from models.figures import Scope
from models.measures import RECORDS, Amounts
from models.merge import Merge
from models.state import ProvinceState
from models.subjects import Verdict

Since = dict[tuple[int, str], int]
"""(number of a derivation, agency) -> the first day that may differ."""

_NEVER: Final = 10**9
"""A day that no figure is read on."""


class Fold:
    """One run of records being folded into a province's state."""

    def __init__(self, state: ProvinceState, changes: Changes, merge: Merge) -> None:
        self._state = state
        self._changes = changes
        self._merge = merge
        self._records: dict[PaneKey, int] = {}
        mark = state.mark
        self._watermark = Instant(-1) if mark.watermark is None else mark.watermark
        self._next_day = Instant(-1) if mark.as_of is None else start_of(mark.as_of + 1)
        """The first instant that moves the as-of day."""

    def refuse(self, dead: DeadLetter) -> None:
        """Keep a record that can never be applied, and pass it on."""
        self._state.feeds.refuse(dead)
        self._changes.dead_letters.append(dead)
        self._send(dead_letter_message(dead, self._next_seq()))

    def accept(self, event: Event) -> None:
        """Fold an accepted record; first close the days that it leaves behind."""
        state = self._state
        watermark = event.watermark
        if watermark > self._watermark:
            self._watermark = watermark
            if watermark >= self._next_day:
                day = day_of(watermark)
                self._begin(day)
                self._next_day = start_of(day + 1)
        verdict = Verdict.APPLIED
        if event.fact is not None and event.assertion is not None:
            verdict = self._assert_fact(event.fact, event.assertion)
            if not event.type.endswith(".registered"):
                pane = PaneKey(RECORDS, "", event.agency, day_of(event.time))
                self._records[pane] = self._records.get(pane, 0) + 1
        state.feeds.accept(event, verdict)

    def keep_watermark(self) -> None:
        """Write down how far event time has come."""
        if self._watermark >= 0:
            self._state.mark = replace(self._state.mark, watermark=self._watermark)

    def _assert_fact(self, fact: FactKey, assertion: Assertion) -> Verdict:
        verdict, held = self._merge.assert_fact(fact, assertion)
        if verdict is Verdict.APPLIED:
            if held is not None and held.payload is not None:
                self._keep(fact.type, held.agency, -1)
            if assertion.payload is not None:
                self._keep(fact.type, assertion.agency, 1)
        return verdict

    def _keep(self, fact_type: str, agency: str, count: int) -> None:
        state = self._state
        kept = state.sources.kept
        known = kept.agencies.get(agency, 0) > 0
        province = kept.totals.get(fact_type, 0) > 0
        total = kept.add(fact_type, agency, count)
        self._changes.kept[fact_type, agency] = total
        if total == max(count, 0):
            state.figures.mark(fact_type, agency)
        if province != (kept.totals[fact_type] > 0) and state.judge is not None:
            state.judge.mark_facts(fact_type)
        if known != (kept.agencies[agency] > 0):
            state.renewed.add(agency)
            state.figures.mark_agency(agency)

    def _begin(self, day: Day) -> None:
        """Make `day` the as-of day, after closing the days before it."""
        state = self._state
        if state.mark.first_day is None:
            state.mark = replace(state.mark, first_day=day)
            state.begin(day)
        else:
            self.settle()
            self.close_days(Day(day - 1))
        self.turn_to(day)

    def turn_to(self, day: Day) -> None:
        """Read figures on `day` from now on."""
        state = self._state
        as_of = state.mark.as_of
        for turned in range(day if as_of is None else as_of + 1, day + 1):
            state.figures.roll(Day(turned))
        state.mark = replace(state.mark, as_of=Day(day if as_of is None else max(as_of, day)))

    def close_days(self, last: Day) -> None:
        """Close the days after the last closed one, up to and including `last`, one by one."""
        state = self._state
        judge, first = state.judge, state.mark.first_day
        if judge is None or first is None:
            return
        start = first if state.mark.closed is None else state.mark.closed + 1
        for number in range(start, last + 1):
            day = Day(number)
            if state.mark.as_of is not None and day > state.mark.as_of:
                self.turn_to(day)
            self._publish(judge.close(day), state.figures.close(day))
            state.mark = replace(state.mark, closed=day)

    def _publish(self, alerts: Iterable[AlertRow], history: Iterable[HistoryRow]) -> None:
        self._changes.history.extend(history)
        for row in alerts:
            self._changes.alerts.append(row)
            self._send(outbox_message(row, self._changes.province, self._next_seq()))

    def _next_seq(self) -> int:
        return self._state.mark.outbox_seq + 1

    def _send(self, message: OutboxMessage) -> None:
        self._changes.outbox.append(message)
        self._state.mark = replace(self._state.mark, outbox_seq=message.seq)

    def settle(self) -> None:
        """Add what was merged to the panes, and derive what follows from them."""
        state = self._state
        since: Since = {}
        for agency, registrations in self._merge.registered():
            self._register(agency, registrations, since)
        rows_since = self._add(self._merge.settle(), since)
        records: Amounts = dict(self._records)
        self._records.clear()
        rows_since = min(rows_since, self._add(records, since))
        derivations = state.catalogue.agency_derivations
        for (number, agency), day in since.items():
            self._add(derivations[number].derive(state.sources, agency, day), {})
        if rows_since < _NEVER:
            for rows in state.catalogue.row_derivations:
                self._add(rows.derive(state.sources, rows_since), {})

    def _register(
        self,
        agency: str,
        registrations: Sequence[Assertion],
        since: Since,
    ) -> None:
        state = self._state
        register = state.sources.register
        family = {agency, *register.children(agency)}
        changed = register.update(agency, registrations)
        if changed is None:
            return
        family.update(register.children(agency))
        for member in sorted(family):
            for number in range(len(state.catalogue.agency_derivations)):
                since[number, member] = min(since.get((number, member), changed), changed)
        state.renewed.add(agency)
        state.figures.mark_agency(agency)
        if state.judge is not None:
            state.judge.mark_register(agency, changed)

    def _add(self, amounts: Mapping[PaneKey, Amount], since: Since) -> int:
        """Add to the panes and tell whoever reads them; return the first day on which a row of a list may change."""
        state = self._state
        panes, judge = state.sources.panes, state.judge
        written, new = self._changes.panes, self._changes.new_panes
        marked = state.figures.marked
        rows_since = _NEVER
        for pane, amount in amounts.items():
            if amount == 0:
                continue
            total = panes.add(pane, amount)
            if total == amount and pane not in written:
                new.add(pane)
            written[pane] = total
            measure, _, agency, day = pane
            marked.add((measure, agency))
            for number, requirement in state.deriving.get(measure, ()):
                if day < since.get((number, agency), _NEVER) and not requirement.unmoved(
                    Scope(panes, agency), day, total - amount, total
                ):
                    since[number, agency] = day
            if measure == RECORDS and total != amount:
                continue
            if measure in state.row_measures:
                rows_since = min(rows_since, day)
            if judge is not None:
                judge.mark_measure(measure, agency, day)
                if measure == RECORDS:
                    judge.mark_records(agency, day)
        return rows_since
