"""A network to PostgreSQL that can drop every packet and close nothing."""

import asyncio
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, contextmanager, suppress

from psycopg.conninfo import conninfo_to_dict, make_conninfo

CHUNK_BYTES = 65536


class Network:
    """Forwards connections; those of a silent time stay silent for ever, as after a failover."""

    def __init__(self, target: str) -> None:
        self._target = target
        self._flows: set[asyncio.Event] = set()
        self._is_silent = False

    @contextmanager
    def silent(self) -> Generator[None]:
        self._is_silent = True
        self.lose_connections()
        try:
            yield
        finally:
            self._is_silent = False

    def lose_connections(self) -> None:
        """Let nothing pass on what is connected now."""
        for flowing in self._flows:
            flowing.clear()

    async def forward(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        flowing = asyncio.Event()
        self._flows.add(flowing)
        if not self._is_silent:
            flowing.set()
        far_reader, far_writer = await asyncio.open_unix_connection(self._target)
        try:
            async with asyncio.TaskGroup() as both:
                both.create_task(_pump(reader, far_writer, flowing))
                both.create_task(_pump(far_reader, writer, flowing))
        finally:
            writer.close()
            far_writer.close()


async def _pump(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, flowing: asyncio.Event
) -> None:
    with suppress(ConnectionError):
        while data := await reader.read(CHUNK_BYTES):
            await flowing.wait()
            writer.write(data)
            await writer.drain()
        if flowing.is_set():
            writer.close()


@asynccontextmanager
async def network_to(url: str) -> AsyncGenerator[tuple[Network, str]]:
    """Stand between callers and a server on a Unix socket; yields where it answers."""
    given = conninfo_to_dict(url)
    network = Network(f"{given['host']}/.s.PGSQL.{given['port']}")
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
