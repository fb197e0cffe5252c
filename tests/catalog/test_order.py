"""Sorting, and pages by cursor."""

from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from litestar import Litestar
from litestar.testing import AsyncTestClient

import builders
from pricebook.catalog.schemas import CatalogQuery, CursorPosition
from pricebook.db.database import Connection
from pricebook.http.cursor import decode_cursor, encode_cursor
from pricebook.http.query_string import decode_query

Client = AsyncTestClient[Litestar]
PATH = "/api/v1/catalog"


async def names(client: Client, **parameters: Any) -> list[str]:
    response = await client.get(PATH, params=parameters)
    assert response.status_code == 200, response.text
    return [product["name"] for product in response.json()["data"]]


async def follow_pages(client: Client, **parameters: Any) -> list[list[str]]:
    """Follow the links to the next page; return the names of each page."""
    response = await client.get(PATH, params=parameters)
    pages: list[list[str]] = []
    while True:
        assert response.status_code == 200, response.text
        body = response.json()
        pages.append([product["name"] for product in body["data"]])
        assert body["page"] == len(pages)
        if "next" not in response.links:
            return pages
        response = await client.get(response.links["next"]["url"])


async def rejected_field(client: Client, **parameters: Any) -> str:
    response = await client.get(PATH, params=parameters)
    assert response.status_code == 400, response.text
    (error,) = response.json()["error"]["details"]["errors"]
    assert error["in"] == "query"
    return error["field"]


async def cursor_of(client: Client, **parameters: Any) -> str:
    response = await client.get(PATH, params=parameters)
    (cursor,) = parse_qs(urlsplit(response.links["next"]["url"]).query)["cursor"]
    return cursor


@pytest.fixture
async def shelf(conn: Connection) -> None:
    """Insert products whose names, prices and ages differ in order; two have no items."""
    for number, (name, price) in enumerate(
        [
            ("Drill", "9"),
            ("axe", "100"),
            ("Bolt", "20"),
            ("Élan", None),
            ("Crank", "9.5"),
            ("A", None),
        ]
    ):
        product_id = await builders.offered_product(conn, name, *([price] if price else []))
        await conn.execute(
            "UPDATE products SET created_at = %s WHERE id = %s",
            [datetime(2026, 1, 1, tzinfo=UTC) + timedelta(days=number), product_id],
        )


SORTED = {
    "name": ["A", "Bolt", "Crank", "Drill", "axe", "Élan"],
    "-name": ["Élan", "axe", "Drill", "Crank", "Bolt", "A"],
    "newest": ["A", "Crank", "Élan", "Bolt", "axe", "Drill"],
}


@pytest.mark.usefixtures("shelf")
@pytest.mark.parametrize("sort", SORTED)
async def test_sort_by_name_and_age(client: Client, sort: str) -> None:
    assert await names(client, sort=sort) == SORTED[sort]


@pytest.mark.usefixtures("shelf")
async def test_sort_by_price_puts_products_without_items_last(client: Client) -> None:
    cheapest, most_expensive = await names(client, sort="price"), await names(client, sort="-price")
    assert cheapest[:4] == ["Drill", "Crank", "Bolt", "axe"]
    assert most_expensive[:4] == ["axe", "Bolt", "Crank", "Drill"]
    assert set(cheapest[4:]) == set(most_expensive[4:]) == {"Élan", "A"}


@pytest.mark.parametrize("sort", ["name", "-name", "price", "-price", "newest"])
@pytest.mark.parametrize("limit", [1, 3, 7])
@pytest.mark.parametrize("search", [None, "saw"])
async def test_pages_by_cursor_equal_pages_by_number(
    client: Client, conn: Connection, sort: str, limit: int, search: str | None
) -> None:
    for number in range(11):  # equal names and prices, some without an offer
        await builders.offered_product(conn, f"Saw {number % 3}", *["1.5", "2"][: number % 3])
    parameters = {"sort": sort, "limit": limit, **({"search": search} if search else {})}
    pages = await follow_pages(client, **parameters)
    assert [len(page) for page in pages[:-1]] == [limit] * (len(pages) - 1)
    assert pages == [await names(client, page=n, **parameters) for n in range(1, len(pages) + 1)]
    assert sum(len(page) for page in pages) == 11


async def test_cursor_pages_show_each_unchanged_product_once(
    client: Client, conn: Connection
) -> None:
    stays = [f"Saw {number:02}" for number in range(20)]
    for name in stays:
        await builders.product(conn, name)
    seen: list[str] = []
    url = f"{PATH}?limit=3"
    while url:
        response = await client.get(url)
        seen += [product["name"] for product in response.json()["data"]]
        await builders.product(conn, f"{seen[-1]} before")  # would push the next page by number
        await builders.product(conn, "Aaa")
        await conn.execute("DELETE FROM products WHERE name = %s", ["Zzz"])
        await builders.product(conn, "Zzz", sku="Z")
        url = response.links.get("next", {}).get("url", "")
    assert [name for name in seen if name in stays] == stays


async def test_cursor_product_may_be_deleted(client: Client, conn: Connection) -> None:
    for name in "ABCD":
        await builders.product(conn, name)
    cursor = await cursor_of(client, limit=2)
    await conn.execute("DELETE FROM products WHERE name IN ('A', 'B')")
    assert await names(client, limit=2, cursor=cursor) == ["C", "D"]


@pytest.mark.usefixtures("shelf")
async def test_cursor_with_another_filter_or_sort_is_rejected(client: Client) -> None:
    cursor = await cursor_of(client, limit=1, min_price=1, sort="price")
    assert await rejected_field(client, cursor=cursor) == "cursor"
    assert await rejected_field(client, cursor=cursor, min_price=1) == "cursor"
    assert await rejected_field(client, cursor=cursor, min_price=1, sort="-price") == "cursor"
    assert await rejected_field(client, cursor=cursor, min_price=2, sort="price") == "cursor"
    assert (
        await rejected_field(client, cursor=cursor, min_price=1, sort="price", search="a")
        == "cursor"
    )
    assert await names(client, cursor=cursor, min_price="1.00", sort="price", limit=3)


@pytest.mark.usefixtures("shelf")
async def test_changed_cursor_is_rejected(client: Client) -> None:
    cursor = await cursor_of(client, limit=1)
    for position in range(0, len(cursor), 5):
        letter = "A" if cursor[position] != "A" else "B"
        changed = cursor[:position] + letter + cursor[position + 1 :]
        assert await rejected_field(client, cursor=changed) == "cursor"
    for invalid in ("", "x", "=", cursor + "=", cursor + "A", cursor[:-1], "é", "a b", "\n"):
        assert await rejected_field(client, cursor=invalid) == "cursor"
    assert await rejected_field(client, cursor=cursor, page=2) == "page"


@pytest.mark.usefixtures("shelf")
@pytest.mark.parametrize(
    ("sort", "key"),
    [("price", "ten"), ("price", "1e999999"), ("newest", "then"), ("name", "a\0b")],
)
async def test_forged_cursor_is_rejected(client: Client, sort: str, key: str) -> None:
    product_id = "7d1f2b8e-64a3-4b8f-9a4e-2f6a0b9c1d22"
    for position in (CursorPosition(2, key, product_id), CursorPosition(2, "1", "no id")):
        forged = encode_cursor(position, (None, None, None, (), sort))
        assert await rejected_field(client, cursor=forged, sort=sort) == "cursor"


@pytest.mark.parametrize("sort", ["", "Name", "sku", "+name", "null"])
async def test_unknown_sort_is_rejected(client: Client, sort: str) -> None:
    assert await rejected_field(client, sort=sort) == "sort"


async def test_next_link_keeps_filters_in_any_alphabet(client: Client, conn: Connection) -> None:
    for number in range(3):
        await builders.product(conn, f"Молоток & пила {number}")
    assert await follow_pages(client, search="пила &", limit=1, page=1) == [
        [f"Молоток & пила {number}"] for number in range(3)
    ]


def test_next_link_has_no_page_parameter() -> None:
    sent = b"%70age=2&min_price=1%2E50&search=+\xc3\xa9++%26+&sort=price&limit=1"
    assert decode_query(CatalogQuery, sent).next_page("new") == (
        "min_price=1.500000&search=%C3%A9+%26&sort=price&limit=1&cursor=new"
    )


def test_cursor_round_trip() -> None:
    position = CursorPosition(3, "Name with ünïcode " * 20, "7d1f2b8e-64a3-4b8f-9a4e-2f6a0b9c1d22")
    text = encode_cursor(position, ("a", 1))
    assert decode_cursor(text, CursorPosition, ("a", 1)) == position
    assert decode_cursor(text, CursorPosition, ("a", 2)) is None
