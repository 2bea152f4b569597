"""The state of one province that the fold works on: what its owner keeps at hand under one epoch."""

from models.catalogue import ProvinceCatalogue
from models.changes import AgencyRow, Mark, StoredBook
from models.days import Day
from models.feeds import FeedTable
from models.judging import Judge
from models.measures import Measures
from models.publication import Figures
from models.requirements import Requirement
from models.restoring import sources_of


class ProvinceState:
    """Panes, register and counters of a province, and what was made of them."""

    def __init__(self, catalogue: ProvinceCatalogue, stored: StoredBook) -> None:
        self.catalogue = catalogue
        self.measures = Measures(catalogue.measures)
        self.sources = sources_of(catalogue.lists, stored)
        self.mark: Mark = stored.mark
        self.feeds = FeedTable(stored.feeds)
        self.read_before = stored.read_before
        self.figures = Figures(catalogue, self.sources, stored.kpi, stored.published)
        self.judge: Judge | None = None
        """None until the first accepted record begins the series."""
        self.agencies: dict[str, AgencyRow] = dict(stored.agencies)
        self.renewed: set[str] = set()
        """Agencies whose row may have to be written again."""
        self._agencies_as_of: tuple[Day, Day | None] | None = None
        """The as-of day and the closed day that the rows were last looked at for."""
        self.deriving = _deriving(catalogue)
        """Measure -> the derivations that read it, by number, each with the requirement that does."""
        self.row_measures = frozenset(
            name for one in catalogue.row_derivations for name in one.reads
        )
        self._alerts = stored.alerts
        self._obligations = stored.obligations
        self._resume()

    def _resume(self) -> None:
        """Make ready for the next close what follows from the panes."""
        self.figures.mark_agencies(self.sources.codes())
        if self.mark.first_day is not None:
            self.begin(self.mark.first_day)
            if self.mark.closed is not None and self.judge is not None:
                self.judge.resume(self.mark.closed)

    def begin(self, first_day: Day) -> None:
        """Begin the series of closed days."""
        self.judge = Judge(self.catalogue, self.sources, first_day, self._alerts, self._obligations)

    def agency_row(self, code: str, day: Day) -> AgencyRow:
        """Return what the views must know of a code on a day."""
        register, closed = self.sources.register, self.mark.closed
        silent: Day | None = None
        if self.judge is not None and closed is not None:
            silent = self.judge.silent_since(code, min(day, closed))
        return AgencyRow(code, code in register, register.active(code, day), silent)

    def changed_agencies(self, day: Day) -> dict[str, AgencyRow | None]:
        """Return the rows that differ from what was written last; None for a code that carries nothing any more."""
        changed: dict[str, AgencyRow | None] = {}
        days, self._agencies_as_of = self._agencies_as_of, (day, self.mark.closed)
        # Between closes of one day only what became of a code itself changes its row.
        codes = (
            self.renewed if days == self._agencies_as_of else self.renewed | self.agencies.keys()
        )
        for code in sorted(codes):
            row = self.agency_row(code, day) if self.sources.knows(code) else None
            if row != self.agencies.get(code):
                changed[code] = row
                if row is None:
                    self.agencies.pop(code, None)
                else:
                    self.agencies[code] = row
        self.renewed.clear()
        return changed


def _deriving(catalogue: ProvinceCatalogue) -> dict[str, list[tuple[int, Requirement]]]:
    deriving: dict[str, list[tuple[int, Requirement]]] = {}
    for number, derivation in enumerate(catalogue.agency_derivations):
        for requirement in derivation.conditions:
            for measure in sorted(requirement.measures):
                deriving.setdefault(measure, []).append((number, requirement))
    return deriving
