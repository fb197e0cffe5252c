"""All that an undo would do, or has left, as CSV."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import LiteralString
from uuid import UUID

from msgspec.structs import asdict

from pricebook.db.database import Connection, Database
from pricebook.http import safe_csv
from pricebook.tasks import history
from pricebook.undo import export_repository, service
from pricebook.undo.export_repository import LEFT, PLAN, ExportedChange
from pricebook.undo.schemas import SENTENCES


async def export_plan(database: Database, task_id: UUID) -> AsyncGenerator[str]:
    """Yield what undoing a task would do now; raises NotFoundError, ConflictError."""
    async with database.export_transaction() as conn:
        await service.require_undoable(conn, task_id)
        async with aclosing(_lines(conn, PLAN, task_id)) as parts:
            async for lines in parts:
                yield lines


async def export_left(database: Database, undo_id: UUID) -> AsyncGenerator[str]:
    """Yield what the undo of a task has left; raises NotFoundError."""
    async with database.export_transaction() as conn:
        await history.require_task(conn, undo_id)
        async with aclosing(_lines(conn, LEFT, undo_id)) as parts:
            async for lines in parts:
                yield lines


async def _lines(conn: Connection, statement: LiteralString, task_id: UUID) -> AsyncGenerator[str]:
    yield safe_csv.lines([ExportedChange.__struct_fields__])
    batches = export_repository.read_changes(conn, statement, task_id)
    async with aclosing(batches) as changes:
        async for batch in changes:
            yield safe_csv.lines(map(_row, batch))


def _row(change: ExportedChange) -> list[object]:
    fields = asdict(change)
    fields["reason"] = change.reason and SENTENCES[change.reason]
    return list(fields.values())
