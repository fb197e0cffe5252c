import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing, asynccontextmanager, suppress
from uuid import UUID

import structlog
from msgspec import Struct

from pricebook.catalog import repository
from pricebook.catalog.cache import Memory
from pricebook.catalog.export import FileFormat
from pricebook.catalog.schemas import (
    CatalogFilter,
    CatalogProduct,
    CatalogProductDetail,
    CatalogQuery,
    CategoryCount,
)
from pricebook.db import Database
from pricebook.errors import DatabaseUnavailableError, NotFoundError
from pricebook.web.paging import Page, Paging, page_of

log = structlog.stdlib.get_logger(__name__)

CHANGED = "catalog_changed"
RETRY_SECONDS = 0.2


class Catalog(Struct, frozen=True):
    """What browsing takes."""

    database: Database
    memory: Memory


class Browsed(Struct, frozen=True):
    """A page, and the cursor that leads to the next one."""

    page: Page[CatalogProduct]
    next_cursor: str | None


class Count(Struct, frozen=True):
    """How many products pass some filters, to be kept for their other pages."""

    total: int
    size: int = 200


@asynccontextmanager
async def open_catalog(database: Database, memory: Memory) -> AsyncGenerator[Catalog]:
    """Open the catalog with a memory that is true for as long as this is open."""
    following = asyncio.create_task(_follow_changes(database, memory))
    try:
        yield Catalog(database, memory)
    finally:
        following.cancel()
        with suppress(asyncio.CancelledError):
            await following


async def _follow_changes(database: Database, memory: Memory) -> None:
    while True:
        try:
            await _hear_of_changes(database, memory)
        except DatabaseUnavailableError as error:
            log.warning("nobody tells of changes, nothing is kept", error=str(error.__cause__))
        await asyncio.sleep(RETRY_SECONDS)


async def _hear_of_changes(database: Database, memory: Memory) -> None:
    try:
        async with aclosing(database.listen(CHANGED)) as tidings:
            async for changed in tidings:
                if changed:
                    memory.begin_anew()
                else:
                    memory.trust()
    finally:
        memory.distrust()


async def browse(catalog: Catalog, query: CatalogQuery) -> Browsed:
    """Return a page of the active products that pass every filter, in a total order."""
    total_count, found = await _read_page(catalog, query)
    page = Page(
        total_count=total_count, page=query.shown_page, limit=query.limit, data=found.products
    )
    if found.next_key is None:
        return Browsed(page, None)
    return Browsed(page, query.cursor_after(found.next_key, found.products[-1].id))


async def _read_page(catalog: Catalog, query: CatalogQuery) -> tuple[int, repository.Slice]:
    """Read a page; count only what was not counted since the last change."""
    key, generation = ("count", query.counted), catalog.memory.generation
    known = None if repository.is_gathered(query) else catalog.memory.find(key)
    async with catalog.database.read() as reader:
        if known:
            return known.total, await repository.list_page(reader, query)
        total_count, found = await repository.list_active(reader, query)
    catalog.memory.keep(key, Count(total_count), generation)
    return total_count, found


async def export_products(
    database: Database, query: CatalogFilter, form: FileFormat
) -> AsyncGenerator[bytes]:
    """Yield everything the filters match as a file."""
    head = form.head
    async with (
        database.slow_read() as conn,
        aclosing(repository.stream_products(conn, query)) as found,
    ):
        async for products in found:
            yield head + form.write(products)
            head = b""
    yield head


async def get_product(catalog: Catalog, product_id: UUID) -> CatalogProductDetail:
    """Return one active product; raises NotFoundError for any other id."""
    async with catalog.database.read() as reader:
        product = await repository.find_active(reader, product_id)
    if product is None:
        raise NotFoundError(f"There is no active product {product_id}.")
    return product


async def list_categories(catalog: Catalog, paging: Paging) -> Page[CategoryCount]:
    """Return a page of the categories, by name and id."""
    async with catalog.database.read() as reader:
        total_count, categories = await repository.list_categories(reader, paging)
    return page_of(paging, total_count, categories)
