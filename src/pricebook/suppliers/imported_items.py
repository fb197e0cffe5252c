"""The items that an import has made or found absent, as they are now."""

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from msgspec import Struct

from pricebook.db.database import Database
from pricebook.errors import validation_error
from pricebook.http.cursor import Cursor, CursorQuery
from pricebook.http.pagination import PageSize
from pricebook.suppliers import imported_item_repository as repository
from pricebook.suppliers.imported_item_schemas import ImportedItem, ImportedKind, ItemPosition


class ImportedItemQuery(Struct, CursorQuery[ItemPosition], frozen=True, kw_only=True):
    """Which items: the supplier, the time of the import's transaction; which page of them."""

    position_type: ClassVar[type[Struct]] = ItemPosition

    supplier_id: UUID
    imported_at: datetime
    kind: ImportedKind
    limit: PageSize = 50
    cursor: Cursor | None = None

    def __post_init__(self) -> None:
        """Raise ValidationError for a cursor of another list."""
        if issues := self.cursor_issues():
            raise validation_error(*issues)


class ImportedItemPage(Struct, frozen=True):
    """A page of items of an import, and the cursor of the next one."""

    next_cursor: str | None
    data: list[ImportedItem]


async def list_imported_items(database: Database, query: ImportedItemQuery) -> ImportedItemPage:
    """Return a page of the items that an import has made or found absent."""
    values: dict[str, UUID | datetime | int] = {
        "supplier": query.supplier_id,
        "imported_at": query.imported_at,
        "limit": query.limit + 1,
    }
    async with database.connection() as conn:
        found = await repository.list_imported_items(conn, query.kind, values, query.after)
    shown = found[: query.limit]
    has_more = len(found) > query.limit
    cursor = query.cursor_at(ItemPosition(shown[-1].supplier_sku)) if has_more else None
    return ImportedItemPage(cursor, shown)
