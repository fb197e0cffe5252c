"""Reads and writes which workers run, and the last runs of their periodic work."""

from collections.abc import Sequence

from pricebook.db.database import Connection
from pricebook.db.row_types import struct_row
from pricebook.diagnostics.schemas import FinishedRun, PeriodicRun, RunningWorker, WorkerState


async def upsert_worker(conn: Connection, worker: WorkerState) -> None:
    """Store the heartbeat of a worker."""
    await conn.execute(
        """
        INSERT INTO workers (name, version, slots, started_at, seen_at)
        VALUES (%s, %s, %s, %s, now())
        ON CONFLICT (name) DO UPDATE SET version = excluded.version, slots = excluded.slots,
            started_at = excluded.started_at, seen_at = excluded.seen_at
        """,
        [worker.name, worker.version, worker.slots, worker.started_at],
    )


async def upsert_runs(conn: Connection, worker: str, runs: Sequence[FinishedRun]) -> None:
    """Store the last run of each periodic work, unless another worker stored a later one.

    The rows are locked in the order of their names, as by every worker.
    """
    async with conn.cursor() as cursor:
        await cursor.executemany(
            """
            INSERT INTO periodic_runs AS run (name, worker, started_at, milliseconds,
                succeeded_at, failure)
            VALUES (%s, %s, %s, %s, %s, %s)
            ON CONFLICT (name) DO UPDATE SET worker = excluded.worker,
                started_at = excluded.started_at, milliseconds = excluded.milliseconds,
                succeeded_at = coalesce(excluded.succeeded_at, run.succeeded_at),
                failure = excluded.failure
            WHERE run.started_at < excluded.started_at
            """,
            [
                (run.name, worker, run.started_at, run.milliseconds, run.succeeded_at, run.failure)
                for run in sorted(runs, key=lambda run: run.name)
            ],
        )


async def delete_worker(conn: Connection, name: str) -> None:
    """Delete a worker that ends."""
    await conn.execute("DELETE FROM workers WHERE name = %s", [name])


async def delete_lost_workers(conn: Connection, seconds: int) -> None:
    """Delete the workers that were not seen for so long."""
    await conn.execute(
        "DELETE FROM workers WHERE seen_at < now() - make_interval(secs => %s)", [seconds]
    )


async def list_workers(conn: Connection) -> list[RunningWorker]:
    """Return the workers by name, with the seconds since the heartbeat of each."""
    async with conn.cursor(row_factory=struct_row(RunningWorker)) as cursor:
        await cursor.execute(
            """
            SELECT name, version, slots, started_at, seen_at,
                greatest(extract(epoch FROM now() - seen_at), 0)::float8 AS seconds_since_seen
            FROM workers ORDER BY name
            """
        )
        return await cursor.fetchall()


async def list_runs(conn: Connection) -> list[PeriodicRun]:
    """Return the last run of each periodic work by name."""
    async with conn.cursor(row_factory=struct_row(PeriodicRun)) as cursor:
        await cursor.execute(
            """
            SELECT name, worker, started_at, milliseconds, succeeded_at, failure
            FROM periodic_runs ORDER BY name
            """
        )
        return await cursor.fetchall()
