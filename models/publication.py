"""Figures as rows: what `kpi` shows now, and what a day's close publishes.

A row is made again only when one of its panes changed, or when a day entered or left one of its windows.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Final

from models.catalogue import ProvinceCatalogue
from models.changes import Figure, HistoryRow, KpiKey
from models.days import Day, year_start
from models.definitions import WindowName
from models.figures import ChangeForm, CompiledIndicator, Sources
from models.panes import ALL
from models.windows import TRAILING

PUBLISHED_FOR_AGENCIES: Final = frozenset({WindowName.YEAR, WindowName.NOW})
"""The windows of which single agencies have a history (design, 4.3)."""


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
        self._indicators = catalogue.indicators
        self._kpi = dict(kpi)
        self._published = dict(published)
        self._readers: dict[str, list[int]] = {}
        """Measure or fact type -> the indicators that read it."""
        for number, indicator in enumerate(self._indicators):
            for name in indicator.form.measures | indicator.reads:
                self._readers.setdefault(name, []).append(number)
        self._restless = [
            number
            for number, indicator in enumerate(self._indicators)
            if isinstance(indicator.form, ChangeForm)
        ]
        """Indicators that read days of another year too: no day of theirs says what changes."""
        self._bounds = {
            edge for one in self._indicators for edge in (one.period.start, one.period.end + 1)
        }
        self.marked: set[tuple[str, str]] = set()
        """(measure or fact type, agency) of what changed and is not yet spelt out as rows."""
        self._changed = {(number, ALL) for number in range(len(self._indicators))}
        """Rows to be made again, for `kpi` and for its history: (indicator, agency)."""
        self._stale: set[tuple[int, str]] = set()
        self._unpublished: set[tuple[int, str]] = set()

    def mark(self, name: str, agency: str) -> None:
        """Note that a pane of a measure changed, or that the first fact of a type came or the last one went."""
        self.marked.add((name, agency))

    def mark_agency(self, agency: str) -> None:
        """Note that every figure of an agency, and of all together, may differ."""
        self._mark(range(len(self._indicators)), agency)

    def _spell_out(self) -> None:
        """Turn what was marked into rows to be made again."""
        for name, agency in self.marked:
            self._mark(self._readers.get(name, ()), agency)
        self.marked.clear()
        self._stale |= self._changed
        self._unpublished |= self._changed
        self._changed.clear()

    def _mark(self, numbers: Iterable[int], agency: str) -> None:
        for number in numbers:
            self._changed.add((number, ALL))
            if self._indicators[number].per_agency:
                self._changed.add((number, agency))

    def roll(self, day: Day, codes: Callable[[], Iterable[str]]) -> None:
        """Note what changes because `day` is the day that figures are read on now."""
        if day == year_start(day) or day in self._bounds or self._sources.register.turns(day):
            for code in codes():
                self.mark_agency(code)
        self._mark(self._restless, ALL)
        panes = self._sources.panes
        for back in (0, *TRAILING.values()):
            self.marked |= panes.touched_on(day - back)

    def close(self, day: Day, codes: frozenset[str]) -> list[HistoryRow]:
        """Return the figures that differ from what was published last."""
        self._spell_out()
        rows: list[HistoryRow] = []
        for number, agency in sorted(self._unpublished):
            if agency == ALL or agency in codes:
                self._publish(self._indicators[number], agency, day, rows)
        self._unpublished.clear()
        return rows

    def _publish(
        self, indicator: CompiledIndicator, agency: str, day: Day, rows: list[HistoryRow]
    ) -> None:
        key = KpiKey(indicator.plan, indicator.id, agency)
        windows = indicator.windows
        if agency != ALL:
            windows = tuple(window for window in windows if window in PUBLISHED_FOR_AGENCIES)
        figures = indicator.figures(self._sources, agency, windows, day)
        for window, figure in zip(windows, figures, strict=True):
            if self._published.get((key, window)) != figure:
                self._published[key, window] = figure
                rows.append(HistoryRow(key, str(window), day, figure, indicator.version))

    def write(self, day: Day) -> dict[KpiKey, tuple[Figure, ...]]:
        """Return the rows that differ from what was written last, read on `day`."""
        self._spell_out()
        rows: dict[KpiKey, tuple[Figure, ...]] = {}
        for number, agency in sorted(self._stale):
            key, figures = self._row(self._indicators[number], agency, day)
            if self._kpi.get(key) != figures:
                self._kpi[key] = rows[key] = figures
        self._stale.clear()
        return rows

    def read(self, day: Day, codes: frozenset[str]) -> dict[KpiKey, tuple[Figure, ...]]:
        """Return every row as it is on `day` with all that is known now."""
        return dict(
            self._row(indicator, agency, day)
            for indicator in self._indicators
            for agency in (ALL, *(sorted(codes) if indicator.per_agency else ()))
        )

    def _row(
        self, indicator: CompiledIndicator, agency: str, day: Day
    ) -> tuple[KpiKey, tuple[Figure, ...]]:
        figures = indicator.figures(self._sources, agency, indicator.windows, day)
        return KpiKey(indicator.plan, indicator.id, agency), figures
