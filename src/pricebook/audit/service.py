from collections.abc import Collection, Sequence
from uuid import UUID

from pricebook.audit import kind_repository, repository
from pricebook.audit.schemas import (
    AuditEntry,
    AuditPage,
    AuditPaging,
    AuditPosition,
    AuditQuery,
    NewEntry,
)
from pricebook.db.database import Connection, Database
from pricebook.errors import UNKNOWN_CURSOR, ConflictError, NotFoundError, validation_error

DELETED_AT_ONCE = 10_000


async def insert_entry(conn: Connection, entry: NewEntry) -> None:
    """Write an entry in the transaction of the change, by the actor of that transaction.

    Changes of rows with an audit trigger (db/sql/audit_triggers.sql) have their entries already.
    """
    await repository.insert_entries(conn, [entry])


async def insert_entries(conn: Connection, entries: Sequence[NewEntry]) -> None:
    """Write entries in the transaction of the change, by the actor of that transaction."""
    await repository.insert_entries(conn, entries)


async def list_entries(database: Database, query: AuditQuery) -> AuditPage:
    """Return a page of the audit log, newest changes first."""
    async with database.connection() as conn:
        source = kind_repository if query.is_broad else repository
        return _page(query, *await source.list_entries(conn, query))


async def list_names(database: Database, ids: Collection[UUID]) -> dict[UUID, str]:
    """Return the names of the suppliers, categories, products and supplier items with these ids.

    What was deleted has the last name in the audit log, or none.
    """
    async with database.connection() as conn:
        return await repository.list_names(conn, ids)


async def find_entity_id(database: Database, name: str, entity_type: str | None = None) -> UUID:
    """Return the id of what is called so: an id, a SKU, a name, or SUPPLIER:CODE of an item.

    Raises NotFoundError if there is nothing of the type that is called so, ConflictError if there
    are several.
    """
    try:
        return UUID(name)
    except ValueError:
        pass
    async with database.connection() as conn:
        named = await repository.find_named_entities(conn, name)
    found = [each for each in named if entity_type in {None, each[0]}]
    if len(found) == 1:
        return found[0][1]
    if found:
        types = " and ".join(sorted({each[0] for each in found}))
        remedy = "Give the type, or the id." if " and " in types else "Give the id."
        raise ConflictError(f"{name} is the name of several: {types}. {remedy}")
    raise NotFoundError(
        f"There is nothing named {name}: give an id, the SKU of a product, the name of a supplier,"
        " a category or a user, or SUPPLIER:CODE of an item."
    )


async def list_named(
    database: Database, action: str, name_prefix: str, limit: int
) -> list[AuditEntry]:
    """Return the newest entries of an action on what has a name that begins so."""
    async with database.connection() as conn:
        return await repository.list_named(conn, action, name_prefix, limit)


async def find_deactivation(database: Database, entity_id: UUID) -> AuditEntry | None:
    """Return the newest deactivation of a user or a supplier; None if its entry is not kept."""
    async with database.connection() as conn:
        return await repository.find_deactivation(conn, entity_id)


async def find_login_refusal(database: Database, user_id: UUID) -> AuditEntry | None:
    """Return the failed login of a user since which others are refused; None if none are now."""
    async with database.connection() as conn:
        return await repository.find_login_refusal(conn, user_id)


async def list_known_values(database: Database, limit: int) -> tuple[list[str], list[str]]:
    """Return the actions and the names of the actors that entries have, at most `limit` of each."""
    async with database.connection() as conn:
        actions = await kind_repository.list_actions(conn, limit)
        return actions, await kind_repository.list_actor_names(conn, limit)


async def list_entries_of_product(
    database: Database, product_id: UUID, paging: AuditPaging
) -> AuditPage:
    """Return a page of the changes of a product and of the links to it, newest first.

    Raises NotFoundError if there is neither an entry nor the product; ValidationError for a cursor
    of another product.
    """
    _require_cursor_of(paging, product_id)
    async with database.connection() as conn:
        found = await repository.list_entries_of_product(conn, product_id, paging)
        page = _page(paging, *found, of=product_id)
        if page.total_count == 0 and not await repository.product_exists(conn, product_id):
            raise NotFoundError(f"There is no product {product_id}.")
    return page


async def list_entries_of_item(database: Database, item_id: UUID, paging: AuditPaging) -> AuditPage:
    """Return a page of the changes of the links of a supplier item, newest first.

    Raises NotFoundError if there is neither an entry nor the item; ValidationError for a cursor of
    another item.
    """
    _require_cursor_of(paging, item_id)
    async with database.connection() as conn:
        found = await repository.list_entries_of_item(conn, item_id, paging)
        page = _page(paging, *found, of=item_id)
        if page.total_count == 0 and not await repository.item_exists(conn, item_id):
            raise NotFoundError(f"There is no supplier item {item_id}.")
    return page


async def purge_old_entries(database: Database, keep_days: int) -> None:
    """Delete the entries that are older, in short transactions."""
    deleted = DELETED_AT_ONCE
    while deleted == DELETED_AT_ONCE:
        async with database.connection() as conn:
            deleted = await repository.delete_old_entries(conn, keep_days, DELETED_AT_ONCE)


def _require_cursor_of(paging: AuditPaging, entity_id: UUID) -> None:
    if paging.after is not None and paging.after.of != entity_id:
        raise validation_error(UNKNOWN_CURSOR)


def _page(
    paging: AuditPaging,
    total_count: int | None,
    found: Sequence[AuditEntry],
    of: UUID | None = None,
) -> AuditPage:
    entries = list(found[: paging.limit])
    next_cursor = None
    if len(found) > paging.limit:
        last = entries[-1]
        next_cursor = paging.cursor_at(AuditPosition(last.at, last.number, of))
    return AuditPage(total_count, paging.limit, next_cursor, entries)
