"""HEAD requests: the response of GET without its body."""

from typing import get_args

import msgspec
import pytest
from litestar import Litestar
from litestar.testing import AsyncTestClient

import builders
from pricebook.api.application import create_app
from pricebook.db.database import Connection
from pricebook.observability.request_line import CompletedRequest
from pricebook.settings import HttpProtocolName, Settings
from served_here import connected, served_here

Client = AsyncTestClient[Litestar]
# Each response has these of its own, or only where there is a body.
PER_RESPONSE_HEADERS = ("date", "x-request-id", "transfer-encoding")


@pytest.mark.parametrize(
    "path",
    [
        "/live",
        "/ready",
        "/health",
        "/metrics",
        "/docs",
        "/docs/json",
        "/api/v1/catalog",
        "/api/v1/catalog?limit=0",
        "/api/v1/catalog/export",
        "/api/v1/categories",
        "/api/v1/admin/products",
        "/nowhere",
    ],
)
async def test_head_has_the_header_of_get(client: Client, path: str) -> None:
    get_response, head = await client.get(path), await client.request("HEAD", path)
    assert (head.status_code, head.content) == (get_response.status_code, b"")
    for name in ("content-type", "etag", "content-security-policy", "www-authenticate"):
        assert head.headers.get(name) == get_response.headers.get(name)


async def test_head_needs_the_permission_of_get(sales: Client) -> None:
    path = "/api/v1/admin/products"
    for accept in ("application/json", "text/csv"):
        response = await sales.request("HEAD", path, headers={"Accept": accept})
        assert (response.status_code, response.content) == (200, b"")


async def test_path_without_get_refuses_head(client: Client) -> None:
    response = await client.request("HEAD", "/api/v1/auth/login")
    assert response.status_code == 405
    assert "HEAD" not in response.headers["allow"]


async def test_allow_lists_head_with_get(client: Client) -> None:
    assert "HEAD" in (await client.post("/api/v1/catalog")).headers["allow"].split(", ")
    assert "HEAD" in (await client.options("/api/v1/catalog")).headers["allow"].split(", ")


@pytest.mark.parametrize("http_protocol", get_args(HttpProtocolName))
async def test_head_and_get_share_a_connection(
    settings: Settings, conn: Connection, http_protocol: HttpProtocolName
) -> None:
    settings = msgspec.structs.replace(settings, http_protocol=http_protocol)
    await builders.offered_product(conn, "Hammer", "1.00")
    logged: list[tuple[str, int, int]] = []
    heads: list[bytes] = []

    def log_request(ended: CompletedRequest) -> None:
        logged.append((ended.method, ended.status, ended.bytes))

    request = b"%b %b HTTP/1.1\r\nHost: x\r\n\r\n"
    async with (
        served_here(create_app(settings, log_request=log_request), settings) as port,
        connected(port) as client,
    ):
        for path in (b"/api/v1/catalog", b"/api/v1/catalog/export", b"/api/v1/catalog"):
            for _ in range(3):
                client.writer.write(request % (b"HEAD", path))
                heads.append(await client.reader.readuntil(b"\r\n\r\n"))
        get_response = await client.request(request % (b"GET", b"/api/v1/catalog"))
        assert get_response.status == 200
        assert b"content-length: %d\r\n" % len(get_response.body) in heads[-1]
    assert all(head.startswith(b"HTTP/1.1 200") for head in heads)
    assert logged[:9] == [("HEAD", 200, 0)] * 9
    assert logged[9] == ("GET", 200, len(get_response.body))
