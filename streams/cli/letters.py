"""Where dead letters are read for the command line: out of the database, or out of the topic that returns them.

A row of the list has no bytes: the type that its record names is looked up beside it, for the mend follows from it.
"""

from collections.abc import Mapping, Sequence
from operator import itemgetter
from typing import NamedTuple

from models.facts import DeadLetter
from models.mending import BY_TYPE, type_named
from sinks.postgres.connection import Connection
from sinks.postgres.dead_letters import NotAllowed, Wanted, listed, originals, portions
from sinks.postgres.queries import reading
from streams.cli.operate import configure_quiet_logs
from streams.cli.refused import Row, row
from streams.replay import AT_ONCE_BYTES
from streams.returns import read_returned
from streams.settings import load_settings

_Types = Mapping[tuple[str, int], str | None]
"""(province, offset) -> the CloudEvents type that the record names."""


class Listed(NamedTuple):
    """What was found."""

    rows: Sequence[Row]
    beyond: bool
    """There are more than were asked for."""
    types: _Types
    withheld: str | None = None
    """Why the types are not known."""

    def type_of(self, row: Row) -> str | None:
        """Return the type that a row's record names, where it is known."""
        return self.types.get(_place(row))


async def listing(wanted: Wanted, limit: int | None, *, topic: bool, with_types: bool) -> Listed:
    """Return dead letters as rows, the newest first; NoTopic or Unavailable where they cannot be read."""
    if topic:
        letters = await returned(wanted)
        types: _Types = {
            (one.record.province, one.record.offset): type_named(one.record) for one in letters
        }
        rows: list[Row] = [row(letter) for letter in letters]
        rows.sort(key=itemgetter("received_at", "province", "offset"), reverse=True)
        return Listed(rows[:limit], limit is not None and len(rows) > limit, types)
    configure_quiet_logs()
    async with reading(load_settings().dsn) as connection:
        found = await listed(connection, wanted, None if limit is None else limit + 1)
        shown = found[:limit]
        beyond = limit is not None and len(found) > limit
        try:
            return Listed(shown, beyond, await _types(connection, shown) if with_types else {})
        except NotAllowed as error:
            return Listed(shown, beyond, {}, str(error))


def _place(row: Row) -> tuple[str, int]:
    return str(row["province"]), int(str(row["offset"]))


async def _types(connection: Connection, rows: Sequence[Row]) -> _Types:
    """Return the types of the records whose mend follows from it."""
    asked: dict[str, list[int]] = {}
    for one in rows:
        if one["reason"] in BY_TYPE:
            province, offset = _place(one)
            asked.setdefault(province, []).append(offset)
    return {
        (province, record.offset): type_named(record)
        for province, offsets in asked.items()
        for portion in await portions(connection, province, offsets, AT_ONCE_BYTES)
        for record in await originals(connection, province, portion)
    }


async def returned(wanted: Wanted) -> list[DeadLetter]:
    """Return the wanted dead letters with their bytes, out of the topic."""
    configure_quiet_logs()
    settings = load_settings()
    since_ms = None if wanted.since is None else int(wanted.since.timestamp() * 1000)
    return [
        letter
        for province in wanted.provinces
        async for letter in read_returned(settings, province, since_ms)
        if wanted.reason in {None, letter.reason}
        and wanted.agency in {None, letter.agency}
        and wanted.source in {None, letter.source}
        and (wanted.offsets is None or letter.record.offset in wanted.offsets)
    ]


async def kept(wanted: Wanted) -> list[DeadLetter]:
    """Return the wanted dead letters of one province with their bytes, out of the database; NotAllowed unless the role may read them."""
    configure_quiet_logs()
    (province,) = wanted.provinces
    async with reading(load_settings().dsn) as connection:
        rows = {row["offset"]: row for row in await listed(connection, wanted)}
        records = await originals(connection, province, list(rows))
    columns = ("reason", "field", "detail", "event_id", "source", "agency")
    return [
        DeadLetter(record, *(rows[record.offset][column] for column in columns))
        for record in records
    ]
