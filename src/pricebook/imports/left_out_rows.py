"""Articles that are left out of an import: each becomes a rejected row of its task.

A price that was left out is left out again while the supplier lists it, so that a scheduled import
does not import what somebody refused. Another price of the article is imported; so is the row
itself, once it is submitted as a correction.
"""

from collections.abc import Sequence
from uuid import UUID

from pricebook.db.database import Connection
from pricebook.errors import PriceListError
from pricebook.imports import left_out_row_repository


async def leave_out_rows(
    conn: Connection, supplier_id: UUID, codes: Sequence[str] | None, *, must_exist: bool = True
) -> None:
    """Mark staged rows as left out: those of the codes, and of prices that were left out before.

    With `must_exist`, raises PriceListError for a code that the price list does not have.
    """
    codes = codes or ()
    if codes and must_exist:
        unknown = await left_out_row_repository.find_unknown_code(conn, codes)
        if unknown is not None:
            raise PriceListError(
                f"The price list has no article {unknown} that could be left out; nothing was"
                " changed. Compare left_out_codes with its codes."
            )
    if codes or await left_out_row_repository.has_left_out_prices(conn, supplier_id):
        await left_out_row_repository.mark_left_out(conn, supplier_id, codes)
