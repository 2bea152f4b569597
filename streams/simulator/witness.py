"""The witness of a province: hears what really happened as it happens, before trouble gets at the reports.

It takes down and computes nothing; what is made of it is the truth that tiendo's figures are compared with.
"""

from collections import defaultdict
from collections.abc import Iterator

from streams.simulator.post import Fate, Report
from streams.simulator.wire import Happening


class Witness:
    """What happened, by type and in order of telling, and which reports of it reached the log."""

    def __init__(self) -> None:
        self._seen: dict[str, list[tuple[Happening, Fate]]] = defaultdict(list)
        self._reports: list[Report] = []
        self._missed: list[Happening] = []

    def see(self, happening: Happening, fate: Fate) -> None:
        """Take down what happened, and what becomes of its report."""
        self._seen[happening.type].append((happening, fate))

    def hear(self, report: Report) -> None:
        """Take down that an agency gave a sign of life."""
        self._reports.append(report)

    def miss(self, happening: Happening) -> None:
        """Take down what a silent agency never reports: nobody can count it."""
        self._missed.append(happening)

    @property
    def types(self) -> list[str]:
        """The types of what it has seen."""
        return list(self._seen)

    def happened(self, kind: str, end: int) -> Iterator[Happening]:
        """Yield what happened of one type before the moment `end`; what was withdrawn for good never did."""
        for happening, fate in self._seen.get(kind, ()):
            if happening.at < end and fate.stands:
                yield happening

    def reports(self, end: int) -> Iterator[Report]:
        """Yield the signs of life that arrived before the moment `end`."""
        return (report for report in self._reports if report.arrival < end)

    def pending(self, end: int) -> int:
        """Count what happened before the moment `end` and is told rightly only after it."""
        return sum(
            happening.at < end <= fate.settled
            for told in self._seen.values()
            for happening, fate in told
        )

    def withdrawn(self, end: int) -> int:
        """Count the reports of things before the moment `end` that never happened."""
        return sum(
            happening.at < end and not fate.stands
            for told in self._seen.values()
            for happening, fate in told
        )

    def missed(self, end: int) -> int:
        """Count what happened before the moment `end` at agencies that were silent then."""
        return sum(happening.at < end for happening in self._missed)
