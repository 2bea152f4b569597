"""Doubles for a desk's ledger and book: what each error makes of a province can be seen without services."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from models.changes import Changes, Mark, PartKey, PartRequest, StoredBook
from models.errors import Fenced
from models.facts import DeadLetter, Event
from sinks.postgres.ledger import Claim

PROVINCE = "dong-nai"


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
    ) -> Changes:
        """Move the mark; a record of b'bug' is one that the fold cannot take."""
        if any(isinstance(event, DeadLetter) and event.record.value == b"bug" for event in events):
            message = f"bug, with {len(parts)} parts"
            raise ZeroDivisionError(message)
        base, self.mark = self.mark, Mark(next_offset, last_crc)
        letters = [event for event in events if isinstance(event, DeadLetter)]
        return Changes(PROVINCE, base, self.mark, dead_letters=letters)


@dataclass
class FailingLedger:
    """A ledger in memory that raises the errors it is given, in order, before it answers."""

    mark: Mark = field(default_factory=Mark)
    epoch: int = 0
    errors: list[Exception | None] = field(default_factory=list)
    loads: int = 0
    parked: list[str] = field(default_factory=list)

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
        return Claim(province, self.epoch, self.mark)

    async def load(self, claim: Claim) -> StoredBook:
        """Return an empty book at the mark."""
        self.loads += 1
        return StoredBook(claim.mark, {}, {}, {}, {}, {}, {}, (), {}, {}, {})

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

    async def park(self, claim: Claim, reason: str, detail: str) -> None:
        """Remember why."""
        self.parked.append(f"{claim.province}: {reason}: {detail}")
