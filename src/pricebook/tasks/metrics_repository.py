"""The SQL of the numbers of tasks, for monitoring."""

from pricebook.db.database import Connection
from pricebook.db.row_types import struct_row
from pricebook.tasks.queue_metrics import QueueStatus, TaskMetrics


async def get_queue_status(conn: Connection) -> QueueStatus:
    """Count the tasks that wait, run or need people; find how many seconds the oldest is due."""
    async with conn.cursor(row_factory=struct_row(QueueStatus)) as cursor:
        await cursor.execute(
            """
            SELECT count(*) FILTER (WHERE state = 'queued') AS queued,
                count(*) FILTER (WHERE state = 'running') AS running,
                count(*) FILTER (WHERE state = 'dead') AS dead,
                count(*) FILTER (WHERE state = 'held') AS held,
                coalesce(extract(epoch FROM
                    now() - min(next_attempt_at) FILTER (WHERE state = 'queued')
                ), 0)::float8 AS oldest_seconds
            FROM ingestion_tasks WHERE state IN ('queued', 'running', 'dead', 'held')
            """
        )
        queue_status = await cursor.fetchone()
    if queue_status is None:
        raise LookupError("an aggregate that returns no row")
    return queue_status


async def get_task_metrics(conn: Connection) -> TaskMetrics:
    """Count the tasks by state; find how long the oldest is due (s), and the rows read a second."""
    async with conn.cursor(row_factory=struct_row(TaskMetrics)) as cursor:
        await cursor.execute(
            """
            SELECT coalesce((SELECT jsonb_object_agg(state, number) FROM (
                    SELECT state, count(*) AS number FROM ingestion_tasks GROUP BY state
                ) AS counted), '{}') AS states,
                coalesce((
                    SELECT greatest(extract(epoch FROM now() - min(next_attempt_at)), 0)
                    FROM ingestion_tasks WHERE state = 'queued'
                ), 0)::float8 AS oldest_queued_seconds,
                coalesce((
                    SELECT sum(rows_read) / nullif(sum(
                        extract(epoch FROM coalesce(completed_at, now()) - started_at)), 0)
                    FROM ingestion_tasks
                    WHERE (state = 'running' OR completed_at > now() - interval '5 minutes')
                        AND rows_read > 0
                ), 0)::float8 AS rows_per_second
            """
        )
        (metrics,) = await cursor.fetchall()
    return metrics
