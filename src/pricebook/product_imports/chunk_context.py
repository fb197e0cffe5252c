"""Reads and locks what the rows of a chunk are compared with."""

from collections.abc import Sequence
from uuid import UUID

import msgspec

from pricebook.categories import service as categories
from pricebook.db.database import Connection
from pricebook.product_imports import row_repository
from pricebook.product_imports.cell_texts import LinkName
from pricebook.product_imports.file_columns import ParsedRow
from pricebook.product_imports.planning import PlanContext
from pricebook.products import bulk
from pricebook.suppliers import service as suppliers
from pricebook.suppliers.schemas import NamedItem


class ConflictingWriteError(Exception):
    """Another transaction wrote what a chunk was compared with; it is compared again."""


async def lock_and_read_context(
    conn: Connection, import_id: UUID, rows: Sequence[ParsedRow]
) -> PlanContext:
    """Lock what the rows may change, in the order of all writers, and read it again."""
    before = await read_context(conn, import_id, rows)
    linked = [item for items in before.linked.values() for item in items]
    item_ids = {item.id for item in (*before.items.values(), *linked)}
    await suppliers.lock_items(conn, sorted(item_ids))
    await categories.hold_tree(conn)
    owners = {item.product_id for item in before.items.values() if item.product_id}
    product_ids = {product.id for product in before.products.values()} | owners
    await bulk.lock_products(conn, sorted(product_ids))
    context = await read_context(conn, import_id, rows)
    if {product.id for product in context.products.values()} - product_ids:
        raise ConflictingWriteError
    return context


async def read_context(conn: Connection, import_id: UUID, rows: Sequence[ParsedRow]) -> PlanContext:
    """Read what the rows are compared with."""
    names = {name for row in rows if row.links for name in row.links.names}
    found = await suppliers.find_named_items(conn, sorted(names))
    by_sku = await bulk.find_by_skus(conn, [row.internal_sku for row in rows if row.internal_sku])
    with_links = [
        by_sku[row.internal_sku].id for row in rows if row.links and row.internal_sku in by_sku
    ]
    linked: dict[UUID, list[NamedItem]] = {product_id: [] for product_id in with_links}
    for item in await suppliers.list_items_of_products(conn, with_links):
        if item.product_id:
            linked[item.product_id].append(item)
    context = PlanContext(
        products=by_sku,
        items={LinkName(*name): item for name, item in found.items()},
        linked=linked,
        category_paths=await categories.read_paths(conn),
    )
    released = await _find_released(conn, import_id, context)
    return msgspec.structs.replace(context, released=released)


async def _find_released(
    conn: Connection, import_id: UUID, context: PlanContext
) -> frozenset[UUID]:
    """Return the wanted items that the row of their own product leaves out of its links."""
    owners = {item.internal_sku for item in context.items.values() if item.internal_sku}
    kept = {
        sku: {(name.supplier.lower(), name.code) for name in links.names}
        for sku, links in (
            await row_repository.list_whole_links(conn, import_id, sorted(owners))
        ).items()
    }
    return frozenset(
        item.id
        for item in context.items.values()
        if item.internal_sku in kept
        and (item.supplier_name.lower(), item.supplier_sku) not in kept[item.internal_sku]
    )
