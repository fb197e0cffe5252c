from decimal import Decimal
from typing import Literal, LiteralString
from uuid import UUID

from msgspec import Struct
from msgspec.structs import asdict
from psycopg.types.json import Jsonb

from pricebook.db.database import Connection
from pricebook.db.row_types import fetch_value, find_value, struct_row
from pricebook.http.pagination import Paging
from pricebook.tasks.list_order import IS_LATER
from pricebook.tasks.schemas import AcceptedTask
from pricebook.tasks.undo_counts import UndoCounts
from pricebook.undo.schemas import SENTENCES, LeftChange, LeftKind, LeftReason, TaskToUndo
from pricebook.undo.undo_preview_schemas import ChangedPart, LaterList, PlannedChange

LEFT_COLUMNS: LiteralString = """
    kind, supplier_item_id, product_id, code, name, reason, later_task_id
"""
PREVIEW: LiteralString = """
    WITH plan AS MATERIALIZED (
        SELECT *, action = 'restored' AND price <> restored_price AS has_other_price
        FROM plan_undo(%(task)s)
    ), page AS (
        (SELECT * FROM plan WHERE action = 'left'
         ORDER BY kind, code COLLATE "C", item_id LIMIT %(limit)s OFFSET %(offset)s)
        UNION ALL
        (SELECT * FROM plan WHERE action <> 'left'
         ORDER BY has_other_price DESC, kind, code COLLATE "C", item_id
         LIMIT %(limit)s OFFSET %(offset)s)
    )
    SELECT counted.*, kind, item_id AS supplier_item_id, product_id, code, name, reason,
        later_task_id, action, price, restored_price, changed
    FROM (
        SELECT count(*) FILTER (WHERE action = 'restored') AS restored,
            count(*) FILTER (WHERE action = 'deleted' AND kind = 'item') AS deleted,
            count(*) FILTER (WHERE action = 'deleted' AND kind = 'product') AS products_deleted,
            count(*) FILTER (WHERE action = 'left') AS kept
        FROM plan
    ) AS counted
    LEFT JOIN page ON true
    ORDER BY action <> 'left' AND has_other_price DESC, kind, code COLLATE "C", supplier_item_id
"""


class _LeftRow(Struct, frozen=True):
    """A row of what is left; its fields are null where a page has none."""

    kind: LeftKind | None
    supplier_item_id: UUID | None
    product_id: UUID | None
    code: str | None
    name: str | None
    reason: LeftReason | None
    later_task_id: UUID | None


class _PreviewRow(Struct, frozen=True):
    """The counts of a preview, and a row of what is left."""

    restored: int
    deleted: int
    products_deleted: int
    kept: int
    kind: LeftKind | None
    supplier_item_id: UUID | None
    product_id: UUID | None
    code: str | None
    name: str | None
    reason: LeftReason | None
    later_task_id: UUID | None
    action: Literal["restored", "deleted", "left"] | None
    price: Decimal | None
    restored_price: Decimal | None
    changed: list[ChangedPart] | None


async def find_task(conn: Connection, task_id: UUID, *, locks: bool = False) -> TaskToUndo | None:
    """Find the task that is to be undone; with `locks`, it is locked."""
    statement: LiteralString = """
        SELECT id, supplier_id, supplier_name, parser_type, state, undo_of, undone_by,
            (SELECT completed_at FROM ingestion_tasks WHERE id = task.undone_by) AS undone_at,
            keeps_changes
        FROM ingestion_tasks AS task WHERE id = %s
    """
    if locks:
        statement += "FOR NO KEY UPDATE OF task"
    async with conn.cursor(row_factory=struct_row(TaskToUndo)) as cursor:
        await cursor.execute(statement, [task_id])
        return await cursor.fetchone()


async def find_reason(conn: Connection, task_id: UUID) -> str | None:
    """Return why a task was requested."""
    return await find_value(conn, "SELECT reason FROM ingestion_tasks WHERE id = %s", [task_id])


async def find_waiting_undo(conn: Connection, task_id: UUID) -> AcceptedTask | None:
    """Find the undo of a task that is queued or runs."""
    async with conn.cursor(row_factory=struct_row(AcceptedTask)) as cursor:
        await cursor.execute(
            """
            SELECT id AS task_id, supplier_id, 'queued' AS status, enqueued_at
            FROM ingestion_tasks
            WHERE supplier_id = (SELECT supplier_id FROM ingestion_tasks WHERE id = %(task)s)
                AND undo_of = %(task)s AND state IN ('queued', 'running')
            """,
            {"task": task_id},
        )
        return await cursor.fetchone()


LATER_LIST: LiteralString = """
    SELECT later.id AS task_id, later.completed_at
    FROM ingestion_tasks AS task JOIN ingestion_tasks AS later ON {is_later}
    WHERE task.id = %s ORDER BY later.completed_at DESC LIMIT 1
"""


async def find_later_list(conn: Connection, task_id: UUID) -> LaterList | None:
    """Find the price list of the supplier of a task that was imported last after it, not undone."""
    async with conn.cursor(row_factory=struct_row(LaterList)) as cursor:
        await cursor.execute(LATER_LIST.format(is_later=IS_LATER), [task_id])
        return await cursor.fetchone()


async def count_open_rows(conn: Connection, task_id: UUID) -> int:
    """Count the quarantined rows of a task that an undo closes: those that wait for a decision."""
    return await fetch_value(
        conn,
        """
        SELECT count(*) FROM quarantined_rows
        WHERE task_id = %s AND NOT is_repeated AND state = 'open' AND superseded_at IS NULL
        """,
        [task_id],
    )


async def preview_undo(
    conn: Connection, task_id: UUID, paging: Paging
) -> tuple[UndoCounts, list[PlannedChange], list[LeftChange]]:
    """Return what undoing a task would do, a page of that, and a page of what it would leave."""
    async with conn.cursor(row_factory=struct_row(_PreviewRow)) as cursor:
        await cursor.execute(
            PREVIEW, {"task": task_id, "limit": paging.limit, "offset": paging.offset}
        )
        rows = await cursor.fetchall()
    first = rows[0]
    counts = UndoCounts(first.restored, first.deleted, first.products_deleted, first.kept)
    return (
        counts,
        [change for row in rows if (change := _planned_change(row)) is not None],
        [_left_change(row) for row in rows if row.action == "left"],
    )


async def undo_import(conn: Connection, undone: UUID, undo: UUID) -> UndoCounts:
    """Undo a task in the transaction of the task `undo`; return what was changed and left."""
    async with conn.cursor(row_factory=struct_row(UndoCounts)) as cursor:
        await cursor.execute(
            """
            SELECT restored, deleted, products_deleted, kept AS left_as_is
            FROM undo_import(%s, %s)
            """,
            [undone, undo],
        )
        (counts,) = await cursor.fetchall()
    return counts


async def start_import(conn: Connection, task_id: UUID) -> None:
    """Name the task of this transaction to the trigger that keeps what products were before."""
    await conn.execute("SELECT set_config('pricebook.import', %s, true)", [str(task_id)])


async def keep_changes(conn: Connection, task_id: UUID, supplier_id: UUID) -> None:
    """Store that the changes of a task are kept, when, its categories, and the profile before."""
    await conn.execute(
        """
        UPDATE ingestion_tasks SET keeps_changes = true, changes_at = now(),
            found_before = (SELECT metadata -> 'found' FROM suppliers WHERE id = %s)
        WHERE id = %s
        """,
        [supplier_id, task_id],
    )
    await conn.execute(
        """
        INSERT INTO made_categories (category_id, task_id)
        SELECT id, %s FROM categories WHERE created_at = now()
        """,
        [task_id],
    )


async def set_counts(conn: Connection, task_id: UUID, counts: UndoCounts) -> None:
    """Store what an undo has changed and left, in the transaction that has ended it."""
    await conn.execute(
        "UPDATE ingestion_tasks SET undo_counts = %s WHERE id = %s",
        [Jsonb(asdict(counts)), task_id],
    )


async def list_left(
    conn: Connection, task_id: UUID, paging: Paging
) -> tuple[int, list[LeftChange]] | None:
    """Return a page of what an undo left, and its number of rows; None without such a task."""
    total = await find_value(
        conn,
        """
        SELECT (SELECT count(*) FROM undo_left WHERE task_id = task.id)
        FROM ingestion_tasks AS task WHERE id = %s
        """,
        [task_id],
    )
    if total is None:
        return None
    statement: LiteralString = """
        SELECT {columns} FROM undo_left WHERE task_id = %s
        ORDER BY kind, code COLLATE "C", id LIMIT %s OFFSET %s
    """
    async with conn.cursor(row_factory=struct_row(_LeftRow)) as cursor:
        await cursor.execute(
            statement.format(columns=LEFT_COLUMNS), [task_id, paging.limit, paging.offset]
        )
        return total, [_left_change(row) for row in await cursor.fetchall()]


def _planned_change(row: _PreviewRow) -> PlannedChange | None:
    if row.kind is None or row.action is None or row.action == "left":
        return None
    return PlannedChange(
        kind=row.kind,
        action=row.action,
        supplier_item_id=row.supplier_item_id,
        product_id=row.product_id,
        code=row.code or "",
        name=row.name or "",
        price=row.price,
        restored_price=row.restored_price,
        changed=row.changed or [],
    )


def _left_change(row: _LeftRow | _PreviewRow) -> LeftChange:
    if row.kind is None or row.reason is None:
        raise LookupError("a row of what is left without its reason")
    return LeftChange(
        kind=row.kind,
        supplier_item_id=row.supplier_item_id,
        product_id=row.product_id,
        code=row.code or "",
        name=row.name or "",
        reason=row.reason,
        sentence=SENTENCES[row.reason],
        later_task_id=row.later_task_id,
    )


async def purge_changes(conn: Connection, days: int) -> bool:
    """Delete the changes of one task that ended longer ago; return whether there was one."""
    cursor = await conn.execute(
        """
        UPDATE ingestion_tasks SET keeps_changes = false
        WHERE id = (
            SELECT id FROM ingestion_tasks
            WHERE keeps_changes AND completed_at < now() - make_interval(days => %s)
            ORDER BY completed_at LIMIT 1 FOR NO KEY UPDATE SKIP LOCKED)
        RETURNING id
        """,
        [days],
    )
    purged = [task_id for (task_id,) in await cursor.fetchall()]
    for task_id in purged:
        await conn.execute("DELETE FROM import_changes WHERE task_id = %s", [task_id])
        await conn.execute("DELETE FROM import_product_changes WHERE task_id = %s", [task_id])
        await conn.execute("DELETE FROM made_categories WHERE task_id = %s", [task_id])
    await conn.execute(
        "DELETE FROM made_products WHERE created_at < now() - make_interval(days => %s)", [days]
    )
    return bool(purged)
