"""A stand-in for a bad network: passes a client's traffic to Postgres and cuts the line at a COMMIT when told to."""

import asyncio
import re
import shutil
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from enum import StrEnum
from pathlib import Path

_SOCKET = ".s.PGSQL.5432"


class Cut(StrEnum):
    """Where the line is cut at the next COMMIT."""

    NEVER = "never"
    BEFORE = "before"
    """The server never sees the COMMIT."""
    AFTER = "after"
    """The server commits; its reply is lost."""


class CuttingProxy:
    """Accepts clients at `uri`; `cut` applies to one COMMIT and is then back at NEVER."""

    def __init__(self, directory: Path, server_uri: str) -> None:
        self.cut = Cut.NEVER
        self.cuts_made = 0
        match = re.search(r"host=([^&]+)", server_uri)
        if match is None:
            message = "the proxy is made for a server at a Unix socket"
            raise ValueError(message)
        self._server = Path(match[1]) / _SOCKET
        self.socket = directory / _SOCKET
        self.uri = server_uri.replace(match[0], f"host={directory}")

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Carry one client's traffic until either side ends, or the line is cut."""
        upstream_reader, upstream_writer = await asyncio.open_unix_connection(str(self._server))
        back = asyncio.create_task(_copy(upstream_reader, writer))
        try:
            while data := await reader.read(65_536):
                if b"COMMIT" in data and self.cut is not Cut.NEVER:
                    cut, self.cut = self.cut, Cut.NEVER
                    self.cuts_made += 1
                    if cut is Cut.AFTER:
                        back.cancel()
                        await asyncio.wait([back])
                        upstream_writer.write(data)
                        await upstream_reader.read(1)
                    break
                upstream_writer.write(data)
                await upstream_writer.drain()
        finally:
            back.cancel()
            upstream_writer.close()
            writer.transport.abort()


@asynccontextmanager
async def cutting_proxy(server_uri: str) -> AsyncIterator[CuttingProxy]:
    """Run the proxy for one test."""
    directory = Path(tempfile.mkdtemp(prefix="tiendo-proxy-"))
    try:
        proxy = CuttingProxy(directory, server_uri)
        server = await asyncio.start_unix_server(proxy.serve, str(proxy.socket))
        try:
            yield proxy
        finally:
            server.close()
    finally:
        shutil.rmtree(directory)


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(65_536):
        writer.write(data)
        await writer.drain()
    writer.close()
