import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing, asynccontextmanager, suppress
from sys import getsizeof
from uuid import UUID

from msgspec import Struct

from pricebook.catalog import repository
from pricebook.catalog.cache import Memory
from pricebook.catalog.export import FileFormat
from pricebook.catalog.replica import Reads
from pricebook.catalog.schemas import (
    CatalogFilter,
    CatalogProduct,
    CatalogProductDetail,
    CatalogQuery,
    CategoryCount,
)
from pricebook.catalog.statements import Known, Place, is_gathered
from pricebook.db import Database
from pricebook.errors import DatabaseUnavailableError, NotFoundError
from pricebook.logs import RecurringWarning
from pricebook.web.paging import Page, Paging, page_of

CHANGED = "catalog_changed"
RETRY_SECONDS = 0.2


class Catalog(Struct, frozen=True):
    """What browsing takes."""

    reads: Reads
    memory: Memory


class Browsed(Struct, frozen=True):
    """A page, and the cursor that leads to the next one."""

    page: Page[CatalogProduct]
    next_cursor: str | None


class Count(Struct, frozen=True):
    """How many products pass some filters, to be kept for their other pages."""

    total: int
    size: int = 200


class First(Struct, frozen=True):
    """The first of what has some words, to be kept for the other pages."""

    place: Place

    @property
    def size(self) -> int:
        """The bytes that it takes up."""
        return 200 + getsizeof(self.place.key) + getsizeof(self.place.product_id)


@asynccontextmanager
async def open_catalog(
    database: Database, memory: Memory, make_standby: Callable[[], Database] | None = None
) -> AsyncGenerator[Catalog]:
    """Open the catalog with a memory that is true for as long as this is open.

    What is not in it is asked of the database, or of a standby while that is as far.
    """
    catalog = Catalog(Reads(database, memory), memory)
    following = [asyncio.create_task(_follow_changes(database, catalog))]
    if make_standby:
        following.append(asyncio.create_task(catalog.reads.follow(make_standby)))
    try:
        yield catalog
    finally:
        for each in following:
            each.cancel()
        for each in following:
            with suppress(asyncio.CancelledError):
                await each


async def _follow_changes(database: Database, catalog: Catalog) -> None:
    warning = RecurringWarning(
        "changes are not notified, nothing is cached", "changes are notified again"
    )
    while True:
        try:
            await _hear_of_changes(database, catalog, warning)
        except DatabaseUnavailableError as error:
            warning.occurred(error=str(error.__cause__))
        await asyncio.sleep(RETRY_SECONDS)


async def _hear_of_changes(database: Database, catalog: Catalog, warning: RecurringWarning) -> None:
    memory = catalog.memory
    try:
        async with aclosing(database.listen(CHANGED)) as tidings:
            async for changed in tidings:
                warning.ended()
                if changed:
                    memory.begin_anew()
                    catalog.reads.tell()
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
    if found.last is None:
        return Browsed(page, None)
    return Browsed(page, query.cursor_after(found.last.key, found.last.product_id))


async def _read_page(catalog: Catalog, query: CatalogQuery) -> tuple[int, repository.Slice]:
    """Read a page with what is known since the last change, and keep what it tells of others."""
    memory, generation = catalog.memory, catalog.memory.generation
    count_key = f"count?{query.filters}"
    first_key = f"first?{query.sort}&{query.filters}"
    known = _known(memory.find(count_key), memory.find(first_key))
    if known and not is_gathered(query, known):
        total_count = known.total
        found = await catalog.reads.ask(lambda reader: repository.list_page(reader, query, known))
    else:
        total_count, found = await catalog.reads.ask(
            lambda reader: repository.list_active(reader, query)
        )
        memory.keep(count_key, Count(total_count), generation)
    if query.words and found.first and found.last and query.is_first:
        memory.keep(first_key, First(found.first), generation)
    return total_count, found


def _known(count: Count | None, first: First | None) -> Known | None:
    return None if count is None else Known(count.total, first.place if first else None)


async def export_products(
    database: Database, query: CatalogFilter, form: FileFormat, caller: str
) -> AsyncGenerator[bytes]:
    """Yield everything the filters match as a file.

    Raises RateLimitExceededError while another export to this caller runs.
    """
    head = form.head
    async with (
        database.slow_read(caller) as conn,
        aclosing(repository.stream_products(conn, query)) as found,
    ):
        async for products in found:
            yield head + form.write(products)
            head = b""
    yield head


async def get_product(catalog: Catalog, product_id: UUID) -> CatalogProductDetail:
    """Return one active product; raises NotFoundError for any other id."""
    product = await catalog.reads.ask(lambda reader: repository.find_active(reader, product_id))
    if product is None:
        raise NotFoundError(f"There is no active product {product_id}.")
    return product


async def list_categories(catalog: Catalog, paging: Paging) -> Page[CategoryCount]:
    """Return a page of the categories, by name and id."""
    total_count, categories = await catalog.reads.ask(
        lambda reader: repository.list_categories(reader, paging)
    )
    return page_of(paging, total_count, categories)
