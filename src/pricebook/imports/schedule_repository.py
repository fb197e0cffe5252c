"""The SQL of sync schedules: when each supplier is synced next."""

from datetime import datetime

from pricebook.db.database import Connection
from pricebook.db.row_types import struct_row
from pricebook.imports.schemas import Schedule


async def list_due_schedules(conn: Connection) -> list[Schedule]:
    """Return the schedules of active suppliers that are due, or whose rule is new or changed."""
    async with conn.cursor(row_factory=struct_row(Schedule)) as cursor:
        await cursor.execute(
            """
            SELECT supplier.id AS supplier_id, wanted.sync_every, now() AS at,
                CASE WHEN kept.sync_every = wanted.sync_every THEN kept.next_at END AS due_at
            FROM suppliers AS supplier
            CROSS JOIN LATERAL (
                SELECT metadata #>> '{source_config,sync_every}' AS sync_every
            ) AS wanted
            LEFT JOIN sync_schedules AS kept ON kept.supplier_id = supplier.id
            WHERE is_active AND wanted.sync_every IS NOT NULL
                AND (kept.sync_every IS DISTINCT FROM wanted.sync_every OR kept.next_at <= now())
            """
        )
        return await cursor.fetchall()


async def upsert_schedule(conn: Connection, schedule: Schedule, next_at: datetime) -> None:
    """Store a new or changed rule with its first run."""
    await conn.execute(
        """
        INSERT INTO sync_schedules (supplier_id, sync_every, next_at) VALUES (%s, %s, %s)
        ON CONFLICT (supplier_id) DO UPDATE
        SET sync_every = excluded.sync_every, next_at = excluded.next_at
        WHERE sync_schedules.sync_every <> excluded.sync_every
        """,
        [schedule.supplier_id, schedule.sync_every, next_at],
    )


async def set_next_run(conn: Connection, schedule: Schedule, next_at: datetime) -> bool:
    """Set the next run; return False if another worker has already set it."""
    cursor = await conn.execute(
        "UPDATE sync_schedules SET next_at = %s WHERE supplier_id = %s AND next_at = %s",
        [next_at, schedule.supplier_id, schedule.due_at],
    )
    return cursor.rowcount == 1


async def delete_obsolete_schedules(conn: Connection) -> None:
    """Delete the schedules of suppliers that are inactive or have no rule any more."""
    await conn.execute(
        """
        DELETE FROM sync_schedules USING suppliers AS supplier
        WHERE supplier.id = supplier_id
            AND (NOT is_active OR metadata #>> '{source_config,sync_every}' IS NULL)
        """
    )
