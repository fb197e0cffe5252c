"""Writes held tasks: requests to apply them, decisions about them, those that wait."""

from collections.abc import Sequence
from typing import LiteralString
from uuid import UUID

from msgspec import Struct
from psycopg.types.json import Jsonb

from pricebook.db.database import Connection
from pricebook.db.row_types import struct_row
from pricebook.tasks.held_tasks import EarlierHeld, HeldTask, TaskToApply
from pricebook.tasks.list_order import IS_LATER, IS_LATEST
from pricebook.tasks.message import TaskMessage


async def lock_held(conn: Connection, task_id: UUID) -> HeldTask | None:
    """Lock a task and return it, with whether a later price list of its supplier was imported.

    The lock makes `find_task_to_apply` skip the task, and lets it be cancelled.
    """
    statement: LiteralString = """
        SELECT id, supplier_id, supplier_name, state, source_config, count_ignored, found,
            corrections_of, {is_latest} AS is_latest
        FROM ingestion_tasks AS task
        WHERE id = %s
        FOR KEY SHARE
    """
    async with conn.cursor(row_factory=struct_row(HeldTask)) as cursor:
        await cursor.execute(statement.format(is_latest=IS_LATEST), [task_id])
        return await cursor.fetchone()


async def set_apply_requested(
    conn: Connection, task_id: UUID, name: str, request_id: str | None
) -> TaskMessage | None:
    """Store who requests to apply a held price list; None when the task is not held.

    A repeated request leaves the first one.
    """
    async with conn.cursor(row_factory=struct_row(TaskMessage)) as cursor:
        await cursor.execute(
            """
            UPDATE ingestion_tasks
            SET apply_requested_at = coalesce(apply_requested_at, now()), keeps_thresholds = false,
                decided_by = coalesce(decided_by, %s), decided_at = coalesce(decided_at, now()),
                request_id = %s
            WHERE id = %s AND state = 'held'
            RETURNING id AS task_id, parser_type, supplier_name, source_config, enqueued_at,
                supplier_id, retry_count, max_retries
            """,
            [name, request_id, task_id],
        )
        return await cursor.fetchone()


async def find_codes(conn: Connection, task_id: UUID, codes: Sequence[str]) -> set[str]:
    """Find those of some codes that valid rows of a held price list have."""
    cursor = await conn.execute(
        """
        SELECT DISTINCT supplier_sku FROM held_rows
        WHERE task_id = %s AND supplier_sku = ANY (%s::text[]) AND error_type IS NULL
        """,
        [task_id, list(codes)],
    )
    return {code for (code,) in await cursor.fetchall()}


async def set_left_out_codes(conn: Connection, task_id: UUID, codes: Sequence[str]) -> bool:
    """Store the codes that a held price list is applied without, unless others were before.

    Return whether they were stored: not while it is being applied or compared.
    """
    cursor = await conn.execute(
        """
        UPDATE ingestion_tasks
        SET source_config = source_config
            || jsonb_build_object('applied_without', %(codes)s::text[])
        WHERE state = 'held' AND id = (
                SELECT id FROM ingestion_tasks WHERE id = %(task_id)s FOR UPDATE SKIP LOCKED)
            AND (decided_at IS NULL
                OR source_config -> 'applied_without' = to_jsonb(%(codes)s::text[]))
        """,
        {"codes": list(codes), "task_id": task_id},
    )
    return cursor.rowcount == 1


async def find_task_to_apply(conn: Connection) -> TaskToApply | None:
    """Find the held price list whose request to be applied is oldest; skip those being applied.

    The lists of a supplier follow each other in the order in which they were requested.
    """
    async with conn.cursor(row_factory=struct_row(TaskToApply)) as cursor:
        await cursor.execute(
            """
            SELECT id, supplier_name, create_products, request_id, keeps_thresholds
            FROM ingestion_tasks AS task
            WHERE apply_requested_at IS NOT NULL AND state = 'held'
                AND NOT EXISTS (
                    SELECT FROM ingestion_tasks AS earlier
                    WHERE earlier.apply_requested_at IS NOT NULL AND earlier.state = 'held'
                        AND earlier.supplier_id = task.supplier_id
                        AND (earlier.enqueued_at, earlier.id) < (task.enqueued_at, task.id))
            ORDER BY apply_requested_at
            LIMIT 1
            FOR UPDATE SKIP LOCKED
            """
        )
        return await cursor.fetchone()


async def request_comparison(conn: Connection, supplier_id: UUID) -> None:
    """Request that the held price lists of a supplier are compared again, in their order.

    Those that exceed no safety threshold any more are applied, the others stay held. A request to
    apply one stays as it is.
    """
    await conn.execute(
        """
        UPDATE ingestion_tasks
        SET apply_requested_at = coalesce(apply_requested_at, now()),
            keeps_thresholds = apply_requested_at IS NULL OR keeps_thresholds
        WHERE supplier_id = %s AND state = 'held'
        """,
        [supplier_id],
    )


async def find_earlier_held(conn: Connection, task_id: UUID) -> EarlierHeld | None:
    """Find since when earlier price lists of the supplier of a task are held; None without any."""
    async with conn.cursor(row_factory=struct_row(EarlierHeld)) as cursor:
        await cursor.execute(
            """
            SELECT earlier.completed_at AS since, (count(*) OVER ())::integer AS held_lists
            FROM ingestion_tasks AS task
            JOIN ingestion_tasks AS earlier
                ON earlier.supplier_id = task.supplier_id AND earlier.state = 'held'
                    AND (earlier.enqueued_at, earlier.id) < (task.enqueued_at, task.id)
            WHERE task.id = %s AND NOT EXISTS (
                SELECT FROM ingestion_tasks AS imported
                WHERE imported.supplier_id = task.supplier_id
                    AND imported.state IN ('succeeded', 'partially_succeeded')
                    AND imported.corrections_of IS NULL AND imported.undo_of IS NULL
                    AND imported.completed_at > earlier.completed_at)
            ORDER BY earlier.enqueued_at, earlier.id
            LIMIT 1
            """,
            [task_id],
        )
        return await cursor.fetchone()


async def set_apply_failed(conn: Connection, task_id: UUID, reason: str) -> None:
    """Store why a held price list could not be applied, and delete the request to apply it."""
    await conn.execute(
        """
        UPDATE ingestion_tasks
        SET apply_requested_at = NULL, keeps_thresholds = false, decided_by = NULL,
            decided_at = NULL, source_config = source_config - 'applied_without',
            errors = errors || jsonb_build_array(%s::text)
        WHERE id = %s AND state = 'held'
        """,
        [reason, task_id],
    )


async def add_error_once(conn: Connection, task_id: UUID, reason: str) -> None:
    """Add to the errors of a held price list, unless it has this one."""
    await conn.execute(
        """
        UPDATE ingestion_tasks SET errors = errors || jsonb_build_array(%(reason)s::text)
        WHERE id = %(task_id)s AND state = 'held' AND NOT errors ? %(reason)s
        """,
        {"task_id": task_id, "reason": reason},
    )


async def set_applied_by(
    conn: Connection, task_id: UUID, name: str | None
) -> tuple[str | None, str]:
    """Store who applied a held price list unless that is stored; return who, and the supplier."""
    cursor = await conn.execute(
        """
        UPDATE ingestion_tasks SET decided_by = coalesce(decided_by, %s) WHERE id = %s
        RETURNING decided_by, supplier_name
        """,
        [name, task_id],
    )
    ((applied_by, supplier_name),) = await cursor.fetchall()
    return applied_by, supplier_name


async def set_override(conn: Connection, task_id: UUID, name: str, reasons: Sequence[str]) -> None:
    """Store who submits a price list beyond the safety thresholds, and the reasons against it."""
    await conn.execute(
        """
        UPDATE ingestion_tasks SET held_reasons = %s, decided_by = %s, decided_at = now()
        WHERE id = %s
        """,
        [Jsonb(list(reasons)), name, task_id],
    )


async def set_refused(conn: Connection, task_id: UUID, name: str, reason: str | None) -> bool:
    """Set a held task refused; return whether this statement did.

    A worker that applies the price list finds the task ended and commits nothing.
    """
    sentence = f"Refused by {name}: {reason}" if reason else f"Refused by {name}."
    cursor = await conn.execute(
        """
        UPDATE ingestion_tasks
        SET state = 'refused', completed_at = clock_timestamp(), decided_by = %(name)s,
            decided_at = clock_timestamp(), decision_reason = %(reason)s,
            apply_requested_at = NULL, keeps_thresholds = false,
            errors = jsonb_build_array(%(sentence)s::text)
        WHERE id = %(id)s AND state = 'held'
        """,
        {"id": task_id, "name": name, "reason": reason, "sentence": sentence},
    )
    return cursor.rowcount == 1


class SupersededTask(Struct, frozen=True):
    """A held task that the system has refused, and why."""

    id: UUID
    supplier_name: str
    reason: str


async def refuse_superseded(conn: Connection, supplier_id: UUID | None) -> list[SupersededTask]:
    """Set the held tasks refused after which a later price list was imported; return them.

    Corrections are as old as the price list that they correct. None: of all suppliers.
    """
    statement: LiteralString = """
        UPDATE ingestion_tasks AS superseded
        SET state = 'refused', completed_at = clock_timestamp(), decided_by = NULL,
            decided_at = clock_timestamp(), decision_reason = found.reason,
            apply_requested_at = NULL, keeps_thresholds = false,
            errors = jsonb_build_array(found.reason)
        FROM (
            SELECT held.id,
                'A later price list was imported by task ' || imported.id || '.' AS reason
            FROM ingestion_tasks AS held
            JOIN ingestion_tasks AS task ON task.id = coalesce(held.corrections_of, held.id)
            CROSS JOIN LATERAL (
                SELECT later.id FROM ingestion_tasks AS later
                WHERE {is_later} ORDER BY later.completed_at LIMIT 1
            ) AS imported
            WHERE held.state = 'held'
                AND (%(supplier)s::uuid IS NULL OR held.supplier_id = %(supplier)s)
        ) AS found
        WHERE superseded.id = found.id AND superseded.state = 'held'
        RETURNING superseded.id, supplier_name, found.reason
    """
    async with conn.cursor(row_factory=struct_row(SupersededTask)) as cursor:
        await cursor.execute(statement.format(is_later=IS_LATER), {"supplier": supplier_id})
        return await cursor.fetchall()
