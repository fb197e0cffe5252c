"""Links of items to products by a file."""

import pytest

import builders
from pricebook.db.database import Connection
from product_import_fixtures import ImportProducts, linked_skus


@pytest.fixture
async def items(conn: Connection) -> None:
    """Items X-1 to X-3 of ACME and Y-1 of Best; products P-1 with X-1, and P-2."""
    acme, best = await builders.supplier(conn, "ACME"), await builders.supplier(conn, "Best")
    first = await builders.product(conn, "Pen", sku="P-1")
    await builders.product(conn, "Ink", sku="P-2")
    await builders.item(conn, acme, "2", sku="X-1", product_id=first)
    for sku in ("X-2", "X-3"):
        await builders.item(conn, acme, "3", sku=sku)
    await builders.item(conn, best, "1", sku="Y-1")


@pytest.mark.usefixtures("items")
async def test_links_are_the_whole_set(import_products: ImportProducts, conn: Connection) -> None:
    imported = await import_products('sku,links\nP-1,"acme;X-2\nBest ; Y-1"\nP-2,ACME;X-1\n')
    assert imported.counts == (0, 2, 0, 0, 0)
    assert imported.changes(2) == {"links": ("ACME;X-1", "ACME;X-2\nBest;Y-1")}
    assert await linked_skus(conn) == {"X-1": "P-2", "X-2": "P-1", "X-3": None, "Y-1": "P-1"}
    prices = await conn.execute("SELECT min_price, supplier_count FROM products ORDER BY name DESC")
    assert await prices.fetchall() == [(1, 2), (2, 1)]
    imported = await import_products("sku,links\nP-1,\n")
    assert imported.changes(2) == {"links": ("ACME;X-2\nBest;Y-1", None)}
    assert await linked_skus(conn) == {"X-1": "P-2", "X-2": None, "X-3": None, "Y-1": None}


@pytest.mark.usefixtures("items")
async def test_supplier_and_code_add_links(
    import_products: ImportProducts, conn: Connection
) -> None:
    imported = await import_products(
        "sku,name,supplier,supplier_sku\nP-1,Pen,ACME,X-2\nP-1,Pen,ACME,X-3\nP-1,Pen,,\n"
        "P-3,New,BEST,Y-1\n"
    )
    assert imported.counts == (1, 1, 0, 0, 2)
    assert await linked_skus(conn) == {"X-1": "P-1", "X-2": "P-1", "X-3": "P-1", "Y-1": "P-3"}


@pytest.mark.usefixtures("items")
async def test_items_of_others_and_unknown_ones_are_rejected(
    import_products: ImportProducts, conn: Connection
) -> None:
    before = await linked_skus(conn)
    imported = await import_products(
        "sku,name,supplier,supplier_sku\n"
        "P-2,Ink!,ACME,X-1\n"
        "P-4,New,ACME,X-9\n"
        "P-5,New,Nobody,X-2\n"
        "P-6,New,ACME,\n"
        "P-7,New,ACME,X-3\n"
        "P-8,New,acme,X-3\n"
    )
    assert imported.errors == {
        2: "item_taken",
        3: "unknown_item",
        4: "unknown_item",
        5: "invalid_cell",
        6: "repeated_link",
        7: "repeated_link",
    }
    messages = {row.row_number: row.error_message for row in imported.rows}
    assert messages[2] == "The item X-1 of ACME is linked to the product P-1."
    assert messages[6] == "The rows 6, 7 link the same item X-3: it can have one product."
    assert await linked_skus(conn) == before
    names = await conn.execute("SELECT name FROM products ORDER BY name")
    assert await names.fetchall() == [("Ink",), ("Pen",)]


@pytest.mark.usefixtures("items")
async def test_items_are_exchanged(import_products: ImportProducts, conn: Connection) -> None:
    await import_products("sku,links\nP-2,ACME;X-2\n")
    imported = await import_products("sku,links\nP-1,ACME;X-2\nP-2,ACME;X-1\n", dry_run=True)
    assert imported.counts == (0, 2, 0, 0, 0)
    imported = await import_products("sku,links\nP-1,ACME;X-2\nP-2,ACME;X-1\n")
    assert imported.counts == (0, 2, 0, 0, 0)
    assert await linked_skus(conn) == {"X-1": "P-2", "X-2": "P-1", "X-3": None, "Y-1": None}


@pytest.mark.usefixtures("items")
async def test_archived_product_loses_links_but_gets_none(
    import_products: ImportProducts, conn: Connection
) -> None:
    await conn.execute("UPDATE products SET status = 'archived'")
    imported = await import_products("sku,links\nP-1,\nP-2,ACME;X-2\n")
    assert imported.errors == {3: "archived_product"}
    assert await linked_skus(conn) == {"X-1": None, "X-2": None, "X-3": None, "Y-1": None}


@pytest.mark.parametrize("cell", ["ACME", "ACME;", ";X-1", "ACME;X-1;X-2", '"ACME;""X-1'])
async def test_malformed_links_are_rejected(import_products: ImportProducts, cell: str) -> None:
    quoted = cell.replace('"', '""')
    imported = await import_products(f'sku,name,links\nP-1,Pen,"{quoted}"\n')
    assert imported.errors == {2: "invalid_cell"}
