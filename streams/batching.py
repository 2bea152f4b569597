"""Faust transport that hands over one fetched batch of a partition at a time, read from positions that the owner of the partition holds.

At most one batch of a partition is in flight, none larger than `fetching.py` allows, and each carries the offset that it must
follow on from: whatever Faust acknowledges, no record can be skipped, and Kafka's committed offset only tells others how far the
ledger is. Fetches and seeks come one after another, from one task: records that were fetched and not delivered are sought again
before anything more of their partition is fetched.

A partition is paused from the fetch of a batch until that is durable: a slow owner holds one batch a partition and no more.
"""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Callable, Mapping
from typing import Any, ClassVar, Final, Protocol, cast

import faust
import structlog
from aiokafka.errors import (
    IllegalStateError,
    NoOffsetForPartitionError,
    OffsetOutOfRangeError,
    TopicAuthorizationFailedError,
)
from faust.transport.drivers import aiokafka as stock
from faust.types import TP, AppT, ConsumerMessage

from models.errors import Fenced
from models.topics import province_of
from streams.batch import Batch, Holding, Owner
from streams.fetching import ConsumerThread, Unreadable
from streams.log_reader import records_of

log = structlog.get_logger(__name__)

LOOK_SECONDS: Final = 0.1
"""How long a fetch is waited for; what is taken over meanwhile is read from the next on."""
PACE_SECONDS: Final = 0.06
"""A transaction of some records costs hardly less than one of a hundred: what comes within this time of a batch is the next one."""
PACED_RECORDS: Final = 500
"""A batch that is larger has others behind it: the next is fetched at once."""
NEARLY_ASSIGNED_SECONDS: Final = 0.01
"""How often a take-over looks whether the rebalance that brought the partition has ended."""
DRAIN_SECONDS: Final = 5.0
"""How long a rebalance waits for the batches in flight."""


class BatchApp(Protocol):
    """What the transport reads from the Faust app beside Faust's own settings."""

    owner: Owner
    retake_seconds: float


class BatchSchema(faust.Schema[None, Batch]):
    """Hands the batch through undecoded: the compiled handler calls what `compile` returns."""

    def compile(self, app: AppT, **_: object) -> Callable[..., Any]:
        """Return the coroutine function that makes an event of a message."""

        async def decode(message: Any, *, propagate: bool = False) -> Any:  # noqa: ANN401, ARG001 - faust's interface
            return app.create_event(None, message.value, None, message)

        return decode


class Unfiltered(dict[TP, int | None]):
    """Stands for the stock filter on offsets read before, which remembers what a later take-over must be able to read again."""

    def __getitem__(self, _key: TP) -> None:
        """Say that nothing was read yet."""


class Consumer(stock.Consumer):
    """The stock consumer with batches for messages and with the owner's positions."""

    mundane_level = "debug"

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - faust's interface
        self._holdings: dict[TP, Holding] = {}
        super().__init__(*args, **kwargs)
        self._read_offset = cast("Any", Unfiltered())

    def _new_consumer_thread(self) -> ConsumerThread:
        return ConsumerThread(self, loop=self.loop, beacon=self.beacon)

    @property
    def _fetcher_thread(self) -> ConsumerThread:
        return cast("ConsumerThread", self._thread)

    @property
    def owner(self) -> Owner:
        """Return whoever keeps the positions."""
        return cast("BatchApp", self.app).owner

    def assigned_topics(self) -> list[str]:
        """Return the topics whose order this worker is to read; none before the consumer has started."""
        if self._thread._consumer is None:  # noqa: SLF001 - Faust raises where it could say none
            return []
        return sorted(tp.topic for tp in self.assignment() if tp.partition == 0)

    def is_member(self) -> bool:
        """Return whether this worker is in its group, with no rebalance on its way."""
        return self.app.consumer_generation_id >= 0 and not self.app.rebalancing

    def holds(self, holding: Holding) -> bool:
        """Return whether a take-over is still the present one, with no rebalance on its way."""
        return (
            self._holdings.get(holding.tp) is holding
            and not self.app.rebalancing
            and not self.should_stop
        )

    # -- delivery

    async def _getmany(
        self,
        active_partitions: set[TP] | None,
        timeout: float,  # noqa: ASYNC109 - Faust's interface
    ) -> Mapping[Any, Any]:
        await self._seek_again()
        held = {tp for tp in active_partitions or () if tp in self._holdings}
        if not held:
            await asyncio.sleep(LOOK_SECONDS)
            return {}
        try:
            return cast(
                "Mapping[Any, Any]", await super()._getmany(held, min(timeout, LOOK_SECONDS))
            )
        except (OffsetOutOfRangeError, NoOffsetForPartitionError) as error:
            # The log no longer has our position: the next take-over finds out why, and parks the province.
            named = error.args[0]
            for tp in {named} if isinstance(named, tuple) else set(named):
                if tp in self._holdings:
                    self._retake(self._holdings[TP(*tp)], delay=0.0)
            return {}
        except TopicAuthorizationFailedError as error:
            # We may no longer read it: its province waits until we may, the others go on.
            (topic,) = error.args
            for closed in [one for one in self._holdings.values() if one.tp.topic == topic]:
                log.warning(
                    "topic.forbidden", topic=topic, mend="grant this user the right to read it"
                )
                self._retake(closed, delay=cast("BatchApp", self.app).retake_seconds)
            return {}
        except Unreadable as error:
            self._met_corrupt(error.tp)
            return {}

    async def getmany(self, timeout: float) -> AsyncIterator[tuple[TP, ConsumerMessage]]:  # noqa: ASYNC109 - likewise
        """Yield a message per partition with its whole batch as value."""
        fetched, _ = await self._wait_next_records(timeout)
        generation = self.app.consumer_generation_id
        for key, records in (fetched or {}).items():
            tp = TP(key.topic, key.partition)
            held = self._holdings.get(tp)
            if held is None:
                continue  # whoever takes it over has it sought
            last = records[-1]
            if not held.ready or not self._delivers(generation) or last.offset < held.next_offset:
                held.sought = False
                continue
            batch = self._next_batch(held, records)
            yield (
                tp,
                ConsumerMessage(
                    tp.topic,
                    tp.partition,
                    last.offset,
                    last.timestamp / 1000.0,
                    last.timestamp_type,
                    [],
                    b"",
                    cast("bytes", batch),
                    None,
                    0,
                    0,
                    tp,
                    generation_id=generation,
                ),
            )

    def _delivers(self, generation: int) -> bool:
        """Return whether the flow is on, and of this generation."""
        return (
            not self.should_stop
            and self.flow_active
            and generation == self.app.consumer_generation_id
        )

    async def _seek_again(self) -> None:
        """Let the fetcher go on where each batch must follow on; what is no longer assigned is taken over with the next assignment.

        Only the task that fetches may do this: a fetch that waits while another task seeks would take records from after the
        position and move it, with nobody to deliver them to.
        """
        for held in [one for one in self._holdings.values() if not one.sought]:
            try:
                await self.seek_wait({held.tp: held.next_offset})
            except IllegalStateError:
                if self._holdings.get(held.tp) is held:
                    del self._holdings[held.tp]
            else:
                held.sought = True
                if held.batch is None:
                    self._fetcher_thread.resume(held.tp)

    def _next_batch(self, held: Holding, fetched: list[Any]) -> Batch:
        base, province = held.next_offset, province_of(held.tp.topic)
        records = records_of(province, (one for one in fetched if one.offset >= base))
        held.next_offset = records[-1].offset + 1
        held.batch = Batch(held.tp, base, held.next_offset, records, held, self)
        return held.batch

    def settled(self, batch: Batch, *, durable: bool) -> None:
        """Make room for the partition's next batch, or let the partition go."""
        held = batch.holding
        held.batch = None
        if durable:
            held.durable = batch.next_offset
            self.loop.call_later(_early_by(batch), self._resume, held)
        elif self._holdings.get(batch.tp) is held and not self.should_stop:
            self._retake(held, delay=cast("BatchApp", self.app).retake_seconds)

    def _resume(self, held: Holding) -> None:
        """Have the partition's next batch fetched, if it is still this take-over's."""
        if self._holdings.get(held.tp) is held and not self.should_stop:
            self._fetcher_thread.resume(held.tp)

    # -- positions: the owner decides

    async def perform_seek(self) -> None:
        """Take every assigned partition over; Faust calls this last in each rebalance.

        Each take-over runs in a task of its own: this call is given up in silence, for ever, after the request timeout,
        and one province's locked row must not hold up the others.
        """
        self._holdings.clear()
        self._fetcher_thread.forget()
        self._fetcher_thread.pause(self.assignment())
        for tp in self.assignment():
            self._start_take_over(TP(*tp), delay=0.0)

    def _retake(self, held: Holding, *, delay: float) -> None:
        """Deliver nothing more of a partition until it is taken over again, by the next assignment or by this one."""
        del self._holdings[held.tp]
        self._start_take_over(held.tp, delay=delay)

    def _met_corrupt(self, tp: TP | None) -> None:
        """Have the partition parked whose next record is corrupt; before it is known which, have all read again."""
        if tp is None:
            for one in self._holdings.values():
                one.sought = False
        elif tp in self._holdings:
            held = self._holdings.pop(tp)
            self._fetcher_thread.pause([tp])
            self._start_take_over(tp, delay=0.0, unreadable_at=held.next_offset)

    def _start_take_over(self, tp: TP, *, delay: float, unreadable_at: int | None = None) -> None:
        generation = self.app.consumer_generation_id
        self.add_future(self._take_over(tp, generation, delay, unreadable_at))

    async def _take_over(
        self, tp: TP, generation: int, delay: float, unreadable_at: int | None
    ) -> None:
        def alive() -> bool:
            return (
                generation == self.app.consumer_generation_id
                and not self.app.rebalancing
                and not self.should_stop
            )

        retake_seconds = cast("BatchApp", self.app).retake_seconds
        while True:
            await asyncio.sleep(delay)
            if self.should_stop:
                return
            if self.app.rebalancing and generation == self.app.consumer_generation_id:
                delay = NEARLY_ASSIGNED_SECONDS  # perform_seek runs just before the flag is cleared
                continue
            if not alive():
                return
            delay = retake_seconds
            # A claim by a worker that the group has already replaced would fence the rightful owner, with no rebalance to heal it.
            if not await self._fetcher_thread.still_member(generation) or not alive():
                continue
            try:
                position = await self._position(tp, alive, unreadable_at)
            except Fenced as reason:
                unreadable_at = None
                log.debug("take_over.postponed", topic=tp.topic, reason=str(reason), seconds=delay)
                continue
            if position is None:
                return
            if alive():
                self._holdings[tp] = Holding(tp, position, position)
                return

    async def _position(
        self, tp: TP, alive: Callable[[], bool], unreadable_at: int | None
    ) -> int | None:
        """Ask the owner where to read on, or tell it first where the log is spoilt: it raises Fenced then."""
        if unreadable_at is not None:
            await self.owner.unreadable(tp, unreadable_at, alive)
        return await self.owner.take_over(tp, alive)

    # -- Kafka's committed offset: what is durable

    def _new_offset(self, tp: TP) -> int | None:
        self._acked[tp].clear()
        self._acked_index[tp].clear()
        held = self._holdings.get(tp)
        return None if held is None else held.durable

    async def drain(self, seconds: float) -> None:
        """Deliver nothing more, let the batches that were started finish, and tell Kafka how far that is."""
        self.stop_flow()
        self.app.flow_control.suspend()
        self.app.flow_control.clear()
        batches = [
            held.batch
            for held in self._holdings.values()
            if held.batch is not None and held.batch.started
        ]
        if batches:
            await asyncio.wait(
                [asyncio.ensure_future(batch.finished.wait()) for batch in batches], timeout=seconds
            )
        offsets = {
            tp: held.durable
            for tp, held in self._holdings.items()
            if self._should_commit(tp, held.durable)
        }
        if offsets:
            with contextlib.suppress(asyncio.TimeoutError):  # it only informs
                await asyncio.wait_for(self._commit_offsets(offsets), seconds)

    async def on_partitions_revoked(self, revoked: set[TP]) -> None:
        """Drain before the stock code drops what it knows of the partitions."""
        await self.drain(DRAIN_SECONDS)
        self._holdings.clear()
        self.owner.released(revoked)
        await super().on_partitions_revoked(revoked)


def _early_by(batch: Batch) -> float:
    """Return the seconds until the next batch may be fetched, 0 where it will be a large one."""
    paced = len(batch.records) <= PACED_RECORDS
    return max(batch.fetched_at + PACE_SECONDS - time.monotonic(), 0.0) if paced else 0.0


class Transport(stock.Transport):
    """Registered as `batch://` by the entry point group `faust.transports`."""

    Consumer: ClassVar[type[stock.Consumer]] = Consumer
