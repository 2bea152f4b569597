"""Opens a figure: looks through the stored subjects until as many of those that make it are found as a reader wants to see.

Totals come from panes at once, so a look can end as soon as nothing is left to find; whoever wants all of a million waits for them.
"""

from collections.abc import Callable, Sequence
from contextlib import aclosing
from typing import Final, NamedTuple

from models.catalogue import ProvinceCatalogue
from models.contributions import Listing, Subjects, take, total_of
from models.days import Day
from models.facts import Event
from models.measures import RECORDS
from models.opening import Part
from models.panes import ALL, PaneTable
from sinks.postgres import looking
from sinks.postgres.connection import Connection
from streams.log_search import PastLog

LOOKED_AT: Final = 8_000
"""Subjects after which a full list is good enough, though others might come before those that are on it."""
_ASKED_EVERY: Final = 200
"""Subjects between two looks at whether there is enough."""


class Days(NamedTuple):
    """A pane of records: how many of an agency tell of a day."""

    agency: str
    day: Day
    records: int
    events: tuple[Event, ...] = ()
    """The records themselves, as far as they are wanted and the log has them, in its order."""


class OpenedPart(NamedTuple):
    """A part of a figure with the subjects that make it."""

    part: Part
    listing: Listing
    days: tuple[Days, ...]
    """Where it counts records, of which only the log has each: their days, the last first."""
    in_order: bool
    """Nobody that should come first is missing from the list; False: the look ended before all subjects were seen."""


class Asked(NamedTuple):
    """What a reader wants to see."""

    agency: str
    """`ALL`, or the code whose part is opened."""
    limit: int | None
    """Subjects of each part; None: all."""
    high_first: bool
    """Whoever is counted comes first, not who is missing."""
    log: PastLog
    """Searched for what the tables do not keep."""


async def opened_parts(
    connection: Connection,
    owner: ProvinceCatalogue,
    parts: Sequence[Part],
    panes: PaneTable,
    asked: Asked,
) -> tuple[OpenedPart, ...]:
    """Return the parts of a figure with the subjects that make them; the connection sees one moment."""
    subjects = Subjects(owner, parts)
    listings = [
        Listing(
            total_of(part, panes),
            asked.limit,
            subjects.pairs(place),
            subjects.grows(place),
            asked.high_first,
        )
        for place, part in enumerate(parts)
    ]
    settled = [True] * len(parts)
    for kind, places in subjects.kinds.items():
        if not await _looked(connection, subjects, kind, listings, asked):
            for place in places:
                settled[place] = settled[place] and listings[place].is_settled
    return tuple(
        OpenedPart(part, listing, _days(part, panes, asked.limit), in_order)
        for part, listing, in_order in zip(parts, listings, settled, strict=True)
    )


async def _looked(
    connection: Connection,
    subjects: Subjects,
    kind: str,
    listings: Sequence[Listing],
    asked: Asked,
) -> bool:
    """Look through the subjects of a kind; return whether all were seen."""
    wanted = [listings[place] for place in subjects.kinds[kind]]
    needs = [
        tuple(f'["{fact}",'.encode() for fact in sorted(types)) for types in subjects.needs(kind)
    ]
    seen, stopped = 0, False

    def enough() -> bool:
        nonlocal stopped
        stopped = all(one.is_settled or one.is_full for one in wanted)
        return stopped

    looked = _found(connection, (subjects.province, kind), asked.agency, enough)
    async with aclosing(looked) as found:
        async for stored in found:
            if seen % _ASKED_EVERY == 0 and _enough(wanted, seen):
                return False
            seen += 1
            facts = b"".join(stored.values())
            if any(all(fact in facts for fact in types) for types in needs):
                take(subjects, kind, listings, stored)
    return not stopped


def _enough(listings: Sequence[Listing], seen: int) -> bool:
    return all(one.is_settled or (seen >= LOOKED_AT and one.is_full) for one in listings)


def _found(
    connection: Connection, place: tuple[str, str], agency: str, enough: Callable[[], bool]
) -> looking.Looked:
    province, kind = place
    if agency == ALL:
        return looking.every(connection, province, kind)
    if kind == "agency":
        return looking.one(connection, province, kind, agency)
    return looking.naming(connection, province, kind, agency, enough)


def _days(part: Part, panes: PaneTable, limit: int | None) -> tuple[Days, ...]:
    """Return the panes of records in a part, the last days first."""
    side = part.counted
    if RECORDS not in side.measures:
        return ()
    codes = panes.agencies(RECORDS) if side.agencies is None else sorted(side.agencies)
    first, last = side.span
    found = [
        Days(code, Day(day), int(amount))
        for code in codes
        for day, amount in panes.series(RECORDS, "", code).items()
        if day <= last and (first is None or first <= day)
    ]
    found.sort(key=lambda one: (-one.day, one.agency))
    return tuple(found if limit is None else found[:limit])
