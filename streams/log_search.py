"""A province's log searched for what its tables do not keep: records one by one, and words on a fact that later ones replaced.

It is read no further than the tables have come, no more of it than was allowed, and only where it is the log that they were made from.
"""

import asyncio
from collections.abc import Collection, Iterable, Sequence
from enum import StrEnum
from typing import Final, NamedTuple, Protocol

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


class Searched(NamedTuple):
    """How a search ended."""

    records: int
    """How many were read."""
    missing: Missing | None
    """None: all was found."""
    detail: str = ""
    """Of a log that was not read: why, and what to do."""
    begins: int = 0
    """The first offset that could be read."""


class Wanted(Protocol):
    """What is looked for."""

    def take(self, event: Event) -> None:
        """Look at an accepted record; each is shown once, in no order."""

    def is_done(self) -> bool:
        """Whether nothing is wanted any more."""


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

    async def search(
        self,
        wanted: Wanted,
        likely: Sequence[Stretch],
        words: Collection[str],
        end: int | None = None,
    ) -> Searched:
        """Show `wanted` the accepted records before `end` until it is done.

        Args:
            wanted: it is asked after each fetch whether it is done.
            likely: where to look first.
            words: each event that is looked for has one of them in its attributes or payload.
            end: no record from this offset on is shown; None: none from the mark on.
        """
        if wanted.is_done():
            return Searched(0, None)
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                trouble = await self._trouble()
            if trouble is not None:
                return Searched(0, Missing.NOT_READ, trouble)
            async with open_log(self._settings.brokers, self._province) as reader:
                until = self._mark.next_offset if end is None else end
                whole = Stretch(max(reader.start, self._begins(end)), until)
                read = await self._read(reader, wanted, stretches(likely, whole), Sieve(words))
        except (TiendoError, TimeoutError) as error:
            return Searched(0, Missing.NOT_READ, self._sentence(error))
        if wanted.is_done():
            return Searched(read, None)
        if self._left == 0:
            return Searched(read, Missing.NOT_ALL_READ)
        missing = Missing.BEGINS_LATER if whole.first > 0 else Missing.NOT_THERE
        return Searched(read, missing, begins=whole.first)

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
        self, reader: LogReader, wanted: Wanted, pieces: Iterable[Stretch], sieve: Sieve
    ) -> int:
        """Return how many records were read."""
        read = 0
        for piece in pieces:
            async for records in reader.batches(*piece):
                shown = records if self._left is None else records[: self._left]
                for record in shown:
                    event = decode(record) if sieve.passes(record) else None
                    if isinstance(event, Event):
                        wanted.take(event)
                read += len(shown)
                if self._left is not None:
                    self._left -= len(shown)
                if wanted.is_done() or self._left == 0:
                    return read
        return read

    def _sentence(self, error: Exception) -> str:
        settings = self._settings
        if isinstance(error, Forbidden):
            return str(error)
        if "kafka_bootstrap_servers" not in settings.model_fields_set:
            return f"no Kafka is set, and none is at {settings.kafka_bootstrap_servers}: set TIENDO_KAFKA_BOOTSTRAP_SERVERS"
        return str(error) or f"Kafka at {settings.kafka_bootstrap_servers} does not answer"
