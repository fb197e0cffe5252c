"""What a file of own products creates and changes."""

from decimal import Decimal

import pytest

import builders
from pricebook.db.database import Connection
from pricebook.errors import PriceListError
from product_import_fixtures import ImportProducts, linked_skus, products_of

HEADER = "internal_sku,name,category,status,target_price,gtin,mpn,brand\n"


async def test_products_are_created_with_all_fields(
    import_products: ImportProducts, conn: Connection
) -> None:
    imported = await import_products(
        HEADER + "A-1,Pen,Office > Pens,active,19.90,4006381333931,88/46,Stabilo\n,No SKU,,,,,,\n"
    )
    assert imported.result.state == "succeeded"
    assert imported.counts == (2, 0, 0, 0, 0)
    pen, other = await products_of(conn)
    assert pen == (
        *("A-1", "Pen", "Pens", "active", Decimal("19.90"), "4006381333931", "88/46", "Stabilo"),
    )
    assert other[0].startswith("PROD-")
    assert other[1:] == ("No SKU", None, "draft", None, None, None, None)
    assert imported.rows[1].internal_sku == other[0]
    paths = await conn.execute(
        "SELECT parent.name, child.name FROM categories AS child"
        " JOIN categories AS parent ON parent.id = child.parent_id"
    )
    assert await paths.fetchall() == [("Office", "Pens")]


async def test_absent_columns_stay_and_empty_cells_clear(
    import_products: ImportProducts, conn: Connection
) -> None:
    await import_products(
        HEADER + "A-1,Pen,Pens,active,19.90,4006381333931,88/46,Stabilo\n"
        "A-2,Ink,Pens,active,5,,,Stabilo\n"
    )
    imported = await import_products("SKU;Brand;Status;GTIN\nA-1;;;\nA-2;Stabilo;active;\n")
    assert imported.counts == (0, 1, 1, 0, 0)
    assert imported.changes(2) == {"gtin": ("4006381333931", None), "brand": ("Stabilo", None)}
    pen, _ = await products_of(conn)
    assert pen == ("A-1", "Pen", "Pens", "active", Decimal("19.90"), None, "88/46", None)
    imported = await import_products("sku,category,target price,mpn\nA-1,,,\n")
    assert set(imported.changes(2)) == {"category", "target_price", "mpn"}
    assert (await products_of(conn))[0] == ("A-1", "Pen", None, "active", *[None] * 4)


async def test_dry_run_shows_differences_and_writes_nothing(
    import_products: ImportProducts, conn: Connection
) -> None:
    supplier_id = await builders.supplier(conn, "ACME")
    await builders.item(conn, supplier_id, sku="X-1")
    await builders.product(conn, "Pen", sku="A-1", target_price="2")
    await builders.product(conn, "Ink", sku="A-2")
    before = await products_of(conn)
    imported = await import_products(
        "sku,name,category,target_price,links\n"
        "A-1,Fine pen,New > Path,2.50,ACME;X-1\n"
        "A-2,Ink,,,\n"
        "A-3,Paper,,,\n"
        "A-4,,,,\n",
        dry_run=True,
    )
    assert imported.result.dry_run
    assert imported.counts == (1, 1, 1, 1, 0)
    assert imported.changes(2) == {
        "name": ("Pen", "Fine pen"),
        "target_price": ("2.00", "2.50"),
        "category": (None, "New > Path"),
        "links": (None, "ACME;X-1"),
    }
    assert imported.changes(4) == {"name": (None, "Paper")}
    assert imported.errors == {5: "missing_name"}
    assert await products_of(conn) == before
    assert await linked_skus(conn) == {"X-1": None}
    assert await (await conn.execute("SELECT FROM categories")).fetchall() == []


@pytest.mark.parametrize(
    ("cells", "error_type"),
    [
        ("A-1,,,active,1,,,", "missing_name"),
        ("A-1,Pen,,lost,1,,,", "invalid_cell"),
        ("A-1,Pen,,active,0,,,", "invalid_cell"),
        ("A-1,Pen,,active,-1,,,", "invalid_cell"),
        ("A-1,Pen,,active,1e3,,,", None),
        ("A-1,Pen,,active,EUR 5,,,", "invalid_cell"),
        ("A-1,Pen,,active,1.23456,,,", "invalid_cell"),
        ('A-1,Pen,,active,"1,234",,,', "invalid_cell"),
        ("A-1,Pen,,active,ten,,,", "invalid_cell"),
        ("A-1,Pen,,active,1,4006381333932,,", "invalid_cell"),
        ("A-1,Pen,,active,1,4.00638E+12,,", "invalid_cell"),
        ("A-1,Pen,A >  > B,active,1,,,", "invalid_cell"),
        (f"{'A' * 101},Pen,,active,1,,,", "invalid_cell"),
        (f"A-1,{'N' * 501},,active,1,,,", "invalid_cell"),
        ("A-1,Pen,,archived,1,,,", "invalid_cell"),
        ("A-1,Pen", "malformed_row"),
        ("A-1,Pen,,active,1,,,,more", "malformed_row"),
    ],
)
async def test_row_that_cannot_be_understood_is_rejected(
    import_products: ImportProducts, conn: Connection, cells: str, error_type: str | None
) -> None:
    imported = await import_products(f"{HEADER}{cells}\nA-2,Ink,,draft,3,,,\n")
    assert imported.errors == ({2: error_type} if error_type else {})
    names = [row[1] for row in await products_of(conn)]
    assert names == (["Ink"] if error_type else ["Pen", "Ink"])
    if error_type:
        assert imported.result.state == "partially_succeeded"
        (row,) = (row for row in imported.rows if row.outcome == "rejected")
        assert row.error_message
        assert row.cells is not None
        assert len(row.cells) == 8


async def test_rows_of_one_sku_must_agree(
    import_products: ImportProducts, conn: Connection
) -> None:
    imported = await import_products(
        "sku,name,target_price\nA-1,Pen,1\nA-2,Ink,2\nA-1,Pen,3\nA-2,Ink,2\nA-3,Cap,x\nA-3,Cap,1\n"
    )
    assert imported.errors == {
        2: "repeated_sku",
        4: "repeated_sku",
        6: "invalid_cell",
        7: "repeated_sku",
    }
    assert imported.counts == (1, 0, 0, 4, 1)
    assert [row[0] for row in await products_of(conn)] == ["A-2"]


async def test_archived_product_changes_only_with_its_status(
    import_products: ImportProducts, conn: Connection
) -> None:
    for sku in ("A-1", "A-2", "A-3"):
        await builders.product(conn, "Pen", sku=sku, status="archived")
    imported = await import_products(
        "sku,name,status\nA-1,Pencil,archived\nA-2,Pencil,active\nA-3,Pen,archived\n"
    )
    assert imported.errors == {2: "archived_product"}
    assert imported.counts == (0, 1, 1, 1, 0)
    assert [row[3] for row in await products_of(conn)] == ["archived", "active", "archived"]


@pytest.mark.parametrize(
    "text",
    [
        "sku,name,colour\nA-1,Pen,red\n",
        "sku,name,SKU\nA-1,Pen,A-1\n",
        "title,price\nPen,3\n",
        "sku,name,supplier\nA-1,Pen,ACME\n",
        "sku,name,supplier,supplier_sku,links\nA-1,Pen,ACME,X,\n",
        "",
        "%PDF-1.7",
    ],
)
async def test_file_with_unknown_columns_is_refused(
    import_products: ImportProducts, conn: Connection, text: str
) -> None:
    with pytest.raises(PriceListError):
        await import_products(text)
    states = await conn.execute("SELECT state, jsonb_array_length(errors) FROM product_imports")
    assert await states.fetchall() == [("failed", 1)]


async def test_more_rows_than_a_chunk(import_products: ImportProducts, conn: Connection) -> None:
    lines = "".join(f"N-{number},Nail {number},Nails > {number % 7}\n" for number in range(2500))
    imported = await import_products("sku,name,category\n" + lines)
    assert imported.counts == (2500, 0, 0, 0, 0)
    assert imported.result.rows_done == imported.result.rows_total == 2500
    assert (await import_products("sku,name,category\n" + lines)).counts == (0, 0, 2500, 0, 0)
    count = await conn.execute("SELECT count(*) FROM categories")
    assert await count.fetchone() == (8,)
