"""The comparison: every row that is stored with every row that must be, counted, with the first that differ."""

from collections import Counter
from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

FIRST: Final = 20
"""Differences that are told."""


@dataclass
class Comparison:
    """What was compared so far."""

    compared: Counter[str] = field(default_factory=Counter)
    """By what was compared: a table, or a topic."""
    differing: Counter[str] = field(default_factory=Counter)
    first: list[str] = field(default_factory=list)
    repeats: Counter[str] = field(default_factory=Counter)
    """Messages that came again, by topic: no fault, and no row."""

    def rows(
        self,
        name: str,
        expected: Mapping[Any, Any],
        actual: Mapping[Any, Any],
    ) -> None:
        """Compare rows by key; what is only on one side differs."""
        for key in expected.keys() | actual.keys():
            self.compared[name] += 1
            missing: object = "no row"
            wanted, found = expected.get(key, missing), actual.get(key, missing)
            if wanted != found:
                self._differs(name, key, wanted, found)

    def _differs(self, name: str, key: Hashable, wanted: object, found: object) -> None:
        self.differing[name] += 1
        if len(self.first) < FIRST:
            self.first.append(f"{name} {key!r}: expected {wanted!r}, found {found!r}"[:600])

    def add(self, other: "Comparison") -> None:
        """Add what was compared elsewhere."""
        self.compared += other.compared
        self.differing += other.differing
        self.repeats += other.repeats
        self.first = [*self.first, *other.first][:FIRST]

    def lines(self) -> Iterator[str]:
        """Tell how many rows of each kind were compared, and what differs."""
        for name, count in sorted(self.compared.items()):
            yield f"  {name}: {count} compared, {self.differing[name]} differing"
        yield from (f"  {name}: {count} sent again" for name, count in sorted(self.repeats.items()))
        yield from (f"  ! {line}" for line in self.first)
