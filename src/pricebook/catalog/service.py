import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing, asynccontextmanager
from sys import getsizeof
from uuid import UUID

import structlog
from msgspec import Struct

from pricebook.catalog import repository
from pricebook.catalog.export import FileFormat
from pricebook.catalog.price_distribution import CurrentPriceDistribution
from pricebook.catalog.replica import ReadRouter
from pricebook.catalog.response_cache import ResponseCache
from pricebook.catalog.schemas import (
    CatalogCategory,
    CatalogFilter,
    CatalogProduct,
    CatalogProductDetail,
    CatalogQuery,
)
from pricebook.catalog.statements import FilterStatistics, SortKey, is_materialised
from pricebook.db.database import Database
from pricebook.errors import DatabaseUnavailableError, NotFoundError
from pricebook.http.pagination import Page, Paging, page_of
from pricebook.settings import CatalogPrices
from pricebook.system.async_tasks import in_background
from pricebook.system.recurring_warning import RecurringWarning

log = structlog.stdlib.get_logger(__name__)

CHANGES_CHANNEL = "catalog_changed"
# The payload of a notification when only target prices have changed.
TARGET_PRICES = "target_price"
RETRY_SECONDS = 0.2


class Catalog(Struct, frozen=True):
    """The resources of the public catalog, and what it shows as prices."""

    read_router: ReadRouter
    response_cache: ResponseCache
    prices: CatalogPrices
    price_distribution: CurrentPriceDistribution


class CatalogPage(Struct, frozen=True):
    """A page, and the cursor of the next one; None on the last page."""

    page: Page[CatalogProduct]
    next_cursor: str | None


class CachedCount(Struct, frozen=True):
    """The number of matches of a filter, cached for its other pages."""

    total: int
    size: int = 200


class CachedFirstKey(Struct, frozen=True):
    """The sort key of the first match of a search, cached for its other pages."""

    sort_key: SortKey

    @property
    def size(self) -> int:
        """The size of the entry in bytes."""
        return 200 + getsizeof(self.sort_key.key) + getsizeof(self.sort_key.product_id)


@asynccontextmanager
async def open_catalog(
    database: Database,
    response_cache: ResponseCache,
    prices: CatalogPrices,
    make_standby: Callable[[], Database] | None = None,
) -> AsyncGenerator[Catalog]:
    """Open the catalog; while it is open, change notifications keep the response cache valid.

    With `make_standby`, queries go to the standby while it has replayed all notified changes.
    """
    catalog = Catalog(
        ReadRouter(database, response_cache),
        response_cache,
        prices,
        CurrentPriceDistribution(prices),
    )
    work = [_keep_listening(database, catalog), catalog.price_distribution.maintain(database)]
    if make_standby:
        work.append(catalog.read_router.maintain_standby(make_standby))
    async with in_background(*work):
        yield catalog


async def warn_without_price_indexes(database: Database, prices: CatalogPrices) -> None:
    """Log a warning if the database lacks the indexes of the prices that the catalog shows."""
    if prices == "target":
        async with database.connection() as conn:
            if not await repository.has_target_price_indexes(conn):
                log.warning(
                    "target prices have no indexes, so the catalog is slow: run `pricebook migrate`"
                    " with CATALOG_PRICES=target"
                )


async def _keep_listening(database: Database, catalog: Catalog) -> None:
    warning = RecurringWarning(
        "changes are not notified, nothing is cached", "changes are notified again"
    )
    while True:
        try:
            await _listen_for_changes(database, catalog, warning)
        except DatabaseUnavailableError as error:
            warning.occurred(error=str(error.__cause__))
        await asyncio.sleep(RETRY_SECONDS)


async def _listen_for_changes(
    database: Database, catalog: Catalog, warning: RecurringWarning
) -> None:
    response_cache = catalog.response_cache
    try:
        async with aclosing(database.listen(CHANGES_CHANNEL)) as notifications:
            async for notification in notifications:
                warning.ended()
                if _is_visible_change(catalog, notification):
                    response_cache.invalidate()
                    catalog.read_router.notify_generation()
                else:
                    response_cache.confirm_fresh()
    finally:
        response_cache.disable()


def _is_visible_change(catalog: Catalog, notification: str | None) -> bool:
    """Return whether a notification is of a change that this catalog shows; None is of none."""
    is_only_target_price = notification == TARGET_PRICES and catalog.prices != "target"
    return notification is not None and not is_only_target_price


async def browse(catalog: Catalog, query: CatalogQuery) -> CatalogPage:
    """Return a page of the active products that pass every filter, in a total order."""
    total_count, result = await _read_page(catalog, query)
    page = Page(
        total_count=total_count, page=query.page_number, limit=query.limit, data=result.products
    )
    if result.last is None:
        return CatalogPage(page, None)
    return CatalogPage(page, query.cursor_after(result.last.key, result.last.product_id))


async def _read_page(catalog: Catalog, query: CatalogQuery) -> tuple[int, repository.ProductPage]:
    """Return the number of matches and a page; use and store cached counts and first keys."""
    response_cache, generation = catalog.response_cache, catalog.response_cache.generation
    filters, distribution = query.filters, catalog.price_distribution.value
    count_key, first_key = f"count?{filters}", f"first?{query.sort}&{filters}"
    statistics = _statistics(response_cache.find(count_key), response_cache.find(first_key))
    if statistics and not is_materialised(query, statistics):
        total_count = statistics.total
        result = await catalog.read_router.query(
            lambda query_runner: repository.list_page(query_runner, query, statistics, distribution)
        )
    else:
        total_count, result = await catalog.read_router.query(
            lambda query_runner: repository.list_active(query_runner, query, distribution)
        )
        response_cache.store(count_key, CachedCount(total_count), generation)
    if query.words and result.first and result.last and query.is_first:
        response_cache.store(first_key, CachedFirstKey(result.first), generation)
    return total_count, result


def _statistics(count: CachedCount | None, first: CachedFirstKey | None) -> FilterStatistics | None:
    return (
        None if count is None else FilterStatistics(count.total, first.sort_key if first else None)
    )


async def export_products(
    database: Database, query: CatalogFilter, file_format: FileFormat, caller: str
) -> AsyncGenerator[bytes]:
    """Yield all matches of the filters as parts of a file.

    `caller` is the client's address; raises RateLimitExceededError while it has another export.
    """
    header = file_format.header
    async with (
        database.export_transaction(caller) as conn,
        aclosing(repository.stream_products(conn, query)) as result,
    ):
        async for products in result:
            yield header + file_format.encode(products)
            header = b""
    yield header


async def get_product(catalog: Catalog, product_id: UUID) -> CatalogProductDetail:
    """Return one active product; raises NotFoundError for any other id."""
    product = await catalog.read_router.query(
        lambda query_runner: repository.find_active(query_runner, product_id, catalog.prices)
    )
    if product is None:
        raise NotFoundError(f"There is no active product {product_id}.")
    return product


async def list_categories(catalog: Catalog, paging: Paging) -> Page[CatalogCategory]:
    """Return a page of the categories, by name and id."""
    total_count, categories = await catalog.read_router.query(
        lambda query_runner: repository.list_categories(query_runner, paging)
    )
    return page_of(paging, total_count, categories)
