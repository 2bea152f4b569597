"""Upgrade a province to another version of the catalogue: which panes are made anew, from which subjects, and what is read of them.

Pure. Panes of a measure whose version is the same stay; `records` are counted from the log and no subject knows them, so they always
stay; derived panes, figures and statuses follow from panes and are all made again.
"""

from collections.abc import Mapping
from dataclasses import replace

from models.book import Book
from models.catalogue import ProvinceCatalogue
from models.changes import Amount, Changes, PaneKey, PartKey, StoredBook
from models.days import EARLIEST
from models.measures import RECORDS, Measures
from models.merge import Merge
from models.restoring import sources_of


class Upgrade:
    """From the panes that one version made to those of a catalogue."""

    def __init__(self, catalogue: ProvinceCatalogue, before: Mapping[str, str]) -> None:
        """Compare with `before`: measure -> version of what made its panes; nothing known of it, and it is made anew."""
        self._catalogue = catalogue
        versions = catalogue.measure_versions
        same = {name for name, version in versions.items() if before.get(name) == version}
        self.kept = frozenset({RECORDS, *same})
        """Measures whose panes stay as they are; those of all others go."""
        anew = tuple(measure for measure in catalogue.measures if measure.id not in same)
        self._measures = Measures(anew)
        self.kinds = tuple(sorted({measure.kind for measure in anew}))
        """Kinds of the subjects that the other panes are made of, in order."""

    def amounts(self, parts: Mapping[PartKey, bytes]) -> dict[PaneKey, Amount]:
        """Return what some subjects add to the panes that are made anew, given all stored parts of each."""
        merge = Merge(self._measures)
        merge.load(parts)
        return {
            PaneKey(measure, *pane): amount
            for measure, panes in merge.whole().items()
            for pane, amount in panes.items()
        }

    def rewritten(self, stored: StoredBook) -> Changes:
        """Return all rows that follow from panes, none of which is taken from before: derived panes, figures, statuses.

        Args:
            stored: the province's book with the panes of `kept` and the sums of `amounts` over all subjects, and no others.
        """
        derived = derived_panes(self._catalogue, stored)
        panes = {**stored.panes, **derived}
        blank = replace(stored, panes=panes, kpi={}, obligations={})
        book = Book.restore(self._catalogue, blank)
        changes = book.rewritten()
        changes.panes, changes.new_panes = derived, set(derived)
        return changes


def derived_panes(catalogue: ProvinceCatalogue, stored: StoredBook) -> dict[PaneKey, Amount]:
    """Return all panes that are derived from others, zeros among them, given the others."""
    sources = sources_of(catalogue.lists, stored)
    derived: dict[PaneKey, Amount] = {}
    for conditions in catalogue.agency_derivations:
        for agency in sources.register.agencies:
            derived.update(conditions.derive(sources, agency, EARLIEST))
    for rows in catalogue.row_derivations:
        derived.update(rows.derive(sources, EARLIEST))
    return derived
