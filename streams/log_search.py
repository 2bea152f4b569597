"""A province's log searched for what its tables do not keep: records one by one, and words on a fact that later ones replaced.

It is read no further than the tables have come, no more of it than was allowed, and only where it is the log that they were made from.
"""

import asyncio
from collections.abc import AsyncGenerator, Collection, Iterable, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, NamedTuple

from models.changes import Mark
from models.envelope import decode
from models.errors import Forbidden, TiendoError
from models.facts import Event
from models.operating import Decision
from models.sieve import Sieve
from models.stretches import Stretch, stretches
from models.topics import progress_topic
from streams.log_check import find_fault
from streams.log_reader import LogReader, open_log
from streams.settings import Settings

READ_AT_MOST: Final = 150_000
"""Records that are read for a first screen: a few seconds."""
ANSWER_SECONDS: Final = 8.0
"""Whoever waits for a page is not kept waiting longer for a Kafka that is away."""


class Missing(StrEnum):
    """Why not all that was looked for was found."""

    NOT_READ = "not_read"
    """The log could not be read, or is not the one that the tables were made from."""
    NOT_ALL_READ = "not_all_read"
    """As much was read as a first screen allows."""
    BEGINS_LATER = "begins_later"
    """What came before the log's first offset is gone from it."""
    NOT_THERE = "not_there"
    """The whole log was read."""


@dataclass(slots=True)
class Searched:
    """How a search went."""

    records: int = 0
    """How many were read."""
    missing: Missing | None = None
    """None: it was ended because all was found."""
    detail: str = ""
    """Of a log that was not read: why, and what to do."""
    begins: int = 0
    """The first offset that could be read."""


class Portion(NamedTuple):
    """Some accepted records."""

    events: list[Event]
    ends: bool
    """With them a stretch of the log was read to its end."""


class PastLog:
    """A province's log up to the mark of its tables; Kafka is asked only when it is searched."""

    def __init__(
        self,
        settings: Settings,
        province: str,
        mark: Mark,
        elsewhere: Decision | None,
        at_most: int | None,
    ) -> None:
        """Name the log.

        Args:
            settings: where Kafka is.
            province: whose.
            mark: how far the tables have come.
            elsewhere: the decision by which they went on in another log, or in another place of it.
            at_most: records that all searches together may read; None: all.
        """
        self._settings = settings
        self._province = province
        self._mark = mark
        self._elsewhere = elsewhere
        self._left = at_most

    async def portions(
        self,
        searched: Searched,
        likely: Sequence[Stretch],
        words: Collection[str],
        end: int | None = None,
    ) -> AsyncGenerator[Portion, None]:
        """Yield the accepted records before `end`, the likely stretches first; whoever has found all closes it.

        Args:
            searched: is told how it goes; a log that cannot be read ends the search without an error.
            likely: where to look first.
            words: an event without any of them in its attributes and payload may be left out.
            end: no record from this offset on is yielded; None: none from the mark on.
        """
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                trouble = await self._trouble()
            if trouble is not None:
                searched.missing, searched.detail = Missing.NOT_READ, trouble
                return
            async with open_log(self._settings.brokers, self._province) as reader:
                until = self._mark.next_offset if end is None else end
                whole = Stretch(max(reader.start, self._begins(end)), until)
                searched.begins = whole.first
                pieces = stretches(likely, whole)
                async with aclosing(self._read(reader, searched, pieces, Sieve(words))) as portions:
                    async for portion in portions:
                        yield portion
        except (TiendoError, TimeoutError) as error:
            searched.missing, searched.detail = Missing.NOT_READ, self._sentence(error)
            return
        if self._left == 0:
            searched.missing = Missing.NOT_ALL_READ
        else:
            searched.missing = Missing.BEGINS_LATER if whole.first > 0 else Missing.NOT_THERE

    async def _trouble(self) -> str | None:
        """Return why the log is not the one that the tables were made from; None where it is."""
        topic = progress_topic(self._province)
        fault = await find_fault(self._settings.brokers, topic, self._mark)
        return None if fault is None else f"{fault.detail} ({fault.reason})"

    def _begins(self, end: int | None) -> int:
        """Return the first offset that names the same record as when it was folded; an `end` of before may name another."""
        elsewhere = self._elsewhere
        if elsewhere is None:
            return 0
        if end is not None and end <= max(elsewhere.mark_before, elsewhere.mark_after):
            return end
        return elsewhere.mark_after

    async def _read(
        self,
        reader: LogReader,
        searched: Searched,
        pieces: Iterable[Stretch],
        sieve: Sieve,
    ) -> AsyncGenerator[Portion, None]:
        """Yield the accepted records of some stretches, until no more may be read."""
        for piece in pieces:
            async with aclosing(reader.batches(*piece)) as batches:
                async for records in batches:
                    shown = records if self._left is None else records[: self._left]
                    searched.records += len(shown)
                    if self._left is not None:
                        self._left -= len(shown)
                    verdicts = (decode(record) for record in shown if sieve.passes(record))
                    yield Portion([one for one in verdicts if isinstance(one, Event)], ends=False)
                    if self._left == 0:
                        return
            yield Portion([], ends=True)

    def _sentence(self, error: Exception) -> str:
        settings = self._settings
        if isinstance(error, Forbidden):
            return str(error)
        if "kafka_bootstrap_servers" not in settings.model_fields_set:
            return f"no Kafka is set, and none is at {settings.kafka_bootstrap_servers}: set TIENDO_KAFKA_BOOTSTRAP_SERVERS"
        return str(error) or f"Kafka at {settings.kafka_bootstrap_servers} does not answer"
