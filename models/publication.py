"""Figures as rows: what `kpi` shows now, and what a day's close publishes.

A row is made again only when one of its panes changed, or when a day entered or left one of its windows.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Final

from models.catalogue import ProvinceCatalogue
from models.changes import Figure, HistoryRow, KpiKey
from models.days import Day, year_start
from models.definitions import WindowName
from models.figures import CompiledIndicator, Sources
from models.forms import ChangeForm
from models.panes import ALL
from models.windows import TRAILING, View

PUBLISHED_FOR_AGENCIES: Final = frozenset({WindowName.YEAR, WindowName.NOW})
"""The windows of which single agencies have a history (design, 4.3)."""


class _Pending:
    """Which rows of an indicator must be made again, by agency."""

    __slots__ = ("indicator", "stale", "unpublished", "windows_of_agencies")

    def __init__(self, indicator: CompiledIndicator) -> None:
        self.indicator = indicator
        self.windows_of_agencies = tuple(
            window for window in indicator.windows if window in PUBLISHED_FOR_AGENCIES
        )
        self.stale = {ALL}
        """Agencies whose row of `kpi` may differ."""
        self.unpublished = {ALL}
        """Agencies whose history may go on."""

    def mark(self, agencies: Iterable[str], *, trailing_only: bool = False) -> None:
        """Note that figures of agencies may differ; `trailing_only`: in the trailing windows, which agencies have no history of."""
        self.stale.add(ALL)
        self.unpublished.add(ALL)
        if self.indicator.per_agency:
            self.stale.update(agencies)
            if not trailing_only:
                self.unpublished.update(agencies)


class Figures:
    """The rows of `kpi` and the latest rows of `kpi_history` of a province."""

    def __init__(
        self,
        catalogue: ProvinceCatalogue,
        sources: Sources,
        kpi: Mapping[KpiKey, tuple[Figure, ...]],
        published: Mapping[tuple[KpiKey, str], Figure],
    ) -> None:
        self._sources = sources
        self._kpi = dict(kpi)
        self._published = dict(published)
        self._pending = [_Pending(indicator) for indicator in catalogue.indicators]
        self._readers: dict[str, list[_Pending]] = {}
        """Measure or fact type -> the indicators that read it."""
        for pending in self._pending:
            for name in pending.indicator.inputs:
                self._readers.setdefault(name, []).append(pending)
        self._trailing_readers = {
            name: [one for one in readers if not TRAILING.keys().isdisjoint(one.indicator.windows)]
            for name, readers in self._readers.items()
        }
        self._restless = [
            pending for pending in self._pending if isinstance(pending.indicator.form, ChangeForm)
        ]
        """Indicators that read days of another year too: no day of theirs says what changes."""
        self._bounds = {
            edge for one in catalogue.indicators for edge in (one.period.start, one.period.end + 1)
        }
        self.marked: set[tuple[str, str]] = set()
        """(measure or fact type, agency) of what changed and is not yet spelt out as rows."""
        self._left: set[tuple[str, str]] = set()
        """(measure, agency) of what only left a trailing window."""

    def mark(self, name: str, agency: str) -> None:
        """Note that a pane of a measure changed, or that the first fact of a type came or the last one went."""
        self.marked.add((name, agency))

    def mark_agency(self, agency: str) -> None:
        """Note that every figure of an agency, and of all together, may differ."""
        self.mark_agencies((agency,))

    def mark_agencies(self, agencies: Collection[str]) -> None:
        """Note that every figure of some agencies, and of all together, may differ."""
        for pending in self._pending:
            pending.mark(agencies)

    def _spell_out(self) -> None:
        """Turn what was marked into rows to be made again."""
        for name, agencies in _by_name(self.marked).items():
            for pending in self._readers.get(name, ()):
                pending.mark(agencies)
        for name, agencies in _by_name(self._left - self.marked).items():
            for pending in self._trailing_readers.get(name, ()):
                pending.mark(agencies, trailing_only=True)
        self.marked.clear()
        self._left.clear()

    def roll(self, day: Day) -> None:
        """Note what changes because `day` is the day that figures are read on now."""
        if day == year_start(day) or day in self._bounds or self._sources.register.turns(day):
            self.mark_agencies(self._sources.codes())
        for pending in self._restless:
            pending.mark(())
        panes = self._sources.panes
        self.marked |= panes.touched_on(day)
        for length in TRAILING.values():
            self._left |= panes.touched_on(day - length)

    def close(self, day: Day) -> list[HistoryRow]:
        """Return the figures that differ from what was published last."""
        self._spell_out()
        rows: list[HistoryRow] = []
        for pending in self._pending:
            if not pending.unpublished:
                continue
            indicator = pending.indicator
            views_of_all = indicator.views(indicator.windows, day)
            views_of_one = indicator.views(pending.windows_of_agencies, day)
            for agency in sorted(pending.unpublished):
                if agency == ALL:
                    self._publish(indicator, agency, views_of_all, rows)
                elif views_of_one and self._sources.knows(agency):
                    self._publish(indicator, agency, views_of_one, rows)
            pending.unpublished.clear()
        return rows

    def _publish(
        self,
        indicator: CompiledIndicator,
        agency: str,
        views: Sequence[View],
        rows: list[HistoryRow],
    ) -> None:
        key = KpiKey(indicator.plan, indicator.id, agency)
        figures = indicator.figures(self._sources, agency, views)
        for seen, figure in zip(views, figures, strict=True):
            place = (key, seen.window)
            if self._published.get(place) != figure:
                self._published[place] = figure
                rows.append(
                    HistoryRow(key, str(seen.window), Day(seen.day), figure, indicator.version)
                )

    def write(self, day: Day) -> dict[KpiKey, tuple[Figure, ...] | None]:
        """Return the rows that differ from what was written last, read on `day`; None for a code that carries nothing any more."""
        self._spell_out()
        changed: dict[KpiKey, tuple[Figure, ...] | None] = {}
        for pending in self._pending:
            shown = {one for one in pending.stale if one == ALL or self._sources.knows(one)}
            for key, figures in self._rows(pending.indicator, shown, day):
                if self._kpi.get(key) != figures:
                    self._kpi[key] = changed[key] = figures
            for agency in sorted(pending.stale - shown):
                key = KpiKey(pending.indicator.plan, pending.indicator.id, agency)
                if self._kpi.pop(key, None) is not None:
                    changed[key] = None
            pending.stale.clear()
        return changed

    def read(self, day: Day) -> dict[KpiKey, tuple[Figure, ...]]:
        """Return every row as it is on `day` with all that is known now."""
        codes = self._sources.codes()
        rows: dict[KpiKey, tuple[Figure, ...]] = {}
        for pending in self._pending:
            agencies = {ALL} | codes if pending.indicator.per_agency else {ALL}
            rows.update(self._rows(pending.indicator, agencies, day))
        return rows

    def _rows(
        self, indicator: CompiledIndicator, agencies: Iterable[str], day: Day
    ) -> Iterator[tuple[KpiKey, tuple[Figure, ...]]]:
        views = indicator.views(indicator.windows, day)
        for agency in sorted(agencies):
            figures = indicator.figures(self._sources, agency, views)
            yield KpiKey(indicator.plan, indicator.id, agency), figures


def _by_name(marks: Iterable[tuple[str, str]]) -> dict[str, set[str]]:
    agencies: dict[str, set[str]] = {}
    for name, agency in marks:
        agencies.setdefault(name, set()).add(agency)
    return agencies
