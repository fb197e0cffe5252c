"""Demo data for the first start: invented suppliers, price lists, products and links."""

import csv
from collections.abc import Callable
from contextlib import suppress
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple, TypeVar
from uuid import UUID

import msgspec

from pricebook.categories import service as categories
from pricebook.db.database import Connection, Database
from pricebook.errors import ConflictError
from pricebook.imports import importer
from pricebook.imports.importer_schemas import RATE_MAX_AGE_DAYS, ImportRequest, Progress
from pricebook.matching import service as matching
from pricebook.matching.run_schemas import RunRequest
from pricebook.pricelists.isolation.parser_pool import ParserPool
from pricebook.pricelists.schemas.read_request import FileSource
from pricebook.products import service as products
from pricebook.products.schemas import NewProduct
from pricebook.rates import service as rates
from pricebook.rates.schemas import NewRate, RateSource
from pricebook.rates.service import RateContext
from pricebook.suppliers import service as suppliers
from pricebook.suppliers.schemas import NewItemLink, NewSupplier

RowT = TypeVar("RowT")

CURRENCY = "USD"
REQUESTED_BY = "demo"
# One supplier quotes in EUR; prices of the demo are exact at this rate.
EUR_RATE = Decimal("1.25")
FOLDER = Path(__file__).parent


class _Supplier(NamedTuple):
    name: str
    file: str
    source_type: str
    contact_email: str
    source_config: str


class _Product(NamedTuple):
    internal_sku: str
    name: str
    category: str
    parent_category: str
    target_price: str


class _Link(NamedTuple):
    supplier: str
    supplier_sku: str
    internal_sku: str


async def load(database: Database, print_line: Callable[[str], None]) -> None:
    """Import the demo price lists, then create products and links; repeating it changes nothing."""
    rate = NewRate("EUR", CURRENCY, EUR_RATE)
    context = RateContext(database, RATE_MAX_AGE_DAYS)
    await rates.store_rates(context, [rate], RateSource("demo"))
    with ParserPool() as parser_pool:
        for supplier in _read_csv("suppliers.csv", _Supplier):
            await _create_supplier(database, supplier)
            request = ImportRequest(
                source=FileSource(str(FOLDER / supplier.file)),
                supplier_name=supplier.name,
                currency=CURRENCY,
            )
            result = await importer.run_import(database, parser_pool, request, _ignore_progress)
            counts = result.counts
            print_line(f"  {supplier.name}: {counts.imported} items, {counts.rejected} rejected")
    async with database.transaction() as conn:
        product_ids = await _make_products(conn)
        await _link(conn, product_ids)
    # The worker does it: the unmatched items of the demo have suggestions soon after the start.
    await matching.request_run(database, RunRequest(), REQUESTED_BY)


async def _create_supplier(database: Database, supplier: _Supplier) -> None:
    """Create a supplier with its options of reading, unless it exists."""
    new_supplier = msgspec.convert(
        {
            "name": supplier.name,
            "source_type": supplier.source_type,
            "source_config": msgspec.json.decode(supplier.source_config or "{}"),
            "contact_email": supplier.contact_email,
        },
        NewSupplier,
    )
    with suppress(ConflictError):
        await suppliers.create_supplier(database, new_supplier)


def _ignore_progress(_progress: Progress) -> None:
    pass


async def _make_products(conn: Connection) -> dict[str, UUID]:
    rows = _read_csv("products.csv", _Product)
    roots = sorted({row.parent_category or row.category for row in rows})
    category_ids: dict[tuple[str, str], UUID] = {}
    for root, root_id in (await categories.ensure_categories(conn, roots)).items():
        category_ids["", root] = root_id
        names = sorted({row.category for row in rows if row.parent_category == root})
        for name, category_id in (await categories.ensure_categories(conn, names, root_id)).items():
            category_ids[root, name] = category_id
    return await products.insert_unless_sku_taken(
        conn,
        [
            NewProduct(
                internal_sku=row.internal_sku,
                name=row.name,
                category_id=category_ids[row.parent_category, row.category],
                status="active",
                target_price=Decimal(row.target_price) if row.target_price else None,
            )
            for row in rows
        ],
    )


async def _link(conn: Connection, product_ids: dict[str, UUID]) -> None:
    rows = _read_csv("links.csv", _Link)
    for name in sorted({row.supplier for row in rows}):
        product_skus = {row.supplier_sku: row.internal_sku for row in rows if row.supplier == name}
        item_ids = await suppliers.find_item_ids(conn, name, list(product_skus))
        links = [
            NewItemLink(item_ids[code], product_ids[internal_sku])
            for code, internal_sku in product_skus.items()
            if internal_sku in product_ids
        ]
        await suppliers.link_unmatched_items(conn, links)


def _read_csv(name: str, row_type: Callable[..., RowT]) -> list[RowT]:
    with (FOLDER / name).open(encoding="utf-8", newline="") as file:
        return [row_type(**line) for line in csv.DictReader(file)]
