"""Leases tasks: which task a free slot gets next, and which running task yields its slot."""

from typing import LiteralString

import msgspec
from psycopg.errors import UniqueViolation

from pricebook.db.database import Connection
from pricebook.db.row_types import struct_row
from pricebook.tasks.schemas import ClaimedTask, TaskLease

# A supplier's tasks run one at a time, in the order of their requests; a task that waits for a
# retry delays the later ones.
CLAIMABLE: LiteralString = """
    state = 'queued' AND next_attempt_at <= now()
    AND NOT EXISTS (
        SELECT FROM ingestion_tasks AS other
        WHERE other.supplier_id = task.supplier_id
            AND (other.state = 'running' AND other.lease_owner IS NOT NULL
                OR other.state = 'queued'
                AND (other.enqueued_at, other.id) < (task.enqueued_at, task.id)
            )
    )
"""

CLAIM: LiteralString = """
    UPDATE ingestion_tasks
    SET state = 'running', started_at = now(), lease_owner = %(owner)s,
        lease_expires_at = now() + make_interval(secs => %(lease)s),
        stage = NULL, rows_read = 0, rows_total = NULL
    WHERE id = (
        SELECT next.id
        FROM (VALUES (1, ARRAY(
            SELECT coalesce(requested_by_id::text, '') FROM ingestion_tasks
            WHERE state = 'running' AND lease_owner IS NOT NULL
        )), (2, '{{}}')) AS round (number, served)
        CROSS JOIN LATERAL (
            SELECT id FROM ingestion_tasks AS task
            WHERE coalesce(requested_by_id::text, '') <> ALL (round.served)
                AND (%(with_slow)s OR NOT is_slow) AND {claimable}
            ORDER BY next_attempt_at, enqueued_at, id
            LIMIT 1
            FOR UPDATE SKIP LOCKED
        ) AS next
        ORDER BY round.number
        LIMIT 1
    )
    RETURNING id, lease_owner AS owner, supplier_id, supplier_name, parser_type,
        source_config, requested_by, requested_by_id,
        (SELECT name FROM api_keys WHERE id = requested_by_id) AS api_key,
        request_id, file_name, create_products, new_layout, corrections_of, undo_of, retry_count,
        is_slow, preview_id
"""


async def claim_next(
    conn: Connection, owner: str, lease_seconds: float, *, with_slow: bool
) -> ClaimedTask | None:
    """Lease the task that has been due longest, first of requesters without a running task.

    None when no task is due, or when another worker has just leased a task of the same supplier.
    All scheduled syncs count as one requester.
    """
    async with conn.cursor(row_factory=struct_row(ClaimedTask)) as cursor:
        try:
            await cursor.execute(
                CLAIM.format(claimable=CLAIMABLE),
                {"owner": owner, "lease": lease_seconds, "with_slow": with_slow},
            )
        except UniqueViolation:
            return None
        return await cursor.fetchone()


async def set_yielded(conn: Connection, lease: TaskLease) -> bool:
    """Queue a running task again as slow, behind all others, if another task is due."""
    statement: LiteralString = """
        UPDATE ingestion_tasks
        SET state = 'queued', is_slow = true, next_attempt_at = now(), lease_owner = NULL,
            lease_expires_at = NULL, stage = NULL
        WHERE id = %(task_id)s AND lease_owner = %(owner)s AND state = 'running'
            AND EXISTS (SELECT FROM ingestion_tasks AS task WHERE {claimable} AND NOT is_slow)
    """
    cursor = await conn.execute(
        statement.format(claimable=CLAIMABLE), msgspec.structs.asdict(lease)
    )
    return cursor.rowcount == 1
