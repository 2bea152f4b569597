"""Choose the measures that a changed fact makes run: each names the types that it reads, all others stay as they are.

What is chosen depends on a few types of facts only, so it is chosen once and remembered.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from models.measures.amounts import Add
from models.measures.counting import FactCounts
from models.measures.measure import CompiledMeasure, Ones
from models.parts import DAILY, REGISTERED, parts_between


class Run(NamedTuple):
    """The measures to run on a subject, and the types of facts that they look at."""

    looks_at: tuple[str, ...]
    adds: tuple[Add, ...]


class KindMeasures:
    """The measures on subjects of one kind, by what makes them run again."""

    def __init__(self, kind: str, measures: Sequence[CompiledMeasure]) -> None:
        self.counts: dict[str, FactCounts] = {}
        """Fact type -> the measures that count its facts, each alone."""
        self.watched: set[str] = set()
        """Fact types whose change is found by comparing a subject with what it was."""
        if kind == "agency":
            self.watched.add(REGISTERED)  # the register reads it, whatever measures do
        self._measures = measures
        self._together: list[tuple[CompiledMeasure, Add]] = []
        self._runs: dict[tuple[tuple[str, ...], tuple[str, ...]], Run] = {}
        self._reaches: dict[str, Mapping[str, int | None]] = {}
        ones: dict[str, list[tuple[str, Ones]]] = {}
        for measure in measures:
            if isinstance(measure.gives, Ones):
                ones.setdefault(measure.gives.fact, []).append((measure.id, measure.gives))
            else:
                self._together.append((measure, measure.gives))
                self.watched |= measure.reads
        for fact_type, counted in ones.items():
            self.counts[fact_type] = FactCounts(counted)

    def run(self, changed: tuple[str, ...], present: tuple[str, ...]) -> Run:
        """Return what a change of some types makes run on a subject that may have facts of the types `present`."""
        run = self._runs.get((changed, present))
        if run is None:
            chosen = [
                (measure, add)
                for measure, add in self._together
                if not measure.reads.isdisjoint(changed) and measure.needs.issubset(present)
            ]
            looks_at = {name for measure, _ in chosen for name in measure.reads}
            run = Run(
                tuple(sorted(looks_at.intersection(present))), tuple(add for _, add in chosen)
            )
            self._runs[changed, present] = run
        return run

    def reaches(self, fact_type: str) -> Mapping[str, int | None]:
        """Return for a daily type, and each other that a measure reads beside it, how many days around a changed fact must be at hand; None: all."""
        if fact_type not in self._reaches:
            reading = [one for one in self._measures if fact_type in one.reads]
            types = {fact_type}.union(*(one.reads & DAILY for one in reading))
            self._reaches[fact_type] = {
                name: _longest(one.reach for one in reading if name in one.reads)
                for name in sorted(types)
            }
        return self._reaches[fact_type]

    def daily_parts(self, fact_type: str, day: int) -> tuple[str, ...] | None:
        """Return the parts of daily facts that must be at hand where a fact of a day changes; None: all."""
        if fact_type not in DAILY:
            return None
        found: tuple[str, ...] = ()
        for name, reach in self.reaches(fact_type).items():
            if reach is None:
                return None
            found += parts_between(name, day, reach)
        return found


def _longest(reaches: Iterable[int | None]) -> int | None:
    found = list(reaches)
    known = [reach for reach in found if reach is not None]
    return None if len(known) < len(found) else max(known, default=0)


class Measures(dict[str, KindMeasures]):
    """The measures of a province by the kind of their subjects; a kind that no measure looks at has none."""

    def __init__(self, measures: Iterable[CompiledMeasure]) -> None:
        super().__init__()
        self._measures = tuple(measures)

    def __missing__(self, kind: str) -> KindMeasures:
        """Return the measures on a kind that nobody asked for yet."""
        mine = [measure for measure in self._measures if measure.kind == kind]
        found = self[kind] = KindMeasures(kind, mine)
        return found
