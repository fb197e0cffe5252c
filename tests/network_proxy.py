"""A proxy before PostgreSQL that can drop all traffic and keep every connection open.

As a program: `python tests/network_proxy.py PORT SOCKET` forwards TCP connections on 127.0.0.1 to a
Unix socket. SIGUSR1 starts to drop traffic, SIGUSR2 forwards new connections again.
"""

import asyncio
import signal
import sys
from collections.abc import AsyncGenerator, Callable, Generator
from contextlib import asynccontextmanager, contextmanager, suppress

from psycopg.conninfo import conninfo_to_dict, make_conninfo

CHUNK_BYTES = 65536
Rewrite = Callable[[bytes], bytes]
# The keepalives that `db/pool.py` sets for the server: idle + interval * count. By these its kernel
# ends a connection whose peer is silent; a Unix socket has none.
SERVER_KEEPALIVE_SECONDS = 5 + 2 * 3


class NetworkProxy:
    """Forwards connections to a Unix socket.

    A connection whose traffic was dropped once stays silent, as after a failover; PostgreSQL loses
    it after its keepalives.
    """

    def __init__(self, target: str, rewrite: Rewrite = bytes) -> None:
        self._target = target
        self._rewrite = rewrite
        self._connections: dict[asyncio.Event, asyncio.StreamWriter] = {}
        self._running: set[asyncio.Task[None]] = set()
        self._is_blackholed = False

    @contextmanager
    def blackholed(self) -> Generator[None]:
        """Drop all traffic within the block."""
        self.blackhole()
        try:
            yield
        finally:
            self.recover()

    def blackhole(self) -> None:
        """Drop the traffic of all connections, open ones and new ones."""
        self._is_blackholed = True
        self.blackhole_connections()

    def blackhole_connections(self) -> None:
        """Drop the traffic of the open connections."""
        for is_forwarding, target_writer in self._connections.items():
            _silence(is_forwarding, target_writer)

    def recover(self) -> None:
        """Forward new connections."""
        self._is_blackholed = False

    def accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Forward a connection in a task."""
        task = asyncio.create_task(self._forward(reader, writer))
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    async def close(self) -> None:
        """End all connections."""
        running = [*self._running]
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)

    async def _forward(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        is_forwarding = asyncio.Event()
        is_forwarding.set()
        try:
            target_reader, target_writer = await asyncio.open_unix_connection(self._target)
        except OSError:  # PostgreSQL is not running
            writer.close()
            return
        self._connections[is_forwarding] = target_writer
        if self._is_blackholed:
            _silence(is_forwarding, target_writer)
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(_copy(reader, target_writer, is_forwarding, bytes))
                group.create_task(_copy(target_reader, writer, is_forwarding, self._rewrite))
        finally:
            del self._connections[is_forwarding]
            writer.close()
            target_writer.close()


def _silence(is_forwarding: asyncio.Event, target_writer: asyncio.StreamWriter) -> None:
    """Drop the traffic of a connection; PostgreSQL loses it when its keepalives get no answer."""
    if is_forwarding.is_set():
        is_forwarding.clear()
        asyncio.get_running_loop().call_later(SERVER_KEEPALIVE_SECONDS, target_writer.close)


async def _copy(
    reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
    is_forwarding: asyncio.Event,
    rewrite: Rewrite,
) -> None:
    with suppress(ConnectionError):
        while data := await reader.read(CHUNK_BYTES):
            await is_forwarding.wait()
            writer.write(rewrite(data))
            await writer.drain()
        if is_forwarding.is_set():
            writer.close()


@asynccontextmanager
async def proxy_to(url: str, rewrite: Rewrite = bytes) -> AsyncGenerator[tuple[NetworkProxy, str]]:
    """Run a proxy to the PostgreSQL of a URL; yield it and the URL that leads through it.

    `rewrite` changes what PostgreSQL sends.
    """
    parameters = conninfo_to_dict(url)
    proxy = NetworkProxy(f"{parameters['host']}/.s.PGSQL.{parameters['port']}", rewrite)
    server = await asyncio.start_server(proxy.accept, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    try:
        yield proxy, make_conninfo(url, host="127.0.0.1", port=port, sslmode="disable")
    finally:
        server.close()
        await proxy.close()


async def _serve(port: int, target: str) -> None:
    proxy = NetworkProxy(target)
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGUSR1, proxy.blackhole)
    loop.add_signal_handler(signal.SIGUSR2, proxy.recover)
    server = await asyncio.start_server(proxy.accept, "127.0.0.1", port)
    await server.serve_forever()


if __name__ == "__main__":
    with suppress(KeyboardInterrupt):
        asyncio.run(_serve(int(sys.argv[1]), sys.argv[2]))
