"""The header fields for browsers: security policies, caching, CORS."""

from collections.abc import AsyncIterator

import msgspec
import pytest
from litestar import Litestar
from litestar.testing import AsyncTestClient

from pricebook.api.application import create_app
from pricebook.settings import Settings

Client = AsyncTestClient[Litestar]
SHOP = "https://shop.example"
CATALOG = "/api/v1/catalog"
PREFLIGHT_HEADERS = {
    "Access-Control-Request-Method": "PATCH",
    "Access-Control-Request-Headers": "authorization",
}


@pytest.fixture
async def cors_client(settings: Settings) -> AsyncIterator[Client]:
    """An application with one allowed origin and HSTS."""
    changed = msgspec.structs.replace(
        settings, allowed_origins=f"{SHOP}, http://localhost:3000", hsts_seconds=31536000
    )
    async with AsyncTestClient(create_app(changed), raise_server_exceptions=False) as opened:
        yield opened


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", CATALOG, 200),
        ("GET", f"{CATALOG}?page=0", 400),
        ("GET", f"{CATALOG}/export", 200),
        ("GET", "/api/v1/admin/products", 401),
        ("GET", "/nowhere", 404),
        ("DELETE", CATALOG, 405),
        ("OPTIONS", CATALOG, 204),
        ("POST", "/api/v1/auth/login", 400),
        ("GET", "/live", 200),
        ("GET", "/docs/json", 200),
        ("GET", "/docs/assets/start.js", 200),
    ],
)
async def test_every_response_has_security_headers(
    client: Client, method: str, path: str, status: int
) -> None:
    for _ in range(2):  # the second may be a cached response
        response = await client.request(method, path)
        assert response.status_code == status
        assert response.headers["x-content-type-options"] == "nosniff"
        policy = response.headers["content-security-policy"]
        assert policy == "default-src 'none'; frame-ancestors 'none'"
        assert response.headers["x-frame-options"] == "DENY"
        assert response.headers["referrer-policy"] == "no-referrer"
        assert "strict-transport-security" not in response.headers


async def test_not_modified_response_has_security_headers(client: Client) -> None:
    tag = (await client.get(CATALOG)).headers["etag"]
    response = await client.get(CATALOG, headers={"If-None-Match": tag})
    assert response.status_code == 304
    assert response.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(
    ("path", "status"),
    [
        (f"{CATALOG}?page=0", 400),
        (f"{CATALOG}/export", 200),
        ("/nowhere", 404),
        ("/live", 200),
        ("/api/v1/admin/products", 401),
    ],
)
async def test_responses_are_no_store_by_default(client: Client, path: str, status: int) -> None:
    response = await client.get(path)
    assert (response.status_code, response.headers["cache-control"]) == (status, "no-store")


@pytest.mark.parametrize(
    "path", ["products", "products/export", "suppliers", "tasks", "categories"]
)
async def test_staff_responses_are_no_store(admin: Client, path: str) -> None:
    accept = "text/csv" if path.endswith("export") else "application/json"
    response = await admin.get(
        f"/api/v1/admin/{path.removesuffix('/export')}", headers={"Accept": accept}
    )
    assert (response.status_code, response.headers["cache-control"]) == (200, "no-store")
    assert response.headers.get_list("cache-control") == ["no-store"]


@pytest.mark.parametrize("path", ["/docs", "/docs/"])
async def test_documentation_allows_only_its_own_scripts(client: Client, path: str) -> None:
    policy = (await client.get(path)).headers["content-security-policy"]
    assert "script-src 'self';" in policy
    assert "frame-ancestors 'none'" in policy


async def test_setting_enables_hsts(cors_client: Client) -> None:
    response = await cors_client.get("/nowhere")
    assert response.headers["strict-transport-security"] == "max-age=31536000"


@pytest.mark.parametrize("path", [CATALOG, f"{CATALOG}?page=0", "/api/v1/admin/products"])
async def test_allowed_origin_may_read_responses_and_headers(
    cors_client: Client, path: str
) -> None:
    for _ in range(2):
        response = await cors_client.get(path, headers={"Origin": SHOP})
        assert response.headers["access-control-allow-origin"] == SHOP
        exposed = response.headers["access-control-expose-headers"].lower().split(", ")
        assert {"etag", "link", "location", "ratelimit", "x-request-id"} <= set(exposed)
        assert "access-control-allow-credentials" not in response.headers
        assert "Origin" in response.headers["vary"].split(", ")


@pytest.mark.parametrize(
    "origin", ["https://evil.example", f"{SHOP}.evil.example", "null", "http://shop.example", "*"]
)
async def test_other_origins_get_no_cors_headers(cors_client: Client, origin: str) -> None:
    for method, more in (("GET", {}), ("OPTIONS", PREFLIGHT_HEADERS)):
        response = await cors_client.request(method, CATALOG, headers={"Origin": origin, **more})
        assert not [name for name in response.headers if name.startswith("access-control-")]
        assert "Origin" in response.headers["vary"].split(", ")


async def test_vary_includes_origin(cors_client: Client) -> None:
    response = await cors_client.get(CATALOG)
    assert set(response.headers["vary"].split(", ")) == {"Accept-Encoding", "Origin"}


async def test_cors_is_off_by_default(client: Client) -> None:
    for method, more in (("GET", {}), ("OPTIONS", PREFLIGHT_HEADERS)):
        response = await client.request(method, CATALOG, headers={"Origin": SHOP, **more})
        assert not [name for name in response.headers if name.startswith("access-control-")]


async def test_preflight_needs_no_token(cors_client: Client) -> None:
    response = await cors_client.options(
        "/api/v1/admin/products", headers={"Origin": SHOP, **PREFLIGHT_HEADERS}
    )
    assert response.status_code == 204
    assert response.headers["access-control-allow-origin"] == SHOP
    assert "PATCH" in response.headers["access-control-allow-methods"].split(", ")
    allowed = response.headers["access-control-allow-headers"].split(", ")
    assert {"Authorization", "Idempotency-Key"} <= set(allowed)
    assert int(response.headers["access-control-max-age"]) > 0


async def test_options_without_preflight_lists_methods(cors_client: Client) -> None:
    response = await cors_client.options(CATALOG, headers={"Origin": SHOP})
    assert "GET" in response.headers["allow"]
    assert response.headers["access-control-allow-origin"] == SHOP
