"""The pages of the public catalog, as a visitor without scripts uses them."""

import re
from collections.abc import Callable
from html import unescape
from typing import Any

import msgspec
import pytest
from litestar import Litestar
from litestar.testing import AsyncTestClient

import builders
from pricebook.db.database import Connection
from pricebook.settings import CatalogPrices, Settings

Client = AsyncTestClient[Litestar]
HTML = {"Accept": "text/html"}
PRODUCT_LINK = re.compile(r'<a href="/catalog/[0-9a-f-]{36}">(.*?)</a>')


async def page(
    client: Client, path: str, status: int = 200, headers: dict[str, str] | None = None
) -> str:
    response = await client.get(path, headers={**HTML, **(headers or {})}, follow_redirects=False)
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "text/html; charset=utf-8"
    return response.text


async def shown(client: Client, path: str) -> list[str]:
    return [unescape(name) for name in PRODUCT_LINK.findall(await page(client, path))]


async def three_products(conn: Connection) -> None:
    tools = await builders.category(conn, "Tools")
    hammers = await builders.category(conn, "Hammers & mallets", tools)
    await builders.offered_product(conn, "Hammer", "19.90", "7", category_id=hammers)
    await builders.offered_product(conn, "Anvil", "120", category_id=tools)
    await builders.offered_product(conn, "Glue", "3.50")
    await builders.offered_product(conn, "Draft", "1", status="draft")


async def test_start_page_shows_active_products_with_a_way_to_log_in(
    client: Client, conn: Connection
) -> None:
    await three_products(conn)
    text = await page(client, "/")
    assert PRODUCT_LINK.findall(text) == ["Anvil", "Glue", "Hammer"]
    assert 'href="/login"' in text
    assert "3 products" in text


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("search=hammer", ["Hammer"]),
        ("search=&min_price=&max_price=&sort=name&category_id=", ["Anvil", "Glue", "Hammer"]),
        ("min_price=5&max_price=50", ["Hammer"]),
        ("sort=-price", ["Anvil", "Hammer", "Glue"]),
        ("utm_source=mail", ["Anvil", "Glue", "Hammer"]),
    ],
)
async def test_filters_of_the_form_select_products(
    client: Client, conn: Connection, query: str, names: list[str]
) -> None:
    await three_products(conn)
    assert await shown(client, f"/?{query}") == names


async def test_category_includes_its_subcategories_and_keeps_the_other_filters(
    client: Client, conn: Connection
) -> None:
    await three_products(conn)
    text = await page(client, "/?search=a&sort=-price")
    link = re.search(r'href="(/\?[^"]*category_id=[^"]*)"[^>]*><span>Tools</span>', text)
    assert link
    address = unescape(link[1])
    assert "sort=-price" in address
    assert await shown(client, address) == ["Anvil", "Hammer"]
    assert "Hammers &amp; mallets" in await page(client, address)


async def test_pages_follow_each_other_by_cursor(client: Client, conn: Connection) -> None:
    for number in range(60):
        await builders.product(conn, f"Hammer {number:02}")
    text = await page(client, "/?search=hammer")
    following = re.search(r'rel="next" href="([^"]+)"', text)
    assert following
    assert "cursor=" in following[1]
    second = await page(client, unescape(following[1]))
    assert PRODUCT_LINK.findall(second)[0] == "Hammer 50"
    assert 'rel="next"' not in second
    assert 'href="/?search=hammer"' in second


async def test_refused_filter_is_named_and_what_was_typed_is_kept(
    client: Client, conn: Connection
) -> None:
    await three_products(conn)
    text = await page(client, "/?min_price=cheap&search=hammer", 400)
    assert text.count('aria-invalid="true"') == 1
    assert 'value="cheap"' in text
    assert 'value="hammer"' in text


async def test_script_gets_the_list_without_the_page_around_it(
    client: Client, conn: Connection
) -> None:
    await three_products(conn)
    headers = {"HX-Request": "true"}
    response = await client.get("/?search=hammer&min_price=", headers=headers)
    assert response.text.lstrip().startswith('<div id="results"')
    assert response.headers["hx-replace-url"] == "/?search=hammer"
    restored = await page(client, "/", 200, {**headers, "HX-History-Restore-Request": "true"})
    assert "<html" in restored


async def test_product_page_shows_price_range_and_category(
    client: Client, conn: Connection
) -> None:
    await three_products(conn)
    (address,) = re.findall(r'href="(/catalog/[^"]+)">Hammer', await page(client, "/"))
    text = await page(client, address, 200, {"Referer": "http://testserver.local/?search=ham"})
    assert "7.00" in text
    assert "19.90" in text
    assert "Hammers &amp; mallets" in text
    assert 'href="/?search=ham"' in text


@pytest.mark.parametrize(
    "path", ["/catalog/0b6f3a52-5f5c-4c8e-9a31-3f1f0d5f7a10", "/catalog/x", "/nowhere"]
)
async def test_missing_page_says_what_to_do(client: Client, path: str) -> None:
    response = await client.get(path, headers=HTML)
    assert response.status_code in {400, 404}
    assert "What you can do" in response.text
    assert response.headers["x-request-id"] in response.text


async def test_programs_get_problem_details_for_unknown_paths(client: Client) -> None:
    response = await client.get("/nowhere")
    assert response.headers["content-type"] == "application/problem+json"


@pytest.fixture
def client_of(
    settings: Settings, app_for_settings: Callable[[Settings], Litestar]
) -> Callable[..., Client]:
    def make(**changes: Any) -> Client:
        changed = msgspec.structs.replace(settings, **changes)
        return AsyncTestClient(app_for_settings(changed), raise_server_exceptions=False)

    return make


@pytest.mark.parametrize("prices", ["target", "hidden"])
async def test_pages_show_the_prices_that_are_public(
    client_of: Callable[..., Client], conn: Connection, prices: CatalogPrices
) -> None:
    await builders.offered_product(conn, "Hammer", "19.90", target_price="25.00")
    async with client_of(catalog_prices=prices) as client:
        pages = [await page(client, "/")]
        (address,) = re.findall(r'href="(/catalog/[^"]+)"', pages[0])
        pages.append(await page(client, address))
        for text in pages:
            assert "19.90" not in text
            assert ("25.00" in text) == (prices == "target")
        assert ('name="min_price"' in pages[0]) == (prices == "target")


async def test_catalog_pages_can_be_switched_off(
    client_of: Callable[..., Client], conn: Connection
) -> None:
    product_id = await builders.offered_product(conn, "Hammer", "19.90")
    async with client_of(catalog_pages=False) as client:
        response = await client.get("/", headers=HTML, follow_redirects=False)
        assert (response.status_code, response.headers["location"]) == (303, "/login")
        assert "Hammer" not in await page(client, f"/catalog/{product_id}", 404)
        assert 'href="/"' not in await page(client, "/login")


async def test_pages_have_a_strict_policy_and_are_not_stored(client: Client) -> None:
    response = await client.get("/", headers=HTML)
    policy = response.headers["content-security-policy"]
    assert "unsafe" not in policy
    assert "default-src 'none'" in policy
    assert "report-uri /console/csp-reports" in policy
    assert response.headers["cache-control"] == "no-store"
    assert response.headers["referrer-policy"] == "same-origin"


async def test_assets_are_stored_for_a_year_under_the_hash_of_their_content(
    client: Client,
) -> None:
    text = await page(client, "/")
    assets = re.findall(r'(?:src|href)="(/console/assets/[^"]+)"', text)
    assert len(assets) == 4
    size = 0
    for each in assets:
        response = await client.get(each, headers={"Accept-Encoding": "gzip"})
        assert response.headers["cache-control"] == "public, max-age=31536000, immutable"
        assert int(response.headers["content-length"]) > 0
        size += int(response.headers["content-length"])
    assert size < 100_000
    assert (await client.get(assets[0].replace("/assets/", "/assets/0"))).status_code == 404


async def test_reported_violation_is_accepted(client: Client) -> None:
    report = b'{"csp-report": {"violated-directive": "script-src"}}'
    response = await client.post("/console/csp-reports", content=report)
    assert response.status_code == 204
