"""Finds what was published of a figure, what is known of the same days now, and which facts came between."""

from collections.abc import Mapping, Sequence
from contextlib import aclosing
from typing import Final, NamedTuple

from models.catalogue import ProvinceCatalogue
from models.changes import PartKey, PartRequest, StoredBook
from models.contributions import NOTHING, Fact, Subjects, Sums
from models.days import Day, Instant, day_of
from models.events import VOCABULARY
from models.facts import Assertion, FactKey, SubjectId
from models.figures import CompiledIndicator, Sources
from models.opening import Part
from models.parts import HOME
from models.restating import Changed, Published, brought, difference, late_registrations
from models.rewinding import Rewinding
from models.stretches import Stretch
from sinks.postgres import looking
from sinks.postgres.connection import Connection
from sinks.postgres.published import PublishedRow, arrived, closed_at
from sinks.postgres.reads import read_parts
from streams.cli.opening import Asked
from streams.log_search import Missing, Searched

_LATE_AT_MOST: Final = 1_000
"""Subjects of a kind with later words that are looked at for a first screen."""


class Restated(NamedTuple):
    """Why a closed day's figure is not what was published."""

    day: Day
    published: Published
    next_offset: int
    """The records before it were known when the day was closed."""
    registrations: Mapping[str, tuple[Fact, ...]]
    """Entries of the register that came later, by agency; only where the figure asks the register."""
    changes: tuple[Changed, ...]
    more: int
    """Changed subjects that are not listed."""
    rest: Sums | None
    """By how much the sides changed beyond what all changed subjects bring: through words that were replaced or taken back and
    were not found, or through the register. None where not all subjects were seen, or where the figure is no plain sum."""
    searched: Searched
    """How the search for those words went."""


class Found(NamedTuple):
    """What changed a figure; the fields are those of `Restated`."""

    changes: tuple[Changed, ...]
    more: int
    rest: Sums | None
    searched: Searched


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
    asks_register = indicator.over is not None or "agency.registered" in indicator.reads
    registrations = late_registrations(stored.registers, next_offset) if asks_register else {}
    found = await _Restating(
        connection, figured, asked, figure, later, others=bool(registrations)
    ).found()
    return Told(tuple(rows), Restated(day, figure, next_offset, registrations, *found))


class _Restating:
    """A figure of a closed day, and the words that came later."""

    def __init__(  # noqa: PLR0913, PLR0917 - what it is made of
        self,
        connection: Connection,
        figured: Figured,
        asked: Asked,
        published: Published,
        later: tuple[int, int],
        others: bool,
    ) -> None:
        """Compare what is known with what was published; `others`: entries of the register may have changed it as well."""
        self._connection = connection
        self._province = figured.owner.province
        self._asked = asked
        self._parts = figured.parts
        self._published = published
        self._later = later
        self._others = others
        self._subjects = Subjects(figured.owner, figured.parts)
        self._rewinding = Rewinding(self._subjects, later[0])
        self._single: Sums | None = None
        """By how much the figure changed, where it is one sum and all subjects are seen."""

    async def found(self) -> Found:
        """Return the subjects that changed the figure, no more than are wanted, and what of the change they do not explain."""
        rewinding, limit = self._rewinding, self._asked.limit
        if await self._gathered() and len(self._parts) == 1:
            self._single = difference(self._parts[0], self._published)
        changes, searched = await self._searched()
        rest = self._rest(changes)
        is_sure = rest == NOTHING or (rest is None and searched.missing is not Missing.NOT_READ)
        if is_sure and (searched.missing is Missing.NOT_THERE or not rewinding.is_open):
            searched = Searched(searched.records)
        listed = tuple(changes if limit is None else changes[:limit])
        return Found(listed, len(changes) - len(listed), rest, searched)

    def _rest(self, changes: Sequence[Changed]) -> Sums | None:
        return None if self._single is None else self._single.less(brought(changes))

    async def _gathered(self) -> bool:
        """Add the subjects that later words are about, and the series of movable ones; return whether these are all of them."""
        whole, rewinding = True, self._rewinding
        movable = any(VOCABULARY[one].movable for one in rewinding.types)
        for kind in (*self._subjects.kinds, *([HOME] if movable else ())):
            seen = 0
            late = looking.since(self._connection, self._province, kind, self._later)
            async with aclosing(late) as several:
                async for stored in several:
                    if self._asked.limit is not None and seen >= _LATE_AT_MOST:
                        whole = False
                        break
                    seen += 1
                    rewinding.add_stored(stored)
        await self._load()
        return whole

    async def _load(self) -> None:
        """Add what is not there yet: homes of movable facts, and the subjects that those are about or were."""
        for missing in (self._rewinding.homeless, self._rewinding.concerned):
            wanted = sorted(missing())
            requests = [PartRequest(*one, None) for one in wanted]
            parts = await read_parts(self._connection, self._province, requests)
            stored: dict[SubjectId, dict[PartKey, bytes]] = {one: {} for one in wanted}
            for key, facts in parts.items():
                stored[SubjectId(key.kind, key.key)][key] = facts
            for one in wanted:
                self._rewinding.add(one, stored[one])

    async def _searched(self) -> tuple[list[Changed], Searched]:
        """Look in the log for the words that later ones replaced, until they explain the change."""
        rewinding, searched = self._rewinding, Searched()
        late = rewinding.late
        if not late:
            return [], searched
        days = {_told_about(fact, held) for fact, held in late.items()}
        came = await arrived(self._connection, self._province, days)
        likely = [Stretch(min(first for first, _ in came.values()), rewinding.next_offset)]
        words = {fact.key for fact in late}
        is_new = True
        log = self._asked.log.portions(searched, likely, words, rewinding.next_offset)
        async with aclosing(log) as portions:
            async for events, ends in portions:
                for fact, said in ((event.fact, event.assertion) for event in events):
                    if fact is not None and said is not None and fact in late:
                        rewinding.take(fact, said)
                        is_new = True
                if ends and is_new:
                    is_new = False
                    await self._load()
                    if self._is_settled():
                        break
        await self._load()
        return rewinding.changes(whole=searched.missing in {None, Missing.NOT_THERE}), searched

    def _is_settled(self) -> bool:
        """Whether nothing that may be in the log would explain more."""
        if self._rewinding.is_open:
            return False
        return self._others or self._rest(self._rewinding.changes(whole=True)) in {NOTHING, None}


def _told_about(fact: FactKey, held: Assertion) -> Day:
    """Return the day that a fact is about, as far as its name or its last word says."""
    if fact.moment is None:
        return held.day
    return (
        Day(fact.moment) if VOCABULARY[fact.type].moment_is_date else day_of(Instant(fact.moment))
    )
