"""Reads and writes pricing rules, and stores the prices that they propose."""

from collections.abc import Sequence
from typing import Any, LiteralString
from uuid import UUID

from msgspec.structs import asdict
from psycopg import sql
from psycopg.errors import ForeignKeyViolation, UniqueViolation

from pricebook.db.database import Connection
from pricebook.db.row_types import fetch_value, struct_row
from pricebook.errors import ConflictError, body_issue, validation_error
from pricebook.http.field_types import MAX_PRICE
from pricebook.pricing_rules.schemas import NewPricingRule, PricingRule
from pricebook.product_batches.left_out_statements import COUNTS, STORE
from pricebook.product_batches.schemas import LeftOut

FIELDS: LiteralString = (
    "id, name, position, category_id, brand, supplier_id, method, percent, step, ending, rounding,"
    " is_active, created_at, updated_at"
)
NAME_TAKEN = "There is a pricing rule of this name."

# The proposal of a rule for each product that it fits and no earlier rule did; also for a product
# that has this price or would have one that is too high, so that no later rule counts.
PROPOSE: LiteralString = """
    INSERT INTO product_batch_changes (batch_id, product_id, rule_id, lowest_price, old_status,
        new_status, old_category_id, new_category_id, old_target_price, new_target_price)
    SELECT %(batch_id)s, product.id, %(rule_id)s, min_price, status, status, category_id,
        category_id, target_price,
        CASE WHEN proposed.price <= %(max_price)s THEN proposed.price ELSE target_price END
    FROM products AS product
    CROSS JOIN LATERAL (SELECT proposed_price(min_price, %(method)s, %(percent)s, %(step)s,
        %(ending)s, %(rounding)s) AS price) AS proposed
    WHERE status <> 'archived' AND min_price > 0 AND {conditions}
        AND NOT EXISTS (
            SELECT FROM product_batch_changes AS other
            WHERE other.batch_id = %(batch_id)s AND other.product_id = product.id)
"""
# All parts read the proposals as they were before the deletion.
TAKE_OUT_UNCHANGED: LiteralString = """
    WITH unchanged AS (
        DELETE FROM product_batch_changes
        WHERE batch_id = %(batch_id)s AND new_target_price IS NOT DISTINCT FROM old_target_price
    ), judged AS MATERIALIZED (
        SELECT product.id, internal_sku, CASE
            WHEN proposal.product_id IS NULL THEN CASE
                WHEN status = 'archived' THEN 'archived'
                WHEN coalesce(min_price, 0) <= 0 THEN 'without_cost'
                ELSE 'without_rule' END
            WHEN new_target_price IS NOT DISTINCT FROM old_target_price THEN 'unchanged'
            END AS left_out
        FROM products AS product
        LEFT JOIN product_batch_changes AS proposal
            ON proposal.product_id = product.id AND batch_id = %(batch_id)s
        WHERE {scope}
    ), stored AS ({store})
    {counts}
"""
OF_CATEGORY: LiteralString = """
    category_id IN (
        WITH RECURSIVE subtree AS (
            SELECT id FROM categories WHERE id = %(category_id)s
            UNION
            SELECT child.id FROM categories AS child JOIN subtree ON child.parent_id = subtree.id
        )
        SELECT id FROM subtree)
"""
OF_SUPPLIER: LiteralString = """
    product.id IN (
        SELECT item.product_id FROM supplier_items AS item
        JOIN suppliers ON suppliers.id = item.supplier_id AND suppliers.is_active
        JOIN products AS cheapest ON cheapest.id = item.product_id
            AND cheapest.min_price = item.current_price
        WHERE item.supplier_id = %(supplier_id)s AND item.absent_since IS NULL)
"""
CONDITIONS: dict[str, LiteralString] = {
    "category_id": OF_CATEGORY,
    "brand": "lower(brand) = lower(%(brand)s)",
    "supplier_id": OF_SUPPLIER,
}


async def list_rules(conn: Connection) -> list[PricingRule]:
    """Return all rules in the order in which they count."""
    statement: LiteralString = "SELECT {fields} FROM pricing_rules ORDER BY position, name"
    async with conn.cursor(row_factory=struct_row(PricingRule)) as cursor:
        await cursor.execute(statement.format(fields=FIELDS))
        return await cursor.fetchall()


async def find_rule(conn: Connection, rule_id: UUID, *, locks: bool = False) -> PricingRule | None:
    """Return a rule; with `locks`, it is locked until the transaction ends."""
    statement: LiteralString = "SELECT {fields} FROM pricing_rules WHERE id = %s"
    lock: LiteralString = " FOR NO KEY UPDATE" if locks else ""
    async with conn.cursor(row_factory=struct_row(PricingRule)) as cursor:
        await cursor.execute(statement.format(fields=FIELDS) + lock, [rule_id])
        return await cursor.fetchone()


async def insert_rule(conn: Connection, rule: NewPricingRule) -> UUID:
    """Insert a rule, without a position behind all others; return its id.

    Raises ConflictError when the name is taken, ValidationError for an unknown category or
    supplier.
    """
    statement: LiteralString = """
        INSERT INTO pricing_rules (name, method, percent, position, category_id, brand, supplier_id,
            step, ending, rounding, is_active)
        VALUES (%(name)s, %(method)s, %(percent)s, coalesce(%(position)s,
                (SELECT max(position) / 10 * 10 + 10 FROM pricing_rules), 10), %(category_id)s,
            %(brand)s, %(supplier_id)s, %(step)s, %(ending)s, %(rounding)s, %(is_active)s)
        RETURNING id
    """
    try:
        return await fetch_value(conn, statement, asdict(rule))
    except UniqueViolation:
        raise ConflictError(NAME_TAKEN) from None
    except ForeignKeyViolation as error:
        raise _unknown_scope(error) from None


async def set_rule(conn: Connection, rule_id: UUID, values: dict[str, Any]) -> None:
    """Set fields of a rule; raises the errors of `insert_rule`."""
    assignments = sql.SQL(", ").join(
        sql.SQL("{} = {}").format(sql.Identifier(name), sql.Placeholder(name)) for name in values
    )
    statement = sql.SQL("UPDATE pricing_rules SET {} WHERE id = {}").format(
        assignments, sql.Placeholder("rule_id")
    )
    try:
        await conn.execute(statement, {**values, "rule_id": rule_id})
    except UniqueViolation:
        raise ConflictError(NAME_TAKEN) from None
    except ForeignKeyViolation as error:
        raise _unknown_scope(error) from None


async def delete_rule(conn: Connection, rule_id: UUID) -> None:
    """Delete a rule."""
    await conn.execute("DELETE FROM pricing_rules WHERE id = %s", [rule_id])


async def propose_prices(
    conn: Connection, batch_id: UUID, rule: PricingRule, product_ids: Sequence[UUID] | None
) -> None:
    """Store the proposals of a rule for the given products, None for all, that it fits first."""
    conditions: LiteralString = "true" if product_ids is None else "product.id = ANY (%(ids)s)"
    for field, condition in CONDITIONS.items():
        if getattr(rule, field) is not None:
            conditions += " AND " + condition
    await conn.execute(
        PROPOSE.format(conditions=conditions),
        {
            **asdict(rule),
            "batch_id": batch_id,
            "rule_id": rule.id,
            "ids": None if product_ids is None else list(product_ids),
            "max_price": MAX_PRICE,
        },
    )


async def take_out_unchanged(
    conn: Connection, batch_id: UUID, product_ids: Sequence[UUID] | None
) -> LeftOut:
    """Delete the proposals that are the present target prices; return how many are left out.

    Of the given products, None for all, by reason.
    """
    scope: LiteralString = "true" if product_ids is None else "product.id = ANY (%(ids)s)"
    async with conn.cursor(row_factory=struct_row(LeftOut)) as cursor:
        await cursor.execute(
            TAKE_OUT_UNCHANGED.format(scope=scope, store=STORE, counts=COUNTS),
            {"batch_id": batch_id, "ids": None if product_ids is None else list(product_ids)},
        )
        (left_out,) = await cursor.fetchall()
        return left_out


def _unknown_scope(error: ForeignKeyViolation) -> Exception:
    field = "supplier_id" if "supplier" in (error.diag.constraint_name or "") else "category_id"
    return validation_error(body_issue(field, f"there is no such {field.removesuffix('_id')}"))
