"""An exported file that is imported as it is changes nothing."""

import csv
import io
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import builders
from pricebook.db.database import Connection, Database
from pricebook.product_imports.cell_texts import (
    LinkName,
    format_links,
    format_path,
    parse_links,
    parse_path,
)
from product_import_fixtures import ImportProducts, exported

UGLY = (
    *("=1+1", "+49 30", "-5", "@SUM", "'=a", "''", "00042", "1,5", "1.234", "a\nb", "a\r\nb\rc"),
    *(
        '"',
        'a"b',
        "a;b",
        "a,b",
        "a\tb",
        "|x",
        "x > y",
        ">",
        ">>",
        "Ñandú",
        "日本語",
        "😀",
        "\u200b",
    ),
    *("NULL", "TRUE", "2026-03-01", "1E5", "\ufeffx", "a;=b", "x;", "# N/A", "é", "e\u0301"),
)
TEXTS = st.one_of(
    st.sampled_from(UGLY),
    st.text(
        st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=40
    ),
).filter(str.strip)
CODES = TEXTS.map(str.strip).filter(lambda text: "\0" not in text)
PRICES = st.one_of(
    st.none(), st.decimals(min_value="0.0001", max_value="9999999999.9999", places=4)
)


@pytest.mark.parametrize("text", UGLY)
def test_paths_and_links_of_ugly_texts(text: str) -> None:
    text = text.strip()
    assert parse_path(format_path([text, "b", text])) == [text, "b", text]
    links = [LinkName(text, "b"), LinkName("b", text)]
    assert parse_links(format_links(links)) == links


@given(names=st.lists(CODES, max_size=5))
def test_every_path_is_read_back(names: list[str]) -> None:
    assert parse_path(format_path(names)) == names


@given(links=st.lists(st.builds(LinkName, CODES, CODES), max_size=5, unique=True))
def test_all_links_are_read_back(links: list[LinkName]) -> None:
    assert parse_links(format_links(links)) == links


async def add_product(conn: Connection, texts: list[str], price: Decimal | None) -> None:
    name, sku, mpn, category, supplier, code = map(str.strip, texts)  # as the API stores them
    category_id = await builders.category(conn, f"{category[:200]}{uuid4()}")
    child = await builders.category(conn, category, category_id)
    product_id = await builders.product(conn, name, sku=f"{sku}{uuid4()}", category_id=child)
    await conn.execute(
        "UPDATE products SET target_price = %s, mpn = %s, brand = %s WHERE id = %s",
        [price, mpn, name, product_id],
    )
    for prefix in ("", "-"):
        supplier_id = await builders.supplier(conn, f"{prefix}{supplier}{uuid4()}")
        await builders.item(conn, supplier_id, sku=code, product_id=product_id)


async def test_exported_products_change_nothing(
    import_products: ImportProducts, conn: Connection, database: Database
) -> None:
    for text in UGLY:
        await add_product(conn, [text] * 6, Decimal("1234.5670"))
    text = await exported(database)
    imported = await import_products(text)
    assert imported.counts == (0, 0, len(UGLY), 0, 0), imported.rows
    assert await exported(database) == text


@settings(
    max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)
@given(texts=st.lists(TEXTS, min_size=6, max_size=6), price=PRICES)
async def test_any_exported_product_changes_nothing(
    import_products: ImportProducts,
    conn: Connection,
    database: Database,
    texts: list[str],
    price: Decimal | None,
) -> None:
    await add_product(conn, texts, price)
    imported = await import_products(await exported(database))
    counts = imported.result.counts
    assert (counts.new, counts.changed, counts.rejected) == (0, 0, 0), imported.rows


async def test_export_with_one_edited_cell(
    import_products: ImportProducts, conn: Connection, database: Database
) -> None:
    for text in UGLY:
        await add_product(conn, [text] * 6, None)
    header, *lines = csv.reader(io.StringIO((await exported(database)).removeprefix("\ufeff")))
    lines[3][header.index("brand")] = "Other"
    edited = io.StringIO()
    csv.writer(edited, delimiter=";").writerows([header, *lines])
    imported = await import_products(edited.getvalue())
    assert imported.counts == (0, 1, len(UGLY) - 1, 0, 0)
    assert list(imported.changes(imported.rows[0].row_number)) == ["brand"]


async def test_workbook_of_the_export_changes_nothing(
    import_products: ImportProducts, conn: Connection, database: Database
) -> None:
    for text in UGLY:
        if "\r" not in text:  # XML has no other line ends than \n
            await add_product(conn, [text] * 6, Decimal("5.5"))
    rows = list(csv.reader(io.StringIO((await exported(database)).removeprefix("\ufeff"))))
    file = io.BytesIO()
    book: Any
    with xlsxwriter.Workbook(file) as book:
        sheet = book.add_worksheet("Products")
        for number, row in enumerate(rows):
            for column, cell in enumerate(row):
                sheet.write_string(number, column, cell)
    imported = await import_products(file.getvalue(), name="products.xlsx")
    assert imported.counts == (0, 0, len(rows) - 1, 0, 0), imported.rows
