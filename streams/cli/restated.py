"""Finds what was published of a figure, what is known of the same days now, and which facts came between."""

from collections.abc import Mapping, Sequence
from contextlib import aclosing
from typing import NamedTuple

from models.catalogue import ProvinceCatalogue
from models.changes import StoredBook
from models.contributions import NOTHING, Fact, Subjects, Sums
from models.days import Day
from models.figures import CompiledIndicator, Sources
from models.opening import Part
from models.restating import Changed, Published, change_of, difference, late_registrations
from sinks.postgres import looking
from sinks.postgres.connection import Connection
from sinks.postgres.published import PublishedRow, closed_at
from streams.cli.opening import LOOKED_AT, Asked


class Restated(NamedTuple):
    """Why a closed day's figure is not what was published."""

    day: Day
    published: Published
    next_offset: int
    """The records before it were known when the day was closed."""
    changes: tuple[Changed, ...]
    registrations: Mapping[str, tuple[Fact, ...]]
    """Entries of the register that came later, by agency; only where the figure asks the register."""
    rest: Sums | None
    """By how much the sides changed beyond what `changes` bring: through facts that were replaced or taken back and are not
    kept. None where not all subjects were seen, or where the figure is no plain sum."""


class Told(NamedTuple):
    """What was published of a figure."""

    rows: tuple[Published, ...]
    """Around the day, in order."""
    restated: Restated | None


class Figured(NamedTuple):
    """The figure that is asked about."""

    owner: ProvinceCatalogue
    indicator: CompiledIndicator
    sources: Sources
    parts: Sequence[Part]
    day: Day


async def told(
    connection: Connection,
    figured: Figured,
    asked: Asked,
    stored: StoredBook,
    published: Sequence[PublishedRow],
) -> Told:
    """Return what was published of a figure about a day, beside what is known now; the connection sees one moment."""
    owner, indicator, sources, _, day = figured
    window, closed = indicator.window, stored.mark.closed
    rows = [
        Published(row.closed_day, row.figure, now, row.definition_version)
        for row in published
        for now in [indicator.figure(sources, asked.agency, window, row.closed_day)]
    ]
    before = [row for row in rows if row.closed_day <= day]
    next_offset = await closed_at(connection, owner.province, day)
    if not before or closed is None or day > closed or next_offset is None:
        return Told(tuple(rows), None)
    now = indicator.figure(sources, asked.agency, window, day)
    last = before[-1]
    figure = Published(last.closed_day, last.then, now, last.definition_version)
    if not figure.is_restated:
        return Told(tuple(rows), None)
    later = (next_offset, stored.mark.next_offset)
    changes, rest = await _changes(connection, figured, asked, figure, later)
    asks_register = indicator.over is not None or "agency.registered" in indicator.reads
    registrations = late_registrations(stored.registers, next_offset) if asks_register else {}
    return Told(tuple(rows), Restated(day, figure, next_offset, changes, registrations, rest))


async def _changes(
    connection: Connection,
    figured: Figured,
    asked: Asked,
    published: Published,
    later: tuple[int, int],
) -> tuple[tuple[Changed, ...], Sums | None]:
    """Return the subjects that changed the figure, no more than are wanted, and what of the change they do not explain."""
    subjects, parts = Subjects(figured.owner, figured.parts), figured.parts
    found: list[Changed] = []
    seen, whole = 0, True
    for kind, places in subjects.kinds.items():
        late = looking.since(connection, subjects.province, kind, later)
        async with aclosing(late) as several:
            async for stored in several:
                if asked.limit is not None and (len(found) >= asked.limit or seen >= LOOKED_AT):
                    whole = False
                    break
                seen += 1
                changes = (change_of(subjects, place, stored, later[0]) for place in places)
                found += [change for change in changes if change is not None]
    wanted = difference(parts[0], published) if len(parts) == 1 and whole else None
    if wanted is None:
        return tuple(found), None
    brought = NOTHING
    for one in found:
        more = one.after.less(one.before)
        brought = Sums(brought.counted + more.counted, brought.among + more.among)
    return tuple(found), wanted.less(brought)
