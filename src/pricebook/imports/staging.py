"""Checks the staged rows of a price list before they are compared with the supplier's items."""

from uuid import UUID

from pricebook.db.database import Connection
from pricebook.imports import staging_repository


async def check_staged_rows(conn: Connection, supplier_id: UUID) -> None:
    """Mark the staged rows that cannot be imported: repeated codes, no rate, not yet valid.

    Rows that are marked already stay as they are.
    """
    columns = await staging_repository.find_filled_columns(conn)
    if columns.has_upcoming_prices:
        await staging_repository.combine_upcoming_rows(conn)
    await staging_repository.mark_duplicate_codes(conn)
    if columns.has_currencies:
        await staging_repository.reject_unconverted_rows(conn)
    if columns.has_upcoming_prices:
        await staging_repository.reject_future_rows(conn, supplier_id)
