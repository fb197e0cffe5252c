"""What PostgreSQL and Redis tell those who watch: tasks, suppliers, the queue."""

import asyncio
import time
from collections.abc import Iterable
from typing import get_args

from prometheus_client.core import GaugeMetricFamily, Metric

from pricebook.db.database import Database
from pricebook.db.timeouts import within_timeout
from pricebook.suppliers import service as suppliers
from pricebook.suppliers.schemas import LastImportAge
from pricebook.tasks import history
from pricebook.tasks.queue import QueueClient
from pricebook.tasks.schemas import TaskMetrics, TaskState

CACHE_SECONDS = 5.0


class ServiceGauges:
    """Asks for the figures once for all who want them within a few seconds.

    What has not answered within a second is down, and nothing is told of it: however often somebody
    looks, the servers notice little of it.
    """

    def __init__(self, database: Database, queue: QueueClient) -> None:
        self._database = database
        self._queue = queue
        self._queried_at = float("-inf")
        self._query: asyncio.Task[list[Metric]] | None = None

    async def metrics(self) -> list[Metric]:
        """Return the figures as they were at most REMEMBERED_SECONDS ago."""
        now = time.monotonic()
        if self._query is None or now - self._queried_at >= CACHE_SECONDS:
            self._queried_at, self._query = now, asyncio.create_task(self._query_all())
        return await asyncio.shield(self._query)

    async def _query_all(self) -> list[Metric]:
        task_stats, supplier_ages, messages = await asyncio.gather(
            within_timeout(history.get_task_metrics(self._database)),
            within_timeout(suppliers.list_last_import_ages(self._database)),
            within_timeout(self._queue.count()),
        )
        told = [
            _gauge("database_up", "1 while PostgreSQL answers", task_stats is not None),
            _gauge("redis_up", "1 while Redis answers", messages is not None),
        ]
        if task_stats is not None:
            told += _task_gauges(task_stats)
        if supplier_ages is not None:
            told.append(_supplier_gauges(supplier_ages))
        if messages is not None:
            told.append(_gauge("queue_messages", "Messages that no worker has heard yet", messages))
        return told


def _task_gauges(stats: TaskMetrics) -> Iterable[Metric]:
    by_state = GaugeMetricFamily("pricebook_tasks", "Tasks by their state", labels=["state"])
    for state in get_args(TaskState):
        by_state.add_metric([state], stats.states.get(state, 0))
    yield by_state
    yield _gauge(
        "oldest_queued_task_seconds",
        "How long the task that waits longest could have been begun",
        stats.oldest_queued_seconds,
    )
    yield _gauge(
        "ingested_rows_per_second",
        "Rows a second of lists that are read now or were in the last five minutes",
        stats.rows_per_second,
    )


def _supplier_gauges(stats: list[LastImportAge]) -> Metric:
    family = GaugeMetricFamily(
        "pricebook_supplier_last_good_list_seconds",
        "Seconds since a list of an active supplier was taken in, or it was made if none ever was",
        labels=["supplier_id", "supplier"],
    )
    for each in stats:
        family.add_metric([str(each.id), each.name], each.seconds)
    return family


def _gauge(name: str, told: str, value: float) -> Metric:
    return GaugeMetricFamily(f"pricebook_{name}", told, value)
