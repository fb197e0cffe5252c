"""A receiver of webhooks: an https server on this machine whose responses a test decides."""

import asyncio
import json
import ssl
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, NamedTuple

WAIT_SECONDS = 120


class Received(NamedTuple):
    """A request: its path, its header fields in lower case, its body."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def message(self) -> Any:
        return json.loads(self.body)


class Receiver:
    """The requests so far, and the status and headers of the next responses."""

    def __init__(self) -> None:
        self.port = 0
        self.requests: list[Received] = []
        self.status = 204
        self.headers: dict[str, str] = {}
        self.released = threading.Event()
        self.released.set()

    def url(self, path: str = "/events", host: str = "127.0.0.1") -> str:
        return f"https://{host}:{self.port}{path}"

    @property
    def numbers(self) -> list[int]:
        """The numbers in the events that were received."""
        return [request.message["data"]["n"] for request in self.requests]

    async def wait_for(self, count: int) -> None:
        """Wait until so many requests were received."""
        await wait_until(lambda: len(self.requests) >= count)


async def wait_until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(WAIT_SECONDS):
        while True:
            if condition():
                return
            await asyncio.sleep(0.02)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    tls: ssl.SSLContext

    def finish_request(self, request: Any, client_address: Any) -> None:
        """Shake hands in the thread of the request; a client that does not trust us leaves."""
        try:
            secure = self.tls.wrap_socket(request, server_side=True)
        except OSError:
            return
        with secure:
            super().finish_request(secure, client_address)

    def handle_error(self, request: Any, client_address: Any) -> None:
        pass


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    receiver: Receiver

    def log_request(self, *_: Any, **__: Any) -> None:
        pass

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.receiver.requests.append(Received(self.path, headers, body))
        self.receiver.released.wait(WAIT_SECONDS)
        self.send_response(self.receiver.status)
        for name, value in ({"Content-Length": "0"} | self.receiver.headers).items():
            self.send_header(name, value)
        self.end_headers()


@contextmanager
def listening(receiver: Receiver, certificate: Path) -> Generator[Receiver]:
    """Serve during a block, at the port of the block before if there was one."""
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(certificate)
    handler = type("Handler", (_Handler,), {"receiver": receiver})
    with _Server(("127.0.0.1", receiver.port), handler) as server:
        receiver.port, server.tls = server.server_port, tls
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        try:
            yield receiver
        finally:
            receiver.released.set()
            server.shutdown()
            thread.join()
