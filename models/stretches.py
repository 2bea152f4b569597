"""In which order a log is read that is searched for a few records: where they should be, then after that, then before.

Each offset is read once at most, so whoever reads to the end has read the whole log.
"""

from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

PORTION: Final = 5_000
"""Offsets of a step backwards: what is looked for may be near."""


class Stretch(NamedTuple):
    """Offsets of a log: `first <= offset < end`."""

    first: int
    end: int


def stretches(likely: Sequence[Stretch], whole: Stretch) -> Iterator[Stretch]:
    """Yield `whole` in pieces that do not overlap: the likely ones in their order, what lies behind the first of them, what lies before it."""
    read: list[Stretch] = []
    for one in likely:
        yield from _fresh(Stretch(max(one.first, whole.first), min(one.end, whole.end)), read)
    first = min((one.first for one in likely), default=whole.end)
    first = max(min(first, whole.end), whole.first)
    yield from _fresh(Stretch(first, whole.end), read)
    while first > whole.first:
        end, first = first, max(first - PORTION, whole.first)
        yield Stretch(first, end)


def _fresh(wanted: Stretch, read: list[Stretch]) -> Iterator[Stretch]:
    """Yield what of a stretch was not read yet, in order, and note it."""
    first = wanted.first
    for before in sorted(read):
        if first < before.first < wanted.end:
            yield Stretch(first, before.first)
        if before.first < wanted.end:
            first = max(first, before.end)
    if first < wanted.end:
        yield Stretch(first, wanted.end)
    if wanted.first < wanted.end:
        read.append(wanted)
