from collections.abc import AsyncGenerator
from contextlib import aclosing
from datetime import datetime
from uuid import UUID

from pricebook.db.database import Connection, Database, find_currency
from pricebook.errors import NotFoundError
from pricebook.http import safe_csv
from pricebook.http.pagination import Page, page_of
from pricebook.prices import (
    change_scope,
    change_sums_repository,
    partition_repository,
    product_repository,
    repository,
)
from pricebook.prices.change_scope import PriceImport
from pricebook.prices.product_prices import (
    PastPrice,
    beginning_of,
    counted,
    daily_lowest,
    end_of,
    price_at,
)
from pricebook.prices.product_repository import ItemAt
from pricebook.prices.product_schemas import (
    PriceAtQuery,
    PriceSeries,
    PriceSeriesQuery,
    ProductPrices,
    SupplierPrice,
)
from pricebook.prices.schemas import (
    EXPORT_HEADER,
    SUPPLIER_EXPORT_HEADER,
    SUPPLIER_SUMS,
    ChangeTotals,
    PriceChangeExport,
    PriceChangeFilter,
    PriceChangePage,
    PriceChangeQuery,
    SupplierChangeQuery,
    SupplierChanges,
)


async def list_changes(database: Database, query: PriceChangeQuery) -> PriceChangePage:
    """Return a page of the price changes that pass every filter.

    One of unaddressed losses has fewer than its limit, if so many losses were looked at for it.
    """
    async with database.connection() as conn:
        scope = await change_scope.find_scope(conn, query)
        changes = await repository.list_changes(conn, query, scope)
        page = changes[: query.limit]
        last = None
        if len(changes) > query.limit:
            last = page[-1][0]
        elif query.unaddressed:
            last = await repository.find_last_loss(conn, query, scope)
    return PriceChangePage(
        limit=query.limit,
        next_cursor=None if last is None else query.cursor_at(last),
        data=[change for _, change in page],
    )


async def total_changes(
    database: Database, criteria: PriceChangeFilter, most: int
) -> ChangeTotals | None:
    """Return the sums of the price changes that pass every filter.

    None if more than `most` prices changed in the days of the filter: it would take too long.
    """
    async with database.connection() as conn:
        scope = await change_scope.find_scope(conn, criteria)
        if await change_sums_repository.count_recorded(conn, criteria, scope, most + 1) > most:
            return None
        return await change_sums_repository.total_changes(conn, criteria, scope)


async def find_import(database: Database, import_id: UUID) -> PriceImport | None:
    """Return an import that has changed prices; None if there is none, or it changed nothing."""
    async with database.connection() as conn:
        return await change_scope.find_import(conn, import_id)


async def export_changes(database: Database, query: PriceChangeExport) -> AsyncGenerator[str]:
    """Yield the price changes that pass the filters as CSV, a line each."""
    text = safe_csv.lines([EXPORT_HEADER])
    async with (
        database.export_transaction() as conn,
        aclosing(repository.stream_changes(conn, query)) as batches,
    ):
        async for rows in batches:
            yield text + safe_csv.lines(rows)
            text = ""
    if text:
        yield text


async def list_changes_by_supplier(
    database: Database, query: SupplierChangeQuery
) -> Page[SupplierChanges]:
    """Return a page of the suppliers with price changes, the highest rise first."""
    async with database.connection() as conn:
        scope = await change_scope.find_scope(conn, query)
        suppliers = await change_sums_repository.list_changes_by_supplier(conn, query, scope)
    first = (query.page - 1) * query.limit
    return page_of(query, len(suppliers), suppliers[first : first + query.limit])


async def export_changes_by_supplier(
    database: Database, criteria: PriceChangeFilter
) -> AsyncGenerator[str]:
    """Yield the suppliers with price changes as CSV, a line each, the highest rise first."""
    async with database.export_transaction() as conn:
        currency = await find_currency(conn)
        scope = await change_scope.find_scope(conn, criteria)
        suppliers = await change_sums_repository.list_changes_by_supplier(conn, criteria, scope)
    yield safe_csv.lines([SUPPLIER_EXPORT_HEADER])
    yield safe_csv.lines(
        [each.supplier_name, *(getattr(each, name) for name in SUPPLIER_SUMS), currency]
        for each in suppliers
    )


async def find_product_id(database: Database, internal_sku: str) -> UUID:
    """Return the id of the product with an article code; raises NotFoundError."""
    async with database.connection() as conn:
        product_id = await product_repository.find_product_id(conn, internal_sku)
    if product_id is None:
        raise NotFoundError(
            f"There is no product {internal_sku}: `pricebook products list --search WORDS` shows"
            " the SKUs."
        )
    return product_id


async def get_product_prices(
    database: Database, product_id: UUID, query: PriceAtQuery
) -> ProductPrices:
    """Return the prices of a product at a time; raises NotFoundError."""
    at = query.time
    async with database.connection() as conn:
        await _require_product(conn, product_id)
        start = await partition_repository.find_start(conn)
        _, prices = await _list_prices(conn, product_id, at, start)
    present = counted(prices)
    return ProductPrices(
        product_id=product_id,
        as_of=at,
        lowest=min(present, default=None),
        highest=max(present, default=None),
        unknown_before=start,
        prices=prices,
    )


async def get_price_series(
    database: Database, product_id: UUID, query: PriceSeriesQuery
) -> PriceSeries:
    """Return the lowest price of a product on each day; raises NotFoundError."""
    async with database.connection() as conn:
        await _require_product(conn, product_id)
        start = await partition_repository.find_start(conn)
        begin = max(beginning_of(query.first), start or beginning_of(query.first))
        items, prices = await _list_prices(conn, product_id, begin, start)
        later = await product_repository.list_later_prices(
            conn, [item.id for item in items], begin, end_of(query.last)
        )
    known = {each.supplier_item_id: PastPrice(each.price, each.undone_by) for each in prices}
    return PriceSeries(
        product_id=product_id,
        unknown_before=start,
        data=daily_lowest(query.days, items, known, later, begin),
    )


async def _list_prices(
    conn: Connection, product_id: UUID, at: datetime, start: datetime | None
) -> tuple[list[ItemAt], list[SupplierPrice]]:
    """Return the items of a product and their prices at a time."""
    items = await product_repository.list_items_at(conn, product_id, at)
    missing = [item.id for item in items if item.price is None]
    next_prices = await product_repository.list_next_prices(conn, missing, at) if missing else []
    following = {each.supplier_item_id: each for each in next_prices}
    return items, [price_at(item, following.get(item.id), at, start) for item in items]


async def _require_product(conn: Connection, product_id: UUID) -> None:
    if not await product_repository.exists_product(conn, product_id):
        raise NotFoundError(f"There is no product {product_id}.")
