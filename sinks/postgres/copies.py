"""The new rows of a large batch as input of COPY, which takes a row at a third of what an upsert of it costs.

Only rows that their table does not have: one that it has fails the transaction, and rightly so. Nobody can hold a lock
on what is not there, so no order of theirs is needed against deadlocks.
"""

import functools
from collections.abc import Collection, Iterator, Sequence
from typing import Final, NamedTuple

from models.changes import Amount, Changes

COPY_ROWS: Final = 100
"""New rows of a table that are copied, and no longer part of the statement: for fewer its round trips are dearer."""

_JULIAN: Final = 2_440_588
"""1970-01-01 as the number of a day that Postgres reads after a J."""
_ESCAPES: Final = str.maketrans({"\\": r"\\", "\t": r"\t", "\n": r"\n", "\r": r"\r"})
_WORDS: Final = 16_384


class Copy(NamedTuple):
    """Rows of a table of schema `tiendo`."""

    table: str
    columns: tuple[str, ...]
    rows: bytes | Sequence[tuple[object, ...]]
    """Lines of COPY's text format; tuples where a column is of bytes, which are twice as long as text."""


def are_copied(new_rows: Collection[object]) -> bool:
    """Tell whether the new rows of a table are copied, all of them, or written by its statement."""
    return len(new_rows) >= COPY_ROWS


def copies(changes: Changes) -> Iterator[Copy]:
    """Yield the tables' new rows that are to be copied; `writes` gives the statements for all else."""
    if are_copied(changes.new_parts):
        yield _parts(changes)
    if are_copied(changes.new_panes):
        yield _panes(changes)
    if are_copied(changes.history):
        yield _history(changes)


def _parts(changes: Changes) -> Copy:
    new, province = changes.new_parts, changes.province
    rows = [
        (*key, facts, province)
        for key, facts in changes.parts.items()
        if facts is not None and key in new
    ]
    return Copy("subject", ("kind", "key", "part", "facts", "province"), rows)


def _panes(changes: Changes) -> Copy:
    panes, province = changes.panes, changes.province
    lines = [
        f"{measure}\t{_escaped(bucket)}\t{_escaped(agency)}\tJ{day + _JULIAN}\t{amount}\t{province}\n"
        for key in changes.new_panes
        if (amount := panes[key]) != 0
        for measure, bucket, agency, day in (key,)
    ]
    columns = ("measure", "bucket", "agency", "day", "amount", "province")
    return Copy("pane", columns, _joined(lines))


def _history(changes: Changes) -> Copy:
    province = changes.province
    lines = [
        f"{plan}\t{indicator}\t{_escaped(agency)}\t{window}\tJ{day + _JULIAN}\t"
        f"{_text(value)}\t{_text(numerator)}\t{_text(denominator)}\t{version}\t{province}\n"
        for (plan, indicator, agency), window, day, (
            value,
            numerator,
            denominator,
        ), version in changes.history
    ]
    columns = ("plan", "indicator", "agency", "window", "closed_day")
    figures = ("value", "numerator", "denominator", "definition_version")
    return Copy("kpi_history", (*columns, *figures, "province"), _joined(lines))


def _joined(lines: list[str]) -> bytes:
    """Return lines in the order of their keys, in which an index takes them best."""
    return "".join(sorted(lines)).encode()


def _text(amount: Amount | None) -> str:
    return r"\N" if amount is None else str(amount)


@functools.lru_cache(maxsize=_WORDS)
def _escaped(word: str) -> str:
    """Return a code or a bucket as a line may hold it: they may come from an event; all other words are the catalogue's own."""
    return word.translate(_ESCAPES)
