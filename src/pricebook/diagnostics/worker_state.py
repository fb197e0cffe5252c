"""What a worker stores about itself: its heartbeat, and the last runs of its periodic work."""

from datetime import UTC, datetime

from pricebook import __version__
from pricebook.db.database import Database
from pricebook.diagnostics import worker_state_repository as repository
from pricebook.diagnostics.schemas import FinishedRun, WorkerState

HEARTBEAT_SECONDS = 5.0
# A worker without a heartbeat for so long is not alive; after LOST_SECONDS it is deleted.
ALIVE_SECONDS = 20
LOST_SECONDS = 24 * 3600


class WorkerReports:
    """Gathers the last runs of a worker and stores them with its heartbeat."""

    def __init__(self, database: Database, name: str, slots: int) -> None:
        self._database = database
        self._state = WorkerState(name, __version__, slots, datetime.now(UTC))
        self._runs: dict[str, FinishedRun] = {}

    def add(self, name: str, started_at: datetime, failure: str | None) -> None:
        """Keep a run that has ended until the next heartbeat."""
        now = datetime.now(UTC)
        milliseconds = round((now - started_at).total_seconds() * 1000)
        succeeded_at = now if failure is None else None
        self._runs[name] = FinishedRun(name, started_at, milliseconds, succeeded_at, failure)

    async def store(self) -> None:
        """Store the heartbeat and the runs since the last one; raises DatabaseUnavailableError."""
        runs = dict(self._runs)
        async with self._database.short_transaction() as conn:
            await repository.upsert_worker(conn, self._state)
            await repository.upsert_runs(conn, self._state.name, [*runs.values()])
            await repository.delete_lost_workers(conn, LOST_SECONDS)
        self._runs = {name: run for name, run in self._runs.items() if run is not runs.get(name)}

    async def remove(self) -> None:
        """Delete the worker, which ends; raises DatabaseUnavailableError."""
        async with self._database.short_transaction() as conn:
            await repository.delete_worker(conn, self._state.name)
