"""Deletes what is no longer kept of tasks, and lists the files that are."""

from pricebook.db.database import Connection

_BATCH_TASKS = 500


async def delete_old_tasks_batch(conn: Connection, days: int) -> int:
    """Delete some tasks that ended more than `days` days ago, with their logs; return how many.

    A task stays while one that corrects it does: without it, that one would look like the import
    of a price list.
    """
    cursor = await conn.execute(
        """
        DELETE FROM ingestion_tasks WHERE id IN (
            SELECT id FROM ingestion_tasks
            WHERE completed_at < now() - make_interval(days => %(days)s)
                AND state NOT IN ('queued', 'running')
                AND NOT EXISTS (
                    SELECT FROM ingestion_tasks AS correction
                    WHERE correction.corrections_of = ingestion_tasks.id AND coalesce(
                        correction.completed_at > now() - make_interval(days => %(days)s), true))
            ORDER BY completed_at
            LIMIT %(limit)s
            FOR UPDATE SKIP LOCKED
        )
        """,
        {"days": days, "limit": _BATCH_TASKS},
    )
    return cursor.rowcount


async def delete_orphaned_held_rows(conn: Connection) -> None:
    """Delete the rows of held price lists that were cancelled or refused."""
    await conn.execute(
        """
        DELETE FROM held_rows WHERE task_id = ANY (ARRAY(
            SELECT id FROM ingestion_tasks
            WHERE cancelled_by IS NOT NULL AND state <> 'held' OR state = 'refused'))
        """
    )


async def list_kept_files(conn: Connection, days: int) -> set[str]:
    """Return the `file_path` of each price list whose task has not succeeded, or not for `days`."""
    cursor = await conn.execute(
        """
        SELECT source_config ->> 'file_path' FROM ingestion_tasks
        WHERE source_config ? 'file_path'
            AND (state NOT IN ('succeeded', 'partially_succeeded', 'refused')
                OR completed_at > now() - make_interval(days => %s))
        """,
        [days],
    )
    return {file_path for (file_path,) in await cursor.fetchall()}
