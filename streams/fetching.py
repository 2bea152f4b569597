"""The thread that fetches: the stock one, which pauses what it hands over, and hands over no more of a partition than a batch may hold.

aiokafka would fetch on at once: the first record that comes, alone, for which it then keeps all partitions waiting. What is
paused until its batch is durable comes together, and no buffer holds up a neighbour.

A fetch is bounded where it is packed, and may unpack to many times as much. So it is unpacked portion by portion until a batch is
full; what is left of it stays with aiokafka as it came, and nothing more of the partition is fetched before that is taken.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import Any, Final

from aiokafka import TopicPartition
from aiokafka.coordinator.assignors.roundrobin import RoundRobinPartitionAssignor
from aiokafka.errors import CorruptRecordException, IllegalStateError, KafkaError
from faust.exceptions import ImproperlyConfigured
from faust.transport.drivers import aiokafka as stock
from faust.types import TP

FETCH_WAIT_MS: Final = 20
"""How long a broker may hold a fetch that has no records. One is on its way at a time: a partition that goes on waits for its end."""
BATCH_RECORDS: Final = 40_000
"""Most records of a batch, give or take a portion: small ones cost more than their bytes. Twice what a fetch of usual events has."""
FIRST_RECORDS: Final = 2_000
"""Most records of a partition's first batch: each that is full lets the next have `GROWTH` times as many.

Were the first ones large, the desk of the last partition would wait until those of all others were unpacked.
"""
GROWTH: Final = 4
PORTION_RECORDS: Final = 100
"""Records that are unpacked at once; by so many a batch may outgrow its bounds."""
CAREFUL_SECONDS: Final = 0.2
"""How long each partition is waited for while a corrupt record is looked for."""
_NOBODY: Final = TP("", 0)
"""aiokafka takes an empty set of partitions for all of them."""


class Unreadable(Exception):  # noqa: N818 - named for what was found
    """The next records of a partition do not agree with their own checksum; None: of one of them.

    What was fetched of the others then is gone, with their positions moved: they must be sought again.
    """

    def __init__(self, tp: TP | None) -> None:
        super().__init__(
            f"the next records of {'some partition' if tp is None else tp.topic} are corrupt"
        )
        self.tp = tp


class ConsumerThread(stock.AIOKafkaConsumerThread):
    """The stock consumer thread, reading committed records only, and no more of a partition than makes a batch."""

    mundane_level = "debug"

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - Faust's interface
        self._awake = {_NOBODY}
        """What is handed over as it comes. Changed in the thread only, also while a fetch is waited for."""
        self._most_records: dict[TP, int] = {}
        """How many records the next batch may have, of partitions whose first one was full."""
        self._careful = False
        """Whether a fetch met a corrupt record of some partition: it is looked for one partition and one record at a time."""
        self._corrupt: TP | None = None
        """Where it was found, while what was fetched of others before is on its way."""
        super().__init__(*args, **kwargs)

    def _create_worker_consumer(self, transport: stock.Transport) -> Any:  # noqa: ANN401 - aiokafka is untyped
        consumer = super()._create_worker_consumer(transport)
        if self._assignor is not RoundRobinPartitionAssignor:
            message = "Faust's own assignor would give partition 0 of every topic to one worker: use no table and no standby"
            raise ImproperlyConfigured(message)
        consumer._isolation_level = "read_committed"  # noqa: SLF001 - Faust offers it only with its transactions
        consumer._fetch_max_wait_ms = FETCH_WAIT_MS  # noqa: SLF001 - Faust says 1500 to all
        return consumer

    async def still_member(self, generation: int) -> bool:
        """Ask the group itself, by a heartbeat, whether it still knows this worker in this generation."""
        coordinator = self._ensure_consumer()._coordinator  # noqa: SLF001 - aiokafka has no public heartbeat
        asked = asyncio.run_coroutine_threadsafe(coordinator._do_heartbeat(), self.thread_loop)  # noqa: SLF001
        # Not through the thread's method queue: its two workers must stay free for fetch and seek while the broker is away.
        return bool(await asyncio.wrap_future(asked)) and coordinator.generation == generation

    def forget(self) -> None:
        """Begin anew: what was assigned is no longer what is."""
        self._most_records.clear()
        self._careful, self._corrupt = False, None

    def pause(self, tps: Iterable[TP]) -> None:
        """Hand over nothing of these partitions before they are resumed."""
        self.thread_loop.call_soon_threadsafe(self._pause, self._ensure_consumer(), set(tps))

    def resume(self, tp: TP) -> None:
        """Hand a partition over again, if it is still ours."""
        self.thread_loop.call_soon_threadsafe(self._resume, self._ensure_consumer(), tp)

    def _pause(self, consumer: Any, tps: Iterable[TP]) -> None:  # noqa: ANN401 - aiokafka is untyped
        self._awake.difference_update(tps)
        for tp in tps:
            with contextlib.suppress(IllegalStateError):  # no longer assigned
                consumer.pause(TopicPartition(*tp))

    def _resume(self, consumer: Any, tp: TP) -> None:  # noqa: ANN401 - likewise
        with contextlib.suppress(IllegalStateError):
            consumer.resume(TopicPartition(*tp))
            self._awake.add(tp)
            fetcher = consumer._fetcher  # noqa: SLF001 - what is left of a fetch wakes nobody
            for waiter in fetcher._fetch_waiters:  # noqa: SLF001
                fetcher._notify(waiter)  # noqa: SLF001

    async def _fetch_records(
        self,
        consumer: Any,  # noqa: ANN401 - aiokafka is untyped
        active_partitions: set[TP],  # noqa: ARG002 - those awake now, and those that wake meanwhile
        timeout: float | None = None,  # noqa: ASYNC109 - Faust's interface
        max_records: int | None = None,  # noqa: ARG002 - a batch has bounds of its own
    ) -> Mapping[TP, list[Any]]:
        stock_fetch = super()._fetch_records
        fetch = partial(stock_fetch, consumer)
        portion = 1 if self._careful else PORTION_RECORDS
        try:
            fetched = (
                await self._look_for_corrupt(fetch)
                if self._careful
                else await fetch(self._awake, timeout, portion)
            )
        except CorruptRecordException as error:
            # It does not say of which partition, and what stands before it in the same portion is whole.
            self._careful = True
            raise Unreadable(None) from error

        async def more(tp: TP) -> Sequence[Any]:
            found = await fetch({tp}, 0.0, portion)
            return found.get(tp, ())

        for tp, batch in fetched.items():
            most = self._most_records.get(tp, FIRST_RECORDS)
            await fill(batch, partial(more, tp), self.app.conf.consumer_max_fetch_size, most)
            if len(batch) >= most:
                self._most_records[tp] = min(most * GROWTH, BATCH_RECORDS)
        # Nothing was waited for since: the fetcher's task has not run.
        self._pause(consumer, fetched)
        return fetched

    async def _look_for_corrupt(
        self, fetch: Callable[[set[TP], float, int], Awaitable[Mapping[TP, list[Any]]]]
    ) -> dict[TP, list[Any]]:
        """Fetch a record of each partition, or raise Unreadable for the one whose next record is corrupt."""
        fetched: dict[TP, list[Any]] = {}
        if self._corrupt is None:
            for tp in sorted(self._awake - {_NOBODY}):
                try:
                    fetched |= await fetch({tp}, CAREFUL_SECONDS, 1)
                except CorruptRecordException:
                    self._corrupt = tp
                    break
        if self._corrupt is None or fetched:
            return fetched
        found, self._corrupt, self._careful = self._corrupt, None, False
        raise Unreadable(found)


async def fill(
    batch: list[Any],
    more: Callable[[], Awaitable[Sequence[Any]]],
    most_bytes: int,
    most_records: int,
) -> None:
    """Add portions to a batch until it weighs `most_bytes`, has `most_records`, or nothing more of the partition is here.

    An error that a portion meets is left to the next fetch, which meets it again: to raise it would skip what the batch has.
    """
    size = _bytes(batch)
    while size < most_bytes and len(batch) < most_records:
        try:
            portion = await more()
        except KafkaError:
            return
        if not portion:
            return
        batch.extend(portion)
        size += _bytes(portion)


def _bytes(records: Iterable[Any]) -> int:
    """Return what records weigh: their keys, values and headers."""
    size = 0
    for one in records:
        size += one.serialized_key_size + one.serialized_value_size
        for name, value in one.headers:
            size += len(name) + len(value or b"")
    return size
