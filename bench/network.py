"""A network to PostgreSQL that can be silent: `python bench/network.py PORT SOCKET`.

Forwards TCP connections on 127.0.0.1 to a Unix socket. After SIGUSR1 it forwards nothing and closes
nothing, neither on what is connected nor on what comes; after SIGUSR2 it forwards new connections.
"""

import asyncio
import signal
import sys
from contextlib import suppress

CHUNK_BYTES = 65536


class Network:
    """Connections and whether they are forwarded."""

    def __init__(self, target: str) -> None:
        self._target = target
        self._is_silent = False
        self._flows: set[asyncio.Event] = set()
        self._running: set[asyncio.Task[None]] = set()

    def silence(self) -> None:
        """Forward nothing, for ever on what is connected now."""
        self._is_silent = True
        for flowing in self._flows:
            flowing.clear()
        self._flows.clear()

    def recover(self) -> None:
        """Forward what connects from now on."""
        self._is_silent = False

    def accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Forward a connection, in a task."""
        task = asyncio.create_task(self._forward(reader, writer))
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    async def _forward(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        flowing = asyncio.Event()
        if not self._is_silent:
            flowing.set()
            self._flows.add(flowing)
        try:
            far_reader, far_writer = await asyncio.open_unix_connection(self._target)
        except OSError:  # PostgreSQL is away
            writer.close()
            return
        await asyncio.gather(_pump(reader, far_writer, flowing), _pump(far_reader, writer, flowing))
        self._flows.discard(flowing)


async def _pump(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, flowing: asyncio.Event
) -> None:
    with suppress(ConnectionError):
        while data := await reader.read(CHUNK_BYTES):
            await flowing.wait()
            writer.write(data)
            await writer.drain()
    writer.close()


async def _serve(port: int, target: str) -> None:
    network = Network(target)
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGUSR1, network.silence)
    loop.add_signal_handler(signal.SIGUSR2, network.recover)
    server = await asyncio.start_server(network.accept, "127.0.0.1", port)
    await server.serve_forever()


if __name__ == "__main__":
    with suppress(KeyboardInterrupt):
        asyncio.run(_serve(int(sys.argv[1]), sys.argv[2]))
