"""Derived panes: conditions on figures (form 11) turned into 0 and 1 by day, so that they add up like everything else.

A change on a day never reaches back before it, so only what lies after is derived again.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from models.changes import Amount, PaneKey
from models.days import FOREVER
from models.definitions import Population
from models.figures import Sources
from models.forms import Scope
from models.panes import ALL
from models.requirements import Requirement, Span, common, rewritten


@dataclass(frozen=True, slots=True)
class AgencyDerivation:
    """Which agencies of a population meet all requirements: panes of `met` and `of` by agency."""

    met: str
    of: str
    population: Population
    requirements: tuple[Requirement, ...]
    among: tuple[Requirement, ...] = ()
    """What an agency must meet to belong to the population at all."""

    @property
    def conditions(self) -> tuple[Requirement, ...]:
        """All requirements, those of belonging first."""
        return (*self.among, *self.requirements)

    @property
    def reads(self) -> frozenset[str]:
        """The measures whose change can change these panes."""
        return frozenset().union(*(requirement.measures for requirement in self.conditions))

    def derive(self, sources: Sources, agency: str, since: int) -> dict[PaneKey, Amount]:
        """Return what must be added to the panes of an agency, given that nothing before `since` changed."""
        population = sources.register.active_intervals(agency, self.population)
        listed = _stored_spans(sources, self.of, "", agency)
        held = _stored_spans(sources, self.met, "", agency)
        if not population and not listed and not held:
            return {}
        scope = Scope(sources.panes, agency)
        belonging = _restricted(common(population, [(since, FOREVER)]), self.among, scope, since)
        after = _restricted(belonging, self.requirements, scope, since)
        changes = _difference(self.met, "", agency, held, rewritten(held, since, after))
        members = rewritten(listed, since, belonging) if self.among else population
        changes.update(_difference(self.of, "", agency, listed, members))
        return changes


def _restricted(
    spans: Sequence[Span], requirements: Sequence[Requirement], scope: Scope, since: int
) -> Sequence[Span]:
    """Return the days of spans on which all requirements hold; none lies before `since`."""
    for requirement in requirements:
        if not spans:
            break
        spans = common(spans, requirement.spans(scope, since))
    return spans


@dataclass(frozen=True, slots=True)
class RowDerivation:
    """Which rows of a list are met: panes of `met` by row, under no agency."""

    met: str
    rows: tuple[tuple[str, Requirement], ...]

    @property
    def reads(self) -> frozenset[str]:
        """The measures whose change can change these panes."""
        return frozenset().union(*(requirement.measures for _, requirement in self.rows))

    def derive(self, sources: Sources, since: int) -> dict[PaneKey, Amount]:
        """Return what must be added to the panes of all rows, given that nothing before `since` changed."""
        scope = Scope(sources.panes, ALL)
        changes: dict[PaneKey, Amount] = {}
        for row, requirement in self.rows:
            held = _stored_spans(sources, self.met, row, "")
            after = rewritten(held, since, requirement.spans(scope, since))
            changes.update(_difference(self.met, row, "", held, after))
        return changes


def _difference(
    measure: str, bucket: str, agency: str, before: Sequence[Span], after: Sequence[Span]
) -> dict[PaneKey, Amount]:
    changes: dict[PaneKey, Amount] = {}
    if before == after:
        return changes
    for spans, sign in ((before, -1), (after, 1)):
        for start, end in spans:
            opened = PaneKey(measure, bucket, agency, start)  # type: ignore[arg-type]  # a Day
            changes[opened] = changes.get(opened, 0) + sign
            if end < FOREVER:
                closed = PaneKey(measure, bucket, agency, end)  # type: ignore[arg-type]  # a Day
                changes[closed] = changes.get(closed, 0) - sign
    return {pane: amount for pane, amount in changes.items() if amount != 0}


def _stored_spans(sources: Sources, measure: str, bucket: str, agency: str) -> list[Span]:
    """Return the spans that the panes of a derived measure stand for."""
    spans: list[Span] = []
    for day, amount in sources.panes.series(measure, bucket, agency).items():
        if amount > 0:
            spans.append((day, FOREVER))
        else:
            spans[-1] = (spans[-1][0], day)
    return spans
