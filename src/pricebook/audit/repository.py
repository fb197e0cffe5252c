from collections.abc import Sequence

from psycopg.types.json import Jsonb

from pricebook.audit.schemas import NewEntry
from pricebook.db.database import Connection


async def insert_entries(conn: Connection, entries: Sequence[NewEntry]) -> None:
    """Insert entries in the transaction of the change; the actor is that of the transaction."""
    async with conn.cursor() as cursor:
        await cursor.executemany(
            """
            INSERT INTO audit_log (action, entity_type, entity_id, entity_name, before, after,
                task_id, batch_id)
            VALUES (%s, %s, %s, %s, %s, %s,
                coalesce(%s, audit_actor('task_id')::uuid),
                coalesce(%s, audit_actor('batch_id')::uuid))
            """,
            [
                (
                    entry.action,
                    entry.entity_type,
                    entry.entity_id,
                    entry.entity_name,
                    None if entry.before is None else Jsonb(entry.before),
                    None if entry.after is None else Jsonb(entry.after),
                    entry.task_id or (entry.entity_id if entry.entity_type == "task" else None),
                    entry.batch_id,
                )
                for entry in entries
            ],
        )
