"""Looks through the stored subjects of a kind one by one, in the order of their keys, without an index of its own.

What is looked for is found in the encoded facts, and whoever reads them makes sure: of an agency, or of an offset, there
may be more subjects than are meant, never fewer. All of it belongs in one transaction (`one_moment`).
"""

from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing
from itertools import groupby
from operator import attrgetter
from typing import Final

from models.changes import PartKey, PartRequest
from sinks.postgres.connection import Connection
from sinks.postgres.reads import LOAD_SECONDS, read_parts
from sinks.postgres.upgrade import START, Position, read_page

Stored = Mapping[PartKey, bytes]
"""A subject: all its parts."""

Looked = AsyncGenerator[Stored, None]
"""To be closed by whoever stops before its end."""

_FIRST_PARTS: Final = 10_000
"""Parts that are read before the database is asked where an agency is named: most agencies are found among them."""
_SUBJECTS_A_FETCH: Final = 500

_key: Final = attrgetter("key")

# Read from end to end by several workers: the order of keys would be an order of random pages.
_AT_ONCE: Final = """
SET LOCAL enable_indexscan = off; SET LOCAL enable_bitmapscan = off; SET LOCAL enable_indexonlyscan = off"""
_AS_EVER: Final = """
SET LOCAL enable_indexscan = on; SET LOCAL enable_bitmapscan = on; SET LOCAL enable_indexonlyscan = on"""
_NAMING: Final = """
SELECT DISTINCT key FROM tiendo.subject
WHERE province = $1 AND kind = $2 AND key > $3 AND position(convert_to($4, 'UTF8') IN facts) > 0"""
_SINCE: Final = """
SELECT DISTINCT key FROM tiendo.subject
WHERE province = $1 AND kind = $2 AND convert_from(facts, 'UTF8') ~ $3"""


async def every(connection: Connection, province: str, kind: str) -> Looked:
    """Yield all subjects of a kind, in order."""
    position = START
    while page := await read_page(connection, province, (kind,), position):
        for subject in _subjects(page.parts):
            yield subject
        position = page.position


async def naming(connection: Connection, province: str, kind: str, agency: str) -> Looked:
    """Yield in order the subjects of a kind of which a fact names an agency, and perhaps others."""
    word, read, position = f'"{agency}"', 0, START
    while read < _FIRST_PARTS:
        page = await read_page(connection, province, (kind,), position)
        if page is None:
            return
        for subject in _subjects(page.parts):
            if any(word.encode() in facts for facts in subject.values()):
                yield subject
        read += len(page.parts)
        position = page.position
    keys = await _keys(connection, _NAMING, province, kind, _after(position), word)
    async with aclosing(_of_keys(connection, province, kind, keys)) as subjects:
        async for subject in subjects:
            yield subject


async def since(connection: Connection, province: str, kind: str, offset: int) -> Looked:
    """Yield in order the subjects of a kind that have a fact of a record at `offset` or after it, and perhaps others."""
    keys = await _keys(connection, _SINCE, province, kind, offset_pattern(offset))
    async with aclosing(_of_keys(connection, province, kind, keys)) as subjects:
        async for subject in subjects:
            yield subject


async def one(connection: Connection, province: str, kind: str, key: str) -> Looked:
    """Yield the subject of a key, where there is one."""
    async with aclosing(_of_keys(connection, province, kind, (key,))) as subjects:
        async for subject in subjects:
            yield subject


def offset_pattern(offset: int) -> str:
    """Return the pattern of an encoded fact whose offset is not less than `offset`: a number before the payload.

    Of two numbers of as many digits the greater has the greater digit where they first differ.
    """
    digits = str(offset)
    numbers = [digits, f"[0-9]{{{len(digits) + 1},}}"]
    for place, digit in enumerate(digits):
        if digit != "9":
            rest = len(digits) - place - 1
            following = f"[{int(digit) + 1}-9]"
            numbers.append(f"{digits[:place]}{following}" + (f"[0-9]{{{rest}}}" if rest else ""))
    return rf",({'|'.join(numbers)}),(\{{|null)"


def _after(position: Position) -> str:
    return "" if position.key is None else position.key


async def _keys(connection: Connection, sql: str, *arguments: object) -> list[str]:
    await connection.execute(_AT_ONCE)
    rows = await connection.fetch(sql, *arguments, timeout=LOAD_SECONDS)
    await connection.execute(_AS_EVER)
    return sorted(row["key"] for row in rows)


async def _of_keys(connection: Connection, province: str, kind: str, keys: Sequence[str]) -> Looked:
    for start in range(0, len(keys), _SUBJECTS_A_FETCH):
        wanted = [PartRequest(kind, key, None) for key in keys[start : start + _SUBJECTS_A_FETCH]]
        parts = await read_parts(connection, province, wanted)
        for subject in _subjects({key: parts[key] for key in sorted(parts)}):
            yield subject


def _subjects(parts: Stored) -> list[Stored]:
    return [{key: parts[key] for key in keys} for _, keys in groupby(parts, _key)]
