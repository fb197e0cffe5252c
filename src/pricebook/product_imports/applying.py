"""Applies the rows of an import in chunks, each in a transaction with its progress.

A chunk locks items, then categories, then products, compares, and writes. So an import and single
links wait for each other for one chunk at most, and a killed worker leaves whole chunks.
"""

import asyncio
from collections.abc import Sequence
from uuid import UUID

import msgspec

from pricebook.categories import service as categories
from pricebook.db.database import Connection, Database
from pricebook.errors import DatabaseUnavailableError
from pricebook.product_imports import repository, row_repository
from pricebook.product_imports.chunk_context import (
    ConflictingWriteError,
    lock_and_read_context,
    read_context,
)
from pricebook.product_imports.planning import RowPlan, plan_row
from pricebook.product_imports.schemas import ClaimedImport, ImportCounts
from pricebook.products import bulk
from pricebook.products import service as products
from pricebook.products.schemas import CurrentProduct, NewProduct
from pricebook.suppliers import service as suppliers
from pricebook.suppliers.schemas import ItemLink

CHUNK_ROWS = 1000
MAX_ATTEMPTS = 5
RETRY_SECONDS = 0.2


async def apply_rows(database: Database, claimed: ClaimedImport) -> None:
    """Apply the rows that are not processed, in a dry run only compare them.

    Raises LeaseLostError, and DatabaseUnavailableError if a chunk fails again and again.
    """
    after = claimed.last_row_number
    while (last := await _apply_chunk_with_retries(database, claimed, after)) is not None:
        after = last


async def _apply_chunk_with_retries(
    database: Database, claimed: ClaimedImport, after: int
) -> int | None:
    for attempt in range(1, MAX_ATTEMPTS + 1):
        try:
            return await _apply_chunk(database, claimed, after)
        except (ConflictingWriteError, DatabaseUnavailableError):
            if attempt == MAX_ATTEMPTS:
                raise
            await asyncio.sleep(RETRY_SECONDS * attempt)
    raise AssertionError


async def _apply_chunk(database: Database, claimed: ClaimedImport, after: int) -> int | None:
    """Apply the next rows and return the number of the last one; None if there are none."""
    async with database.short_transaction() as conn:
        pending = await row_repository.list_pending(conn, claimed.id, after, CHUNK_ROWS)
        if not pending:
            return None
        rows = [each.parsed() for each in pending]
        if claimed.dry_run:
            context = await read_context(conn, claimed.id, rows)
        else:
            context = await lock_and_read_context(conn, claimed.id, rows)
        plans = [plan_row(row, context) for row in rows]
        if not claimed.dry_run:
            plans = await _write(conn, plans)
        await row_repository.set_outcomes(conn, claimed.id, plans)
        last = rows[-1].number
        await repository.add_progress(conn, claimed.lease, last, _count(plans))
        return last


def _count(plans: Sequence[RowPlan]) -> ImportCounts:
    outcomes = [plan.outcome for plan in plans]
    return ImportCounts(
        **{name: outcomes.count(name) for name in ("new", "changed", "unchanged", "rejected")}
    )


async def _write(conn: Connection, plans: Sequence[RowPlan]) -> list[RowPlan]:
    """Write the changes of the plans; return the plans with the SKUs of all new products.

    Raises ConflictingWriteError if a SKU is taken meanwhile.
    """
    paths = {plan.category for plan in plans if plan.category}
    category_ids = await categories.ensure_paths(conn, paths)
    plans = _with_skus(plans)
    new = [_new_product(plan, category_ids) for plan in plans if plan.outcome == "new"]
    inserted = await products.insert_unless_sku_taken(
        conn, sorted(new, key=lambda product: product.internal_sku)
    )
    if len(inserted) < len(new):
        raise ConflictingWriteError
    changed = [_changed_product(plan, category_ids) for plan in plans if plan.outcome == "changed"]
    await bulk.set_products(conn, [product for product in changed if product])
    await _set_links(conn, plans, inserted)
    return plans


def _with_skus(plans: Sequence[RowPlan]) -> list[RowPlan]:
    """Return the plans with generated SKUs for new products without one."""
    without = [plan for plan in plans if plan.outcome == "new" and not plan.row.internal_sku]
    skus = iter(products.new_skus(len(without)))
    return [
        msgspec.structs.replace(
            plan, row=msgspec.structs.replace(plan.row, internal_sku=next(skus))
        )
        if plan.outcome == "new" and not plan.row.internal_sku
        else plan
        for plan in plans
    ]


def _new_product(plan: RowPlan, category_ids: dict[tuple[str, ...], UUID]) -> NewProduct:
    values = {"name": "", **plan.fields, "category_id": category_ids.get(plan.category or ())}
    return msgspec.convert(
        {"internal_sku": plan.row.internal_sku, **values}, NewProduct, strict=False
    )


def _changed_product(
    plan: RowPlan, category_ids: dict[tuple[str, ...], UUID]
) -> CurrentProduct | None:
    """Return a product with its changed fields; None if only links change."""
    if plan.product is None or not (plan.fields or plan.category is not None):
        return None
    values = dict(plan.fields)
    if plan.category is not None:
        values["category_id"] = category_ids.get(plan.category)
    return msgspec.structs.replace(plan.product, **values)


async def _set_links(conn: Connection, plans: Sequence[RowPlan], inserted: dict[str, UUID]) -> None:
    """Unlink and link items; one that moves from a product of the file to another is linked."""
    targets: dict[UUID, UUID | None] = {item: None for plan in plans for item in plan.unlink}
    for plan in plans:
        product_id = plan.product.id if plan.product else inserted.get(plan.row.internal_sku or "")
        targets.update(dict.fromkeys(plan.link, product_id))
    await suppliers.set_products(conn, [ItemLink(*each) for each in targets.items()])
