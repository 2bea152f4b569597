"""A batch of records on its way from the transport to the owner of its partition, and what each needs of the other.

A batch carries the offset that it must follow on from: the owner compares with that one, never with its first record's.
"""

import asyncio
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import NoReturn, Protocol

import structlog
from faust.types import TP

from models.errors import Fenced
from models.facts import Record
from models.topics import province_of

log = structlog.get_logger(__name__)


@dataclass(eq=False, slots=True)
class Batch:
    """Records of one partition, all of `base <= offset < next_offset`; the gaps between them are legal."""

    tp: TP
    base: int
    next_offset: int
    records: list[Record]
    holding: "Holding"
    delivery: "Delivery"
    fetched_at: float = field(default_factory=time.monotonic)
    started: bool = False
    finished: asyncio.Event = field(default_factory=asyncio.Event)

    def alive(self) -> bool:
        """Return False once the partition may have gone to another worker: stop trying, give it up."""
        return self.delivery.holds(self.holding)

    async def settle(self) -> None:
        """Let the owner handle the batch: returning means durable, Fenced means that the partition was let go."""
        self.started = True
        durable = False
        try:
            await self.delivery.owner.handle(self)
            durable = True
        except Fenced as reason:
            log.warning(
                "batch.dropped",
                province=province_of(self.tp.topic),
                base=self.base,
                reason=str(reason),
                mend="nothing: whoever owns the province folds these records",
            )
        finally:
            self.finished.set()
            self.delivery.settled(self, durable=durable)


@dataclass(eq=False, slots=True)
class Holding:
    """One take-over of a partition, from the position that the owner named until the next rebalance or Fenced."""

    tp: TP
    next_offset: int
    """What the next batch begins with."""
    durable: int
    """What is committed up to."""
    batch: Batch | None = None
    sought: bool = False
    """Whether the next fetch goes on at `next_offset`."""

    @property
    def ready(self) -> bool:
        """Whether what is fetched now follows on from what was delivered, and may be delivered."""
        return self.sought and self.batch is None


class Owner(Protocol):
    """What the transport needs of whoever keeps the positions."""

    async def take_over(self, tp: TP, alive: Callable[[], bool]) -> int | None:
        """Fence former owners and return the offset to read from; None: this process is not to read it; Fenced: ask again later."""

    async def unreadable(self, tp: TP, offset: int, alive: Callable[[], bool]) -> NoReturn:
        """Learn that what the log holds from `offset` on is spoilt; Fenced lets the partition go."""

    async def handle(self, batch: Batch) -> None:
        """Make a batch durable; Fenced lets the partition go."""

    def released(self, tps: Iterable[TP]) -> None:
        """Learn that a rebalance took these partitions away, perhaps to come back at once."""


class Delivery(Protocol):
    """What a batch needs of the consumer that made it."""

    @property
    def owner(self) -> Owner:
        """Return whoever keeps the positions."""

    def holds(self, holding: Holding) -> bool:
        """Return whether a take-over is still the present one, with no rebalance on its way."""

    def settled(self, batch: Batch, *, durable: bool) -> None:
        """Make room for the partition's next batch, or let the partition go."""
