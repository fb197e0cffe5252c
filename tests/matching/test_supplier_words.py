"""Words among the unmatched items of one supplier are found by the index that has both."""

from uuid import UUID

import pytest

import builders
from pricebook.db.database import Connection
from pricebook.db.fragments import compose
from pricebook.matching.repository import matches_listing
from pricebook.matching.schemas import MatchQuery
from pricebook.suppliers.item_search import find_items
from pricebook.suppliers.schemas import UnmatchedItemQuery
from pricebook.suppliers.unmatched_repository import unmatched_listing

WORDS = "cast-iron pan"
ITEMS = """
    INSERT INTO supplier_items (supplier_id, supplier_sku, name, current_price)
    SELECT supplier, 'A-' || n, CASE WHEN n %% 10 = 0 THEN 'Cast-iron pan ' ELSE 'Lid ' END || n, 5
    FROM unnest(%s::uuid[]) AS supplier, generate_series(1, 500) AS n
"""


@pytest.fixture
async def supplier_id(conn: Connection) -> UUID:
    """One of ten suppliers, each with 500 items of which 50 have the words."""
    suppliers = [await builders.supplier(conn) for _ in range(10)]
    await conn.execute(ITEMS, [suppliers])
    await conn.execute("""
        INSERT INTO match_items (supplier_item_id, supplier_id, texts_digest, suggestions,
            best_band, best_score)
        SELECT id, supplier_id, '', 1, 'likely', 0.7 FROM supplier_items
    """)
    await conn.execute("VACUUM (ANALYZE)")
    return suppliers[0]


async def test_words_of_one_supplier_are_found_by_one_index(
    conn: Connection, supplier_id: UUID
) -> None:
    search = await find_items(conn, tuple(WORDS.split()))
    for listing in (
        matches_listing(MatchQuery(supplier_id=supplier_id, search=WORDS), search),
        unmatched_listing(UnmatchedItemQuery(supplier_id=supplier_id, search=WORDS), search),
    ):
        statement = compose(
            "EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF, SUMMARY OFF)"
            " SELECT FROM {table} WHERE {conditions}",
            table=listing.table,
            conditions=listing.all_conditions,
        )
        cursor = await conn.execute(statement.text, statement.values)
        plan = "\n".join(line for (line,) in await cursor.fetchall())
        index = plan.partition("Bitmap Index Scan on supplier_items_unmatched_search_idx")[2]
        assert index, plan
        assert "(ARRAY[supplier_id] @> " in index, plan
        assert "actual rows=50" in index.splitlines()[0], plan
