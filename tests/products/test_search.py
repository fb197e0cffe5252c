"""Staff search: codes, words in any order and form, typing errors, the order of the products."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from litestar import Litestar
from litestar.testing import AsyncTestClient
from psycopg.types.json import Jsonb

import builders
from pricebook.db.database import Connection
from pricebook.http.query_string import decode_query
from pricebook.products import search
from pricebook.products.list_filters import StaffProductQuery
from pricebook.products.similar_words import count_errors, nearest_words, stem_of

Client = AsyncTestClient[Litestar]
PRODUCTS = "/api/v1/admin/products"


async def found(client: Client, text: str, **parameters: Any) -> list[str]:
    """Return the names of the products that a search finds, over pages of two."""
    names: list[str] = []
    page = 1
    while True:
        query = {"search": text, "limit": 2, "page": page, **parameters}
        response = await client.get(PRODUCTS, params=query)
        assert response.status_code == 200, response.text
        listed = response.json()
        names += [product["name"] for product in listed["data"]]
        if not listed["data"]:
            assert listed["total_count"] == len(names) == len(set(names))
            return names
        page += 1


@pytest.fixture
async def goods(conn: Connection) -> None:
    """Products with all kinds of codes."""
    supplier_id = await builders.supplier(conn, "ACME")
    claw = await builders.product(conn, "Claw hammer 20 oz", sku="HAM-0101")
    await builders.item(conn, supplier_id, sku="NW-204 17", product_id=claw)
    await builders.product(conn, "Hammer drill", sku="DRI-1", status="draft")
    await builders.product(conn, "Set of hammers", sku="SET-1")
    grinder = await builders.product(conn, "Bench grinder", sku="GRI-1")
    await builders.product(conn, "Молоток слесарный", sku="МОЛ-1")
    pen = await builders.product(conn, "Pen", sku="20417")
    await builders.item(conn, supplier_id, sku="FREE-1")
    item_id = await builders.item(conn, supplier_id, sku="GR-1", product_id=grinder)
    details = {"gtin": "4006381333931", "mpn": "GWS 7-125", "list_price": 3}
    await conn.execute(
        "UPDATE supplier_items SET price_details = %s WHERE id = %s", [Jsonb(details), item_id]
    )
    await conn.execute(
        "UPDATE products SET gtin = '0012345678905', mpn = 'DW/745-X' WHERE id = %s", [pen]
    )


@pytest.mark.usefixtures("goods")
@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("NW-204 17", ["Claw hammer 20 oz"]),
        ("nw20417", ["Claw hammer 20 oz"]),
        ("hammer NW-20417", ["Claw hammer 20 oz"]),
        ("drill NW-20417", []),
        ("ham-0101", ["Claw hammer 20 oz"]),
        ("20417", ["Pen"]),
        ("0012345678905", ["Pen"]),
        ("012345678905", ["Pen"]),
        ("12345678905", ["Pen"]),
        ("dw745x", ["Pen"]),
        ("pen DW/745-X", ["Pen"]),
        ("FREE-1", []),
        ("4006381333931", ["Bench grinder"]),
        ("04006381333931", ["Bench grinder"]),
        ("gws7125", ["Bench grinder"]),
        ("grinder GWS-7125", ["Bench grinder"]),
        ("hammer claw", ["Claw hammer 20 oz"]),
        ("hammers", ["Set of hammers", "Claw hammer 20 oz", "Hammer drill"]),
        ("HAMMER", ["Claw hammer 20 oz", "Hammer drill", "Set of hammers"]),
        ("hammer drills", ["Hammer drill"]),
        ("hamer", ["Claw hammer 20 oz", "Hammer drill", "Set of hammers"]),
        ("hamemr drll", ["Hammer drill"]),
        ("jammer clw", []),
        ("grindr", ["Bench grinder"]),
        ("молотки", ["Молоток слесарный"]),
        ("молотак", ["Молоток слесарный"]),
        ("слесарный молоток", ["Молоток слесарный"]),
        ("%", []),
        ("zzzzqqq", []),
        ("h_mmer", []),
    ],
)
async def test_search_finds(sales: Client, text: str, names: list[str]) -> None:
    assert await found(sales, text) == names


@pytest.mark.parametrize("text", ["AB-0012345", "b-0012345", "axe ab-0012345"])
async def test_long_number_is_found_as_a_whole(sales: Client, conn: Connection, text: str) -> None:
    await builders.product(conn, "Axe", sku="AB-0012345")
    await builders.product(conn, "Axe head", sku="CD-0012345")
    assert await found(sales, text) == ["Axe"]


@pytest.mark.parametrize("text", ["CLI-8", "cli8", "CLI 8", "cli/8"])
async def test_code_is_found_in_other_notations_and_first_where_it_begins(
    sales: Client, conn: Connection, text: str
) -> None:
    names = ["Ink CLI-8C", "Red tank, CLI-8 series", "A case for XCLI-8", "Tank CLI8M", "Ink CLI-9"]
    for number, name in enumerate(names):
        await builders.product(conn, name, sku=f"P{number}")
    coded = await builders.product(conn, "Zinc", sku="Z")
    await conn.execute("UPDATE products SET mpn = 'CLI-77' WHERE id = %s", [coded])
    assert await found(sales, "cli77") == ["Zinc"]
    assert await found(sales, text) == [
        *("Red tank, CLI-8 series", "Ink CLI-8C", "Tank CLI8M", "A case for XCLI-8")
    ]
    if " " not in text:
        assert await found(sales, f"tank {text}") == ["Tank CLI8M", "Red tank, CLI-8 series"]


@pytest.mark.usefixtures("goods")
async def test_filters_hold_for_similar_words_and_codes(sales: Client) -> None:
    assert await found(sales, "hamer", status="draft") == ["Hammer drill"]
    assert await found(sales, "hammers", status="active") == ["Set of hammers", "Claw hammer 20 oz"]
    assert await found(sales, "20417", status="draft") == []


@pytest.mark.usefixtures("goods")
async def test_exports_have_what_the_pages_have(sales: Client) -> None:
    for text in ("hamer", "hammers", "nw20417", "zzzzqqq"):
        names = await found(sales, text)
        for path in ("export", "import-file"):
            response = await sales.get(f"{PRODUCTS}/{path}", params={"search": text})
            assert len(response.text.splitlines()) == 1 + len(names), (path, text)


async def test_exact_code_is_first_among_many(
    sales: Client, conn: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(7):
        await builders.product(conn, f"Bolt {number}", sku=f"B-77{number}")
    supplier_id = await builders.supplier(conn)
    product_id = await builders.product(conn, "Zinc", sku="Z-1")
    await builders.item(conn, supplier_id, sku="77", product_id=product_id)
    await builders.product(conn, "Washer", sku="77")
    few = await found(sales, "77")
    monkeypatch.setattr(search, "MAX_RANKED", 3)
    assert few[:2] == ["Washer", "Zinc"]
    assert await found(sales, "77") == few
    assert few[2:] == [f"Bolt {number}" for number in range(7)]


@pytest.mark.parametrize(
    ("name", "other_forms"),
    [
        ("Box", ["boxes", "BOXES"]),
        ("Batteries", ["battery"]),
        ("Schlauch", ["Schläuche"]),
        ("Feuilles", ["feuille"]),
        ("Tornillos", ["tornillo"]),
        ("Bullone", ["bulloni"]),
        ("Schroeven", ["schroef"]),
        ("Болты", ["болт", "болтами"]),
    ],
)
async def test_word_forms_find_each_other(
    sales: Client, conn: Connection, name: str, other_forms: list[str]
) -> None:
    await builders.product(conn, f"{name} 5")
    await builders.product(conn, "Other 5")
    for form in other_forms:
        assert await found(sales, form) == [f"{name} 5"], form


@pytest.mark.parametrize(
    ("text", "most"),
    [
        *(("hammer", 0), ("hammers", 0), ("hammer 77", 0)),
        *(("hammer", 200), ("hammers", 200), ("hamer", 200), ("hammer 77", 200)),
    ],
)
async def test_walk_through_a_search_while_products_change(
    sales: Client, conn: Connection, text: str, most: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search, "MAX_RANKED", most)
    for number in range(6):
        await builders.product(conn, f"Hammer {number} 77", sku=f"M-{number}")
        await builders.product(conn, f"Set of hammers {number} 77", sku=f"S-{number}")
    expected = await found(sales, text)
    assert len(expected) == (12 if most or "hammers" not in text else 6)
    met: list[str] = []
    query: dict[str, Any] = {"search": text, "limit": 2}
    for number in range(100):
        page = (await sales.get(PRODUCTS, params=query)).json()
        met += [product["name"] for product in page["data"]]
        if page["next_cursor"] is None:
            break
        query["cursor"] = page["next_cursor"]
        await builders.product(conn, f"A hammer {number} 77", sku=f"A-{number}")
        await builders.product(conn, f"Hammer {number} 77 B", sku=f"B-{number}")
        monkeypatch.setattr(search, "MAX_RANKED", 200 - most)
    assert [name for name in met if name in expected] == expected
    assert len(met) == len(set(met))


FORGED: list[list[str | None]] = [
    ["[false]", "ranked", "x", "a", "7d1f2b8e-64a3-4b8f-9a4e-2f6a0b9c1d22"],
    ["[false]", "ranked", "1", "a\0", "7d1f2b8e-64a3-4b8f-9a4e-2f6a0b9c1d22"],
    ["[false]", "ranked", "1", "a"],
    ["[true]", "other", "products", "a", "x"],
    ["[true]", "other", "a", "7d1f2b8e-64a3-4b8f-9a4e-2f6a0b9c1d22"],
    ["[true]", "other"],
    ["[false,[[]]]", "other", "products", "a", "7d1f2b8e-64a3-4b8f-9a4e-2f6a0b9c1d22"],
    ["[]", "other"],
    [],
]


@pytest.mark.usefixtures("goods")
@pytest.mark.parametrize("position", FORGED)
async def test_forged_cursor_is_refused(sales: Client, position: list[str | None]) -> None:
    cursor = decode_query(StaffProductQuery, b"search=hammer").cursor_after(position)
    response = await sales.get(PRODUCTS, params={"search": "hammer", "cursor": cursor})
    assert response.status_code == 400
    assert "cursor" in response.text


async def test_renamed_products_are_found_despite_errors(sales: Client, conn: Connection) -> None:
    product_id = await builders.product(conn, "Thing", sku="T-1")
    assert await found(sales, "screwdriwer") == []
    await conn.execute("UPDATE products SET name = 'Screwdriver' WHERE id = %s", [product_id])
    assert await found(sales, "screwdriwer") == ["Screwdriver"]
    assert await found(sales, "thimg") == []


async def test_identifiers_follow_the_items(sales: Client, conn: Connection) -> None:
    supplier_id = await builders.supplier(conn)
    product_id = await builders.product(conn, "Pen")
    insert = """
        INSERT INTO supplier_items (supplier_id, product_id, supplier_sku, name, current_price,
            price_details) VALUES (%s, %s, %s, 'Pen', 1, %s)
    """
    for sku, details in (("A", {"gtin": "4006381333931"}), ("B", None), ("C", {"unit": "H87"})):
        given = None if details is None else Jsonb(details)
        await conn.execute(insert, [supplier_id, product_id, sku, given])
    assert await found(sales, "4006381333931") == ["Pen"]
    await conn.execute(
        "UPDATE supplier_items SET price_details = %s", [Jsonb({"mpn": "X 12/3", "gtin": None})]
    )
    assert await found(sales, "4006381333931") == []
    assert await found(sales, "x123") == ["Pen"]
    await conn.execute("DELETE FROM supplier_items")
    assert await found(sales, "x123") == []


@pytest.mark.parametrize(
    ("first", "second", "errors"),
    [("", "", 0), ("ab", "ba", 1), ("hamer", "hammer", 1), ("cat", "cut", 1), ("abc", "", 3)],
)
def test_errors_between_words(first: str, second: str, errors: int) -> None:
    assert count_errors(first, second) == count_errors(second, first) == errors


@given(first=st.text("abc", max_size=8), second=st.text("abc", max_size=8))
def test_errors_are_symmetric_and_bounded(first: str, second: str) -> None:
    errors = count_errors(first, second)
    assert errors == count_errors(second, first)
    assert abs(len(first) - len(second)) <= errors <= max(len(first), len(second))
    assert (errors == 0) == (first == second)


def test_nearest_words_have_few_errors() -> None:
    assert nearest_words("hamer", ["hammer", "hamster", "camera"]) == ("hammer",)
    assert nearest_words("blad", ["blade", "bled", "plate"]) == ("blade", "bled")
    assert nearest_words("grinder", ["sprinter"]) == ()
    assert stem_of("dw745") == "dw745"
