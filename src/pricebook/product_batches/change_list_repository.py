"""The SQL of the changes of a batch: a page, one that can be set back, what became of all."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any, LiteralString
from uuid import UUID

import msgspec

from pricebook.db.database import Connection
from pricebook.db.row_types import counted_row, fetch_page, struct_row
from pricebook.product_batches.schemas import BatchChange, ChangeQuery, Standing

# Whether a product has the values of one side of its change.
HAS_VALUES: LiteralString = """
    (old_status = new_status OR product.status = {side}_status)
    AND (old_category_id IS NOT DISTINCT FROM new_category_id
        OR product.category_id IS NOT DISTINCT FROM {side}_category_id)
    AND (old_target_price IS NOT DISTINCT FROM new_target_price
        OR product.target_price IS NOT DISTINCT FROM {side}_target_price)
"""
CURRENT: LiteralString = """
    CASE WHEN outcome = 'applied' THEN CASE WHEN {has_new} THEN 'as_changed'
        WHEN {has_old} THEN 'set_back' ELSE 'changed' END END
"""
CURRENT_VALUES: LiteralString = CURRENT.format(
    has_new=HAS_VALUES.format(side="new"), has_old=HAS_VALUES.format(side="old")
)
STANDING: LiteralString = """
    SELECT count(*) FILTER (WHERE current = 'set_back') AS set_back,
        count(*) FILTER (WHERE current = 'changed') AS changed,
        round(avg((present - lowest_price) * 100 / present)
            FILTER (WHERE old_target_price IS NOT NULL AND new_target_price IS NOT NULL), 2)::float
            AS margin
    FROM (
        SELECT change.*, product.target_price AS present, {current} AS current
        FROM product_batch_changes AS change JOIN products AS product ON product.id = product_id
        WHERE batch_id = %s
    ) AS changes
"""
# It is no equality, as in the count of the products of a batch.
COUNT_SET_BACK: LiteralString = """
    SELECT batch.id, (
        SELECT count(*) FILTER (WHERE {current} = 'set_back')
        FROM product_batch_changes AS change JOIN products AS product ON product.id = product_id
        WHERE batch_id >= batch.id AND batch_id <= batch.id AND outcome = 'applied')
    FROM unnest(%s::uuid[]) AS batch (id)
"""
CHANGES: LiteralString = """
    SELECT counted.total_count, page.*
    FROM (
        SELECT count(*) AS total_count FROM product_batch_changes
        WHERE batch_id = %(batch_id)s AND {outcome} AND %(counts)s
    ) AS counted
    LEFT JOIN LATERAL (
        SELECT product_id, product.internal_sku, product.name, lowest_price, old_status, new_status,
            old_category_id, new_category_id, old_target_price, new_target_price,
            CASE WHEN abs(price_change) < 'Infinity' THEN round(price_change, 2)::float END
                AS price_change,
            round((old_target_price - lowest_price) * 100 / old_target_price, 2)::float
                AS old_margin,
            round((new_target_price - lowest_price) * 100 / new_target_price, 2)::float
                AS new_margin,
            rule.name AS rule, outcome, reason, {current} AS current,
            product.target_price AS current_target_price, price_change AS position
        FROM product_batch_changes AS change
        JOIN products AS product ON product.id = product_id
        LEFT JOIN pricing_rules AS rule ON rule.id = rule_id
        WHERE batch_id = %(batch_id)s AND {outcome} AND {after}
        ORDER BY change.price_change {direction}, change.product_id {direction}
        LIMIT %(limit)s
    ) AS page ON true
    ORDER BY page.position {direction}, page.product_id {direction}
"""


class PlacedChange(BatchChange, frozen=True):
    """A change with its sort key."""

    position: Decimal = Decimal(0)

    def public(self) -> BatchChange:
        """Return the change without its sort key."""
        fields = msgspec.structs.asdict(self)
        del fields["position"]
        return BatchChange(**fields)


class AppliedChange(msgspec.Struct, frozen=True):
    """The values of a product before and after a change that was applied."""

    old_status: str
    new_status: str
    old_category_id: UUID | None
    new_category_id: UUID | None
    old_target_price: Decimal | None
    new_target_price: Decimal | None


async def list_changes(
    conn: Connection, batch_id: UUID, query: ChangeQuery, *, counts: bool = True
) -> tuple[int, list[PlacedChange]]:
    """Return the changes of a page and one more, if there is one, and the number of all.

    The number is 0 unless it `counts`, which takes time for a batch of many products.
    """
    values: dict[str, Any] = {
        "batch_id": batch_id,
        "limit": query.limit + 1,
        "counts": counts,
    }
    outcome: LiteralString = "true"
    if query.outcome is not None:
        outcome, values["outcome"] = "outcome = %(outcome)s", query.outcome
    after: LiteralString = "true"
    if query.after is not None:
        operator: LiteralString = "<" if query.sort == "increase" else ">"
        after = f"(price_change, product_id) {operator} (%(price_change)s, %(product_id)s)"
        values |= {
            "price_change": query.after.price_change,
            "product_id": query.after.product_id,
        }
    direction: LiteralString = "DESC" if query.sort == "increase" else "ASC"
    statement = CHANGES.format(
        outcome=outcome, after=after, direction=direction, current=CURRENT_VALUES
    )
    async with conn.cursor(row_factory=counted_row(PlacedChange)) as cursor:
        await cursor.execute(statement, values)
        return await fetch_page(cursor)


async def get_standing(conn: Connection, batch_id: UUID) -> Standing:
    """Return what became of the products of a batch since it was applied."""
    async with conn.cursor(row_factory=struct_row(Standing)) as cursor:
        await cursor.execute(STANDING.format(current=CURRENT_VALUES), [batch_id])
        (standing,) = await cursor.fetchall()
        return standing


async def count_set_back(conn: Connection, batch_ids: Sequence[UUID]) -> dict[UUID, int]:
    """Return how many products of each batch were set back since it was applied."""
    statement = COUNT_SET_BACK.format(current=CURRENT_VALUES)
    cursor = await conn.execute(statement, [list(batch_ids)])
    return dict(await cursor.fetchall())


async def find_applied(conn: Connection, batch_id: UUID, product_id: UUID) -> AppliedChange | None:
    """Return the change of a product, if it was applied and the batch was not undone."""
    async with conn.cursor(row_factory=struct_row(AppliedChange)) as cursor:
        await cursor.execute(
            """
            SELECT old_status, new_status, old_category_id, new_category_id, old_target_price,
                new_target_price
            FROM product_batch_changes
            WHERE batch_id = %s AND product_id = %s AND outcome = 'applied'
            """,
            [batch_id, product_id],
        )
        return await cursor.fetchone()
