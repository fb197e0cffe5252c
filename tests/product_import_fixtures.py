"""Imports of own products given as text, and queries of the result."""

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from pricebook.db.database import Connection, Database
from pricebook.pricelists.isolation.parser_pool import ParserPool
from pricebook.pricelists.schemas.read_request import ReadLimits
from pricebook.product_imports import service
from pricebook.product_imports.import_context import ImportContext
from pricebook.product_imports.importing import run_file
from pricebook.product_imports.schemas import (
    ImportedRow,
    ImportedRowQuery,
    ImportOptions,
    NewImport,
    ProductImport,
)
from pricebook.products.list_filters import StaffProductFilter

ALL_ROWS = ImportedRowQuery(1, 10_000)


class Imported(NamedTuple):
    """An import and its rows."""

    result: ProductImport
    rows: list[ImportedRow]

    @property
    def counts(self) -> tuple[int, int, int, int, int]:
        """New, changed, unchanged, rejected and duplicate rows."""
        counts = self.result.counts
        return (
            counts.new,
            counts.changed,
            counts.unchanged,
            counts.rejected,
            counts.duplicate,
        )

    @property
    def errors(self) -> dict[int, str | None]:
        """The error types of the rejected rows by row number."""
        return {row.row_number: row.error_type for row in self.rows if row.outcome == "rejected"}

    def changes(self, row_number: int) -> dict[str, tuple[str | None, str | None]]:
        """Return the old and the new value of each field that a row changes."""
        (row,) = (row for row in self.rows if row.row_number == row_number)
        return {change.field: (change.old, change.new) for change in row.changes}


ImportProducts = Callable[..., Awaitable[Imported]]


@pytest.fixture
def import_context(
    worker_database: Database, parser_pool: ParserPool, tmp_path: Path
) -> ImportContext:
    """The context of a worker."""
    return ImportContext(worker_database, parser_pool, tmp_path, "USD", ReadLimits())


@pytest.fixture
def import_products(import_context: ImportContext, tmp_path: Path) -> ImportProducts:
    """Import a file given as text or bytes, with the rights of the worker."""

    async def run(text: str | bytes, *, name: str = "products.csv", **options: Any) -> Imported:
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        new = NewImport(options=ImportOptions(**options), file_path=None, file_name=name)
        result = await run_file(import_context, path, new)
        rows = await service.list_rows(import_context.database, result.id, ALL_ROWS)
        return Imported(result, rows.data)

    return run


async def exported(database: Database) -> str:
    """Return all products as a file to import."""
    return "".join([text async for text in service.export_products(database, StaffProductFilter())])


async def products_of(conn: Connection) -> list[tuple[Any, ...]]:
    """Return the own fields of all products by SKU."""
    cursor = await conn.execute(
        """
        SELECT internal_sku, name, (SELECT name FROM categories WHERE id = category_id), status,
            target_price, gtin, mpn, brand
        FROM products ORDER BY internal_sku
        """
    )
    return await cursor.fetchall()


async def linked_skus(conn: Connection) -> dict[str, str | None]:
    """Return the SKU of the product of each item, by the code of the item."""
    cursor = await conn.execute(
        """
        SELECT supplier_sku, internal_sku
        FROM supplier_items LEFT JOIN products ON products.id = product_id
        """
    )
    return dict(await cursor.fetchall())
