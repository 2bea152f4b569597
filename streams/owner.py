"""Ownership of provinces: claim, load, and have one batch after another folded into the ledger, as section 5 of the design says.

The owner decides what becomes of a province; its desk has the book. Whatever goes wrong with one province ends here; the others go on.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Mapping
from enum import StrEnum
from functools import partial
from typing import Final, NamedTuple, NoReturn, Protocol, TypeVar

import structlog
from faust.types import TP

from models.changes import Mark
from models.days import date_of
from models.errors import Fenced, Inconsistent, Unavailable
from models.topics import province_of
from sinks.postgres.ledger import Claim
from streams.batch import Batch
from streams.desks import Bug, Desk, Folded
from streams.log_check import Fault
from streams.patience import Absence, patiently

log = structlog.get_logger(__name__)

Result = TypeVar("Result")

SAY_SECONDS: Final = 5.0
"""How often the log is told how far an upgrade is."""


class Standing(StrEnum):
    """How a province stands in this process."""

    RELEASED = "released"
    """Another worker has it, or nobody yet."""
    CLAIMING = "claiming"
    """Assigned to this worker, which is taking it over."""
    UPGRADING = "upgrading"
    """Owned, and not read yet: its rows are brought to this version's definitions, for as long as that takes."""
    READING = "reading"
    """Owned: its batches are applied as they come."""
    FOLDING = "folding"
    """Owned: a batch of it is in hand."""
    WAITING = "waiting"
    """A service is away: the batch is kept and tried again."""
    PARKED = "parked"
    """Not read: until an operator decides (`tiendo release`); after a bug, until this process is restarted too."""


OWNED: Final = frozenset({Standing.READING, Standing.FOLDING, Standing.WAITING})
"""How a province stands that this process reads."""


class Health(NamedTuple):
    """What an operator is told of a province."""

    standing: Standing
    detail: str
    next_offset: int | None
    """None before the first take-over."""
    moved_at: float
    """Reading of the monotonic clock when the standing or the offset last changed."""


class ClaimLedger(Protocol):
    """What an owner needs of the ledger."""

    async def claim(self, province: str) -> Claim:
        """Raise the epoch."""

    async def last_decision(self, province: str) -> int:
        """Return the number of the last decision that an operator made."""

    async def park(self, claim: Claim, reason: str, detail: str) -> None:
        """Record that only an operator's decision goes on."""


class Spent(NamedTuple):
    """Seconds that a batch took."""

    fold: float
    commit: float


class Listener(Protocol):
    """Who is told what becomes of batches."""

    def committed(self, province: str, folded: Folded, spent: Spent) -> None:
        """Learn that a batch is durable."""

    def fenced(self, province: str) -> None:
        """Learn that the ledger refused a batch: the province is somebody else's."""


class _Broken(NamedTuple):
    """What a bug left behind."""

    detail: str
    decision: int
    """The last decision of an operator that was known then; a later one lets the province be tried again."""


class Means(NamedTuple):
    """What a province's owner works with."""

    ledger: ClaimLedger
    """The owner claims for itself: a claim that waits behind a fold would come when the province is somebody else's."""
    desk: Desk
    find_fault: Callable[[str, Mark], Awaitable[Fault | None]]
    """(topic, mark) -> why the log must not be read on."""
    listener: "Listener"


class ProvinceOwner:
    """One province in this process; its take-overs and batches come one after another."""

    def __init__(self, province: str, means: Means) -> None:
        self.province = province
        self._means = means
        self._claimed = False
        self._closed = False
        """It waits for a right: no service is away."""
        self._broken: _Broken | None = None
        self._claim: Claim | None = None
        """The last one that succeeded, whoever has the province now."""
        self._log = log.bind(province=province)
        self._absence = Absence(self._log)
        self.health = Health(Standing.RELEASED, "", None, time.monotonic())

    async def take_over(self, topic: str, alive: Callable[[], bool]) -> int:
        """Claim the province and return where to read on; Fenced while it is parked: ask again, an operator may have released it."""
        if self.health.standing is not Standing.PARKED:
            self._stand(Standing.CLAIMING)
        return await self._contained(self._take_over(topic, alive))

    async def handle(self, batch: Batch) -> None:
        """Fold a batch and commit it."""
        await self._contained(self._apply(batch))

    async def unreadable(self, offset: int, alive: Callable[[], bool]) -> NoReturn:
        """Park the province: the records of its log from `offset` on are not what was once written."""
        if self._claim is None:
            raise Fenced(f"{self.province} was never claimed here")
        fault = Fault(
            "corrupt_record",
            f"the records from offset {offset} on do not agree with their own checksum",
        )
        await self._contained(self._park(self._claim, fault, alive))
        raise Fenced(fault.detail)

    def released(self) -> None:
        """Keep the book: if nobody else claims in between, the next take-over finds it as the ledger is."""
        if self.health.standing is not Standing.PARKED:
            self._stand(Standing.RELEASED)

    def closed(self, reason: str | None) -> None:
        """Note that Kafka does not let us read the province's topic, or (None) that it does: the next rebalance then brings it."""
        standing = self.health.standing
        if reason is not None and standing is Standing.RELEASED:
            self._closed = True
            self._stand(Standing.WAITING, reason)
        elif reason is None and self._closed and standing is Standing.WAITING:
            self.released()
        self._closed = reason is not None and self._closed

    async def _take_over(self, topic: str, alive: Callable[[], bool]) -> int:
        means, desk = self._means, self._means.desk
        self._claimed = False
        if self._broken is not None:
            await self._decided(self._broken, alive)
        try:
            claim = await self._patiently(lambda: means.ledger.claim(self.province), alive)
        except Fenced as refusal:
            if alive() and self.health.detail != str(refusal):
                self._stand(Standing.PARKED, str(refusal))
                self._log.warning(
                    "province.refused",
                    reason=str(refusal),
                    mend="do what the reason says; asked again every few seconds",
                )
            raise
        self._claim = claim
        if self.health.standing is Standing.PARKED:
            self._log.info("province.released", decision=claim.decision)
            self._stand(Standing.CLAIMING)
        fault = await self._patiently(lambda: means.find_fault(topic, claim.mark), alive)
        if fault is not None:
            await self._park(claim, fault, alive)
        if claim.upgrade_from is not None:
            await self._upgrade(claim, alive)
        try:
            await self._patiently(lambda: desk.load(claim), alive)
        except Inconsistent as contradiction:
            await self._park(claim, Fault("inconsistent", str(contradiction)), alive)
        self._claimed = True
        self._stand(Standing.READING, next_offset=claim.mark.next_offset)
        self._log.info("province.claimed", epoch=claim.epoch, next_offset=claim.mark.next_offset)
        return claim.mark.next_offset

    async def _decided(self, broken: _Broken, alive: Callable[[], bool]) -> None:
        """Return if an operator has decided about the province since a bug parked it, else Fenced."""
        ledger = self._means.ledger
        decision = await self._patiently(lambda: ledger.last_decision(self.province), alive)
        if decision == broken.decision:
            self._stand(Standing.PARKED, broken.detail)
            raise Fenced(f"{self.province} is parked after a {broken.detail}")
        self._broken = None

    async def _park(self, claim: Claim, fault: Fault, alive: Callable[[], bool]) -> NoReturn:
        """Record that nothing of the province may be read until an operator decides, and let it go."""
        ledger = self._means.ledger
        await self._patiently(lambda: ledger.park(claim, fault.reason, fault.detail), alive)
        self._stand(Standing.PARKED, f"{fault.reason}: {fault.detail}")
        self._log.error(
            "province.parked",
            reason=fault.reason,
            detail=fault.detail,
            mend=f"`tiendo release {self.province}` shows how it can go on; nothing of it is read until then",
        )
        raise Fenced(fault.detail)

    async def _upgrade(self, claim: Claim, alive: Callable[[], bool]) -> None:
        """Have the rows of another version made anew; say how far that is while it lasts."""
        began = said = time.monotonic()
        self._log.info("province.upgrade_begun", version=claim.upgrade_from)
        while True:
            self._stand(Standing.UPGRADING)
            done = await self._patiently(lambda: self._means.desk.upgrade(claim), alive)
            now = time.monotonic()
            if done is None:
                self._log.info("province.upgraded", seconds=round(now - began, 1))
                return
            if now - said >= SAY_SECONDS:
                said = now
                self._log.info("province.upgrading", subjects=done, seconds=round(now - began, 1))

    async def _apply(self, batch: Batch) -> None:
        began, desk = time.monotonic(), self._means.desk
        if not self._claimed:
            raise Fenced(f"{self.province} was let go")
        self._stand(Standing.FOLDING)
        fold = partial(desk.fold, batch.base, batch.next_offset, batch.records)
        folded = await self._patiently(fold, batch.alive)
        folded_at = time.monotonic()
        await self._patiently(self._commit, batch.alive)
        spent = Spent(folded_at - began, time.monotonic() - folded_at)
        self._stand(Standing.READING, next_offset=batch.next_offset)
        self._log.info(
            "batch.committed",
            base=batch.base,
            next_offset=batch.next_offset,
            records=folded.records,
            seconds=round(spent.fold + spent.commit, 4),
        )
        for day, kept in folded.limits_reached:
            self._log.warning(
                "dead_letters.limited",
                day=None if day is None else date_of(day).isoformat(),
                kept=kept,
                mend="have the senders mend their systems (api.feed_health counts what is refused of each); "
                "until the day ends what more is refused is only counted, and stays in the topic",
            )
        self._means.listener.committed(self.province, folded, spent)

    async def _commit(self) -> None:
        try:
            await self._means.desk.commit()
        except Fenced:
            self._means.listener.fenced(self.province)
            raise

    async def _patiently(
        self, call: Callable[[], Awaitable[Result]], alive: Callable[[], bool]
    ) -> Result:
        result = await patiently(call, alive=alive, away=self._away)
        if self._absence.ended():
            self._stand(Standing.FOLDING if self._claimed else Standing.CLAIMING)
        return result

    def _away(self, error: Unavailable) -> None:
        self._stand(Standing.WAITING, str(error))
        self._absence.missed(error)

    async def _contained(self, work: Coroutine[object, object, Result]) -> Result:
        """Return the work's result, or Fenced: an error that nobody decided about is a bug, and parks this province alone."""
        task = asyncio.ensure_future(work)
        try:
            await asyncio.wait({task})
        finally:
            task.cancel()
        error = task.exception()
        if error is None:
            return task.result()
        self._claimed = False
        if isinstance(error, Fenced):
            if self.health.standing is Standing.FOLDING:
                self._stand(Standing.READING)
            raise error
        bug = Bug.of(error)
        offset = self.health.next_offset
        detail = f"bug: {bug.name} in the batch from offset {offset}"
        decision = 0 if self._claim is None else self._claim.decision
        self._broken = _Broken(detail, decision)
        self._stand(Standing.PARKED, detail)
        self._log.error(
            "province.parked",
            reason="bug",
            offset=offset,
            error=bug.name,
            frames=bug.frames,
            mend="keep this line for the developers; with the mended release restart the worker, which tries again; "
            f"`tiendo release {self.province}` shows how it can go on without",
        )
        raise Fenced(f"{self.province} is parked after a {detail}")

    def _stand(
        self, standing: Standing, detail: str = "", *, next_offset: int | None = None
    ) -> None:
        kept = self.health.next_offset if next_offset is None else next_offset
        moved = (standing, kept) != (self.health.standing, self.health.next_offset)
        self.health = Health(
            standing, detail, kept, time.monotonic() if moved else self.health.moved_at
        )


class Provinces:
    """The transport's owner: each topic's partition belongs to the province that its name ends in."""

    def __init__(self, owners: Iterable[ProvinceOwner]) -> None:
        self._owners = {owner.province: owner for owner in owners}

    async def take_over(self, tp: TP, alive: Callable[[], bool]) -> int | None:
        """Claim the province; whoever has partition 0 parks it when there are others."""
        return (
            await self._owners[province_of(tp.topic)].take_over(tp.topic, alive)
            if tp.partition == 0
            else None
        )

    async def unreadable(self, tp: TP, offset: int, alive: Callable[[], bool]) -> NoReturn:
        """Park the province whose log cannot be read on."""
        await self._owners[province_of(tp.topic)].unreadable(offset, alive)

    async def handle(self, batch: Batch) -> None:
        """Fold a batch into its province."""
        await self._owners[province_of(batch.tp.topic)].handle(batch)

    def released(self, tps: Iterable[TP]) -> None:
        """Note which provinces may go to another worker."""
        for tp in tps:
            self._owners[province_of(tp.topic)].released()

    def closed(self, reasons: Mapping[str, str]) -> None:
        """Note for each province whether Kafka lets us read its topic: province -> why not."""
        for province, owner in self._owners.items():
            owner.closed(reasons.get(province))

    @property
    def health(self) -> dict[str, Health]:
        """Return how each province stands in this process."""
        return {province: owner.health for province, owner in self._owners.items()}

    def owned(self) -> list[str]:
        """Return the provinces that this process reads now."""
        return [province for province, health in self.health.items() if health.standing in OWNED]
