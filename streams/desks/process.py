"""A process that keeps some provinces' desks for the worker that it was forked from, with the catalogue which that had read.

It ends when its worker does, whatever way that happens: what was not committed is void, and the next claim fences what still is on its way.
"""

import asyncio
import contextlib
import gc
import multiprocessing
import os
import signal
import socket
from collections.abc import Iterator, Sequence
from multiprocessing.context import ForkProcess
from typing import Final, NamedTuple, NoReturn

import uvloop

from models.catalogue import Catalogue
from models.errors import Fenced, Inconsistent, Unavailable
from sinks.postgres.ledger import Claim, Ledger
from streams.collection import Collection
from streams.desks.calls import (
    CALLS,
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
    Reply,
    UpgradeCall,
    Upgraded,
)
from streams.desks.desk import Bug, Desk, Desks, LocalDesks, Restore, restoring
from streams.desks.upgrading import upgrading_to

_STOPS: Final = (signal.SIGTERM, signal.SIGINT)


class DeskServer:
    """Answers the calls of one worker; those of one province one after another."""

    def __init__(self, desks: Desks, ends: Ends) -> None:
        self._desks = desks
        self._ends = ends
        self._of: dict[str, tuple[Desk, asyncio.Lock]] = {}
        self._running: set[asyncio.Task[None]] = set()

    async def serve(self) -> None:
        """Answer until the worker is gone."""
        while (call := await self._ends.receive(CALLS)) is not None:
            running = asyncio.create_task(self._answer(call))
            self._running.add(running)
            running.add_done_callback(self._running.discard)

    async def _answer(self, call: Call) -> None:
        if call.province not in self._of:
            self._of[call.province] = (self._desks.desk(call.province), asyncio.Lock())
        desk, turn = self._of[call.province]
        async with turn:  # the worker may have given a call up that still runs
            what = await _outcome(desk, call)
        await self._ends.send(Reply(call.number, what))


async def _outcome(desk: Desk, call: Call) -> AnyReply:
    try:
        return await _called(desk, call)
    except Fenced as refusal:
        return Refused(str(refusal))
    except Unavailable as absence:
        return Away(str(absence))
    except Inconsistent as contradiction:
        return Contradicted(str(contradiction))
    except Exception as error:  # noqa: BLE001 - the worker decides, and parks the province
        bug = Bug.of(error)
        return Broke(bug.name, bug.frames)


async def _called(desk: Desk, call: Call) -> AnyReply:
    match call.what:
        case UpgradeCall(epoch, mark, before):
            return Upgraded(await desk.upgrade(Claim(call.province, epoch, mark, before)))
        case LoadCall(epoch, mark):
            await desk.load(Claim(call.province, epoch, mark))
        case FoldCall(base, next_offset, records):
            return Applied(await desk.fold(base, next_offset, records))
        case CommitCall():
            await desk.commit()
    return Done()


class Work(NamedTuple):
    """What desk processes work with, read once before they are forked."""

    dsn: str
    catalogue: Catalogue
    restore: Restore


class Forked(NamedTuple):
    """A desk process, and the worker's end of the line to it."""

    process: ForkProcess
    line: socket.socket


@contextlib.contextmanager
def desks_forked(count: int, catalogue: Catalogue, dsn: str) -> Iterator[Sequence[Forked]]:
    """Fork `count` desk processes; they end with the block.

    Call it while this process has one thread and no event loop: a fork copies neither. All share the pages of the catalogue.
    """
    lines = [socket.socketpair() for _ in range(count)]
    work = Work(dsn, catalogue, restoring(catalogue))
    gc.freeze()  # a collection would write to every object's page, which copies it
    forked: list[Forked] = []
    signal.pthread_sigmask(signal.SIG_BLOCK, _STOPS)
    try:
        for number, (ours, theirs) in enumerate(lines):
            process = multiprocessing.get_context("fork").Process(
                target=_run, args=(lines, number, work), name=f"tiendo desk {number}"
            )
            process.start()
            theirs.close()
            forked.append(Forked(process, ours))
    finally:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, _STOPS)
    try:
        yield forked
    finally:
        for desk in forked:
            desk.line.close()


def _run(lines: list[tuple[socket.socket, socket.socket]], number: int, work: Work) -> NoReturn:
    """Serve on one of the lines until its other end closes."""
    for stop in _STOPS:
        signal.signal(stop, signal.SIG_IGN)  # a terminal asks the whole group; the worker decides
    signal.pthread_sigmask(signal.SIG_UNBLOCK, _STOPS)
    for other, (ours, theirs) in enumerate(lines):
        ours.close()  # held open here, it would hide the worker's end from the process at the other end
        if other != number:
            theirs.close()
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_serve(lines[number][1], work))
    # A fold may still run in its thread: nobody waits for it any more.
    os._exit(0)


async def _serve(line: socket.socket, work: Work) -> None:
    ends = Ends(*await asyncio.open_connection(sock=line))
    ledger = Ledger(work.dsn, work.catalogue.engine_version)
    with Collection().governed():
        desks = LocalDesks(ledger, work.restore, upgrading_to(work.catalogue, work.dsn))
        await DeskServer(desks, ends).serve()
