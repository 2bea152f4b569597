"""The fold: records one after another, cut at each day that they begin, the days behind them closed one by one.

Within one run every subject is evaluated once per day; what follows from the panes is derived before a day is closed.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Final

from models.alerts import outbox_message
from models.changes import (
    AlertRow,
    Changes,
    CloseRow,
    HistoryRow,
    LimitReached,
    OutboxMessage,
    PaneKey,
)
from models.days import Day, Instant, day_of, start_of
from models.dead_letter_limit import is_kept, on_day, with_refused
from models.deadletters import dead_letter_message
from models.facts import Assertion, DeadLetter, Event, FactKey
from models.forms import Scope
from models.measures import RECORDS, Panes, by_measure
from models.merge import Merge
from models.records import counted_at
from models.state import ProvinceState
from models.subjects import Verdict

Since = dict[tuple[int, str], int]
"""(number of a derivation, agency) -> the first day that may differ."""

AT_ONCE: Final = 1000
"""Records that are folded before whoever folds beside this run may go on: some hundredths of a second."""

_NEVER: Final = 10**9
"""A day that no figure is read on."""


class Fold:
    """One run of records being folded into a province's state."""

    def __init__(self, state: ProvinceState, changes: Changes, merge: Merge) -> None:
        self._state = state
        self._changes = changes
        self._merge = merge
        self._records: Panes = {}
        """Accepted records since the last `settle`."""
        self._kept: dict[tuple[str, str], int] = {}
        """(fact type, agency) -> by how many there are more kept facts since then."""
        mark = state.mark
        self._watermark = Instant(-1) if mark.watermark is None else mark.watermark
        self._next_day = Instant(-1) if mark.as_of is None else start_of(mark.as_of + 1)
        """The first instant that moves the as-of day."""
        self._last_day = Day(-1)
        """The as-of day when the run is over, where the run begins one."""

    def run(self, events: Sequence[Event | DeadLetter]) -> Iterator[None]:
        """Fold the records of the run, in order of their offsets, some at a time."""
        watermarks = [event.watermark for event in events if isinstance(event, Event)]
        if watermarks:
            self._last_day = day_of(max(watermarks))
        for start in range(0, len(events), AT_ONCE):
            for event in events[start : start + AT_ONCE]:
                if isinstance(event, DeadLetter):
                    self.refuse(event)
                else:
                    self.accept(event)
            yield
        self.settle()
        self.keep_watermark()

    def refuse(self, dead: DeadLetter) -> None:
        """Keep a record that can never be applied, and pass it on; beyond the day's limit only count it."""
        state, changes = self._state, self._changes
        state.feeds.refuse(dead)
        before = state.mark
        kept = is_kept(before, state.catalogue.dead_letter_bytes_a_day)
        if kept:
            changes.dead_letters.append(dead)
            self._send(dead_letter_message(dead, self._next_seq()))
        else:
            if before.dead_letters == before.dead_letters_kept:
                changes.limits_reached.append(LimitReached(before.as_of, before.dead_letters))
            changes.unkept[dead.reason] = changes.unkept.get(dead.reason, 0) + 1
        state.mark = with_refused(state.mark, dead.record, kept=kept)

    def accept(self, event: Event) -> None:
        """Fold an accepted record; first close the days that it leaves behind."""
        if event.time > self._watermark:  # else its watermark is no later
            self._advance(event.watermark, event.offset)
        verdict = Verdict.APPLIED
        if event.fact is not None and event.assertion is not None:
            verdict = self._assert_fact(event.fact, event.assertion)
            place = counted_at(event)
            if place is not None:
                pane = ("", *place)
                self._records[pane] = self._records.get(pane, 0) + 1
        self._state.feeds.accept(event, verdict)

    def _advance(self, watermark: Instant, offset: int) -> None:
        """Take note of how far event time has come with the record at `offset`; close the days that lie behind it."""
        if watermark > self._watermark:
            self._watermark = watermark
            if watermark >= self._next_day:
                day = day_of(watermark)
                self._begin(day, offset)
                self._next_day = start_of(day + 1)

    def keep_watermark(self) -> None:
        """Write down how far event time has come."""
        if self._watermark >= 0:
            self._state.mark = replace(self._state.mark, watermark=self._watermark)

    def _assert_fact(self, fact: FactKey, assertion: Assertion) -> Verdict:
        verdict, held = self._merge.assert_fact(fact, assertion)
        if verdict is Verdict.APPLIED:
            if held is not None and held.payload is not None:
                was = (fact.type, held.agency)
                self._kept[was] = self._kept.get(was, 0) - 1
            if assertion.payload is not None:
                now = (fact.type, assertion.agency)
                self._kept[now] = self._kept.get(now, 0) + 1
        return verdict

    def _keep(self) -> None:
        """Count the kept facts, and tell whoever must know that there is a first one or none left."""
        state = self._state
        kept = state.sources.kept
        for (fact_type, agency), count in self._kept.items():
            known = kept.agencies.get(agency, 0) > 0
            province = kept.totals.get(fact_type, 0) > 0
            total = kept.add(fact_type, agency, count)
            self._changes.kept[fact_type, agency] = total
            if (total > 0) != (total > count):
                state.figures.mark(fact_type, agency)
            if province != (kept.totals[fact_type] > 0) and state.judge is not None:
                state.judge.mark_facts(fact_type)
            if known != (kept.agencies[agency] > 0):
                state.renewed.add(agency)
                state.figures.mark_agency(agency)
        self._kept.clear()

    def _begin(self, day: Day, offset: int) -> None:
        """Make `day` the as-of day, after closing the days before it."""
        state = self._state
        if state.mark.first_day is None:
            state.mark = replace(state.mark, first_day=day)
            state.begin(day)
        else:
            self.settle()
            self.close_days(Day(day - 1), offset, last=day == self._last_day)
        self.turn_to(day)

    def turn_to(self, day: Day) -> None:
        """Read figures on `day` from now on."""
        state = self._state
        as_of = state.mark.as_of
        for turned in range(day if as_of is None else as_of + 1, day + 1):
            state.figures.roll(Day(turned))
        state.mark = on_day(state.mark, Day(day if as_of is None else max(as_of, day)))

    def close_days(self, until: Day, next_offset: int, *, last: bool = True) -> None:
        """Close the days after the last closed one, up to and including `until`, one by one; the records before `next_offset` are known.

        With `last` no more are closed in this run: how everything stands is written now, before what comes after is known.
        """
        state = self._state
        judge, first = state.judge, state.mark.first_day
        if judge is None or first is None:
            return
        start = first if state.mark.closed is None else Day(state.mark.closed + 1)
        for number in range(start, until + 1):
            day = Day(number)
            if state.mark.as_of is not None and day > state.mark.as_of:
                self.turn_to(day)
            self._publish(judge.close(day, state.mark), state.figures.close(day))
            self._changes.closes.append(CloseRow(day, next_offset))
            state.mark = replace(state.mark, closed=day)
        if last and start <= until:
            self._changes.attainment = judge.rows(until)
            self._changes.readings = judge.readings(until)
            self._changes.problems = judge.problems.changed_rows(until)

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
        self._keep()
        amounts = self._merge.settle()
        amounts[RECORDS] = self._records
        self._records = {}
        rows_since = self._add(amounts, since)
        derivations = state.catalogue.agency_derivations
        for (number, agency), day in since.items():
            self._add(by_measure(derivations[number].derive(state.sources, agency, day)), {})
        if rows_since < _NEVER:
            for rows in state.catalogue.row_derivations:
                self._add(by_measure(rows.derive(state.sources, rows_since)), {})

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

    def _add(self, amounts: Mapping[str, Panes], since: Since) -> int:
        """Add to the panes and tell whoever reads them; return the first day on which a row of a list may change."""
        state = self._state
        panes, written, new = state.sources.panes, self._changes.panes, self._changes.new_panes
        rows_since = _NEVER
        for measure, added in amounts.items():
            totals = panes.add_all(measure, added)
            for pane, total in totals.items():
                key = PaneKey(measure, *pane)
                if total == added[pane] and key not in written:
                    new.add(key)
                written[key] = total
            state.figures.marked.update((measure, agency) for _, agency, _ in totals)
            if measure in state.deriving:
                self._note_derivations(measure, added, totals, since)
            if measure == RECORDS:  # one more beside others changes nothing but their number
                totals = {pane: total for pane, total in totals.items() if total == added[pane]}
                state.renewed.update(agency for _, agency, _ in totals)  # who was silent was not
            firsts = _first_days(totals)
            if measure in state.row_measures:
                rows_since = min(rows_since, *firsts.values(), _NEVER)
            if state.judge is not None:
                for agency, day in firsts.items():
                    state.judge.mark_measure(measure, agency, day)
        return rows_since

    def _note_derivations(self, measure: str, added: Panes, totals: Panes, since: Since) -> None:
        """Note from which day on what is derived from a measure may differ."""
        for pane, total in totals.items():
            _, agency, day = pane
            for number, requirement in self._state.deriving[measure]:
                if since.get((number, agency), _NEVER) <= day:
                    continue
                scope = Scope(self._state.sources.panes, agency)
                if not requirement.unmoved(scope, day, total - added[pane], total):
                    since[number, agency] = day


def _first_days(panes: Iterable[tuple[str, str, Day]]) -> dict[str, Day]:
    """Return the first day of each agency that has panes."""
    firsts: dict[str, Day] = {}
    for _, agency, day in panes:
        first = firsts.get(agency)
        if first is None or day < first:
            firsts[agency] = day
    return firsts
