"""The SQL of the stored rows of previews, and of the changes that these would make."""

from typing import LiteralString
from uuid import UUID

from pricebook.db.database import Connection
from pricebook.db.row_types import struct_row
from pricebook.imports.preview_schemas import PreviewChange, RejectedPreviewRow
from pricebook.imports.price_factor import price_factor
from pricebook.imports.staging_repository import analyze_staged_rows

# Prices are in the currency of the list; in that of the catalog, if the currency has changed.
_CHANGES: LiteralString = """
    SELECT outcome, row_number, supplier_sku, name, old_price, new_price,
        round((new_price - old_price) / nullif(old_price, 0) * 100, 2) AS percent,
        old_name, reason, currency, vat_included, vat_rate, details, next_price, next_from
    FROM (
        SELECT outcome, row_number, supplier_sku, name, old_name, reason,
            CASE WHEN outcome <> 'absent' AND is_same THEN next_cost END AS next_price,
            CASE WHEN outcome <> 'absent' AND is_same THEN next_from END AS next_from,
            (price_details ->> 'vat_included')::boolean AS vat_included,
            (price_details ->> 'vat_rate')::numeric AS vat_rate,
            (price_details - %(not_shown)s::text[])::text AS details,
            CASE WHEN is_same THEN currency END AS currency,
            CASE WHEN is_same THEN old_cost ELSE old_price END AS old_price,
            CASE WHEN outcome = 'absent' THEN NULL WHEN is_same THEN coalesce(cost, current_price)
                ELSE current_price END AS new_price
        FROM planned_item,
            LATERAL (SELECT item_id IS NULL OR old_currency IS NOT DISTINCT FROM currency)
                AS compared (is_same)
        WHERE outcome = ANY (%(outcomes)s)
    ) AS change
    ORDER BY CASE WHEN old_price IS NULL OR new_price IS NULL OR new_price = old_price THEN 1
            ELSE {factor} END DESC,
        row_number NULLS LAST, supplier_sku COLLATE "C"
    LIMIT %(limit)s
"""
# Of the details, what is long or is about something else than the price.
_NOT_SHOWN = ["price_tiers", "gtin", "gtin_text", "mpn", "brand", "discount_group"]


async def insert_rows(conn: Connection, preview_id: UUID) -> None:
    """Store the staged rows, replacing those of an earlier reading.

    Prices are stored in the currency of the list, to be converted when it is applied.
    """
    await delete_rows(conn, preview_id)
    await conn.execute(
        """
        INSERT INTO preview_rows
            (preview_id, row_number, supplier_sku, name, price, characteristics, currency, details,
             availability, next_price, next_from, error_type, error_message, row_data)
        SELECT %s, row_number, supplier_sku, name, coalesce(cost, price), characteristics, currency,
            details, availability, next_price, next_from, error_type, error_message, row_data
        FROM staged_row
        """,
        [preview_id],
    )


async def restage_rows(conn: Connection, preview_id: UUID, checked_again: str) -> None:
    """Move the stored rows into the staging table.

    Those with the error type `checked_again` are valid until they are checked.
    """
    await conn.execute(
        """
        WITH stored AS (
            DELETE FROM preview_rows WHERE preview_id = %(preview_id)s
            RETURNING *, error_type IS DISTINCT FROM %(checked_again)s AS keeps_error
        )
        INSERT INTO staged_row (row_number, supplier_sku, name, price, characteristics, currency,
            details, availability, next_price, next_from, error_type, error_message, row_data)
        SELECT row_number, supplier_sku, name, price, characteristics, currency, details,
            availability, next_price, next_from,
            CASE WHEN keeps_error THEN error_type END,
            CASE WHEN keeps_error THEN error_message END,
            CASE WHEN keeps_error THEN row_data END
        FROM stored
        """,
        {"preview_id": preview_id, "checked_again": checked_again},
    )
    await analyze_staged_rows(conn)


async def delete_rows(conn: Connection, preview_id: UUID) -> None:
    """Delete the stored rows of a preview."""
    await conn.execute("DELETE FROM preview_rows WHERE preview_id = %s", [preview_id])


async def list_changes(conn: Connection, outcomes: list[str], limit: int) -> list[PreviewChange]:
    """Return planned items with one of the outcomes, the largest changes of the price first."""
    async with conn.cursor(row_factory=struct_row(PreviewChange)) as cursor:
        values = {"outcomes": outcomes, "limit": limit, "not_shown": _NOT_SHOWN}
        await cursor.execute(_CHANGES.format(factor=price_factor("old_price", "new_price")), values)
        return await cursor.fetchall()


async def list_rejected(
    conn: Connection, limit: int, error_type: str | None = None
) -> list[RejectedPreviewRow]:
    """Return the first staged rows that are not imported, with their cells; of one type or all."""
    async with conn.cursor(row_factory=struct_row(RejectedPreviewRow)) as cursor:
        await cursor.execute(
            """
            SELECT row_number, error_type, error_message,
                CASE jsonb_typeof(row_data) WHEN 'array' THEN row_data END AS cells
            FROM staged_row
            WHERE error_type IS NOT NULL
                AND (%(type)s::text IS NULL OR error_type = %(type)s)
            ORDER BY row_number LIMIT %(limit)s
            """,
            {"type": error_type, "limit": limit},
        )
        return await cursor.fetchall()
