"""The SQL of runs: their requests, their lease, their progress and their end."""

from collections.abc import Sequence
from typing import LiteralString
from uuid import UUID

import msgspec
from msgspec import Struct
from psycopg.errors import UniqueViolation

from pricebook.db.database import Connection
from pricebook.db.keyset import Listing
from pricebook.db.list_pages import ListPage, as_structs, read_page
from pricebook.db.row_types import fetch_value, find_value, struct_row
from pricebook.db.sort_keys import Key
from pricebook.http.pagination import CursorPaging
from pricebook.matching.run_schemas import MatchRun


class RunProgress(Struct, frozen=True, kw_only=True):
    """How far a run is: items to examine, examined, by the band of the best suggestion, linked."""

    items_total: int
    items_done: int = 0
    certain: int = 0
    likely: int = 0
    possible: int = 0
    linked: int = 0
    created: int = 0


RUN_COLUMNS: LiteralString = """
    id, supplier_id, item_ids AS supplier_item_ids, with_unchanged, state, requested_by, created_at,
    started_at, completed_at, items_total, items_done, count_certain AS certain,
    count_likely AS likely, count_possible AS possible, count_linked AS linked,
    creates_products, count_created AS created, error, weights
"""
_ONE: LiteralString = "SELECT {columns} FROM match_runs WHERE id = page.k2"
RUNS = Listing(
    table="match_runs",
    keys=(
        Key("created_at", "timestamptz", is_descending=True),
        Key("id", "uuid", is_descending=True),
    ),
    details=_ONE.format(columns=RUN_COLUMNS),
)


async def insert_run(
    conn: Connection,
    requested_by: str,
    supplier_id: UUID | None,
    item_ids: Sequence[UUID] | None,
    *,
    with_unchanged: bool,
) -> MatchRun:
    """Queue a run and return it; return an equal one that waits already."""
    statement: LiteralString = """
        WITH waiting AS (
            SELECT * FROM match_runs
            WHERE state = 'queued' AND supplier_id IS NOT DISTINCT FROM %(supplier)s::uuid
                AND item_ids IS NOT DISTINCT FROM %(items)s::uuid[]
                AND with_unchanged = %(unchanged)s
            ORDER BY created_at LIMIT 1
        ), inserted AS (
            INSERT INTO match_runs
                (requested_by, supplier_id, item_ids, with_unchanged)
            SELECT %(by)s, %(supplier)s::uuid, %(items)s::uuid[], %(unchanged)s
            WHERE NOT EXISTS (SELECT FROM waiting)
            RETURNING *
        )
        SELECT {columns} FROM (SELECT * FROM waiting UNION ALL SELECT * FROM inserted) AS run
    """
    values = {
        "by": requested_by,
        "supplier": supplier_id,
        "items": list(item_ids) if item_ids is not None else None,
        "unchanged": with_unchanged,
    }
    async with conn.cursor(row_factory=struct_row(MatchRun)) as cursor:
        await cursor.execute(statement.format(columns=RUN_COLUMNS), values)
        (run,) = await cursor.fetchall()
    return run


async def insert_run_after_import(
    conn: Connection, supplier_id: UUID, requested_by: str, *, creates_products: bool = False
) -> None:
    """Queue a run over what is new or changed of a supplier.

    Not if one waits already, nothing of the supplier is unmatched, or there are no products.
    """
    await conn.execute(
        """
        INSERT INTO match_runs (requested_by, supplier_id, creates_products)
        SELECT %(by)s, %(supplier)s, %(creates)s
        WHERE EXISTS (SELECT FROM products WHERE status <> 'archived')
            AND EXISTS (
                SELECT FROM supplier_items
                WHERE supplier_id = %(supplier)s AND product_id IS NULL AND absent_since IS NULL)
            AND NOT EXISTS (
                SELECT FROM match_runs
                WHERE state = 'queued' AND item_ids IS NULL
                    AND (creates_products OR NOT %(creates)s)
                    AND (supplier_id = %(supplier)s OR supplier_id IS NULL))
        """,
        {"by": requested_by, "supplier": supplier_id, "creates": creates_products},
    )


async def has_products(conn: Connection) -> bool:
    """Return whether there is a product that items can be linked to."""
    return await fetch_value(
        conn, "SELECT EXISTS (SELECT FROM products WHERE status <> 'archived')"
    )


async def find_queued_creation(conn: Connection, supplier_id: UUID) -> UUID | None:
    """Return the id of the run that waits to make products of items of a supplier."""
    return await find_value(
        conn,
        """
        SELECT id FROM match_runs
        WHERE supplier_id = %s AND creates_products AND state = 'queued'
        ORDER BY created_at DESC LIMIT 1
        """,
        [supplier_id],
    )


async def find_run(conn: Connection, run_id: UUID) -> MatchRun | None:
    """Find a run."""
    statement: LiteralString = "SELECT {columns} FROM match_runs WHERE id = %s"
    async with conn.cursor(row_factory=struct_row(MatchRun)) as cursor:
        await cursor.execute(statement.format(columns=RUN_COLUMNS), [run_id])
        return await cursor.fetchone()


async def list_runs(conn: Connection, paging: CursorPaging) -> ListPage[MatchRun]:
    """Return a page of the runs, newest first."""
    return await read_page(conn, RUNS, paging.window, as_structs(MatchRun))


async def is_due(conn: Connection) -> bool:
    """Return whether a run waits and none is running, or the lease of a running one has ended.

    One that a trigger holds until its transaction ends cannot be started yet.
    """
    cursor = await conn.execute(
        """
        SELECT FROM match_runs WHERE state = 'running' AND lease_expires_at < now()
        UNION ALL
        SELECT FROM (
            SELECT FROM match_runs
            WHERE state = 'queued' AND NOT EXISTS (SELECT FROM match_runs WHERE state = 'running')
            LIMIT 1 FOR UPDATE SKIP LOCKED) AS free
        """
    )
    return cursor.rowcount > 0


async def release_abandoned(conn: Connection, max_attempts: int) -> None:
    """Queue a run whose lease has ended again; after several attempts it has failed."""
    await conn.execute(
        """
        UPDATE match_runs
        SET state = CASE WHEN attempts < %(most)s THEN 'queued' ELSE 'failed' END::match_run_state,
            completed_at = CASE WHEN attempts < %(most)s THEN NULL ELSE now() END,
            error = CASE WHEN attempts < %(most)s THEN NULL
                ELSE 'The process of the run ended ' || attempts || ' times.' END
        WHERE state = 'running' AND lease_expires_at < now()
        """,
        {"most": max_attempts},
    )


async def claim_run(
    conn: Connection, lease_seconds: float, run_id: UUID | None = None
) -> MatchRun | None:
    """Start the run that waits longest, or that one; None while another one is running.

    Of those requested together, one that names no item comes last: the others do its work, too.
    """
    statement: LiteralString = """
        UPDATE match_runs
        SET state = 'running', started_at = clock_timestamp(), attempts = attempts + 1,
            items_total = NULL, items_done = 0, count_certain = 0, count_likely = 0,
            count_possible = 0,
            lease_expires_at = now() + make_interval(secs => %(lease)s)
        WHERE id = (
            SELECT id FROM match_runs
            WHERE state = 'queued' AND (%(run)s::uuid IS NULL OR id = %(run)s)
                AND NOT EXISTS (SELECT FROM match_runs WHERE state = 'running')
            ORDER BY created_at, cardinality(item_ids) IS NOT DISTINCT FROM 0, id
            LIMIT 1 FOR UPDATE SKIP LOCKED)
        RETURNING {columns}
    """
    async with conn.cursor(row_factory=struct_row(MatchRun)) as cursor:
        try:
            await cursor.execute(
                statement.format(columns=RUN_COLUMNS), {"lease": lease_seconds, "run": run_id}
            )
        except UniqueViolation:  # another process has started one at the same time
            return None
        return await cursor.fetchone()


async def set_weights(conn: Connection, run_id: UUID) -> None:
    """Note the version of the weights that are in use, 0 for those of the release."""
    await conn.execute(
        """
        UPDATE match_runs
        SET weights = coalesce((SELECT version FROM match_models WHERE is_active), 0)
        WHERE id = %s
        """,
        [run_id],
    )


async def set_progress(
    conn: Connection, run: MatchRun, progress: RunProgress, lease_seconds: float
) -> bool:
    """Store how far a run is and extend its lease; return whether the lease was still valid."""
    cursor = await conn.execute(
        """
        UPDATE match_runs
        SET items_total = %(items_total)s, items_done = %(items_done)s,
            count_certain = %(certain)s, count_likely = %(likely)s, count_possible = %(possible)s,
            count_linked = %(linked)s, count_created = %(created)s,
            lease_expires_at = now() + make_interval(secs => %(lease)s)
        WHERE id = %(run)s AND state = 'running' AND started_at = %(started)s
        """,
        {
            "run": run.id,
            "started": run.started_at,
            "lease": lease_seconds,
            **msgspec.structs.asdict(progress),
        },
    )
    return cursor.rowcount == 1


async def end_run(conn: Connection, run: MatchRun, error: str | None) -> None:
    """Set a run succeeded, or failed with the reason, unless its lease was lost."""
    await conn.execute(
        """
        UPDATE match_runs
        SET state = CASE WHEN %(error)s::text IS NULL THEN 'succeeded' ELSE 'failed'
                END::match_run_state,
            error = %(error)s, completed_at = now(), lease_expires_at = NULL
        WHERE id = %(run)s AND state = 'running' AND started_at = %(started)s
        """,
        {"run": run.id, "started": run.started_at, "error": error},
    )


async def purge_runs(conn: Connection, keep_days: int) -> None:
    """Delete the runs that ended longer ago."""
    await conn.execute(
        "DELETE FROM match_runs WHERE completed_at < now() - make_interval(days => %s)",
        [keep_days],
    )
