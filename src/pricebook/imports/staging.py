"""Checks the staged rows of a price list before they are compared with the supplier's items."""

from contextlib import suppress
from uuid import UUID

from pricebook.db.database import Connection, find_currency
from pricebook.errors import ParserKilledError, PriceListError
from pricebook.imports import exchange, row_error_repository, staging_repository
from pricebook.imports.row_error_repository import MAX_STORED_ROW_ERRORS
from pricebook.imports.sheet_places import stage_sheets
from pricebook.pricelists.isolation.parser_pool import PriceListStream
from pricebook.pricelists.schemas.profile import DetectedProfile, convert_profile
from pricebook.rates import service as rates
from pricebook.rates.schemas import ExchangeRule


async def check_staged_rows(conn: Connection, supplier_id: UUID, rule: ExchangeRule) -> None:
    """Convert the staged rows; mark those with repeated codes, without a rate and not yet valid.

    An upcoming price whose day has come while the list was held is the present one. Rows that are
    marked already stay as they are. From here to the end of the transaction no price of an item is
    re-computed by a new exchange rate.
    """
    await rates.lock_prices(conn)
    columns = await staging_repository.find_filled_columns(conn)
    if columns.has_upcoming_prices:
        await staging_repository.combine_upcoming_rows(conn)
    await staging_repository.mark_duplicate_codes(conn)
    if columns.has_upcoming_prices:
        await staging_repository.begin_due_prices(conn)
    if columns.has_currencies:
        await exchange.convert_staged_rows(conn, rule)
    if columns.has_upcoming_prices:
        await staging_repository.reject_future_rows(conn, supplier_id)


async def add_cells(conn: Connection, stream: PriceListStream) -> None:
    """Add the cells of marked rows, so that they can be corrected; the parser process reads them.

    If it cannot, they keep code, name and price only.
    """
    numbers = await staging_repository.list_rows_without_cells(conn, MAX_STORED_ROW_ERRORS)
    if numbers:
        with suppress(PriceListError, ParserKilledError):
            await staging_repository.set_cells(conn, await stream.read_cells(numbers))


async def check_restaged_rows(
    conn: Connection,
    task_id: UUID,
    supplier_id: UUID,
    stored_profile: object,
    rate_max_age_days: int,
) -> DetectedProfile | None:
    """Check staged rows that were read before, of a held price list or a preview, for their task.

    They are converted by the exchange rates of now; the row errors of the task become those of the
    staged rows. Return the profile with the applied rates, None if it cannot be read any more.
    """
    found = convert_profile(stored_profile)
    await stage_sheets(conn, found)
    rule = ExchangeRule(await find_currency(conn) or "", rate_max_age_days)
    await check_staged_rows(conn, supplier_id, rule)
    await row_error_repository.delete_errors_of_valid_rows(conn, task_id)
    await row_error_repository.insert_row_errors(conn, task_id, supplier_id)
    return found and await exchange.with_applied_rates(conn, found, rule)
