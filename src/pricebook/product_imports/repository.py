"""The life of imports of own products in their rows; times are those of the database."""

from typing import Any, LiteralString
from uuid import UUID

import msgspec
from psycopg.types.json import Jsonb

from pricebook.db.database import Connection
from pricebook.db.keyset import Listing
from pricebook.db.list_pages import ListPage, as_structs, map_rows, read_page
from pricebook.db.row_types import fetch_value, find_value, struct_row
from pricebook.db.sort_keys import Key
from pricebook.errors import LeaseLostError
from pricebook.http.pagination import CursorPaging
from pricebook.product_imports.schemas import (
    ClaimedImport,
    DryRun,
    ImportCounts,
    ImportLease,
    ImportState,
    NewImport,
    ProductImport,
    StoredImport,
)

IMPORT: LiteralString = """
    id, state, dry_run, file_name, requested_by, request_id, created_at AS enqueued_at, started_at,
    completed_at, columns, rows_total, rows_done, errors,
    jsonb_build_object('new', count_new, 'changed', count_changed, 'unchanged', count_unchanged,
        'rejected', count_rejected, 'duplicate', count_duplicate) AS counts
"""
_ONE: LiteralString = "SELECT {columns} FROM product_imports WHERE id = page.k2"
IMPORTS = Listing(
    table="product_imports",
    keys=(
        Key("created_at", "timestamptz", is_descending=True),
        Key("id", "uuid", is_descending=True),
    ),
    details=_ONE.format(columns=IMPORT),
)
CLAIMED: LiteralString = """
    id, lease_owner, dry_run, file_path, file_name, sheet_name, columns, last_row_number, attempts,
    requested_by, requested_by_id,
    (SELECT name FROM api_keys WHERE id = requested_by_id) AS api_key, request_id
"""
# Imports run one at a time, in the order of their requests: the last one wins.
CLAIM: LiteralString = """
    UPDATE product_imports
    SET state = 'running', started_at = coalesce(started_at, now()), attempts = attempts + 1,
        lease_owner = %(owner)s, lease_expires_at = now() + make_interval(secs => %(seconds)s)
    WHERE id = (
            SELECT id FROM product_imports WHERE state IN ('queued', 'running')
            ORDER BY created_at, id LIMIT 1)
        AND (state = 'queued' AND next_attempt_at <= now()
            OR state = 'running' AND lease_expires_at < now())
    RETURNING {claimed}
"""


async def insert_import(conn: Connection, new: NewImport) -> UUID | None:
    """Insert a queued import and return its id; None if its idempotency key was used before."""
    return await find_value(
        conn,
        """
        INSERT INTO product_imports (dry_run, file_path, file_name, sheet_name, requested_by,
            requested_by_id, request_id, idempotency_key, request_digest)
        VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s)
        ON CONFLICT (requested_by_id, idempotency_key) WHERE idempotency_key IS NOT NULL DO NOTHING
        RETURNING id
        """,
        [
            new.options.dry_run,
            new.file_path,
            new.file_name,
            new.options.sheet_name,
            new.requested_by,
            new.requested_by_id,
            new.request_id,
            new.idempotency_key,
            new.digest,
        ],
    )


async def find_by_idempotency_key(
    conn: Connection, user_id: UUID | None, key: str | None
) -> StoredImport | None:
    """Find the import of a user's idempotency key."""
    async with conn.cursor(row_factory=struct_row(StoredImport)) as cursor:
        await cursor.execute(
            """
            SELECT id, request_digest AS digest FROM product_imports
            WHERE requested_by_id = %s AND idempotency_key = %s
            """,
            [user_id, key],
        )
        return await cursor.fetchone()


async def find_dry_run(conn: Connection, import_id: UUID) -> DryRun | None:
    """Find a dry run that ended, with its file, if that is kept."""
    async with conn.cursor(row_factory=struct_row(DryRun)) as cursor:
        await cursor.execute(
            """
            SELECT file_path, file_name, sheet_name FROM product_imports
            WHERE id = %s AND dry_run AND state IN ('succeeded', 'partially_succeeded')
                AND file_path IS NOT NULL AND completed_at > now() - interval '1 day'
            """,
            [import_id],
        )
        return await cursor.fetchone()


async def find_import(conn: Connection, import_id: UUID) -> ProductImport | None:
    """Find an import."""
    statement: LiteralString = "SELECT {fields} FROM product_imports WHERE id = %s"
    async with conn.cursor(row_factory=struct_row(ProductImport)) as cursor:
        await cursor.execute(statement.format(fields=IMPORT), [import_id])
        found = await cursor.fetchone()
    return _with_counts(found) if found else None


async def list_imports(conn: Connection, paging: CursorPaging) -> ListPage[ProductImport]:
    """Return a page of the imports, newest first."""
    imports = as_structs(ProductImport)
    return map_rows(await read_page(conn, IMPORTS, paging.window, imports), _with_counts)


async def claim_next(conn: Connection, owner: str, lease_seconds: float) -> ClaimedImport | None:
    """Lease the oldest import that has not ended; None if there is none, or it is not due."""
    async with conn.cursor(row_factory=struct_row(ClaimedImport)) as cursor:
        await cursor.execute(
            CLAIM.format(claimed=CLAIMED), {"owner": owner, "seconds": lease_seconds}
        )
        return await cursor.fetchone()


async def claim_inline(
    conn: Connection, new: NewImport, owner: str, lease_seconds: float
) -> ClaimedImport:
    """Insert an import that the caller runs itself, and lease it."""
    statement: LiteralString = """
        INSERT INTO product_imports
            (state, dry_run, file_name, sheet_name, started_at, attempts, lease_owner,
             lease_expires_at)
        VALUES ('running', %s, %s, %s, now(), 1, %s, now() + make_interval(secs => %s))
        RETURNING {claimed}
    """
    async with conn.cursor(row_factory=struct_row(ClaimedImport)) as cursor:
        options = new.options
        await cursor.execute(
            statement.format(claimed=CLAIMED),
            [options.dry_run, new.file_name, options.sheet_name, owner, lease_seconds],
        )
        (claimed,) = await cursor.fetchall()
        return claimed


async def renew_lease(conn: Connection, lease: ImportLease, lease_seconds: float) -> None:
    """Renew a lease; raises LeaseLostError."""
    await _update(
        conn, lease, "lease_expires_at = now() + make_interval(secs => %s)", [lease_seconds]
    )


async def set_staged(
    conn: Connection, lease: ImportLease, columns: list[str], counts: ImportCounts
) -> None:
    """Store that the rows of the file are stored, and how many are rejected already."""
    rows = await fetch_value(
        conn, "SELECT count(*) FROM product_import_rows WHERE import_id = %s", [lease.id]
    )
    await _update(
        conn,
        lease,
        """
        columns = %s, rows_total = %s, rows_done = %s, count_rejected = %s, count_duplicate = %s
        """,
        [
            Jsonb(columns),
            rows,
            counts.rejected + counts.duplicate,
            counts.rejected,
            counts.duplicate,
        ],
    )


async def add_progress(
    conn: Connection, lease: ImportLease, last_row_number: int, counts: ImportCounts
) -> None:
    """Store that the rows up to a number are processed; raises LeaseLostError."""
    done = counts.new + counts.changed + counts.unchanged + counts.rejected
    await _update(
        conn,
        lease,
        """
        last_row_number = %s, rows_done = rows_done + %s, count_new = count_new + %s,
        count_changed = count_changed + %s, count_unchanged = count_unchanged + %s,
        count_rejected = count_rejected + %s
        """,
        [last_row_number, done, counts.new, counts.changed, counts.unchanged, counts.rejected],
    )


async def set_end(
    conn: Connection, lease: ImportLease, state: ImportState | None, errors: list[str]
) -> None:
    """Store the end of an import; without a state it is that of its counts."""
    await _update(
        conn,
        lease,
        """
        state = coalesce(%s, CASE WHEN count_rejected > 0
            THEN 'partially_succeeded' ELSE 'succeeded' END)::task_state,
        errors = %s, completed_at = clock_timestamp(), lease_owner = NULL, lease_expires_at = NULL
        """,
        [state, Jsonb(errors)],
    )


async def set_queued(
    conn: Connection, lease: ImportLease, delay_seconds: float, errors: list[str]
) -> None:
    """Queue an import again; it goes on after the rows that are processed."""
    await _update(
        conn,
        lease,
        """
        state = 'queued', errors = %s, lease_owner = NULL, lease_expires_at = NULL,
        next_attempt_at = now() + make_interval(secs => %s)
        """,
        [Jsonb(errors), delay_seconds],
    )


async def list_pending_files(conn: Connection) -> set[str]:
    """Return the `file_path` of each import that has not ended, relative to UPLOADS_DIR.

    Those of dry runs are kept for a day, so that they can be applied.
    """
    cursor = await conn.execute(
        """
        SELECT file_path FROM product_imports
        WHERE file_path IS NOT NULL AND (state IN ('queued', 'running')
            OR dry_run AND completed_at > now() - interval '1 day')
        """
    )
    return {file_path for (file_path,) in await cursor.fetchall()}


async def delete_old_import(conn: Connection, days: int) -> bool:
    """Delete an import that ended more than `days` days ago, with its rows; None is left: False."""
    cursor = await conn.execute(
        """
        DELETE FROM product_imports WHERE id = (
            SELECT id FROM product_imports
            WHERE completed_at < now() - make_interval(days => %s)
            ORDER BY completed_at LIMIT 1 FOR UPDATE SKIP LOCKED)
        """,
        [days],
    )
    return cursor.rowcount > 0


def _with_counts(found: ProductImport) -> ProductImport:
    return msgspec.structs.replace(found, counts=msgspec.convert(found.counts, ImportCounts))


async def _update(
    conn: Connection, lease: ImportLease, assignments: LiteralString, values: list[Any]
) -> None:
    statement: LiteralString = """
        UPDATE product_imports SET {assignments}
        WHERE id = %s AND lease_owner = %s AND state = 'running'
    """
    cursor = await conn.execute(
        statement.format(assignments=assignments), [*values, lease.id, lease.owner]
    )
    if cursor.rowcount != 1:
        raise LeaseLostError(f"The lease of the import {lease.id} is lost.")
