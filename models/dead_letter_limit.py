"""The limit on dead letters: of each as-of day the first are kept, until they are as much as a day keeps; the others are counted.

What counts is the order of the log alone, and it stands in the mark: neither batches nor owners matter. Nothing is lost, the
log has every record.
"""

from dataclasses import replace
from typing import Final

from models.changes import Mark
from models.days import Day
from models.facts import Record

LEAST_BYTES: Final = 4096
"""What a record counts at least: however small, it costs a row, a message and their index entries."""


def counted_bytes(record: Record) -> int:
    """Return what a refused record counts: all of it that is kept, so its key and headers too."""
    size = len(record.value or b"") + len(record.key or b"")
    for name, value in record.headers:
        size += len(name.encode()) + len(value or b"")
    return max(size, LEAST_BYTES)


def is_kept(mark: Mark, bytes_a_day: int) -> bool:
    """Tell whether the next refused record is kept: those of the day before it are less than a day keeps."""
    return mark.dead_letter_bytes < bytes_a_day


def with_refused(mark: Mark, record: Record, *, kept: bool) -> Mark:
    """Return the mark after a refused record."""
    return replace(
        mark,
        dead_letters=mark.dead_letters + 1,
        dead_letters_kept=mark.dead_letters_kept + int(kept),
        dead_letter_bytes=mark.dead_letter_bytes + counted_bytes(record),
    )


def on_day(mark: Mark, day: Day) -> Mark:
    """Return the mark with `day` as its as-of day; another day than before has no dead letters yet."""
    if day == mark.as_of:
        return mark
    return replace(mark, as_of=day, dead_letters=0, dead_letters_kept=0, dead_letter_bytes=0)
