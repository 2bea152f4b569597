"""Part D of the oracle, last part: which refused records are kept, and on which days there are more than are kept.

Days are counted side by side and never begin anew; whether a record is kept is told by what its day had before it.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from models.facts import DeadLetter, Event, Record


def _size(record: Record) -> int:
    """Return what a record takes of its day: value, key and headers, 4 KiB at least."""
    parts = [record.value, record.key]
    for name, value in record.headers:
        parts += [name.encode(), value]
    return max(4096, len(b"".join(part for part in parts if part is not None)))


@dataclass
class Refusals:
    """The refused records of a province, by the as-of day that they came on; None before the first."""

    bytes_a_day: int
    kept: list[int] = field(default_factory=list)
    """Their offsets."""
    within: Counter[int | None] = field(default_factory=Counter)
    """Day -> how many were kept."""
    beyond: Counter[int | None] = field(default_factory=Counter)
    """Day -> how many were not kept."""
    _taken: Counter[int | None] = field(default_factory=Counter)

    def read(self, as_of: int | None, record: Record) -> None:
        """Take note of a refused record."""
        if self._taken[as_of] < self.bytes_a_day:
            self.kept.append(record.offset)
            self.within[as_of] += 1
        else:
            self.beyond[as_of] += 1
        self._taken[as_of] += _size(record)


def refusals(log: Iterable[Event | DeadLetter], bytes_a_day: int) -> Refusals:
    """Return what becomes of the refused records of a log."""
    found = Refusals(bytes_a_day)
    as_of: int | None = None
    for record in log:
        if isinstance(record, DeadLetter):
            found.read(as_of, record.record)
        elif as_of is None or record.day > as_of:
            as_of = record.day
    return found
