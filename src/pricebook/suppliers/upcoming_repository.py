"""The SQL of upcoming prices: those that a price list announced for a later day."""

from pricebook.db.database import Connection
from pricebook.suppliers.item_terms import OLD_PRICE_KEYS


async def apply_due_prices(conn: Connection, limit: int) -> int:
    """Make due upcoming prices the present ones, at most `limit`; return how many.

    A price is due from the day `next_from` on, in UTC. It is converted at the rate of today. Items
    and suppliers that another transaction has locked are left to the next call: a running import
    sees the present or the upcoming price of all its items. The price history follows by a trigger.
    """
    cursor = await conn.execute(
        """
        WITH due AS (
            SELECT item.id, item.currency, item.next_cost, item.exchange_rate, item.rate_date
            FROM supplier_items AS item
            JOIN suppliers AS supplier ON supplier.id = item.supplier_id
            WHERE item.next_from <= (now() AT TIME ZONE 'UTC')::date
                AND convert_cost(item.next_cost, coalesce(item.exchange_rate, 1)) IS NOT NULL
            ORDER BY item.next_from
            LIMIT %(limit)s
            FOR NO KEY UPDATE OF supplier, item SKIP LOCKED
        ), today AS (
            SELECT found.* FROM (
                SELECT array_agg(DISTINCT currency) AS currencies, min(rate_date) AS since FROM due
                WHERE currency IS NOT NULL
            ) AS wanted
            CROSS JOIN LATERAL find_rates_since(wanted.currencies, wanted.since) AS found
        ), priced AS (
            SELECT id, coalesce(today.rate, exchange_rate) AS rate,
                coalesce(today.rate_date, due.rate_date) AS rate_date,
                CASE WHEN currency IS NULL THEN next_cost
                    ELSE convert_cost(next_cost, coalesce(today.rate, exchange_rate)) END AS price
            FROM due LEFT JOIN today USING (currency)
        )
        UPDATE supplier_items AS item
        SET current_price = priced.price,
            cost = CASE WHEN currency IS NOT NULL THEN next_cost END,
            exchange_rate = priced.rate, rate_date = priced.rate_date,
            price_details = nullif(price_details - %(old_price_keys)s::text[], '{}'),
            next_cost = NULL, next_from = NULL, price_outdated_since = NULL
        FROM priced
        WHERE item.id = priced.id AND priced.price IS NOT NULL
        """,
        {"limit": limit, "old_price_keys": OLD_PRICE_KEYS},
    )
    return cursor.rowcount
