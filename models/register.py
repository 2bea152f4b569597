"""The register of agencies as the facts tell it: who is of which level, and who is active, on each day.

An entry holds from its `valid_from` until the next entry of the agency; a later correction changes the past too.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

from models.days import FOREVER, Day
from models.definitions import ListRow, Population
from models.facts import Assertion, Payload


class Entry(NamedTuple):
    """What the register says of an agency on the days [start, end)."""

    start: int
    end: int
    payload: Payload
    closes: int
    """The day after `valid_to`; `FOREVER` where none is given."""
    active_until: int
    """The day on which the entry stops to make its agency an active one; its start if it never does."""


def _entry(start: int, end: int, payload: Payload) -> Entry:
    valid_to = payload.get("valid_to")
    closes = valid_to + 1 if isinstance(valid_to, int) else FOREVER
    active = payload.get("active") is True
    return Entry(start, end, payload, closes, max(start, min(end, closes)) if active else start)


class Register:
    """The entries of all agencies of a province."""

    def __init__(self, lists: Mapping[str, Sequence[ListRow]]) -> None:
        self._lists = {name: frozenset(row.code for row in rows) for name, rows in lists.items()}
        self._entries: dict[str, tuple[Entry, ...]] = {}
        self._children: dict[str, set[str]] = {}
        """Agency -> the agencies that have an entry which names it as their parent."""
        self._members: dict[tuple[int, int], frozenset[str]] = {}
        self._active: dict[tuple[int, str], list[tuple[int, int]]] = {}
        self._boundaries: list[int] | None = None

    def update(self, agency: str, registrations: Sequence[Assertion]) -> Day | None:
        """Take the agency's kept registrations, in order; return the first day on which anything differs, None if nothing does."""
        entries = []
        for index, assertion in enumerate(registrations):
            end = registrations[index + 1].day if index + 1 < len(registrations) else FOREVER
            if assertion.day < end and assertion.payload is not None:
                entries.append(_entry(assertion.day, end, assertion.payload))
        before, after = self._entries.get(agency, ()), tuple(entries)
        if before == after:
            return None
        if after:
            self._entries[agency] = after
        else:
            del self._entries[agency]
        for parent in _parents(before):
            self._children[parent].discard(agency)
        for parent in _parents(after):
            self._children.setdefault(parent, set()).add(agency)
        self._members.clear()
        self._active.clear()
        self._boundaries = None
        common = 0
        while common < min(len(before), len(after)) and before[common] == after[common]:
            common += 1
        return Day(min(entry.start for entry in (*before[common:], *after[common:])))

    @property
    def agencies(self) -> list[str]:
        """The codes that have an entry, of whatever date."""
        return sorted(self._entries)

    def __contains__(self, agency: str) -> bool:
        """Return whether the agency has an entry, of whatever date."""
        return agency in self._entries

    def entries(self, agency: str) -> Sequence[Entry]:
        """Return the entries of an agency, in order."""
        return self._entries.get(agency, ())

    def entry(self, agency: str, day: int) -> Entry | None:
        """Return the entry in force on a day."""
        return next(
            (entry for entry in self._entries.get(agency, ()) if entry.start <= day < entry.end),
            None,
        )

    def active(self, agency: str, day: int) -> bool:
        """Return whether the agency is active on a day."""
        entry = self.entry(agency, day)
        return entry is not None and day < entry.active_until

    def children(self, parent: str) -> list[str]:
        """Return the agencies that any entry names `parent` as theirs."""
        return sorted(self._children.get(parent, ()))

    def members(self, population: Population, day: int) -> frozenset[str]:
        """Return the agencies whose entry on `day` fits, active or not."""
        epoch = self._epoch(day)
        key = (id(population), epoch)  # definitions live as long as their catalogue
        found = self._members.get(key)
        if found is None:
            found = frozenset(
                agency
                for agency, entries in self._entries.items()
                for entry in entries
                if entry.start <= day < entry.end
                and day < entry.closes
                and self._fits(population, agency, entry, day)
            )
            self._members[key] = found
        return found

    def _epoch(self, day: int) -> int:
        """Return the last day up to `day` on which any entry starts or ends: between those nothing changes."""
        if self._boundaries is None:
            days = {
                edge
                for entries in self._entries.values()
                for entry in entries
                for edge in (entry.start, entry.end, entry.closes)
            }
            self._boundaries = sorted(days)
        index = bisect_right(self._boundaries, day) - 1
        return self._boundaries[index] if index >= 0 else -FOREVER

    def turns(self, day: int) -> bool:
        """Return whether any entry starts or ends on `day`."""
        self._epoch(day)
        edges = self._boundaries or []
        index = bisect_left(edges, day)
        return index < len(edges) and edges[index] == day

    def active_intervals(self, agency: str, population: Population) -> Sequence[tuple[int, int]]:
        """Return the spans [start, end) of days on which the agency is active and fits."""
        key = (id(population), agency)  # definitions live as long as their catalogue
        found = self._active.get(key)
        if found is None:
            found = self._active[key] = self._active_spans(agency, population)
        return found

    def _active_spans(self, agency: str, population: Population) -> list[tuple[int, int]]:
        spans: list[tuple[int, int]] = []
        for entry in self._entries.get(agency, ()):
            for start, end in self._fitting_spans(population, agency, entry):
                if start < end:
                    if spans and spans[-1][1] == start:
                        spans[-1] = (spans[-1][0], end)
                    else:
                        spans.append((start, end))
        return spans

    def _fitting_spans(
        self, population: Population, agency: str, entry: Entry
    ) -> list[tuple[int, int]]:
        """Cut an entry at the changes of its parent's entry, which may change whether it fits."""
        cuts = {entry.start, entry.active_until}
        parent = entry.payload.get("parent_agency_id")
        if population.parent_level is not None and isinstance(parent, str):
            for other in self._entries.get(parent, ()):
                cuts |= {
                    edge
                    for edge in (other.start, other.end, other.closes)
                    if entry.start < edge < entry.active_until
                }
        edges = sorted(cuts)
        return [
            (start, end)
            for start, end in pairwise(edges)
            if self._fits(population, agency, entry, start)
        ]

    def _fits(self, population: Population, agency: str, entry: Entry, day: int) -> bool:
        payload = entry.payload
        if population.level is not None and payload.get("level") not in population.level:
            return False
        if population.block is not None and payload.get("block") not in population.block:
            return False
        if population.members is not None and agency not in self._lists[population.members]:
            return False
        for flag in ("is_administrative", "handles_procedures", "has_one_stop_unit"):
            wanted = getattr(population, flag)
            if wanted is not None and payload.get(flag) is not wanted:
                return False
        if population.parent_level is not None:
            parent = payload.get("parent_agency_id")
            above = self.entry(parent, day) if isinstance(parent, str) else None
            return (
                above is not None
                and day < above.closes
                and above.payload.get("level") in population.parent_level
            )
        return True


def _parents(entries: Iterable[Entry]) -> set[str]:
    named = (entry.payload.get("parent_agency_id") for entry in entries)
    return {parent for parent in named if isinstance(parent, str)}
