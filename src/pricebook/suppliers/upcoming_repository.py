"""The SQL of upcoming prices: those that a price list announced for a later day."""

from pricebook.db.database import Connection

# What price_details says about the price that is replaced.
OLD_PRICE_KEYS = ["list_price", "discounts", "discount_group", "price_tiers"]


async def apply_due_prices(conn: Connection, limit: int) -> int:
    """Make due upcoming prices the present ones, at most `limit`; return how many.

    A price is due from the day `next_from` on, in UTC. Items and suppliers that another transaction
    has locked are left to the next call: a running import sees the present or the upcoming price of
    all its items. The price history follows by a trigger.
    """
    cursor = await conn.execute(
        """
        UPDATE supplier_items AS item
        SET current_price = coalesce(round(next_cost * exchange_rate, 6), next_cost),
            cost = CASE WHEN currency IS NOT NULL THEN next_cost END,
            price_details = nullif(price_details - %s::text[], '{}'),
            next_cost = NULL, next_from = NULL, price_outdated_since = NULL
        FROM (
            SELECT due.id
            FROM supplier_items AS due
            JOIN suppliers AS supplier ON supplier.id = due.supplier_id
            WHERE due.next_from <= (now() AT TIME ZONE 'UTC')::date
                AND coalesce(due.next_cost * due.exchange_rate, due.next_cost) < 9999999999
            ORDER BY due.next_from
            LIMIT %s
            FOR NO KEY UPDATE OF supplier, due SKIP LOCKED
        ) AS locked
        WHERE item.id = locked.id
        """,
        [OLD_PRICE_KEYS, limit],
    )
    return cursor.rowcount
