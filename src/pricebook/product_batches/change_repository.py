"""Takes changes out of a new batch, carries the others out and takes them back, a chunk at a time.

Both directions are the same statements: a product that has the values from before gets the others.
"""

from collections.abc import Sequence
from typing import LiteralString, NamedTuple
from uuid import UUID

from pricebook.db.database import Connection
from pricebook.db.row_types import fetch_value, struct_row
from pricebook.product_batches.schemas import OutdatedProduct


class Direction(NamedTuple):
    """The state of the batch, the values a product must have and gets, the outcomes; all SQL."""

    state: LiteralString
    before: LiteralString
    after: LiteralString
    pending: LiteralString
    done: LiteralString
    kept: LiteralString
    reason: LiteralString

    def fill(self, statement: LiteralString) -> LiteralString:
        """Return a statement with the parts of the direction."""
        return statement.format(
            state=self.state,
            before=self.before,
            after=self.after,
            pending=self.pending,
            done=self.done,
            kept=self.kept,
            reason=self.reason,
            sets=SETS,
            changed_since=CHANGED_SINCE.format(before=self.before, reason=self.reason),
        )


APPLY = Direction("applying", "old", "new", "outcome IS NULL", "applied", "skipped", "the preview")
UNDO = Direction("undoing", "new", "old", "outcome = 'applied'", "undone", "left", "the batch")

# Shared by the chunks of a direction; the request that starts the other direction waits for them.
LOCK_BATCH: LiteralString = """
    SELECT FROM product_batches WHERE id = %s AND state = '{state}' FOR SHARE
"""
PENDING: LiteralString = """
    SELECT product_id FROM product_batch_changes
    WHERE batch_id = %s AND {pending} AND product_id > %s
    ORDER BY product_id LIMIT %s
    FOR UPDATE SKIP LOCKED
"""
COUNT_PENDING: LiteralString = """
    SELECT count(*) FROM product_batches AS batch
    JOIN product_batch_changes ON batch_id = batch.id
    WHERE batch.id = %s AND state = '{state}' AND {pending}
"""
LOCK_CATEGORIES: LiteralString = """
    SELECT id FROM categories WHERE id IN (
        SELECT {after}_category_id FROM product_batch_changes
        WHERE batch_id = %s AND product_id = ANY (%s)
            AND old_category_id IS DISTINCT FROM new_category_id)
    ORDER BY id FOR KEY SHARE
"""
LOCK_PRODUCTS: LiteralString = """
    SELECT id FROM products WHERE id = ANY (%s) ORDER BY id FOR NO KEY UPDATE SKIP LOCKED
"""
SETS: LiteralString = """
    SELECT change.*,
        kind = 'pricing_rules' OR request #> '{changes,target_price_from_lowest}' IS NOT NULL
            AS is_derived,
        old_status <> new_status AS sets_status,
        old_category_id IS DISTINCT FROM new_category_id AS sets_category,
        old_target_price IS DISTINCT FROM new_target_price AS sets_price
    FROM product_batch_changes AS change JOIN product_batches AS batch ON batch.id = batch_id
"""
# Why a product of SETS does not get the values. Fields that a change leaves may have changed
# meanwhile. A lowest price counts only where the new price follows from it, by a rule, which may be
# deleted by now, or by the request.
CHANGED_SINCE: LiteralString = """
    WHEN sets_status AND status <> {before}_status
        THEN 'The status was changed after {reason}.'
    WHEN sets_category AND category_id IS DISTINCT FROM {before}_category_id
        THEN 'The category was changed after {reason}.'
    WHEN sets_price AND target_price IS DISTINCT FROM {before}_target_price
        THEN 'The target price was changed after {reason}.'
    WHEN NOT sets_status AND status = 'archived'
        THEN 'The product was archived after {reason}.'
    WHEN outcome IS NULL AND is_derived
        AND min_price IS DISTINCT FROM lowest_price
        THEN 'The lowest price was changed after {reason}.'
"""
OUTDATED: LiteralString = """
    SELECT product_id, name, why AS reason, count(*) OVER () AS total_count
    FROM (
        SELECT products.id AS product_id, name, CASE {changed_since} END AS why
        FROM (
            {sets} WHERE batch_id = %s AND {pending}
        ) AS pending JOIN products ON products.id = product_id
    ) AS judged
    WHERE why IS NOT NULL
    ORDER BY name, product_id
    LIMIT %s
"""
CARRY_OUT: LiteralString = """
    WITH pending AS (
        {sets} WHERE batch_id = %(batch_id)s AND product_id = ANY (%(product_ids)s)
    ), judged AS (
        SELECT pending.*, CASE {changed_since}
            WHEN sets_category AND {after}_category_id IS NOT NULL
                AND {after}_category_id <> ALL (%(category_ids)s)
                THEN 'The category was deleted after {reason}.'
            END AS why
        FROM pending JOIN products ON products.id = product_id
    ), changed AS (
        UPDATE products
        SET status = CASE WHEN sets_status THEN {after}_status ELSE status END,
            category_id = CASE WHEN sets_category THEN {after}_category_id ELSE category_id END,
            target_price = CASE WHEN sets_price THEN {after}_target_price ELSE target_price END
        FROM judged WHERE products.id = judged.product_id AND why IS NULL
    )
    UPDATE product_batch_changes AS change
    SET outcome = (CASE WHEN why IS NULL THEN '{done}' ELSE '{kept}' END)::batch_outcome,
        reason = why
    FROM judged
    WHERE change.batch_id = judged.batch_id AND change.product_id = judged.product_id
"""


async def lock_pending(
    conn: Connection, direction: Direction, batch_id: UUID, after: UUID, limit: int
) -> list[UUID]:
    """Lock the next changes that nobody else carries out; return their products, by id.

    There are none once the batch is carried out in the other direction.
    """
    cursor = await conn.execute(direction.fill(LOCK_BATCH), [batch_id])
    if await cursor.fetchone() is None:
        return []
    cursor = await conn.execute(direction.fill(PENDING), [batch_id, after, limit])
    return [product_id for (product_id,) in await cursor.fetchall()]


async def carry_out(
    conn: Connection, direction: Direction, batch_id: UUID, product_ids: Sequence[UUID]
) -> None:
    """Carry out locked changes, but for those of products that others have locked.

    Categories are locked before products, as everywhere.
    """
    cursor = await conn.execute(direction.fill(LOCK_CATEGORIES), [batch_id, list(product_ids)])
    category_ids = [category_id for (category_id,) in await cursor.fetchall()]
    cursor = await conn.execute(LOCK_PRODUCTS, [list(product_ids)])
    locked = [product_id for (product_id,) in await cursor.fetchall()]
    await conn.execute(
        direction.fill(CARRY_OUT),
        {"batch_id": batch_id, "product_ids": locked, "category_ids": category_ids},
    )


async def count_pending(conn: Connection, direction: Direction, batch_id: UUID) -> int:
    """Return the number of changes that are still to be carried out in a direction."""
    return await fetch_value(conn, direction.fill(COUNT_PENDING), [batch_id])


async def list_outdated(conn: Connection, batch_id: UUID, limit: int) -> list[OutdatedProduct]:
    """Return pending changes whose products were changed since the preview, by name."""
    async with conn.cursor(row_factory=struct_row(OutdatedProduct)) as cursor:
        await cursor.execute(APPLY.fill(OUTDATED), [batch_id, limit])
        return await cursor.fetchall()
