"""What became of the lines of a run of `publish`, counted: the report for whoever sent them."""

import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Final

from models.mending import REASONS, Refusal
from streams.inputs import Judged
from streams.lines import Line

REFUSED: Final = ""
"""Stands for the type of what will be refused."""


class Delivery:
    """Counts what is read and what is acknowledged."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._began = clock()
        self._type_of: dict[int, str] = {}
        self.lines = 0
        """Read: lines of NDJSON, rows of CSV."""
        self.sent: dict[str, Counter[str]] = {}
        """Province -> type -> lines acknowledged."""
        self.bytes = 0
        """Of the lines acknowledged."""
        self.refused: Counter[str] = Counter()
        """Reason -> lines that become dead letters, and rows that are not sent."""
        self.unsendable = 0
        """Rows that cannot become events."""

    def read(self, one: Judged) -> Refusal | None:
        """Count what was read; return its refusal if it is the first for its reason."""
        self.lines += 1
        if one.line is None:
            self.unsendable += 1
        else:
            self._type_of[one.number] = one.type
        if one.refusal is None:
            return None
        self.refused[one.refusal.reason] += 1
        return one.refusal if self.refused[one.refusal.reason] == 1 else None

    def acknowledged(self, lines: Sequence[Line]) -> None:
        """Count lines that the broker has."""
        for line in lines:
            self.sent.setdefault(line.province, Counter())[self._type_of.pop(line.number)] += 1
            self.bytes += len(line.value)

    @property
    def total(self) -> int:
        """How many lines are acknowledged."""
        return sum(types.total() for types in self.sent.values())

    def as_json(self, ends: Mapping[str, int]) -> dict[str, object]:
        """Return the report as JSON values; `ends` says where each province's topic ends."""
        seconds = self._clock() - self._began
        return {
            "lines": self.lines,
            "sent": self.total,
            "not_sent": self.unsendable,
            "bytes": self.bytes,
            "seconds": round(seconds, 3),
            "per_second": round(self.total / seconds) if seconds > 0 else None,
            "provinces": {
                province: {
                    "sent": types.total(),
                    "next_offset": ends[province],
                    "types": {name: types[name] for name in sorted(types) if name != REFUSED},
                    "refused": types[REFUSED],
                }
                for province, types in sorted(self.sent.items())
            },
            "refused": {reason: self.refused[reason] for reason in REASONS if self.refused[reason]},
        }

    def in_words(self, ends: Mapping[str, int]) -> list[str]:
        """Return the report as lines for people."""
        seconds = self._clock() - self._began
        words = []
        for province, types in sorted(self.sent.items()):
            named = [f"{name} {types[name]:,}" for name in sorted(types) if name != REFUSED]
            if types[REFUSED]:
                named.append(f"will be refused {types[REFUSED]:,}")
            words += [
                f"progress.{province}: {types.total():,} sent, the next offset is {ends[province]}",
                f"  {', '.join(named)}",
            ]
        rate = f", {self.total / seconds:,.0f} a second" if seconds > 0 else ""
        words.append(
            f"{self.lines:,} read, {self.total:,} sent, {self.bytes:,} bytes in {seconds:.1f} s{rate}"
        )
        if self.unsendable:
            words.append(
                f"{self.unsendable:,} rows were not sent: mend them and send the file again"
            )
        dead = self.refused.total() - self.unsendable
        if dead:
            words.append(f"{dead:,} will become dead letters: `tiendo check` names each")
        return words
