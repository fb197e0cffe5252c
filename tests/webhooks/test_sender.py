"""The client of webhooks: it connects to the address that was checked, and never waits for long."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from uuid import uuid4

import pytest

from pricebook.pricelists.sources.public_addresses import NetworkPolicy, is_public
from pricebook.webhooks import sender as sender_module
from pricebook.webhooks.schemas import Attempt, Message
from pricebook.webhooks.sender import WebhookSender
from webhooks.receiver import Receiver

HOST = "lists.test"
NAMES = {HOST: ["127.0.0.1"], "two.test": ["127.0.0.2", "127.0.0.1"], "inner.test": ["10.0.0.7"]}


class ChangingResolver:
    """A resolver whose second answer for a name is a private address."""

    def __init__(self) -> None:
        self.requests: list[str] = []

    def resolve(self, host: str, _port: int) -> Sequence[str]:
        self.requests.append(host)
        return NAMES[host] if self.requests.count(host) == 1 else ["127.0.0.66"]


def is_allowed(address: str) -> bool:
    """Allow the receivers as if they were on the public internet."""
    return address.startswith("127.0.0.") or is_public(address)


@pytest.fixture
def dns() -> ChangingResolver:
    return ChangingResolver()


@pytest.fixture
async def sender(dns: ChangingResolver, certificate: Path) -> AsyncIterator[WebhookSender]:
    policy = NetworkPolicy(dns.resolve, is_allowed)
    with ThreadPoolExecutor(1) as resolvers:
        tls = ssl.create_default_context(cafile=certificate)
        opened = WebhookSender(tls, policy, resolvers)
        yield opened
        await opened.close()


def attempt(url: str) -> Attempt:
    message = Message("import.held", datetime.now(UTC), {"n": 1})
    return Attempt(uuid4(), "event", uuid4(), url, [b"k" * 32], message)


@pytest.mark.parametrize("host", [HOST, "two.test"])
async def test_request_goes_to_the_address_that_was_checked(
    sender: WebhookSender, dns: ChangingResolver, receiver: Receiver, host: str
) -> None:
    outcome = await sender.send(attempt(receiver.url("/in", host)))
    assert (outcome.status, outcome.error) == (204, None)
    assert dns.requests == [host]
    assert receiver.requests[0].headers["host"] == f"{host}:{receiver.port}"


async def test_names_of_private_networks_are_refused(
    sender: WebhookSender, receiver: Receiver
) -> None:
    outcome = await sender.send(attempt(receiver.url("/in", "inner.test")))
    assert outcome.error == (
        'The host "inner.test" is in a private network, which is not allowed unless'
        " ALLOW_PRIVATE_URLS is set."
    )


@pytest.mark.parametrize(
    ("value", "seconds"),
    [("120", 120), ("Wed, 21 Oct 2026 07:28:00 GMT", 0), ("-1", 0), ("9" * 400, 0)],
)
async def test_seconds_of_retry_after_are_returned(
    sender: WebhookSender, receiver: Receiver, value: str, seconds: int
) -> None:
    receiver.status, receiver.headers = 503, {"Retry-After": value}
    outcome = await sender.send(attempt(receiver.url("/in", HOST)))
    assert (outcome.status, outcome.retry_after) == (503, seconds)


async def test_receiver_without_encryption_is_named_as_such(sender: WebhookSender) -> None:
    with ThreadingHTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        outcome = await sender.send(attempt(f"https://{HOST}:{server.server_port}/in"))
        server.shutdown()
    assert outcome.error
    assert outcome.error.startswith("The receiver responds without encryption")


async def test_certificate_of_another_host_is_refused(
    sender: WebhookSender, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(NAMES, "other.test", ["127.0.0.1"])
    outcome = await sender.send(attempt(receiver.url("/in", "other.test")))
    assert outcome.error
    assert outcome.error.startswith("The certificate of the receiver is not valid: Hostname mis")
    assert receiver.requests == []


async def test_receiver_that_sends_its_response_slowly_is_not_waited_for(
    sender: WebhookSender,
    receiver: Receiver,
    certificate: Path,
    monkeypatch: pytest.MonkeyPatch,
    dns: ChangingResolver,
) -> None:
    del receiver
    monkeypatch.setattr(sender_module, "TIMEOUT_SECONDS", 0.5)
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(certificate)

    async def trickle(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\n")
        while not writer.is_closing():
            writer.write(b"X: 1\r\n")
            await asyncio.sleep(0.05)

    server = await asyncio.start_server(trickle, "127.0.0.1", 0, ssl=tls)
    port = server.sockets[0].getsockname()[1]
    outcome = await sender.send(attempt(f"https://{HOST}:{port}/"))
    server.close()
    assert outcome.status is None
    assert outcome.error
    assert outcome.error.startswith("The receiver does not respond within")
    assert dns.requests == [HOST]
