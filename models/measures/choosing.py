"""Choose the measures that a changed fact makes run: each names the types that it reads, all others stay as they are.

What is chosen depends on a few types of facts only, so it is chosen once and remembered.
"""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from models.measures.amounts import Add
from models.measures.counting import FactCounts
from models.measures.measure import CompiledMeasure, Ones
from models.parts import REGISTERED


class Run(NamedTuple):
    """The measures to run on a subject, and the types of facts that they look at."""

    looks_at: tuple[str, ...]
    adds: tuple[Add, ...]


class Measures:
    """The measures of a province by what makes them run again."""

    def __init__(self, measures: Iterable[CompiledMeasure]) -> None:
        self._all = tuple(measures)
        self._runs: dict[tuple[str, tuple[str, ...], tuple[str, ...]], Run] = {}
        self._reaches: dict[tuple[str, str], int | None] = {}
        ones: dict[tuple[str, str], list[tuple[str, Ones]]] = {}
        watched = {"agency": {REGISTERED}}  # the register reads it, whatever measures do
        for measure in self._all:
            if isinstance(measure.gives, Ones):
                counted = ones.setdefault((measure.gives.fact, measure.kind), [])
                counted.append((measure.id, measure.gives))
            else:
                watched.setdefault(measure.kind, set()).update(measure.reads)
        self.counts: Mapping[tuple[str, str], FactCounts] = {
            key: FactCounts(counted) for key, counted in ones.items()
        }
        """(fact type, subject kind) -> what counts each fact alone."""
        self.watched: Mapping[str, frozenset[str]] = {
            kind: frozenset(types) for kind, types in watched.items()
        }
        """Subject kind -> the fact types whose change is found by comparing the subject with what it was."""

    def run(self, kind: str, changed: tuple[str, ...], present: tuple[str, ...]) -> Run:
        """Return what a change of some types makes run on a subject that may have facts of the types `present`."""
        key = (kind, changed, present)
        run = self._runs.get(key)
        if run is None:
            run = self._runs[key] = self._chosen(kind, frozenset(changed), frozenset(present))
        return run

    def _chosen(self, kind: str, changed: frozenset[str], present: frozenset[str]) -> Run:
        adds: list[Add] = []
        looks_at: set[str] = set()
        for measure in self._all:
            if isinstance(measure.gives, Ones) or measure.kind != kind:
                continue
            if measure.reads & changed and measure.needs <= present:
                adds.append(measure.gives)
                looks_at |= measure.reads & present
        return Run(tuple(sorted(looks_at)), tuple(adds))

    def reach(self, kind: str, fact_type: str) -> int | None:
        """Return how many days around a changed daily fact must be at hand; None: all."""
        key = (kind, fact_type)
        if key not in self._reaches:
            reaches = [m.reach for m in self._all if m.kind == kind and fact_type in m.reads]
            known = [reach for reach in reaches if reach is not None]
            self._reaches[key] = None if len(known) < len(reaches) else max(known, default=0)
        return self._reaches[key]
