"""A worker's endpoint: /metrics for Prometheus, /healthz for who restarts it, /readyz for who waits for it.

It answers from a thread and a loop of its own, and reads only what the worker's loop has left for it: no answer waits for a
fold, for Kafka or for Postgres, and no question holds up a batch.
"""

import asyncio
import contextlib
import socket
import threading
from collections.abc import Callable, Iterator
from typing import Final

import uvicorn
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from models.errors import UsageError
from streams.vitals import Report, Vitals

END_SECONDS: Final = 2.0
"""How long an answer that is being given may take once the worker ends."""


def application(vitals: Vitals, registry: CollectorRegistry) -> Starlette:
    """Return what answers; 200 is yes, 503 is no, and the body says why."""

    async def metrics(_request: Request) -> Response:
        return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)

    def judged(ask: Callable[[], tuple[bool, Report]]) -> Callable[[Request], object]:
        async def answer(_request: Request) -> Response:
            good, report = ask()
            body = {"status": "ok" if good else "unavailable", **report}
            return JSONResponse(body, status_code=200 if good else 503)

        return answer

    return Starlette(
        routes=[
            Route("/metrics", metrics),
            Route("/healthz", judged(vitals.alive)),
            Route("/readyz", judged(vitals.ready)),
        ]
    )


@contextlib.contextmanager
def served(app: Starlette, host: str, port: int) -> Iterator[int]:
    """Answer on `host`:`port` (0: a free one) for the length of a block; the block is given the port.

    Raises:
        UsageError: the address is not free, or none of this machine's.
    """
    try:
        listening = socket.create_server((host, port), backlog=64)
    except OSError as error:
        raise UsageError(
            f"the worker cannot answer on {host}:{port} ({error.strerror}): "
            "set TIENDO_HTTP_PORT to a free port and TIENDO_HTTP_HOST to an address of this machine"
        ) from error
    server = uvicorn.Server(
        uvicorn.Config(
            app, log_config=None, access_log=False, lifespan="off", loop="asyncio", ws="none"
        )
    )
    thread = threading.Thread(
        target=lambda: asyncio.run(server.serve([listening])), name="tiendo http", daemon=True
    )
    thread.start()
    try:
        yield int(listening.getsockname()[1])
    finally:
        server.should_exit = True
        thread.join(END_SECONDS)
        listening.close()
