"""Doubles for a desk's ledger, book and upgrade: what each error makes of a province can be seen without services."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from models.book import Steps
from models.catalogue.listing import Listing
from models.changes import (
    Amount,
    Changes,
    LimitReached,
    Mark,
    PaneKey,
    PartKey,
    PartRequest,
    StoredBook,
)
from models.days import Day
from models.errors import Fenced
from models.facts import DeadLetter, Event
from sinks.postgres.ledger import Claim
from sinks.postgres.upgrade import Begun, Page, Position
from streams.desks.upgrading import Upgrading
from tests.support.small_catalogue import compiled, files

PROVINCE = "dong-nai"
FLOOD = b"flood"
EARLIEST_DAY = Day(0)


class CountingBook:
    """A fold that moves the mark and nothing else."""

    def __init__(self, mark: Mark) -> None:
        self.mark = mark

    def homes(self, events: Sequence[Event | DeadLetter]) -> set[PartRequest]:
        """Ask for a part."""
        return {PartRequest("dossier", "home", None)} if events else set()

    def subjects(
        self, events: Sequence[Event | DeadLetter], homes: Mapping[PartKey, bytes]
    ) -> set[PartRequest]:
        """Ask for another part of what was found."""
        return {PartRequest(key.kind, key.key, "more") for key in homes} if events else set()

    def apply(
        self,
        events: Sequence[Event | DeadLetter],
        parts: Mapping[PartKey, bytes],
        *,
        next_offset: int,
        last_crc: int,
    ) -> Steps:
        """Move the mark; a record of b'bug' is one that the fold cannot take, one of `FLOOD` is not kept."""
        yield
        if any(isinstance(event, DeadLetter) and event.record.value == b"bug" for event in events):
            message = f"bug, with {len(parts)} parts"
            raise ZeroDivisionError(message)
        base, self.mark = self.mark, Mark(next_offset, last_crc)
        letters = [event for event in events if isinstance(event, DeadLetter)]
        kept = [one for one in letters if one.record.value != FLOOD]
        changes = Changes(PROVINCE, base, self.mark, dead_letters=kept)
        if len(kept) < len(letters):
            changes.unkept = {"not_json": len(letters) - len(kept)}
            changes.limits_reached = [LimitReached(None, 0), LimitReached(EARLIEST_DAY, len(kept))]
        return changes


class SlowBook(CountingBook):
    """A fold of several steps, which writes down whose turn it was."""

    STEPS = 5

    def __init__(self, province: str, mark: Mark, turns: list[str]) -> None:
        super().__init__(mark)
        self._province = province
        self._turns = turns

    def apply(
        self,
        events: Sequence[Event | DeadLetter],
        parts: Mapping[PartKey, bytes],
        *,
        next_offset: int,
        last_crc: int,
    ) -> Steps:
        """Take several turns."""
        for _ in range(self.STEPS):
            self._turns.append(self._province)
            yield
        return (yield from super().apply(events, parts, next_offset=next_offset, last_crc=last_crc))


@dataclass
class FailingLedger:
    """A ledger in memory that raises the errors it is given, in order, before it answers."""

    mark: Mark = field(default_factory=Mark)
    epoch: int = 0
    errors: list[Exception | None] = field(default_factory=list)
    loads: int = 0
    parked: list[str] = field(default_factory=list)
    decision: int = 0
    """Number of an operator's last decision."""
    upgrade_from: str | None = None
    """The version that the rows are of; None: ours."""

    def _fail(self) -> None:
        error = self.errors.pop(0) if self.errors else None
        if error is not None:
            raise error

    async def claim(self, province: str) -> Claim:
        """Raise the epoch."""
        self._fail()
        if self.parked:
            message = "parked"
            raise Fenced(message)
        self.epoch += 1
        return Claim(province, self.epoch, self.mark, self.upgrade_from, self.decision)

    async def load(self, claim: Claim) -> StoredBook:
        """Return an empty book at the mark."""
        self.loads += 1
        return StoredBook(claim.mark, {}, {}, {}, {}, {}, (), {}, {}, {})

    async def read_parts(
        self, province: str, requests: Collection[PartRequest]
    ) -> dict[PartKey, bytes]:
        """Return a part for each request."""
        self._fail()
        return {PartKey(request.kind, request.key, province): b"" for request in requests}

    async def commit(self, claim: Claim, changes: Changes) -> None:
        """Compare and swap."""
        self._fail()
        if (claim.epoch, changes.base) != (self.epoch, self.mark):
            message = "another owner"
            raise Fenced(message)
        self.mark = changes.mark

    async def last_decision(self, province: str) -> int:
        """Return the number of the last decision."""
        assert province == PROVINCE
        self._fail()
        return self.decision

    async def park(self, claim: Claim, reason: str, detail: str) -> None:
        """Remember why."""
        self.parked.append(f"{claim.province}: {reason}: {detail}")


class FailingTables:
    """The tables of a province that is upgraded page by page, one subject each; they raise the errors they are given, in order, before they answer."""

    def __init__(self, pages: int, errors: Sequence[Exception | None] = ()) -> None:
        self._pages = pages
        self._errors = list(errors)
        self.calls: list[str] = []
        self.position = Position(None, None, 0)

    def upgrade(self, claim: Claim) -> Upgrading:
        """Return the upgrade of a province with these tables."""
        catalogue = compiled(files())
        return Upgrading(catalogue.province(claim.province), catalogue.listing, self)

    def _called(self, name: str) -> None:
        error = self._errors.pop(0) if self._errors else None
        self.calls.append(name if error is None else f"{name} failed")
        if error is not None:
            raise error

    async def begin(self) -> Begun | None:
        """Return how far it is."""
        self._called("begin")
        return Begun({}, self.position)

    async def read(self, kinds: Collection[str], position: Position) -> Page | None:
        """Return the next subject."""
        if position.subjects == self._pages:
            return None
        self._called("read")
        subject = f"d{position.subjects + 1}"
        return Page(
            {PartKey(min(kinds), subject, ""): b"[]"},
            Position(min(kinds), subject, position.subjects + 1),
        )

    async def stage(self, amounts: Mapping[PaneKey, Amount], position: Position) -> None:
        """Move on."""
        self._called("stage" if not amounts else "stage amounts")
        self.position = position

    async def load(self, kept: Collection[str]) -> StoredBook:
        """Return an empty book."""
        self._called(f"load {' '.join(sorted(kept))}")
        return StoredBook(Mark(), {}, {}, {}, {}, {}, (), {}, {}, {})

    async def swap(self, kept: Collection[str], changes: Changes, listing: Listing) -> None:
        """Note that it is done."""
        self._called(
            f"swap {' '.join(sorted(kept))}, {len(changes.panes)} panes of {len(listing.targets)} targets"
        )

    async def close(self) -> None:
        """Note that nobody needs them any more."""
        self.calls.append("close")
