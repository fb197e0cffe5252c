"""The route of the items of a supplier."""

from uuid import uuid4

from litestar import Litestar
from litestar.testing import AsyncTestClient

import builders
from pricebook.db.database import Connection

Client = AsyncTestClient[Litestar]


async def test_items_are_listed_with_their_products(sales: Client, conn: Connection) -> None:
    supplier_id = await builders.supplier(conn, "ACME")
    product_id = await builders.product(conn, "Hammer", sku="HAM-1")
    await builders.item(conn, supplier_id, "12.50", sku="A-1", product_id=product_id)
    await builders.item(conn, supplier_id, sku="A-2", name="Saw")
    await builders.item(conn, await builders.supplier(conn, "Other"), sku="B-1")
    path = f"/api/v1/admin/suppliers/{supplier_id}/items"
    page = (await sales.get(path)).json()
    assert page["total_count"] == 2
    linked, unmatched = page["data"]
    assert (linked["item"]["supplier_sku"], linked["item"]["current_price"]) == ("A-1", "12.50")
    product = {"id": str(product_id), "internal_sku": "HAM-1", "name": "Hammer"}
    assert (linked["product"], unmatched["product"]) == (product, None)
    for query, codes in (
        ({"state": "unmatched"}, ["A-2"]),
        ({"search": "saw"}, ["A-2"]),
        ({"limit": "1"}, ["A-1"]),
    ):
        found = (await sales.get(path, params=query)).json()["data"]
        assert [each["item"]["supplier_sku"] for each in found] == codes, query
    refused = await sales.get(path, params={"state": "gone"})
    assert refused.status_code == 400
    unknown = await sales.get(f"/api/v1/admin/suppliers/{uuid4()}/items")
    assert unknown.status_code == 404
