"""A province's book: the fold of its log, one run of records after another.

The book is what Postgres holds, kept at hand by the province's owner under one epoch: `apply` gives the rows that one
transaction must write, and a book whose changes were not committed is thrown away. A run may stand still between two of its
steps while others compute: a flood in one province must not keep its neighbours waiting. Nothing here reads a clock.
"""

from collections.abc import Generator, Mapping, Sequence
from dataclasses import replace

from models.catalogue import ProvinceCatalogue
from models.changes import Changes, Mark, PartKey, PartRequest, StoredBook
from models.days import Day
from models.errors import Inconsistent
from models.facts import DeadLetter, Event
from models.fold import Fold
from models.judging import Judge
from models.merge import Merge
from models.requests import home_requests, subject_requests
from models.state import ProvinceState

Decoded = Event | DeadLetter

Steps = Generator[None, None, Changes]
"""A run that goes on each time it is asked to, and ends with the changes."""


def step(steps: Steps) -> Changes | None:
    """Go on with a run; return its changes once it is over."""
    try:
        next(steps)
    except StopIteration as end:
        changes: Changes = end.value
        return changes
    return None


class Book:
    """The state of one province and its fold."""

    def __init__(self, state: ProvinceState) -> None:
        self._state = state

    @classmethod
    def restore(cls, catalogue: ProvinceCatalogue, stored: StoredBook) -> "Book":
        """Return the book of a province as its last owner left it."""
        return cls(ProvinceState(catalogue, stored))

    def check(self) -> None:
        """Raise Inconsistent where a figure is not what its panes make, or where more records were counted than the log has.

        The rows of figures are made here instead of with the first batch, so it costs no more.
        """
        state, province = self._state, self._state.catalogue.province
        counted, offset = state.feeds.records, state.mark.next_offset + state.read_before
        if counted > offset:
            raise Inconsistent(
                f"the feeds of {province} have {counted} records, its log had {offset}"
            )
        if state.mark.as_of is not None:
            for key in state.figures.write(state.mark.as_of):
                raise Inconsistent(
                    f"the figures of {key.indicator} in {province}, agency {key.agency}, are not what its panes make"
                )

    @property
    def mark(self) -> Mark:
        """How far the log is folded."""
        return self._state.mark

    def homes(self, events: Sequence[Decoded]) -> set[PartRequest]:
        """Return what must be read first: the homes of facts whose subjects their natural keys do not say."""
        return home_requests(events)

    def subjects(
        self, events: Sequence[Decoded], homes: Mapping[PartKey, bytes]
    ) -> set[PartRequest]:
        """Return what must be read next: the parts of subjects that the events can reach."""
        merge = Merge(self._state.measures)
        merge.load(homes)
        return subject_requests(events, merge, self._state.measures)

    def apply(
        self,
        events: Sequence[Decoded],
        parts: Mapping[PartKey, bytes],
        *,
        next_offset: int,
        last_crc: int | None,
    ) -> Steps:
        """Fold records in order of their offsets, step by step, and return what one transaction must write.

        Between two steps nothing else may be asked of the book.

        Args:
            events: the decoded records.
            parts: what was read of `homes` and `subjects`.
            next_offset: the offset after the last record, whether that was given or not.
            last_crc: CRC-32 of the last record's value.
        """
        state = self._state
        changes = Changes(state.catalogue.province, state.mark, state.mark)
        merge = Merge(state.measures)
        merge.load(parts)
        fold = Fold(state, changes, merge)
        yield from fold.run(events)
        changes.parts = merge.encoded()
        changes.new_parts = changes.parts.keys() - parts.keys()
        state.mark = replace(state.mark, next_offset=next_offset, last_crc=last_crc)
        self._finish(changes)
        return changes

    def close_until(self, day: Day) -> Changes:
        """Close every day up to and including `day`, which becomes the as-of day; nothing where the log is still empty."""
        state = self._state
        changes = Changes(state.catalogue.province, state.mark, state.mark)
        if state.mark.first_day is not None:
            fold = Fold(state, changes, Merge(state.measures))
            fold.close_days(day, state.mark.next_offset)
            fold.turn_to(day)
            self._finish(changes)
        return changes

    def _finish(self, changes: Changes) -> None:
        """Write what is written once a transaction, however many days it closed."""
        state = self._state
        changes.feeds = state.feeds.take_changed()
        if state.mark.as_of is not None:
            changes.agencies = state.changed_agencies(state.mark.as_of)
            changes.kpi = state.figures.write(state.mark.as_of)
        if state.judge is not None and state.mark.closed != changes.base.closed:
            changes.obligations = state.judge.reporting.take_changed()
        changes.mark = state.mark

    def rewritten(self) -> Changes:
        """Return every row that follows from panes, as of the mark, where it differs from what the book was restored with."""
        state = self._state
        changes = Changes(state.catalogue.province, replace(state.mark, closed=None), state.mark)
        judge, closed = state.judge, state.mark.closed
        if judge is not None and closed is not None:
            judge.reporting.judge_again(closed)
            changes.attainment = judge.rows(closed)
            changes.readings = judge.readings(closed)
            changes.problems = judge.problems.changed_rows(closed)
        self._finish(changes)  # from no closed day: what is written at a close is written too
        changes.base = state.mark
        return changes

    def read_back(self, day: Day) -> Changes:
        """Return figures, statuses and agencies as of an earlier day, with all that is known now; never to be committed."""
        state = self._state
        changes = Changes(state.catalogue.province, state.mark, state.mark)
        first, last = state.mark.first_day, state.mark.closed
        if first is None or state.judge is None:
            return changes
        closed = None if last is None or day < first else Day(min(day, last))
        changes.mark = replace(state.mark, as_of=day, closed=closed)
        changes.kpi.update(state.figures.read(day))
        changes.agencies = {
            code: state.agency_row(code, day) for code in sorted(state.sources.codes())
        }
        if closed is not None:
            changes.attainment = state.judge.rows(closed)
        else:
            early = Judge(state.catalogue, state.sources, day, (), {})
            early.resume(day)
            changes.attainment = early.rows(day)
        return changes
