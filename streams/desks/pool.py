"""Desks in processes beside the worker, so that provinces fold on several cores: which province is where, and calls across.

A process that ends by itself ends the worker: what it held is only a cache, and a restart loads it again.
"""

import asyncio
import contextlib
import itertools
from collections.abc import AsyncIterator, Callable, Sequence
from multiprocessing.context import ForkProcess
from typing import Final, Protocol, TypeVar

from models.errors import Fenced, Inconsistent, TiendoError, Unavailable
from models.facts import Record
from sinks.postgres.ledger import Claim
from streams.collection import Collection
from streams.desks.calls import (
    REPLIES,
    AnyCall,
    AnyReply,
    Applied,
    Away,
    Broke,
    Call,
    CommitCall,
    Contradicted,
    Done,
    Ends,
    FoldCall,
    LoadCall,
    Refused,
    UpgradeCall,
    Upgraded,
)
from streams.desks.desk import Bug, Folded
from streams.desks.process import Forked

Answer = TypeVar("Answer", bound=AnyReply)

END_SECONDS: Final = 5.0
"""How long a process may take to end once its worker has let it go."""


class DeskLost(TiendoError):  # noqa: N818 - named for what happened
    """A desk process ended by itself; the worker cannot go on."""


class Child(Protocol):
    """What is needed of a process that was started."""

    async def wait(self) -> int:
        """Return its status once it has ended."""

    def kill(self) -> None:
        """End it at once."""


class Running:
    """A process that was forked, for those who wait for its end."""

    def __init__(self, process: ForkProcess) -> None:
        self._process = process
        self._over = asyncio.Event()
        asyncio.get_running_loop().add_reader(process.sentinel, self._end)

    def _end(self) -> None:
        asyncio.get_running_loop().remove_reader(self._process.sentinel)
        self._over.set()

    async def wait(self) -> int:
        """Return its status once it has ended: a signal's number is negative."""
        await self._over.wait()
        self._process.join()
        return self._process.exitcode or 0

    def kill(self) -> None:
        """End it at once."""
        self._process.kill()


class DeskProcess:
    """One process with desks, as its worker sees it."""

    def __init__(self, process: Child, ends: Ends) -> None:
        self._process = process
        self._ends = ends
        self._numbers = itertools.count()
        self._waiting: dict[int, asyncio.Future[AnyReply]] = {}
        self._hearing = asyncio.ensure_future(self._hear())
        self.provinces: set[str] = set()
        """Those whose desk is here."""

    @classmethod
    async def of(cls, forked: Forked) -> "DeskProcess":
        """Return a process that was forked."""
        return cls(Running(forked.process), Ends(*await asyncio.open_connection(sock=forked.line)))

    async def call(self, province: str, what: AnyCall) -> AnyReply:
        """Return what came of a call; raises what the desk raised."""
        number = next(self._numbers)
        answer: asyncio.Future[AnyReply] = asyncio.get_running_loop().create_future()
        if self._hearing.done():
            raise Fenced(f"the process that folds {province} has ended")
        self._waiting[number] = answer
        try:
            with contextlib.suppress(OSError):  # `_hear` learns of it too
                await self._ends.send(Call(number, province, what))
            reply = await answer
        finally:
            self._waiting.pop(number, None)
        match reply:
            case Refused(text):
                raise Fenced(text)
            case Away(text):
                raise Unavailable(text)
            case Contradicted(text):
                raise Inconsistent(text)
            case Broke(name, frames):
                raise Bug(name, frames)
        return reply

    async def _hear(self) -> None:
        """Hand replies to whoever waits for them, until the process is gone."""
        while (reply := await self._ends.receive(REPLIES)) is not None:
            waiting = self._waiting.get(reply.number)
            if waiting is not None and not waiting.done():
                waiting.set_result(reply.what)
        for waiting in self._waiting.values():
            if not waiting.done():
                waiting.set_exception(Fenced("the process that folds the province has ended"))

    async def ended(self) -> None:
        """Raise DeskLost once the process has ended."""
        status = await self._process.wait()
        raise DeskLost(
            f"the process that folds {', '.join(sorted(self.provinces)) or 'no province'} "
            f"ended with status {status}; a restart of the worker goes on from what is committed"
        )

    async def close(self) -> None:
        """Let the process end, and make sure that it does."""
        self._ends.close()
        try:
            await asyncio.wait_for(self._process.wait(), END_SECONDS)
        except TimeoutError:
            self._process.kill()
            await self._process.wait()
        await self._hearing


class DeskPool:
    """The desk processes of a worker; a province goes to the one with the fewest and stays there."""

    def __init__(self, processes: Sequence[DeskProcess]) -> None:
        self._processes = processes
        self._collection = Collection()

    def desk(self, province: str) -> "RemoteDesk":
        """Return the desk of a province in one of the processes."""
        return RemoteDesk(province, self._place, self._collection)

    def _place(self, province: str) -> DeskProcess:
        process = next(
            (one for one in self._processes if province in one.provinces),
            min(self._processes, key=lambda one: len(one.provinces)),
        )
        process.provinces.add(province)
        return process

    async def ended(self) -> None:
        """Raise DeskLost when a process has ended by itself."""
        ends = [asyncio.ensure_future(process.ended()) for process in self._processes]
        try:
            await asyncio.gather(*ends)
        finally:
            for end in ends:
                end.cancel()


@contextlib.asynccontextmanager
async def desk_pool(forked: Sequence[Forked]) -> AsyncIterator[DeskPool]:
    """Work with desk processes for the length of a block, and let them end."""
    processes = [await DeskProcess.of(one) for one in forked]
    try:
        yield DeskPool(processes)
    finally:
        await asyncio.gather(*(process.close() for process in processes))


class RemoteDesk:
    """A desk in another process; it is placed when its province is first owned, so that those which are owned spread evenly."""

    def __init__(
        self, province: str, place: Callable[[str], DeskProcess], collection: Collection
    ) -> None:
        self._province = province
        self._place = place
        self._collection = collection

    async def upgrade(self, claim: Claim) -> int | None:
        """Go a step towards rows of this version; return how many subjects are done, None when all is."""
        call = UpgradeCall(claim.epoch, claim.mark, claim.upgrade_from or "")
        return (await self._call(call, Upgraded)).subjects

    async def load(self, claim: Claim) -> None:
        """Read the book that a claim found; the one at hand stays if nobody was in between."""
        await self._call(LoadCall(claim.epoch, claim.mark), Done)

    async def fold(self, base: int, next_offset: int, records: Sequence[Record]) -> Folded:
        """Fold the records after offset `base` and keep what is to be written."""
        return (await self._call(FoldCall(base, next_offset, list(records)), Applied)).folded

    async def commit(self) -> None:
        """Write what was folded, all or nothing."""
        await self._call(CommitCall(), Done)
        self._collection.between_batches()

    async def _call(self, what: AnyCall, expected: type[Answer]) -> Answer:
        answer = await self._place(self._province).call(self._province, what)
        if not isinstance(answer, expected):
            raise TypeError(f"{type(what).__name__} was answered by {type(answer).__name__}")
        return answer
