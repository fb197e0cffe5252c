"""An https server on this machine with its own certificate and faulty responses."""

import gzip
import ssl
import time
from collections.abc import Generator, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

HOST = "lists.test"
NAMES = (HOST, "two.test", "localhost")
LIST = b"sku;name;price\nA1;Lamp;12.50\n"
GZIP_HEADERS = {"Content-Encoding": "gzip"}
PAGES: dict[str, tuple[bytes, dict[str, str]]] = {
    "list.csv": (LIST, {}),
    "cut": (LIST, {"Content-Length": "5000"}),
    "too-long": (b"A" * 2_000_000, {"Content-Length": "20"}),
    "packed.csv": (gzip.compress(LIST), GZIP_HEADERS),
    "bomb": (gzip.compress(b"A" * 40_000_000), GZIP_HEADERS),
}
# The chunk that is sent repeatedly, and the seconds between two of them.
STREAMS = {"endless": (b"A" * 65536, 0.0), "trickle": (b"A", 0.05), "silent": (b"", 0.01)}


class FakeWebServer:
    """The port, the certificate file that clients must trust, the received requests, own pages.

    `header_fields` has those of each request, `protected` the field that pages below `/guarded`
    require.
    """

    def __init__(self, ca_file: Path) -> None:
        self.port = 0
        self.ca_file = ca_file
        self.requests: list[tuple[str, str]] = []
        self.header_fields: list[dict[str, str]] = []
        self.protected: tuple[str, str] = ("Authorization", "")
        self.pages: dict[str, bytes] = {}

    def url(self, path: str, host: str = HOST) -> str:
        return f"https://{host}:{self.port}{path}"


def write_certificate(path: Path, names: Sequence[str] = NAMES) -> None:
    """Write a key and a self-signed certificate of names and 127.0.0.1 into one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, HOST)])
    alternatives = [*map(x509.DNSName, names), x509.IPAddress(ip_address("127.0.0.1"))]
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName(alternatives), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + certificate.public_bytes(serialization.Encoding.PEM)
    )


@contextmanager
def run_fake_web_server(folder: Path, certificate: Path | None = None) -> Generator[FakeWebServer]:
    """Run a server with a certificate of its own, or with that of another."""
    ca_file = certificate or folder / "authority.pem"
    if certificate is None:
        write_certificate(ca_file)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(ca_file)
    fake = FakeWebServer(ca_file)
    handler = type("Handler", (_Handler,), {"fake": fake})
    with _Server(("127.0.0.1", 0), handler) as server:
        fake.port, server.context = server.server_port, context
        thread = Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        yield fake
        server.shutdown()
        thread.join()


class _Server(ThreadingHTTPServer):
    context: ssl.SSLContext

    def finish_request(self, request: Any, client_address: Any) -> None:
        """Shake hands in the thread of the request; who does not trust us, goes."""
        try:
            secure = self.context.wrap_socket(request, server_side=True)
        except OSError:
            return
        with secure:
            super().finish_request(secure, client_address)


class _Handler(BaseHTTPRequestHandler):
    fake: FakeWebServer

    def log_request(self, *_: Any, **__: Any) -> None:
        pass

    def do_GET(self) -> None:
        url = urlsplit(self.path)
        self.fake.requests.append((str(self.headers["Host"]), self.path))
        self.fake.header_fields.append(dict(self.headers.items()))
        first, _, rest = url.path.strip("/").partition("/")
        name, value = self.fake.protected
        if first == "guarded" and self.headers[name] != value:
            self._send(401, b"", {"WWW-Authenticate": "Basic"})
        elif first == "guarded":
            self._send(200, LIST)
        elif first in self.fake.pages:
            self._send(200, self.fake.pages[first])
        elif first in PAGES:
            self._send(200, *PAGES[first])
        elif first == "status":
            self._send(int(rest), b"<html>Sorry</html>")
        elif first == "to":
            self._send(302, b"", {"Location": parse_qs(url.query)["url"][0]})
        elif first == "round":
            self._send(301, b"", {"Location": str(int(rest) + 1)})
        else:
            self._stream(*STREAMS[first])

    def _stream(self, piece: bytes, pause_seconds: float) -> None:
        self.send_response(200)
        self.end_headers()
        with suppress(OSError):
            for _ in range(400):
                self.wfile.write(piece)
                time.sleep(pause_seconds)

    def _send(self, status: int, body: bytes, headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in ({"Content-Length": str(len(body))} | (headers or {})).items():
            self.send_header(name, value)
        self.end_headers()
        with suppress(OSError):
            self.wfile.write(body)
