"""The price changes of one import, the largest first."""

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from msgspec import Struct

from pricebook.db.database import Database
from pricebook.errors import validation_error
from pricebook.http.cursor import Cursor, CursorQuery
from pricebook.http.pagination import PageSize
from pricebook.prices import import_change_repository as repository
from pricebook.prices.import_change_schemas import ImportPosition, ImportPriceChange


class ImportChangeQuery(Struct, CursorQuery[ImportPosition], frozen=True, kw_only=True):
    """Which import: the time of its transaction and of its end; and which page of its changes."""

    position_type: ClassVar[type[Struct]] = ImportPosition

    supplier_id: UUID
    begin: datetime
    end: datetime
    limit: PageSize = 50
    cursor: Cursor | None = None

    def __post_init__(self) -> None:
        """Raise ValidationError for a cursor of another list."""
        if issues := self.cursor_issues():
            raise validation_error(*issues)


class ImportChangePage(Struct, frozen=True):
    """A page of the price changes of an import, and the cursor of the next one."""

    next_cursor: str | None
    data: list[ImportPriceChange]


async def list_import_changes(database: Database, query: ImportChangeQuery) -> ImportChangePage:
    """Return a page of the price changes of an import, also of one that was undone."""
    async with database.connection() as conn:
        found = await repository.list_import_changes(
            conn, (query.begin, query.end), query.after, query.limit + 1
        )
    shown = found[: query.limit]
    has_more = len(found) > query.limit
    return ImportChangePage(
        next_cursor=query.cursor_at(shown[-1].position) if has_more else None,
        data=[change for change in shown if change.supplier_id == query.supplier_id],
    )
