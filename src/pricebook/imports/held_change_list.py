"""What applying a held price list would change: its price changes, new and absent articles."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Annotated, Any, ClassVar
from uuid import UUID

from msgspec import Struct
from msgspec.structs import astuple

from pricebook.db.database import Database
from pricebook.errors import NotFoundError, validation_error
from pricebook.http import safe_csv
from pricebook.http.cursor import Cursor, CursorQuery
from pricebook.http.field_types import doc
from pricebook.http.pagination import PageSize
from pricebook.imports import held_change_repository as repository
from pricebook.imports.held_change_schemas import (
    HeldArticle,
    HeldChangeKind,
    HeldPosition,
    ListedChange,
)
from pricebook.tasks import history

# A page does not wait for the comparison of a whole price list.
READ_ROWS = 20_000


class HeldChangeQuery(Struct, CursorQuery[HeldPosition], frozen=True, kw_only=True):
    """Which price list, and which page of its changes."""

    position_type: ClassVar[type[Struct]] = HeldPosition

    task_id: UUID
    supplier_id: UUID
    kind: HeldChangeKind = "changed"
    limit: PageSize = 50
    cursor: Cursor | None = None

    def __post_init__(self) -> None:
        """Raise ValidationError for a cursor of another list."""
        if issues := self.cursor_issues():
            raise validation_error(*issues)


class HeldChangePaging(Struct, frozen=True):
    """Which changes of a held price list to return, and which page of them."""

    kind: Annotated[
        HeldChangeKind,
        doc(
            "`changed`: prices that change, in the order of the rows; `new`: articles that the"
            " supplier has not had yet; `absent`: present articles that the price list does not"
            " name, by their codes; none if it has only some of the articles."
        ),
    ] = "changed"
    limit: PageSize = 50
    cursor: Annotated[
        Cursor | None, doc("Value of `next_cursor` of the page before, with the same `kind`.")
    ] = None


class HeldChangePage(Struct, frozen=True):
    """A page of what a held price list changes, and the cursor of the next one.

    It has fewer than its limit, or none, where few of the rows that it read change a price.
    """

    next_cursor: str | None
    data: list[ListedChange]


class HeldArticlePage(Struct, frozen=True):
    """A page of what applying a held price list would change."""

    next_cursor: Annotated[
        str | None,
        doc("Cursor of the next page, also of one with fewer changes than its limit; or null."),
    ]
    data: Annotated[list[HeldArticle], doc("The articles of this page.")]


async def list_changes_of_task(
    database: Database, task_id: UUID, paging: HeldChangePaging
) -> HeldArticlePage:
    """Return a page of what applying a held price list would change.

    Raises NotFoundError without such a task or if it is not held, ValidationError for a cursor of
    another list.
    """
    task = await history.get_task(database, task_id)
    if task.state != "held" or task.supplier_id is None:
        raise NotFoundError(
            f"The task is {task.state}, not held: the price changes of an imported list are those"
            f" of its `import_id` ({task_id})."
        )
    query = HeldChangeQuery(
        task_id=task_id,
        supplier_id=task.supplier_id,
        kind=paging.kind,
        limit=paging.limit,
        cursor=paging.cursor,
    )
    if paging.kind == "absent" and task.source_config.get("mode") == "partial":
        return HeldArticlePage(None, [])
    page = await list_held_changes(database, query)
    return HeldArticlePage(page.next_cursor, [_article(each) for each in page.data])


def _article(change: ListedChange) -> HeldArticle:
    return HeldArticle(
        row_number=change.row_number,
        supplier_sku=change.supplier_sku,
        name=change.name,
        currency=change.currency,
        old_price=change.old_price,
        new_price=change.new_price,
        percent=None if change.percent is None else float(change.percent),
        product_id=change.product_id,
    )


async def list_held_changes(database: Database, query: HeldChangeQuery) -> HeldChangePage:
    """Return a page of the changes of a held price list: by its rows, absent articles by codes."""
    after = query.after or HeldPosition(-1)
    values: dict[str, Any] = {
        "task_id": query.task_id,
        "supplier_id": query.supplier_id,
        "after": after.row_number,
        "after_code": after.supplier_sku,
        "read": READ_ROWS,
        "limit": query.limit + 1,
    }
    async with database.connection() as conn:
        if query.kind == "absent":
            changes, read_to = await repository.list_absent(conn, values), None
        else:
            changes, read_to = await repository.list_changes(conn, query.kind, values)
    shown = changes[: query.limit]
    position = None if read_to is None else HeldPosition(read_to)
    if len(changes) > query.limit:
        position = HeldPosition(shown[-1].row_number or 0, shown[-1].supplier_sku)
    return HeldChangePage(position and query.cursor_at(position), shown)


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
