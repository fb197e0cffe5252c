"""A network to PostgreSQL that can drop every packet and close nothing."""

import asyncio
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, contextmanager, suppress

from psycopg.conninfo import conninfo_to_dict, make_conninfo

CHUNK_BYTES = 65536


class NetworkProxy:
    """Forwards connections; those of a silent time stay silent for ever, as after a failover."""

    def __init__(self, target: str) -> None:
        self._target = target
        self._connections: set[asyncio.Event] = set()
        self._is_blackholed = False

    @contextmanager
    def blackholed(self) -> Generator[None]:
        self._is_blackholed = True
        self.blackhole_connections()
        try:
            yield
        finally:
            self._is_blackholed = False

    def blackhole_connections(self) -> None:
        """Let nothing pass on what is connected now."""
        for is_forwarding in self._connections:
            is_forwarding.clear()

    async def forward(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        is_forwarding = asyncio.Event()
        self._connections.add(is_forwarding)
        if not self._is_blackholed:
            is_forwarding.set()
        target_reader, target_writer = await asyncio.open_unix_connection(self._target)
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(_copy(reader, target_writer, is_forwarding))
                group.create_task(_copy(target_reader, writer, is_forwarding))
        finally:
            writer.close()
            target_writer.close()


async def _copy(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, is_forwarding: asyncio.Event
) -> None:
    with suppress(ConnectionError):
        while data := await reader.read(CHUNK_BYTES):
            await is_forwarding.wait()
            writer.write(data)
            await writer.drain()
        if is_forwarding.is_set():
            writer.close()


@asynccontextmanager
async def proxy_to(url: str) -> AsyncGenerator[tuple[NetworkProxy, str]]:
    """Stand between callers and a server on a Unix socket; yields where it answers."""
    parameters = conninfo_to_dict(url)
    network = NetworkProxy(f"{parameters['host']}/.s.PGSQL.{parameters['port']}")
    running: set[asyncio.Task[None]] = set()

    def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        running.add(asyncio.create_task(network.forward(reader, writer)))

    server = await asyncio.start_server(accept, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    try:
        yield network, make_conninfo(url, host="127.0.0.1", port=port, sslmode="disable")
    finally:
        server.close()
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)
