"""The SQL of articles that are left out of an import, and of the prices that were before."""

from collections.abc import Sequence
from typing import LiteralString
from uuid import UUID

from pricebook.db.database import Connection
from pricebook.db.row_types import fetch_value, find_value

LEFT_OUT = "left_out"
_UNKNOWN: LiteralString = """
    SELECT code FROM unnest(%s::text[]) WITH ORDINALITY AS given (code, position)
    WHERE NOT EXISTS (SELECT FROM staged_row WHERE supplier_sku = code)
    ORDER BY position LIMIT 1
"""
_MARK: LiteralString = """
    UPDATE staged_row AS staged
    SET error_type = %(left_out)s,
        error_message = format('The article %%s with the price %%s was left out of the import: '
            'import its row as it is, or correct it.', supplier_sku,
            trim_scale(coalesce(cost, price, next_price))),
        row_data = jsonb_build_object('sku', supplier_sku, 'name', name,
            'price', coalesce(cost, price))
    WHERE error_type IS NULL AND (
        supplier_sku = ANY (%(codes)s::text[])
        OR EXISTS (
            SELECT FROM left_out_prices AS before
            WHERE before.supplier_id = %(supplier_id)s
                AND before.supplier_sku = staged.supplier_sku
                AND before.price = coalesce(staged.cost, staged.price)
                AND before.currency IS NOT DISTINCT FROM staged.currency))
"""
_STORE: LiteralString = """
    INSERT INTO left_out_prices (supplier_id, supplier_sku, price, currency, task_id)
    SELECT %(supplier_id)s, supplier_sku, coalesce(cost, price), currency, %(task_id)s
    FROM staged_row WHERE error_type = %(left_out)s AND coalesce(cost, price) IS NOT NULL
    ON CONFLICT (supplier_id, supplier_sku) DO UPDATE
    SET price = excluded.price, currency = excluded.currency, task_id = excluded.task_id,
        created_at = now()
    WHERE (left_out_prices.price, left_out_prices.currency)
        IS DISTINCT FROM (excluded.price, excluded.currency)
"""


async def find_unknown_code(conn: Connection, codes: Sequence[str]) -> str | None:
    """Return the first code that no staged row has, None if all are known."""
    return await find_value(conn, _UNKNOWN, [list(codes)])


async def has_left_out_prices(conn: Connection, supplier_id: UUID) -> bool:
    """Return whether prices of a supplier were left out before."""
    return await fetch_value(
        conn, "SELECT EXISTS (SELECT FROM left_out_prices WHERE supplier_id = %s)", [supplier_id]
    )


async def mark_left_out(conn: Connection, supplier_id: UUID, codes: Sequence[str]) -> None:
    """Mark the valid staged rows of these codes, and those with a price that was left out before.

    Prices are compared in the currency of the list.
    """
    values = {"left_out": LEFT_OUT, "codes": list(codes), "supplier_id": supplier_id}
    await conn.execute(_MARK, values)


async def delete_imported(conn: Connection, supplier_id: UUID) -> None:
    """Delete the left-out prices of articles that are imported."""
    await conn.execute(
        """
        DELETE FROM left_out_prices AS before USING staged_row AS staged
        WHERE before.supplier_id = %s AND before.supplier_sku = staged.supplier_sku
            AND staged.error_type IS NULL
        """,
        [supplier_id],
    )


async def store_left_out(conn: Connection, supplier_id: UUID, task_id: UUID) -> None:
    """Store the prices of the left-out rows."""
    values = {"left_out": LEFT_OUT, "supplier_id": supplier_id, "task_id": task_id}
    await conn.execute(_STORE, values)
