"""All price changes that applying a held price list would make, in the order of its rows."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any, ClassVar
from uuid import UUID

from msgspec import Struct
from msgspec.structs import astuple

from pricebook.db.database import Database
from pricebook.errors import validation_error
from pricebook.http import safe_csv
from pricebook.http.cursor import Cursor, CursorQuery
from pricebook.http.pagination import PageSize
from pricebook.imports import held_change_repository as repository
from pricebook.imports.held_change_schemas import HeldPosition, ListedChange

# A page does not wait for the comparison of a whole price list.
READ_ROWS = 20_000


class HeldChangeQuery(Struct, CursorQuery[HeldPosition], frozen=True, kw_only=True):
    """Which price list, and which page of its changes."""

    position_type: ClassVar[type[Struct]] = HeldPosition

    task_id: UUID
    supplier_id: UUID
    limit: PageSize = 50
    cursor: Cursor | None = None

    def __post_init__(self) -> None:
        """Raise ValidationError for a cursor of another list."""
        if issues := self.cursor_issues():
            raise validation_error(*issues)


class HeldChangePage(Struct, frozen=True):
    """A page of price changes, and the cursor of the next one.

    It has fewer than its limit, or none, where few of the rows that it read change a price.
    """

    next_cursor: str | None
    data: list[ListedChange]


async def list_held_changes(database: Database, query: HeldChangeQuery) -> HeldChangePage:
    """Return a page of the price changes of a held price list, by its rows."""
    values: dict[str, Any] = {
        "task_id": query.task_id,
        "supplier_id": query.supplier_id,
        "after": query.after.row_number if query.after else -1,
        "read": READ_ROWS,
        "limit": query.limit + 1,
    }
    async with database.connection() as conn:
        changes, read_to = await repository.list_changes(conn, values)
    shown = changes[: query.limit]
    at = shown[-1].row_number if len(changes) > query.limit else read_to
    return HeldChangePage(None if at is None else query.cursor_at(HeldPosition(at)), shown)


async def export_held_changes(
    database: Database, task_id: UUID, supplier_id: UUID
) -> AsyncGenerator[str]:
    """Yield all price changes of a held price list as CSV."""
    yield safe_csv.lines([ListedChange.__struct_fields__])
    async with database.export_transaction() as conn:
        batches = repository.read_all_changes(conn, task_id, supplier_id)
        async with aclosing(batches) as changes:
            async for batch in changes:
                yield safe_csv.lines(map(astuple, batch))
