"""Where one province's book lies: each batch is folded here and committed to the ledger, as section 5 of the design says.

The book in memory is a cache of what Postgres holds under one claim: after anything but a commit that returned it is loaded again.
A desk stands in this process (`LocalDesk`) or in one beside it (`pool`); its owner cannot tell.
"""

import asyncio
import traceback
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from functools import partial
from typing import Final, NamedTuple, ParamSpec, Protocol, TypeVar

from models.book import Book, Steps, step
from models.calendar import is_working_day
from models.catalogue import Catalogue
from models.changes import Changes, LimitReached, Mark, PartKey, PartRequest, StoredBook
from models.days import EARLIEST
from models.envelope import decode
from models.errors import Fenced, Unavailable
from models.facts import DeadLetter, Event, Record
from sinks.postgres.ledger import Claim
from streams.collection import Collection
from streams.desks.upgrading import Upgrades, Upgrading
from streams.log_check import checksum

AT_ONCE: Final = 50
"""Records that are folded without leaving the event loop."""

Result = TypeVar("Result")
Arguments = ParamSpec("Arguments")


class Folded(NamedTuple):
    """What a batch was, once it is folded."""

    records: int
    dead_letters: dict[str, int]
    """Reason -> records refused, kept or not."""
    unkept: int
    """How many of them are not kept: they lie beyond their day's limit."""
    limits_reached: list[LimitReached]
    sends: bool
    """Whether messages wait in the outbox after the commit."""


class Bug(Exception):  # noqa: N818 - named for the decision: park the province, mend the code
    """An error that nobody decided about; where it was raised, and not its text, which may quote a payload, and payloads name people."""

    def __init__(self, name: str, frames: Sequence[str]) -> None:
        super().__init__(name)
        self.name = name
        self.frames = list(frames)

    @classmethod
    def of(cls, error: BaseException) -> "Bug":
        """Return what may be told of any error."""
        if isinstance(error, cls):
            return error
        frames = traceback.extract_tb(error.__traceback__)
        where = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames]
        return cls(type(error).__name__, where)


class Desk(Protocol):
    """One province's book, for the province's owner: one call at a time.

    Each call raises Fenced when the province is somebody else's, and Unavailable when Postgres is away: call again.
    """

    async def upgrade(self, claim: Claim) -> int | None:
        """Go a step towards rows of this version; return how many subjects are done, None when all is."""

    async def load(self, claim: Claim) -> None:
        """Read the book that a claim found; the one at hand stays if nobody was in between.

        Inconsistent where what is stored contradicts itself.
        """

    async def fold(self, base: int, next_offset: int, records: Sequence[Record]) -> Folded:
        """Fold the records after offset `base` and keep what is to be written."""

    async def commit(self) -> None:
        """Write what was folded, all or nothing."""


class Desks(Protocol):
    """The desks of a worker."""

    def desk(self, province: str) -> Desk:
        """Return the desk of a province."""

    async def ended(self) -> None:
        """Raise when what the desks stand on has ended by itself; until then never return."""


class Fold(Protocol):
    """What is needed of a province's book."""

    @property
    def mark(self) -> Mark:
        """Say how far it has come."""

    def homes(self, events: Sequence[Event | DeadLetter], /) -> set[PartRequest]:
        """Say what to read first."""

    def subjects(
        self, events: Sequence[Event | DeadLetter], homes: Mapping[PartKey, bytes], /
    ) -> set[PartRequest]:
        """Say what to read then."""

    def apply(
        self,
        events: Sequence[Event | DeadLetter],
        parts: Mapping[PartKey, bytes],
        *,
        next_offset: int,
        last_crc: int,
    ) -> Steps:
        """Fold a batch, step by step, and return the difference it makes."""


class BookLedger(Protocol):
    """What a desk needs of the ledger."""

    async def load(self, claim: Claim) -> StoredBook:
        """Read what the former owner left."""

    async def read_parts(
        self, province: str, requests: AbstractSet[PartRequest]
    ) -> dict[PartKey, bytes]:
        """Read stored parts of subjects."""

    async def commit(self, claim: Claim, changes: Changes) -> None:
        """Write the difference, all or nothing."""


Restore = Callable[[str, StoredBook], Fold]
"""(province, what the ledger holds) -> its book."""


def restoring(catalogue: Catalogue) -> Callable[[str, StoredBook], Book]:
    """Return what makes books of a catalogue's provinces; what is read once for all of them is read now, not at a first dossier."""
    is_working_day(EARLIEST)

    def restore(province: str, stored: StoredBook) -> Book:
        book = Book.restore(catalogue.province(province), stored)
        book.check()
        return book

    return restore


class Shared(NamedTuple):
    """What the desks of one process have in common."""

    ledger: BookLedger
    upgrades: Upgrades | None
    folding: asyncio.Lock
    """Held by whoever computes."""
    collection: Collection


class LocalDesks:
    """The desks of one process: they fold in turns, side by side they would only contend for the interpreter."""

    def __init__(
        self, ledger: BookLedger, restore: Restore, upgrades: Upgrades | None = None
    ) -> None:
        """Make desks; without `upgrades` they take over only what their own version folded."""
        self._shared = Shared(ledger, upgrades, asyncio.Lock(), Collection())
        self._restore = restore

    def desk(self, province: str) -> "LocalDesk":
        """Return a desk in this process."""
        return LocalDesk(province, partial(self._restore, province), self._shared)

    async def ended(self) -> None:
        """Never return: the desks end with their process."""
        await asyncio.Event().wait()


class LocalDesk:
    """The desk of a province in this process."""

    def __init__(
        self, province: str, restore: Callable[[StoredBook], Fold], shared: Shared
    ) -> None:
        self._province = province
        self._restore = restore
        self._ledger = shared.ledger
        self._upgrades = shared.upgrades
        self._folding = shared.folding
        self._collection = shared.collection
        self._claim: Claim | None = None
        self._book: Fold | None = None
        self._folded: tuple[Fold, Changes] | None = None
        """The book with what is to be committed for it to be true."""
        self._upgrading: tuple[Claim, Upgrading] | None = None

    async def upgrade(self, claim: Claim) -> int | None:
        """Go a step towards rows of this version; return how many subjects are done, None when all is."""
        self._claim = self._book = self._folded = None
        if self._upgrading is None or self._upgrading[0] != claim:
            await self._stop_upgrading()
            if self._upgrades is None:
                raise Fenced(
                    f"{self._province} is of another version, and nothing upgrades it here"
                )
            self._upgrading = claim, self._upgrades(claim)
        over = True
        try:
            done = await self._upgrading[1].step(self._beside_loop)
            over = done is None
        except Unavailable:
            over = False
            raise
        finally:
            if over:
                await self._stop_upgrading()
        return done

    async def _stop_upgrading(self) -> None:
        former, self._upgrading = self._upgrading, None
        if former is not None:
            await former[1].close()

    async def load(self, claim: Claim) -> None:
        """Read the book that a claim found; the one at hand stays if nobody was in between."""
        await self._stop_upgrading()
        former, book = self._claim, self._book
        self._claim, self._book, self._folded = claim, None, None
        undisturbed = former is not None and former.epoch + 1 == claim.epoch
        if not undisturbed or book is None or book.mark != claim.mark:
            book = None  # the old one goes before the new one comes
            stored = await self._ledger.load(claim)
            book = await self._beside_loop(self._restore, stored)
            self._collection.loaded()
        self._book = book

    async def fold(self, base: int, next_offset: int, records: Sequence[Record]) -> Folded:
        """Fold the records after offset `base` and keep what is to be written."""
        book, self._folded = self._book, None
        if book is None or book.mark.next_offset != base:
            raise Fenced(f"the book of {self._province} does not end at offset {base}")
        compute = self._at_once if len(records) <= AT_ONCE else self._beside_loop
        events, wanted = await compute(_decoded, book, records)
        homes = await self._read(wanted)
        wanted = await compute(book.subjects, events, homes)
        parts = {**homes, **await self._read(wanted)}
        self._book = None  # from here on it is ahead of the ledger
        last_crc = checksum(records[-1].value)
        steps = book.apply(events, parts, next_offset=next_offset, last_crc=last_crc)
        while (changes := await compute(step, steps)) is None:
            pass  # another province's turn
        self._folded = book, changes
        reasons = Counter(letter.reason for letter in changes.dead_letters)
        reasons.update(changes.unkept)
        return Folded(
            records=len(records),
            dead_letters=dict(reasons),
            unkept=sum(changes.unkept.values()),
            limits_reached=changes.limits_reached,
            sends=bool(changes.outbox),
        )

    async def commit(self) -> None:
        """Write what was folded, all or nothing."""
        if self._claim is None or self._folded is None:
            raise Fenced(f"nothing of {self._province} is folded")
        await self._ledger.commit(self._claim, self._folded[1])
        self._book, self._folded = self._folded[0], None  # the changes go: none is left to collect
        self._collection.between_batches()

    async def _read(self, requests: set[PartRequest]) -> dict[PartKey, bytes]:
        return await self._ledger.read_parts(self._province, requests) if requests else {}

    async def _at_once(
        self,
        call: Callable[Arguments, Result],
        *arguments: Arguments.args,
        **named: Arguments.kwargs,
    ) -> Result:
        """Call here: what takes some milliseconds would wait longer for a thread to hand the interpreter over and back."""
        async with self._folding:
            return call(*arguments, **named)

    async def _beside_loop(
        self,
        call: Callable[Arguments, Result],
        *arguments: Arguments.args,
        **named: Arguments.kwargs,
    ) -> Result:
        """Call in a thread: a long fold must not keep the loop from what other provinces' transactions wait for."""
        async with self._folding:
            return await asyncio.to_thread(call, *arguments, **named)


def _decoded(
    book: Fold, records: Sequence[Record]
) -> tuple[list[Event | DeadLetter], set[PartRequest]]:
    """Return the events of records and what the fold must read of them first."""
    events = [decode(record) for record in records]
    return events, book.homes(events)
