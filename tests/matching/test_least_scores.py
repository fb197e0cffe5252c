"""Which candidates are shown although hardly anything but a number speaks for them."""

import pytest

import builders
from import_fixtures import rows
from match_fixtures import examine
from pricebook.db.database import Connection, Database

TONER = "Canon Replacement Toner Black 40 ml"


@pytest.mark.parametrize(("number", "expected"), [("F3H98225", 2), ("F3H98226", 1)])
async def test_a_product_with_the_number_of_an_item_is_a_candidate_at_any_score(
    conn: Connection, database: Database, number: str, expected: int
) -> None:
    await builders.product(conn, f"{TONER} - {number}", target_price="79.00")
    await builders.product(conn, "Belkin Monitor Cable", target_price="12.00")
    supplier_id = await builders.supplier(conn)
    await builders.item(conn, supplier_id, "50.00", name=f"{TONER} - F3H98225")
    name = "Belkin Monitor Cable - F3H982-25"
    item_id = await builders.item(conn, supplier_id, "12.78", name=name)
    await examine(database)
    found = await rows(conn, "SELECT supplier_item_id FROM match_suggestions")
    assert found.count((item_id,)) == expected
