"""Looks through the stored subjects of a kind one by one, in the order of their keys, without an index of its own.

What is looked for is found in the encoded facts, and whoever reads them makes sure: of an agency, or of an offset, there
may be more subjects than are meant, never fewer. All of it belongs in one transaction (`one_moment`).
"""

import re
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import aclosing
from itertools import groupby
from operator import attrgetter
from typing import Final, NamedTuple

from models.changes import PartKey, PartRequest
from sinks.postgres.connection import Connection
from sinks.postgres.reads import LOAD_SECONDS, read_parts
from sinks.postgres.upgrade import START, Position, read_page

Stored = Mapping[PartKey, bytes]
"""A subject: all its parts."""

Looked = AsyncGenerator[Stored, None]
"""To be closed by whoever stops before its end."""


class Search(NamedTuple):
    """What is looked for."""

    words: Sequence[str]
    """One of them stands in the facts of whoever matches."""
    matches: Callable[[bytes], bool]
    enough: Callable[[], bool]


_FIRST_PARTS: Final = 6_000
"""Parts that are read before the database is asked where a word stands: what many subjects have is found among them."""
_SUBJECTS_A_FETCH: Final = 500
_WORDS: Final = 6
"""At most so many are looked for at once; each costs half a microsecond a subject."""

_key: Final = attrgetter("key")
_OFFSETS: Final = re.compile(rb",(\d+),(?:\{|null)")
"""A number before a payload: the offset of an encoded fact."""

# In the order of keys a page is read through the index, whatever a young table's statistics say.
_IN_ORDER: Final = """
SET LOCAL enable_bitmapscan = off; SET LOCAL enable_seqscan = off;
SET LOCAL enable_indexscan = on; SET LOCAL enable_indexonlyscan = on"""
# From end to end, by several workers: the order of keys would be an order of random pages.
_AT_ONCE: Final = """
SET LOCAL enable_bitmapscan = off; SET LOCAL enable_seqscan = on;
SET LOCAL enable_indexscan = off; SET LOCAL enable_indexonlyscan = off;
SET LOCAL min_parallel_table_scan_size = 0; SET LOCAL parallel_setup_cost = 0; SET LOCAL parallel_tuple_cost = 0"""
_WITH: Final = """
SELECT DISTINCT key FROM tiendo.subject WHERE province = $1 AND kind = $2 AND key > $3 AND ({words})"""
_WORD: Final = "position(convert_to(${place}, 'UTF8') IN facts) > 0"


async def every(connection: Connection, province: str, kind: str) -> Looked:
    """Yield all subjects of a kind, in order."""
    await connection.execute(_IN_ORDER)
    position = START
    while page := await read_page(connection, province, (kind,), position):
        for subject in _subjects(page.parts):
            yield subject
        position = page.position


async def naming(
    connection: Connection, province: str, kind: str, agency: str, enough: Callable[[], bool]
) -> Looked:
    """Yield in order the subjects of a kind of which a fact names an agency, and perhaps others.

    Before the look from end to end it is asked whether there are `enough`; it ends there if so.
    """
    word = f'"{agency}"'
    encoded = word.encode()
    search = Search((word,), lambda facts: encoded in facts, enough)
    async with aclosing(_matching(connection, province, kind, search)) as subjects:
        async for subject in subjects:
            yield subject


async def since(
    connection: Connection, province: str, kind: str, offsets: tuple[int, int]
) -> Looked:
    """Yield in order the subjects of a kind that have a fact of a record from the first offset on.

    The second is the offset after the log's last record.
    """
    first, end = offsets
    search = Search(begun(first, end), _has_since(first), lambda: False)
    async with aclosing(_matching(connection, province, kind, search)) as subjects:
        async for subject in subjects:
            yield subject


async def one(connection: Connection, province: str, kind: str, key: str) -> Looked:
    """Yield the subject of a key, where there is one."""
    async with aclosing(_of_keys(connection, province, kind, (key,))) as subjects:
        async for subject in subjects:
            yield subject


def begun(first: int, end: int) -> tuple[str, ...]:
    """Return with what the numbers from `first` up to `end` begin, as they stand in encoded facts: a few words for them all."""
    size = 1
    while (end - 1) // size - first // size >= _WORDS:
        size *= 10
    numbers = range(first // size, max(end - 1, first) // size + 1)
    return (",",) if size > 1 and numbers[0] == 0 else tuple(f",{number}" for number in numbers)


def _has_since(first: int) -> Callable[[bytes], bool]:
    return lambda facts: any(int(offset) >= first for offset in _OFFSETS.findall(facts))


async def _matching(connection: Connection, province: str, kind: str, search: Search) -> Looked:
    """Yield in order the subjects of a kind that match, each of which has one of some words in its facts."""
    words, matches, enough = search
    await connection.execute(_IN_ORDER)
    read, position = 0, START
    while read < _FIRST_PARTS:
        page = await read_page(connection, province, (kind,), position)
        if page is None:
            return
        for subject in _subjects(page.parts):
            if any(map(matches, subject.values())):
                yield subject
        read += len(page.parts)
        position = page.position
    if enough():
        return
    await connection.execute(_AT_ONCE)
    wanted = " OR ".join(_WORD.format(place=place) for place in range(4, 4 + len(words)))
    rows = await connection.fetch(
        _WITH.format(words=wanted), province, kind, _after(position), *words, timeout=LOAD_SECONDS
    )
    await connection.execute(_IN_ORDER)
    keys = sorted(row["key"] for row in rows)
    async with aclosing(_of_keys(connection, province, kind, keys)) as subjects:
        async for subject in subjects:
            if any(map(matches, subject.values())):
                yield subject


def _after(position: Position) -> str:
    return "" if position.key is None else position.key


async def _of_keys(connection: Connection, province: str, kind: str, keys: Sequence[str]) -> Looked:
    for start in range(0, len(keys), _SUBJECTS_A_FETCH):
        wanted = [PartRequest(kind, key, None) for key in keys[start : start + _SUBJECTS_A_FETCH]]
        parts = await read_parts(connection, province, wanted)
        for subject in _subjects({key: parts[key] for key in sorted(parts)}):
            yield subject


def _subjects(parts: Stored) -> list[Stored]:
    return [{key: parts[key] for key in keys} for _, keys in groupby(parts, _key)]
