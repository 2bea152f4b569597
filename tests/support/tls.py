"""TLS in front of a Postgres at a Unix socket, whose build has none: asked for it as libpq asks, with a certificate of the test's."""

import asyncio
import re
import socket
import ssl
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from tests.support.certificates import Authority

_SSL_REQUEST = struct.pack("!ii", 8, 80_877_103)


class TlsProxy:
    """Accepts clients at 127.0.0.1; `refused` counts those that did not ask for TLS."""

    def __init__(self, server: Path, certificate: Path) -> None:
        self._server = server
        self._context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        self._context.load_cert_chain(certificate)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._listener.settimeout(0.0)
        self.port: int = self._listener.getsockname()[1]
        self.encrypted = 0
        self.refused = 0

    async def run(self) -> None:
        """Serve until cancelled."""
        loop = asyncio.get_running_loop()
        with self._listener:
            async with asyncio.TaskGroup() as clients:
                while True:
                    client, _ = await loop.sock_accept(self._listener)
                    clients.create_task(self._serve(client))

    async def _serve(self, client: socket.socket) -> None:
        """Carry one client's traffic until either side ends."""
        loop = asyncio.get_running_loop()
        if await loop.sock_recv(client, len(_SSL_REQUEST)) != _SSL_REQUEST:
            self.refused += 1
            client.close()
            return
        await loop.sock_sendall(client, b"S")
        reader = asyncio.StreamReader()
        protocol = asyncio.StreamReaderProtocol(reader)
        with suppress(OSError):  # also of a client that does not trust us
            transport, _ = await loop.connect_accepted_socket(
                lambda: protocol, client, ssl=self._context
            )
            self.encrypted += 1
            writer = asyncio.StreamWriter(transport, protocol, reader, loop)
            inner, outer = await asyncio.open_unix_connection(str(self._server))
            ways = [
                asyncio.ensure_future(_copy(*way)) for way in ((reader, outer), (inner, writer))
            ]
            try:
                await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
            finally:
                for way in ways:
                    way.cancel()
                outer.close()
                writer.close()


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(65_536):
        writer.write(data)
        await writer.drain()


@asynccontextmanager
async def tls_before(server_uri: str, authority: Authority) -> AsyncIterator[TlsProxy]:
    """Run a proxy before the server at `server_uri` for the length of a block."""
    match = re.search(r"host=([^&]+)", server_uri)
    assert match is not None, "the proxy is made for a server at a Unix socket"
    proxy = TlsProxy(Path(match[1]) / ".s.PGSQL.5432", authority.sign("postgres"))
    serving = asyncio.create_task(proxy.run())
    try:
        yield proxy
    finally:
        serving.cancel()
        await asyncio.wait([serving])
