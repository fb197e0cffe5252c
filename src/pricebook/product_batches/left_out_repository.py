"""Stores and reads the products that a batch leaves out."""

from collections.abc import AsyncGenerator
from typing import Any, LiteralString
from uuid import UUID

from pricebook.db.database import Connection
from pricebook.db.row_types import fetch_value
from pricebook.http.pagination import Paging
from pricebook.product_batches.left_out_schemas import SENTENCES, LeftOutProduct, LeftOutReason
from pricebook.product_batches.left_out_statements import STORE

EXPORT_ROWS = 1_000
TAKE_OUT_LOWERED: LiteralString = """
    WITH lowered AS (
        DELETE FROM product_batch_changes
        WHERE batch_id = %(batch_id)s AND old_target_price IS NOT NULL
            AND (new_target_price IS NULL OR new_target_price < old_target_price)
        RETURNING product_id
    ), judged AS (
        SELECT id, internal_sku, 'lowered' AS left_out
        FROM lowered JOIN products ON products.id = product_id
    ), stored AS ({store})
    SELECT count(*) FROM lowered
"""
OF_BATCH: LiteralString = """
    FROM product_batch_left_out, unnest(product_ids) WITH ORDINALITY AS each (id, place)
    WHERE batch_id = %(batch_id)s AND {has_reason}
"""
COUNT: LiteralString = """
    SELECT coalesce(sum(cardinality(product_ids)), 0)
    FROM product_batch_left_out WHERE batch_id = %(batch_id)s AND {has_reason}
"""
PRODUCTS: LiteralString = """
    SELECT page.id, internal_sku, name, status, target_price, min_price, reason
    FROM (SELECT reason, place, each.id {of_batch} {window}) AS page
    LEFT JOIN products ON products.id = page.id
    ORDER BY reason, place
"""


async def take_out_lowered(conn: Connection, batch_id: UUID) -> int:
    """Delete the changes that would lower a target price, or remove it; return how many."""
    return await fetch_value(conn, TAKE_OUT_LOWERED.format(store=STORE), {"batch_id": batch_id})


async def count_products(conn: Connection, batch_id: UUID, reason: LeftOutReason | None) -> int:
    """Return how many products a batch has stored as left out, for a reason or for any."""
    statement = COUNT.format(has_reason=_has_reason(reason))
    return int(await fetch_value(conn, statement, {"batch_id": batch_id, "reason": reason}))


async def list_products(
    conn: Connection, batch_id: UUID, reason: LeftOutReason | None, paging: Paging
) -> list[LeftOutProduct]:
    """Return a page of the products that a batch leaves out, for a reason or for any."""
    statement = _products(reason, "ORDER BY reason, place LIMIT %(limit)s OFFSET %(offset)s")
    cursor = await conn.execute(
        statement,
        {
            "batch_id": batch_id,
            "reason": reason,
            "limit": paging.limit,
            "offset": paging.offset,
        },
    )
    return [_product(row) for row in await cursor.fetchall()]


async def read_products(
    conn: Connection, batch_id: UUID, reason: LeftOutReason | None
) -> AsyncGenerator[list[LeftOutProduct]]:
    """Yield all products that a batch leaves out in batches, read in the caller's transaction."""
    async with conn.cursor(name="left_out") as cursor:
        await cursor.execute(_products(reason, ""), {"batch_id": batch_id, "reason": reason})
        while rows := await cursor.fetchmany(EXPORT_ROWS):
            yield [_product(row) for row in rows]


def _products(reason: LeftOutReason | None, window: LiteralString) -> LiteralString:
    return PRODUCTS.format(of_batch=OF_BATCH.format(has_reason=_has_reason(reason)), window=window)


def _has_reason(reason: LeftOutReason | None) -> LiteralString:
    return "true" if reason is None else "reason = %(reason)s"


def _product(row: tuple[Any, ...]) -> LeftOutProduct:
    return LeftOutProduct(*row, sentence=SENTENCES[row[-1]])
