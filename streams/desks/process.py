"""A process that keeps some provinces' desks for the worker that started it: `python -m streams.desks.process FD`.

It ends when its worker does, whatever way that happens: what was not committed is void, and the next claim fences what still is on its way.
"""

import asyncio
import os
import signal
import socket
import sys

import uvloop

from models.catalogue import load_catalogue
from models.errors import Fenced, Inconsistent, Unavailable
from sinks.postgres.ledger import Claim, Ledger
from streams import logs
from streams.collection import Collection
from streams.desks.calls import (
    BEGINS,
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
from streams.desks.desk import Bug, Desk, Desks, LocalDesks, restoring
from streams.desks.upgrading import upgrading_to


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


async def _serve(descriptor: int) -> None:
    ends = Ends(*await asyncio.open_connection(sock=socket.socket(fileno=descriptor)))
    begin = await ends.receive(BEGINS)
    if begin is None:
        return
    logs.configure(level=begin.log_level, json=begin.log_json)
    catalogue = load_catalogue()
    ledger = Ledger(begin.dsn, catalogue.engine_version)
    with Collection().governed():
        desks = LocalDesks(ledger, restoring(catalogue), upgrading_to(catalogue, begin.dsn))
        await DeskServer(desks, ends).serve()
    # A fold may still run in its thread: nobody waits for it any more.
    os._exit(0)


def main(arguments: list[str]) -> None:
    """Serve on an inherited socket until its other end closes."""
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, signal.SIG_IGN)  # a terminal asks the whole group; the worker decides
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_serve(int(arguments[0])))


if __name__ == "__main__":
    main(sys.argv[1:])
