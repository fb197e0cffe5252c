"""Exports to clients that read slowly, over sockets with small buffers."""

import asyncio
import socket
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress

import httpx
import msgspec
import pytest

from builders import AsRole
from pricebook.api.application import create_app
from pricebook.db.database import Connection
from pricebook.http.middleware import slow_clients
from pricebook.settings import Settings
from served_here import served_here

PATH = "/api/v1/catalog/export"
STAFF = "/api/v1/admin/products"
PRODUCTS = 20_000  # more than the buffers of the sockets take
SLOTS = 3


@pytest.fixture
async def port(settings: Settings, conn: Connection) -> AsyncGenerator[int]:
    await conn.execute(
        "INSERT INTO products (internal_sku, name, status)"
        " SELECT 'SKU-' || n, repeat('x', 250), 'active' FROM generate_series(1, %s) AS n",
        [PRODUCTS],
    )
    settings = msgspec.structs.replace(settings, db_pool_max=6 * SLOTS, trusted_proxies="127.0.0.1")
    async with served_here(create_app(settings), settings) as port:
        yield port


@asynccontextmanager
async def slow_reader(port: int, address: str) -> AsyncGenerator[tuple[int, socket.socket]]:
    """Request an export and read its first bytes; return status and socket."""
    loop = asyncio.get_running_loop()
    with socket.socket() as client:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
        client.settimeout(0)
        await loop.sock_connect(client, ("127.0.0.1", port))
        request = f"GET {PATH} HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: {address}\r\n\r\n"
        await loop.sock_sendall(client, request.encode())
        response_start = await asyncio.wait_for(loop.sock_recv(client, 100), 60)
        yield int(response_start.split()[1]), client


async def read_rest(client: socket.socket) -> bytes:
    received = b""
    with suppress(ConnectionResetError):
        while chunk := await asyncio.get_running_loop().sock_recv(client, 4096):
            received += chunk
    return received


async def export(port: int, path: str, headers: dict[str, str]) -> httpx.Response:
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=120) as client:
        return await client.get(path, headers=headers)


async def test_slow_clients_are_limited_by_address_and_leave_slots_to_staff(
    port: int, as_role: AsRole
) -> None:
    async with (
        slow_reader(port, "192.0.2.1") as (first, _),
        slow_reader(port, "192.0.2.1") as (same_address, _),
        slow_reader(port, "2001:db8::1") as (second, _),
        slow_reader(port, "2001:db8::2") as (same_network, _),
    ):
        assert [first, same_address, second, same_network] == [200, 429, 200, 429]
        refused = await export(port, PATH, {"X-Forwarded-For": "192.0.2.1"})
        assert refused.status_code == 429
        assert int(refused.headers["retry-after"]) > 0
        assert refused.headers["ratelimit-policy"] == '"exports-at-once";q=1'
        public = await export(port, PATH, {"X-Forwarded-For": "192.0.2.9"})
        assert len(public.content.splitlines()) == PRODUCTS
        async with slow_reader(port, "192.0.2.2") as (third, _):
            assert third == 200
            full = await export(port, PATH, {"X-Forwarded-For": "192.0.2.9"})
            assert full.status_code == 503
            staff = await export(port, STAFF, {"Accept": "text/csv"} | await as_role("sales"))
    assert len(staff.content.splitlines()) == 1 + PRODUCTS


async def test_slow_client_is_disconnected_and_releases_its_slot(
    port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(slow_clients, "STREAM_GRACE_SECONDS", 1.0)
    monkeypatch.setattr(slow_clients, "MIN_STREAM_BYTES_PER_SECOND", 1024 * 1024)
    async with (
        slow_reader(port, "192.0.2.1") as (first, _),
        slow_reader(port, "192.0.2.2") as (second, _),
        slow_reader(port, "192.0.2.3") as (third, slowest),
    ):
        assert [first, second, third] == [200] * SLOTS
        async with asyncio.timeout(120):
            status = 0
            while status != 200:
                status = (await export(port, PATH, {"X-Forwarded-For": "192.0.2.9"})).status_code
                await asyncio.sleep(0.1)
        assert not (await read_rest(slowest)).endswith(b"0\r\n\r\n")
