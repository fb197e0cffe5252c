"""The items of a supplier by their codes: by words and state, page after page."""

from collections.abc import AsyncIterator
from typing import LiteralString
from uuid import UUID

import pytest
from msgspec.structs import replace

import builders
from pricebook.db.database import Connection, Database
from pricebook.http.pagination import CursorPage
from pricebook.suppliers.listed_item_schemas import ItemState, ListedItem, ListedItemQuery
from pricebook.suppliers.listed_items import list_items

STATES: tuple[ItemState | None, ...] = (None, "linked", "unmatched", "absent")
# Two items in three are linked, one in four is absent; half of them are steel, few are brass.
MANY: LiteralString = """
    INSERT INTO supplier_items (supplier_id, product_id, supplier_sku, name, current_price,
        absent_since)
    SELECT %(supplier)s, CASE WHEN n %% 3 > 0 THEN %(product)s::uuid END,
        CASE WHEN n %% 3 = 1 THEN 'a' ELSE 'Z' END || lpad(n::text, 5, '0'),
        CASE WHEN n %% 2 = 0 THEN 'Steel nut' WHEN n %% 501 = 0 THEN 'Brass nut' ELSE 'Bolt' END,
        1, CASE WHEN n %% 4 = 0 THEN now() END
    FROM generate_series(1, %(number)s) AS n
"""
EXPECTED: LiteralString = """
    SELECT supplier_sku, product_id IS NOT NULL, absent_since IS NOT NULL FROM supplier_items
    WHERE supplier_id = %s AND name || supplier_sku ILIKE %s ORDER BY supplier_sku
"""


async def pages(
    database: Database, supplier_id: UUID, query: ListedItemQuery
) -> AsyncIterator[CursorPage[ListedItem]]:
    cursor = None
    while True:
        page = await list_items(database, supplier_id, replace(query, cursor=cursor))
        yield page
        cursor = page.next_cursor
        if cursor is None:
            return


async def expected_codes(
    conn: Connection, supplier_id: UUID, word: str, state: ItemState | None
) -> list[str]:
    cursor = await conn.execute(EXPECTED, [supplier_id, f"%{word}%"])
    return [
        code
        for code, is_linked, is_absent in await cursor.fetchall()
        if state is None
        or {"linked": is_linked, "unmatched": not is_linked, "absent": is_absent}[state]
    ]


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("word", ["steel", "brass", "gold", "0012"])
async def test_all_pages_have_each_item_with_the_word_once_in_the_order_of_codes(
    database: Database, conn: Connection, word: str, state: ItemState | None
) -> None:
    supplier_id, other_id = await builders.supplier(conn), await builders.supplier(conn)
    product_id = await builders.product(conn)
    for each in (supplier_id, other_id):
        values = {"supplier": each, "product": product_id, "number": 300}
        await conn.execute(MANY, values)
    expected = await expected_codes(conn, supplier_id, word, state)
    codes: list[str] = []
    async for page in pages(
        database, supplier_id, ListedItemQuery(search=word, state=state, limit=7)
    ):
        codes += [each.item.supplier_sku for each in page.data]
        assert (page.total_count, page.total_count_is_exact) == (len(expected), True)
    assert codes == expected


@pytest.mark.parametrize("state", STATES)
async def test_a_word_of_too_many_items_to_count_is_found_in_the_order_of_codes(
    database: Database, conn: Connection, state: ItemState | None
) -> None:
    supplier_id, product_id = await builders.supplier(conn), await builders.product(conn)
    values = {"supplier": supplier_id, "product": product_id, "number": 15_000}
    await conn.execute(MANY, values)
    await conn.execute("ANALYZE supplier_items")
    for word in ("steel", "brass"):
        expected = await expected_codes(conn, supplier_id, word, state)
        query = ListedItemQuery(search=word, state=state, limit=200)
        codes: list[str] = []
        async for page in pages(database, supplier_id, query):
            codes += [each.item.supplier_sku for each in page.data]
            assert page.total_count >= len(codes)
        assert codes == expected
        exact = await list_items(database, supplier_id, replace(query, exact_count=True))
        assert (exact.total_count, exact.total_count_is_exact) == (len(expected), True)
        second = await list_items(database, supplier_id, replace(query, page=2, limit=5))
        assert [each.item.supplier_sku for each in second.data] == expected[5:10]


async def test_a_word_is_found_without_its_case_and_accents_in_both_states(
    database: Database, conn: Connection
) -> None:
    supplier_id, product_id = await builders.supplier(conn), await builders.product(conn)
    await builders.item(conn, supplier_id, product_id=product_id, sku="B", name="Schlüssel 50%")
    await builders.item(conn, supplier_id, sku="A", name="SCHLUSSEL 50")
    for words, codes in (
        ("schlussel", ["A", "B"]),
        ("Schlüssel 50", ["A", "B"]),
        ("50% schl", ["B"]),
    ):
        page = await list_items(database, supplier_id, ListedItemQuery(search=words))
        assert [each.item.supplier_sku for each in page.data] == codes
        linked = [each.product and each.product.id for each in page.data]
        assert linked == [product_id if code == "B" else None for code in codes]
