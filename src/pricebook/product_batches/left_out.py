"""Lists and exports the products that a bulk change leaves out."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from uuid import UUID

from msgspec.structs import astuple

from pricebook.db.database import Connection, Database
from pricebook.errors import NotFoundError
from pricebook.http import safe_csv
from pricebook.http.pagination import Page, page_of
from pricebook.product_batches import left_out_repository as repository
from pricebook.product_batches import service
from pricebook.product_batches.left_out_schemas import LeftOutProduct, LeftOutQuery, LeftOutReason

EXPORT_HEADER = LeftOutProduct.__struct_fields__


async def list_left_out(
    database: Database, batch_id: UUID, query: LeftOutQuery
) -> Page[LeftOutProduct]:
    """Return a page of the products that a batch leaves out; raises NotFoundError."""
    async with database.connection() as conn:
        await _require_stored(conn, batch_id)
        total = await repository.count_products(conn, batch_id, query.reason)
        products = await repository.list_products(conn, batch_id, query.reason, query)
    return page_of(query, total, products)


async def export_left_out(
    database: Database, batch_id: UUID, reason: LeftOutReason | None = None
) -> AsyncGenerator[str]:
    """Yield the products that a batch leaves out as CSV, a line each; raises NotFoundError."""
    async with database.export_transaction() as conn:
        await _require_stored(conn, batch_id)
        yield safe_csv.lines([EXPORT_HEADER])
        async with aclosing(repository.read_products(conn, batch_id, reason)) as batches:
            async for products in batches:
                yield safe_csv.lines(map(astuple, products))


async def _require_stored(conn: Connection, batch_id: UUID) -> None:
    """Raise NotFoundError without such a batch, and for one that stored numbers only."""
    head = await service.require_head(conn, batch_id)
    counts = sum(astuple(head.left_out)) if head.left_out else None
    if counts == 0 or await repository.count_products(conn, batch_id, None):
        return
    raise NotFoundError(
        f"Which products batch {batch_id} leaves out is not known: an earlier release previewed"
        " it. Request the change again."
    )
