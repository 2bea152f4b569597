"""A province's book: the fold of its log, one run of records after another.

The book is what Postgres holds, kept at hand by the province's owner under one epoch: `apply` gives the rows that one
transaction must write, and a book whose changes were not committed is thrown away. Nothing here reads a clock.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from models.alerts import outbox_message
from models.catalogue.compiled import ProvinceCatalogue
from models.changes import (
    AgencyRow,
    AlertRow,
    Amount,
    Changes,
    HistoryRow,
    Mark,
    OutboxMessage,
    PaneKey,
    PartKey,
    PartRequest,
    StoredBook,
)
from models.days import Day, Instant, day_of
from models.deadletters import dead_letter_message
from models.derived import AgencyDerivation
from models.facts import Assertion, DeadLetter, Event, FactKey, SubjectId
from models.feeds import FeedTable
from models.figures import Kept, Sources
from models.judging import Judge
from models.measures import RECORDS, Amounts
from models.merge import Measures, Merge, home_requests
from models.panes import ALL, PaneTable
from models.publication import Figures
from models.register import Register
from models.subjects import MAIN, Subject, Verdict, group

Decoded = Event | DeadLetter


class Book:
    """The state of one province and its fold."""

    def __init__(self, catalogue: ProvinceCatalogue, stored: StoredBook) -> None:
        self._catalogue = catalogue
        self._measures = Measures(catalogue)
        self._sources = Sources(PaneTable(), Register(catalogue.lists), Kept())
        self.mark: Mark = stored.mark
        self._agencies: dict[str, AgencyRow] = dict(stored.agencies)
        self._feeds = FeedTable(stored.feeds)
        self._alerts = stored.alerts
        self._judge: Judge | None = None
        self._by_measure: dict[str, list[AgencyDerivation]] = {}
        for derivation in catalogue.agency_derivations:
            for measure in derivation.reads:
                self._by_measure.setdefault(measure, []).append(derivation)
        self._row_measures = frozenset(name for one in catalogue.row_derivations for name in one.reads)
        self._figures = Figures(catalogue, self._sources, stored.kpi, stored.published)
        self._load(stored)
        self._renewed: set[str] = set()
        """Agencies whose row may have to be written again."""

    @classmethod
    def restore(cls, catalogue: ProvinceCatalogue, stored: StoredBook) -> "Book":
        """Return the book of a province as its last owner left it."""
        return cls(catalogue, stored)

    def _load(self, stored: StoredBook) -> None:
        for pane, amount in stored.panes.items():
            self._sources.panes.add(pane, amount)
        for (fact_type, agency), count in stored.kept.items():
            self._sources.kept.add(fact_type, agency, count)
        for (kind, key, part), encoded in stored.registers.items():
            subject = Subject(SubjectId(kind, key))
            subject.load(part, encoded)
            keys = group(subject.facts).get("agency.registered", {})
            self._sources.register.update(key, next(iter(keys.values())) if keys else ())
        for code in self._codes():
            self._figures.mark_agency(code)
        if self.mark.first_day is not None:
            self._judge = Judge(self._catalogue, self._sources, self.mark.first_day, self._alerts)
            if self.mark.closed is not None:
                self._judge.resume(self.mark.closed)

    def _codes(self) -> frozenset[str]:
        """Return the codes that have figures of their own: registered, or carrying a kept fact."""
        kept = {agency for agency, count in self._sources.kept.agencies.items() if count > 0}
        return frozenset(kept.union(self._sources.register.agencies))

    def homes(self, events: Sequence[Decoded]) -> set[PartRequest]:
        """Return what must be read first: the homes of facts whose subjects their natural keys do not say."""
        return home_requests(events)

    def subjects(self, events: Sequence[Decoded], homes: Mapping[PartKey, bytes]) -> set[PartRequest]:
        """Return what must be read next: the parts of subjects that the events can reach."""
        merge = Merge(self._measures)
        merge.load(homes)
        return merge.subject_requests(events)

    def apply(
        self, events: Sequence[Decoded], parts: Mapping[PartKey, bytes], *, next_offset: int, last_crc: int | None
    ) -> Changes:
        """Fold records in order of their offsets and return what one transaction must write.

        Args:
            events: the decoded records.
            parts: what was read of `homes` and `subjects`.
            next_offset: the offset after the last record, whether that was given or not.
            last_crc: CRC-32 of the last record's value.
        """
        changes = Changes(self._catalogue.province, self.mark, self.mark)
        merge = Merge(self._measures)
        merge.load(parts)
        page = _Page(self, changes, merge)
        for event in events:
            if isinstance(event, DeadLetter):
                page.refuse(event)
            else:
                page.accept(event)
        page.settle()
        changes.parts = merge.encoded()
        self.mark = replace(self.mark, next_offset=next_offset, last_crc=last_crc)
        self._finish(changes)
        return changes

    def close_until(self, day: Day) -> Changes:
        """Close every day up to and including `day`, which becomes the as-of day; nothing where the log is still empty."""
        changes = Changes(self._catalogue.province, self.mark, self.mark)
        if self.mark.first_day is not None:
            page = _Page(self, changes, Merge(self._measures))
            page.close_days(day)
            page.turn_to(day)
            self._finish(changes)
        return changes

    def _finish(self, changes: Changes) -> None:
        """Write what is written once a transaction, however many days it closed."""
        changes.feeds = self._feeds.take_changed()
        if self.mark.as_of is not None:
            changes.agencies = self._changed_agencies(self.mark.as_of)
            changes.kpi = self._figures.write(self.mark.as_of)
        closed = self.mark.closed
        if self._judge is not None and closed is not None and closed != changes.base.closed:
            changes.attainment = self._judge.rows(closed)
        changes.mark = self.mark

    def _changed_agencies(self, as_of: Day) -> dict[str, AgencyRow | None]:
        """Return the rows of agencies that differ from what was written last; None for a code that carries nothing any more."""
        codes = self._codes()
        changed: dict[str, AgencyRow | None] = {}
        for code in sorted(self._renewed | self._agencies.keys()):
            row = self._agency_row(code, as_of) if code in codes else None
            if row != self._agencies.get(code):
                changed[code] = row
                if row is None:
                    self._agencies.pop(code, None)
                else:
                    self._agencies[code] = row
        self._renewed.clear()
        return changed

    def _agency_row(self, code: str, day: Day) -> AgencyRow:
        register = self._sources.register
        closed = self.mark.closed
        silent = self._judge.silent_since(code, min(day, closed)) if self._judge is not None and closed is not None else None
        return AgencyRow(code, code in register, register.active(code, day), silent)

    def read_back(self, day: Day) -> Changes:
        """Return figures, statuses and agencies as of an earlier day, with all that is known now; never to be committed."""
        changes = Changes(self._catalogue.province, self.mark, self.mark)
        first = self.mark.first_day
        if first is None or self._judge is None:
            return changes
        closed = None if self.mark.closed is None or day < first else Day(min(day, self.mark.closed))
        changes.mark = replace(self.mark, as_of=day, closed=closed)
        codes = self._codes()
        changes.kpi = self._figures.read(day, codes)
        changes.agencies = {code: self._agency_row(code, day) for code in sorted(codes)}
        if closed is not None:
            changes.attainment = self._judge.rows(closed)
        else:
            early = Judge(self._catalogue, self._sources, day, ())
            early.resume(day)
            changes.attainment = early.rows(day)
        return changes


class _Page:
    """One run of records being folded into a book: cut at each day that they begin."""

    def __init__(self, book: Book, changes: Changes, merge: Merge) -> None:
        self._book = book
        self._changes = changes
        self._merge = merge
        self._records: dict[PaneKey, int] = {}

    def refuse(self, dead: DeadLetter) -> None:
        """Keep a record that can never be applied, and pass it on."""
        self._book._feeds.refuse(dead)
        self._changes.dead_letters.append(dead)
        self._send(dead_letter_message(dead, self._next_seq()))

    def accept(self, event: Event) -> None:
        """Fold an accepted record; first close the days that it leaves behind."""
        book = self._book
        mark = book.mark
        day = event.day
        if mark.as_of is None or day > mark.as_of:
            self._begin(day)
        watermark = event.watermark
        if book.mark.watermark is None or watermark > book.mark.watermark:
            book.mark = replace(book.mark, watermark=Instant(watermark))
        verdict = Verdict.APPLIED
        if event.fact is not None and event.assertion is not None:
            verdict = self._assert_fact(event.fact, event.assertion)
            if not event.type.endswith(".registered"):
                pane = PaneKey(RECORDS, "", event.agency, day_of(event.time))
                self._records[pane] = self._records.get(pane, 0) + 1
        book._feeds.accept(event, verdict)

    def _assert_fact(self, fact: FactKey, assertion: Assertion) -> Verdict:
        verdict, held = self._merge.assert_fact(fact, assertion)
        if verdict is Verdict.APPLIED:
            if held is not None and held.payload is not None:
                self._keep(fact.type, held.agency, -1)
            if assertion.payload is not None:
                self._keep(fact.type, assertion.agency, 1)
        return verdict

    def _keep(self, fact_type: str, agency: str, count: int) -> None:
        book = self._book
        kept = book._sources.kept
        known = kept.agencies.get(agency, 0) > 0
        province = kept.totals.get(fact_type, 0) > 0
        total = kept.add(fact_type, agency, count)
        self._changes.kept[fact_type, agency] = total
        if total == max(count, 0):
            book._figures.mark_fact(fact_type, agency)
        if province != (kept.totals[fact_type] > 0) and book._judge is not None:
            book._judge.mark_facts(fact_type)
        if known != (kept.agencies[agency] > 0):
            book._renewed.add(agency)
            book._figures.mark_agency(agency)

    def _begin(self, day: Day) -> None:
        """Make `day` the as-of day, after closing the days before it."""
        book = self._book
        if book.mark.first_day is None:
            book.mark = replace(book.mark, first_day=day)
            book._judge = Judge(book._catalogue, book._sources, day, book._alerts)
        else:
            self.settle()
            self.close_days(Day(day - 1))
        self.turn_to(day)

    def turn_to(self, day: Day) -> None:
        """Read figures on `day` from now on."""
        book = self._book
        as_of = book.mark.as_of
        for turned in range(day if as_of is None else as_of + 1, day + 1):
            book._figures.roll(Day(turned), book._codes())
        book.mark = replace(book.mark, as_of=Day(day if as_of is None else max(as_of, day)))

    def close_days(self, last: Day) -> None:
        """Close the days after the last closed one, up to and including `last`, one by one."""
        book = self._book
        judge, first = book._judge, book.mark.first_day
        if judge is None or first is None:
            return
        start = first if book.mark.closed is None else book.mark.closed + 1
        for number in range(start, last + 1):
            day = Day(number)
            if book.mark.as_of is not None and day > book.mark.as_of:
                self.turn_to(day)
            self._publish(judge.close(day), book._figures.close(day, book._codes()))
            book.mark = replace(book.mark, closed=day)

    def _publish(self, alerts: Iterable[AlertRow], history: Iterable[HistoryRow]) -> None:
        self._changes.history.extend(history)
        for row in alerts:
            self._changes.alerts.append(row)
            self._send(outbox_message(row, self._changes.province, self._next_seq()))

    def _next_seq(self) -> int:
        return self._book.mark.outbox_seq + 1

    def _send(self, message: OutboxMessage) -> None:
        self._changes.outbox.append(message)
        self._book.mark = replace(self._book.mark, outbox_seq=message.seq)

    def settle(self) -> None:
        """Add what was merged to the panes, and derive what follows from them."""
        book = self._book
        since: dict[tuple[AgencyDerivation, str], int] = {}
        for agency, registrations in self._merge.registered():
            self._register(agency, registrations, since)
        rows_since = self._add(self._merge.settle(), since)
        records: Amounts = dict(self._records)
        self._records.clear()
        rows_since = min(rows_since, self._add(records, since))
        for (derivation, agency), day in since.items():
            self._add(derivation.derive(book._sources, agency, day), {})
        if rows_since < _NEVER:
            for rows in book._catalogue.row_derivations:
                self._add(rows.derive(book._sources, rows_since), {})

    def _register(
        self, agency: str, registrations: Sequence[Assertion], since: dict[tuple[AgencyDerivation, str], int]
    ) -> None:
        book = self._book
        register = book._sources.register
        family = {agency, *register.children(agency)}
        changed = register.update(agency, registrations)
        if changed is None:
            return
        family.update(register.children(agency))
        for member in sorted(family):
            for derivation in book._catalogue.agency_derivations:
                since[derivation, member] = min(since.get((derivation, member), changed), changed)
        book._renewed.add(agency)
        book._figures.mark_agency(agency)
        if book._judge is not None:
            book._judge.mark_register(agency, changed)

    def _add(self, amounts: Mapping[PaneKey, Amount], since: dict[tuple[AgencyDerivation, str], int]) -> int:
        """Add to the panes and tell whoever reads them; return the first day on which a row of a list may change."""
        book = self._book
        panes, judge, written = book._sources.panes, book._judge, self._changes.panes
        rows_since = _NEVER
        for pane, amount in amounts.items():
            if amount == 0:
                continue
            total = panes.add(pane, amount)
            written[pane] = total
            measure, agency, day = pane.measure, pane.agency, pane.day
            book._figures.mark_measure(measure, agency)
            if measure == RECORDS and total != amount:
                continue
            for derivation in book._by_measure.get(measure, ()):
                since[derivation, agency] = min(since.get((derivation, agency), day), day)
            if measure in book._row_measures:
                rows_since = min(rows_since, day)
            if judge is not None:
                judge.mark_measure(measure, agency, day)
                if measure == RECORDS:
                    judge.mark_records(agency, day)
        return rows_since


_NEVER = 10**9
