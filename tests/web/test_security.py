"""What every answer tells browsers, and whose pages may read it."""

from collections.abc import AsyncIterator

import msgspec
import pytest
from litestar import Litestar
from litestar.testing import AsyncTestClient

from pricebook.api import create_app
from pricebook.settings import Settings

Client = AsyncTestClient[Litestar]
SHOP = "https://shop.example"
CATALOG = "/api/v1/catalog"
ASKS = {"Access-Control-Request-Method": "PATCH", "Access-Control-Request-Headers": "authorization"}


@pytest.fixture
async def shared(settings: Settings) -> AsyncIterator[Client]:
    """An application whose answers a shop may read, under https for ever."""
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
async def test_every_answer_may_be_nothing_but_data(
    client: Client, method: str, path: str, status: int
) -> None:
    for _ in range(2):  # the second may come from memory
        answer = await client.request(method, path)
        assert answer.status_code == status
        assert answer.headers["x-content-type-options"] == "nosniff"
        policy = answer.headers["content-security-policy"]
        assert policy == "default-src 'none'; frame-ancestors 'none'"
        assert answer.headers["x-frame-options"] == "DENY"
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert "strict-transport-security" not in answer.headers


async def test_an_answer_that_has_not_changed_tells_it_too(client: Client) -> None:
    tag = (await client.get(CATALOG)).headers["etag"]
    answer = await client.get(CATALOG, headers={"If-None-Match": tag})
    assert answer.status_code == 304
    assert answer.headers["x-content-type-options"] == "nosniff"


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
async def test_no_cache_keeps_what_does_not_say_so(client: Client, path: str, status: int) -> None:
    answer = await client.get(path)
    assert (answer.status_code, answer.headers["cache-control"]) == (status, "no-store")


@pytest.mark.parametrize(
    "path", ["products", "products/export", "suppliers", "tasks", "categories"]
)
async def test_no_cache_keeps_what_staff_reads(admin: Client, path: str) -> None:
    accept = "text/csv" if path.endswith("export") else "application/json"
    answer = await admin.get(
        f"/api/v1/admin/{path.removesuffix('/export')}", headers={"Accept": accept}
    )
    assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-store")
    assert answer.headers.get_list("cache-control") == ["no-store"]


@pytest.mark.parametrize("path", ["/docs", "/docs/"])
async def test_the_documentation_runs_scripts_from_here_alone(client: Client, path: str) -> None:
    policy = (await client.get(path)).headers["content-security-policy"]
    assert "script-src 'self';" in policy
    assert "frame-ancestors 'none'" in policy


async def test_https_is_asked_for_by_a_setting(shared: Client) -> None:
    answer = await shared.get("/nowhere")
    assert answer.headers["strict-transport-security"] == "max-age=31536000"


@pytest.mark.parametrize("path", [CATALOG, f"{CATALOG}?page=0", "/api/v1/admin/products"])
async def test_a_listed_origin_may_read_answers_and_their_fields(shared: Client, path: str) -> None:
    for _ in range(2):
        answer = await shared.get(path, headers={"Origin": SHOP})
        assert answer.headers["access-control-allow-origin"] == SHOP
        shown = answer.headers["access-control-expose-headers"].lower().split(", ")
        assert {"etag", "link", "location", "ratelimit", "x-request-id"} <= set(shown)
        assert "access-control-allow-credentials" not in answer.headers
        assert "Origin" in answer.headers["vary"].split(", ")


@pytest.mark.parametrize(
    "origin", ["https://evil.example", f"{SHOP}.evil.example", "null", "http://shop.example", "*"]
)
async def test_no_other_origin_may(shared: Client, origin: str) -> None:
    for method, more in (("GET", {}), ("OPTIONS", ASKS)):
        answer = await shared.request(method, CATALOG, headers={"Origin": origin, **more})
        assert not [name for name in answer.headers if name.startswith("access-control-")]
        assert "Origin" in answer.headers["vary"].split(", ")


async def test_caches_learn_that_an_answer_depends_on_who_asks(shared: Client) -> None:
    answer = await shared.get(CATALOG)
    assert set(answer.headers["vary"].split(", ")) == {"Accept-Encoding", "Origin"}


async def test_closed_unless_listed(client: Client) -> None:
    for method, more in (("GET", {}), ("OPTIONS", ASKS)):
        answer = await client.request(method, CATALOG, headers={"Origin": SHOP, **more})
        assert not [name for name in answer.headers if name.startswith("access-control-")]


async def test_a_preflight_is_answered_without_a_token(shared: Client) -> None:
    answer = await shared.options("/api/v1/admin/products", headers={"Origin": SHOP, **ASKS})
    assert answer.status_code == 204
    assert answer.headers["access-control-allow-origin"] == SHOP
    assert "PATCH" in answer.headers["access-control-allow-methods"].split(", ")
    assert "Authorization" in answer.headers["access-control-allow-headers"].split(", ")
    assert int(answer.headers["access-control-max-age"]) > 0


async def test_options_without_a_preflight_still_tells_the_methods(shared: Client) -> None:
    answer = await shared.options(CATALOG, headers={"Origin": SHOP})
    assert "GET" in answer.headers["allow"]
    assert answer.headers["access-control-allow-origin"] == SHOP
