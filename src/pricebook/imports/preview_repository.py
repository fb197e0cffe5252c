"""The SQL of previews: the life of each, its rows, and the changes that it would make."""

from typing import Any, LiteralString
from uuid import UUID

import msgspec
from psycopg.types.json import Jsonb

from pricebook.db.database import Connection
from pricebook.db.row_types import fetch_value, find_value, struct_row
from pricebook.errors import LeaseLostError
from pricebook.imports import preview_row_repository
from pricebook.imports.preview_notifications import notify_queued
from pricebook.imports.preview_schemas import (
    ClaimedPreview,
    NewPreview,
    Preview,
    PreviewImport,
    PreviewLease,
    PreviewResult,
    PreviewTask,
)

_PREVIEW: LiteralString = """
    SELECT id, supplier_id, supplier_name, state, source, file_name, config, new_layout,
        created_at, updated_at, created_by, stage, rows_read, rows_total, compared_at, {details},
        task_id, decided_by, decided_at, may_hold
    FROM import_previews
"""
_QUEUED: LiteralString = """
    state = 'queued', attempts = 0, next_attempt_at = now(), lease_owner = NULL,
    lease_expires_at = NULL, stage = NULL, rows_read = 0, rows_total = NULL, task_id = NULL,
    decided_by = NULL, decided_at = NULL
"""
CLAIM: LiteralString = """
    UPDATE import_previews
    SET state = 'reading', attempts = attempts + 1, lease_owner = %(owner)s, stage = NULL,
        rows_read = 0, rows_total = NULL,
        lease_expires_at = now() + make_interval(secs => %(seconds)s)
    WHERE id = (
        SELECT id FROM import_previews
        WHERE state IN ('queued', 'reading') AND next_attempt_at <= now()
            AND (state = 'queued' OR lease_expires_at < now())
        ORDER BY next_attempt_at
        LIMIT 1
        FOR UPDATE SKIP LOCKED
    )
    RETURNING id, lease_owner AS owner, supplier_id, supplier_name, source, file_name, config,
        new_layout, created_by, created_by_id, attempts
"""


async def insert_preview(conn: Connection, new: NewPreview) -> UUID:
    """Insert a queued preview and return its id."""
    await notify_queued(conn)
    return await fetch_value(
        conn,
        """
        INSERT INTO import_previews
            (supplier_id, supplier_name, source, file_name, created_by, created_by_id)
        VALUES (%s, %s, %s, %s, %s, %s)
        RETURNING id
        """,
        [
            new.supplier_id,
            new.supplier_name,
            Jsonb(new.source),
            new.file_name,
            new.created_by,
            new.created_by_id,
        ],
    )


async def find_preview(
    conn: Connection, preview_id: UUID, *, locks: bool = False
) -> Preview | None:
    """Find a preview; with `locks` until the end of the transaction."""
    statement: LiteralString = _PREVIEW + "WHERE id = %s {lock}"
    lock: LiteralString = "FOR UPDATE" if locks else ""
    async with conn.cursor(row_factory=struct_row(Preview)) as cursor:
        await cursor.execute(statement.format(details="found, result", lock=lock), [preview_id])
        return await cursor.fetchone()


async def list_open(conn: Connection, limit: int) -> list[Preview]:
    """Return the newest previews that are neither applied nor discarded, without results."""
    statement: LiteralString = f"""
        {_PREVIEW} WHERE state IN ('queued', 'reading', 'ready', 'refused')
        ORDER BY created_at DESC, id DESC LIMIT %s
    """
    details: LiteralString = "NULL::jsonb AS found, NULL::jsonb AS result"
    async with conn.cursor(row_factory=struct_row(Preview)) as cursor:
        await cursor.execute(statement.format(details=details), [limit])
        return await cursor.fetchall()


async def find_task(conn: Connection, task_id: UUID) -> PreviewTask | None:
    """Find the task that imports a preview."""
    async with conn.cursor(row_factory=struct_row(PreviewTask)) as cursor:
        await cursor.execute(
            """
            SELECT id, state::text, stage, rows_read, rows_total, errors, count_new, count_changed,
                count_absent, count_unchanged, count_rejected, count_quarantined
            FROM ingestion_tasks WHERE id = %s
            """,
            [task_id],
        )
        return await cursor.fetchone()


async def set_answers(
    conn: Connection, preview_id: UUID, config: dict[str, Any], *, new_layout: bool
) -> None:
    """Store changed options, and queue the preview to be read again with them."""
    statement: LiteralString = """
        UPDATE import_previews SET config = %s, new_layout = %s, {queued} WHERE id = %s
    """
    await conn.execute(statement.format(queued=_QUEUED), [Jsonb(config), new_layout, preview_id])
    await notify_queued(conn)


async def set_applied(
    conn: Connection, preview_id: UUID, task_id: UUID, name: str, *, may_hold: bool
) -> None:
    """Set a preview applied by a task."""
    await conn.execute(
        """
        UPDATE import_previews
        SET state = 'applied', task_id = %s, decided_by = %s, decided_at = now(), may_hold = %s
        WHERE id = %s
        """,
        [task_id, name, may_hold, preview_id],
    )


async def set_discarded(conn: Connection, preview_id: UUID, name: str) -> None:
    """Set a preview discarded and delete its rows."""
    await conn.execute(
        """
        UPDATE import_previews
        SET state = 'discarded', decided_by = %s, decided_at = now(), lease_owner = NULL
        WHERE id = %s
        """,
        [name, preview_id],
    )
    await preview_row_repository.delete_rows(conn, preview_id)


async def is_outdated(conn: Connection, preview_id: UUID) -> bool:
    """Return whether an import or undo of the supplier ended after a preview was compared."""
    return await fetch_value(
        conn,
        """
        SELECT EXISTS (
            SELECT FROM import_previews AS preview
            JOIN ingestion_tasks AS task ON task.supplier_id = preview.supplier_id
            WHERE preview.id = %s AND task.completed_at > preview.compared_at
                AND task.state IN ('succeeded', 'partially_succeeded')
                AND task.id IS DISTINCT FROM preview.task_id)
        """,
        [preview_id],
    )


async def claim_next(conn: Connection, owner: str, seconds: float) -> ClaimedPreview | None:
    """Lease the preview that has been due longest, None if there is none."""
    async with conn.cursor(row_factory=struct_row(ClaimedPreview)) as cursor:
        await cursor.execute(CLAIM, {"owner": owner, "seconds": seconds})
        return await cursor.fetchone()


async def renew_lease(
    conn: Connection, lease: PreviewLease, seconds: float, progress: tuple[str, int, int | None]
) -> None:
    """Renew a lease and store the stage and the rows; raises LeaseLostError."""
    await _update(
        conn,
        lease,
        """
        lease_expires_at = now() + make_interval(secs => %s), stage = %s, rows_read = %s,
        rows_total = %s
        """,
        [seconds, *progress],
    )


async def set_source(conn: Connection, lease: PreviewLease, source: dict[str, str]) -> None:
    """Store where the fetched file is; raises LeaseLostError."""
    await _update(conn, lease, "source = source || %s", [Jsonb(source)])


async def set_requeued(conn: Connection, lease: PreviewLease, delay_seconds: float) -> None:
    """Queue a preview again without counting the attempt; raises LeaseLostError."""
    await _update(
        conn,
        lease,
        """
        state = 'queued', lease_owner = NULL, stage = NULL, attempts = greatest(attempts - 1, 0),
        next_attempt_at = now() + make_interval(secs => %s)
        """,
        [delay_seconds],
    )
    await notify_queued(conn)


async def set_ready(
    conn: Connection,
    lease: PreviewLease,
    found: dict[str, Any],
    ignored: int,
    result: PreviewResult,
) -> None:
    """Store what was understood and compared; raises LeaseLostError."""
    await _update(
        conn,
        lease,
        """
        state = 'ready', lease_owner = NULL, compared_at = now(), found = %s, count_ignored = %s,
        result = %s
        """,
        [Jsonb(found), ignored, Jsonb(msgspec.to_builtins(result))],
    )


async def set_refused(conn: Connection, lease: PreviewLease, result: PreviewResult) -> None:
    """Store why a price list cannot be read; raises LeaseLostError."""
    await _update(
        conn,
        lease,
        "state = 'refused', lease_owner = NULL, compared_at = NULL, found = NULL, result = %s",
        [Jsonb(msgspec.to_builtins(result))],
    )
    await preview_row_repository.delete_rows(conn, lease.id)


async def lock_for_import(conn: Connection, preview_id: UUID) -> PreviewImport | None:
    """Lock a preview for a task that imports it, None if it is deleted."""
    async with conn.cursor(row_factory=struct_row(PreviewImport)) as cursor:
        await cursor.execute(
            """
            SELECT id, task_id, found, count_ignored, may_hold FROM import_previews
            WHERE id = %s FOR NO KEY UPDATE
            """,
            [preview_id],
        )
        return await cursor.fetchone()


async def list_files(conn: Connection) -> set[str]:
    """Return the `file_path` of each preview that can still be read."""
    cursor = await conn.execute(
        "SELECT source ->> 'file_path' FROM import_previews"
        " WHERE source ? 'file_path' AND state <> 'discarded'"
    )
    return {file_path for (file_path,) in await cursor.fetchall()}


async def delete_old(conn: Connection, days: int) -> None:
    """Delete previews that did not change for some days; a trigger deletes their rows."""
    await conn.execute(
        "DELETE FROM import_previews WHERE updated_at < now() - make_interval(days => %s)", [days]
    )


async def _update(
    conn: Connection, lease: PreviewLease, changes: LiteralString, values: list[Any]
) -> None:
    statement: LiteralString = """
        UPDATE import_previews SET {changes}
        WHERE id = %s AND lease_owner = %s AND state = 'reading' RETURNING id
    """
    parameters = [*values, lease.id, lease.owner]
    if await find_value(conn, statement.format(changes=changes), parameters) is None:
        raise LeaseLostError(f"The preview {lease.id} was changed meanwhile.")
