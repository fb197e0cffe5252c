"""Reads and writes batches of changes of products."""

from collections.abc import Sequence
from typing import Literal, LiteralString
from uuid import UUID

import msgspec
from psycopg.types.json import Jsonb

from pricebook.db.database import Connection
from pricebook.db.keyset import Listing
from pricebook.db.list_pages import ListPage, as_structs, read_page
from pricebook.db.row_types import fetch_value, struct_row
from pricebook.db.sort_keys import Key
from pricebook.http.pagination import CursorPaging
from pricebook.product_batches.change_schemas import ProductChanges
from pricebook.product_batches.left_out_statements import COUNTS, STORE
from pricebook.product_batches.schemas import (
    BatchHead,
    BatchKind,
    BatchRequest,
    Effect,
    LeftOut,
)

HEAD: LiteralString = (
    "id, kind, state, fields, created_by, created_at, applied_by, applied_at, undone_by, undone_at,"
    " request, without_cost, left_out"
)
_ONE: LiteralString = "SELECT {head} FROM product_batches WHERE id = page.k2"
BATCHES = Listing(
    table="product_batches",
    keys=(
        Key("created_at", "timestamptz", is_descending=True),
        Key("id", "uuid", is_descending=True),
    ),
    details=_ONE.format(head=HEAD),
)

EFFECT: LiteralString = """
    SELECT count(*) AS products,
        count(*) FILTER (WHERE price_change > 0 AND price_change < 'Infinity') AS raised,
        count(*) FILTER (WHERE price_change < 0 AND price_change > '-Infinity') AS lowered,
        count(*) FILTER (WHERE price_change = 'Infinity') AS first_priced,
        count(*) FILTER (WHERE price_change = '-Infinity') AS unpriced,
        count(*) FILTER (WHERE new_target_price < lowest_price) AS below_cost,
        round(avg((old_target_price - lowest_price) * 100 / old_target_price)
            FILTER (WHERE new_target_price IS NOT NULL), 2)::float AS margin_before,
        round(avg((new_target_price - lowest_price) * 100 / new_target_price)
            FILTER (WHERE old_target_price IS NOT NULL), 2)::float AS margin_after,
        count(*) FILTER (WHERE outcome IS NULL) AS pending,
        count(*) FILTER (WHERE outcome IN ('applied', 'undone', 'left')) AS applied,
        count(*) FILTER (WHERE outcome = 'skipped') AS skipped,
        count(*) FILTER (WHERE outcome = 'undone') AS undone,
        count(*) FILTER (WHERE outcome = 'left') AS left
    FROM product_batch_changes WHERE batch_id = %s
"""

# An archived product changes only if its status does. OFFSET 0: a price is derived once for each
# product, not once for each use of it.
INSERT_CHANGES: LiteralString = """
    WITH judged AS MATERIALIZED (
        SELECT products.*, wanted.status AS new_status, wanted.category_id AS new_category_id,
            wanted.target_price AS new_target_price,
            CASE
                WHEN products.status = 'archived' AND wanted.status = 'archived' THEN 'archived'
                WHEN (products.status, products.category_id, products.target_price)
                        IS DISTINCT FROM (wanted.status, wanted.category_id, wanted.target_price)
                    AND (wanted.target_price IS NULL OR wanted.target_price <= %(max_price)s)
                    THEN NULL
                WHEN %(method)s::pricing_method IS NOT NULL AND coalesce(min_price, 0) <= 0
                    THEN 'without_cost'
                WHEN %(percent)s::numeric IS NOT NULL AND products.target_price IS NULL
                    THEN 'without_target'
                ELSE 'unchanged'
            END AS left_out
        FROM (
            SELECT id, internal_sku, min_price, status, category_id, target_price FROM products
            WHERE id = ANY (%(product_ids)s)
        ) AS products
        CROSS JOIN LATERAL (
            SELECT CASE WHEN min_scale(target_price) > 2 THEN 4 ELSE 2 END AS decimals
        ) AS rounded
        CROSS JOIN LATERAL (SELECT
            coalesce(%(status)s::product_status, products.status) AS status,
            CASE WHEN %(sets_category)s THEN %(category_id)s ELSE products.category_id END
                AS category_id,
            CASE WHEN %(sets_target_price)s THEN %(target_price)s
                WHEN %(method)s::pricing_method IS NOT NULL THEN coalesce(
                    proposed_price(min_price, %(method)s, %(derived_percent)s::numeric,
                        %(step)s::numeric, %(ending)s::numeric, %(rounding)s::price_rounding),
                    products.target_price)
                WHEN %(percent)s::numeric IS NULL OR products.target_price IS NULL
                    THEN products.target_price
                ELSE greatest(power(0.1::numeric, decimals),
                    round(products.target_price * (100 + %(percent)s::numeric) / 100, decimals))
            END AS target_price
            OFFSET 0
        ) AS wanted
    ), inserted AS (
        INSERT INTO product_batch_changes (batch_id, product_id, lowest_price, old_status,
            new_status, old_category_id, new_category_id, old_target_price, new_target_price)
        SELECT %(batch_id)s, id, min_price, status, new_status, category_id, new_category_id,
            target_price, new_target_price
        FROM judged WHERE left_out IS NULL
    ), stored AS ({store})
    {counts}
"""


async def insert_batch(
    conn: Connection, kind: BatchKind, fields: Sequence[str], created_by: str, request: BatchRequest
) -> UUID:
    """Insert a batch without changes and return its id."""
    return await fetch_value(
        conn,
        """
        INSERT INTO product_batches (kind, fields, created_by, request) VALUES (%s, %s, %s, %s)
        RETURNING id
        """,
        [kind, list(fields), created_by, Jsonb(msgspec.to_builtins(request))],
    )


async def set_left_out(
    conn: Connection, batch_id: UUID, request: BatchRequest, left_out: LeftOut
) -> None:
    """Store how many products a batch leaves out, by reason."""
    has_costs = request.changes is None or request.changes.derivation is not None
    without_cost = left_out.without_cost if has_costs else None
    await conn.execute(
        "UPDATE product_batches SET left_out = %s, without_cost = %s WHERE id = %s",
        [Jsonb(msgspec.to_builtins(left_out)), without_cost, batch_id],
    )


async def insert_changes(
    conn: Connection, batch_id: UUID, product_ids: Sequence[UUID], changes: ProductChanges
) -> LeftOut:
    """Insert the changes of products; return how many are left out, by reason."""
    async with conn.cursor(row_factory=struct_row(LeftOut)) as cursor:
        await cursor.execute(
            INSERT_CHANGES.format(store=STORE, counts=COUNTS),
            {"batch_id": batch_id, "product_ids": list(product_ids), **changes.parameters},
        )
        (left_out,) = await cursor.fetchall()
        return left_out


async def find_batch(conn: Connection, batch_id: UUID, *, locks: bool = False) -> BatchHead | None:
    """Return a batch; with `locks`, it is locked until the transaction ends."""
    statement: LiteralString = "SELECT {head} FROM product_batches WHERE id = %s"
    lock: LiteralString = " FOR NO KEY UPDATE" if locks else ""
    async with conn.cursor(row_factory=struct_row(BatchHead)) as cursor:
        await cursor.execute(statement.format(head=HEAD) + lock, [batch_id])
        head = await cursor.fetchone()
    return None if head is None else _with_structs(head)


async def list_heads(conn: Connection, batch_ids: Sequence[UUID]) -> list[BatchHead]:
    """Return those of these batches that exist."""
    statement: LiteralString = "SELECT {head} FROM product_batches WHERE id = ANY (%s)"
    async with conn.cursor(row_factory=struct_row(BatchHead)) as cursor:
        await cursor.execute(statement.format(head=HEAD), [list(batch_ids)])
        return [_with_structs(head) for head in await cursor.fetchall()]


async def get_effect(conn: Connection, batch_id: UUID) -> Effect:
    """Return what the changes of a batch do."""
    async with conn.cursor(row_factory=struct_row(Effect)) as cursor:
        await cursor.execute(EFFECT, [batch_id])
        (effect,) = await cursor.fetchall()
        return effect


async def count_products(
    conn: Connection, batch_ids: Sequence[UUID], limit: int
) -> dict[UUID, int]:
    """Return the numbers of changes of batches, each counted up to a limit.

    It is no equality: where one batch has most changes, that of another would read all of them.
    """
    cursor = await conn.execute(
        """
        SELECT batch.id, (SELECT count(*) FROM (
            SELECT FROM product_batch_changes WHERE batch_id >= batch.id AND batch_id <= batch.id
            ORDER BY batch_id, product_id LIMIT %s) AS counted)
        FROM unnest(%s::uuid[]) AS batch (id)
        """,
        [limit, list(batch_ids)],
    )
    return dict(await cursor.fetchall())


async def list_batches(conn: Connection, paging: CursorPaging) -> ListPage[BatchHead]:
    """Return a page of the batches, newest first."""
    page = await read_page(conn, BATCHES, paging.window, as_structs(BatchHead))
    return msgspec.structs.replace(page, rows=[_with_structs(head) for head in page.rows])


def _with_structs(head: BatchHead) -> BatchHead:
    """Return a batch with structs in place of the objects as which they are stored."""
    return msgspec.structs.replace(
        head,
        request=msgspec.convert(head.request, BatchRequest | None),
        left_out=msgspec.convert(head.left_out, LeftOut | None),
    )


async def set_started(
    conn: Connection, batch_id: UUID, state: Literal["applying", "undoing"], name: str
) -> None:
    """Set a batch being applied or undone, and who did so first."""
    statement: LiteralString = """
        UPDATE product_batches
        SET state = %s, {done}_by = coalesce({done}_by, %s), {done}_at = coalesce({done}_at, now())
        WHERE id = %s
    """
    done: LiteralString = "applied" if state == "applying" else "undone"
    await conn.execute(statement.format(done=done), [state, name, batch_id])


async def set_ended(conn: Connection, batch_id: UUID, state: Literal["applied", "undone"]) -> None:
    """Set a batch that is being applied applied, one that is being undone undone."""
    started = "applying" if state == "applied" else "undoing"
    await conn.execute(
        "UPDATE product_batches SET state = %s WHERE id = %s AND state = %s",
        [state, batch_id, started],
    )


async def delete_old_batch(conn: Connection, days: int) -> bool:
    """Delete the oldest batch if it is older than so many days; return whether there was one."""
    cursor = await conn.execute(
        """
        DELETE FROM product_batches WHERE id = (
            SELECT id FROM product_batches WHERE created_at < now() - make_interval(days => %s)
            ORDER BY created_at, id LIMIT 1
        )
        """,
        [days],
    )
    return cursor.rowcount == 1
