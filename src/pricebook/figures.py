"""What PostgreSQL and Redis tell those who watch: tasks, suppliers, the queue."""

import asyncio
import time
from collections.abc import Iterable
from typing import get_args

from prometheus_client.core import GaugeMetricFamily, Metric

from pricebook.db import Database
from pricebook.patience import in_time
from pricebook.queue.carrier import TaskQueue
from pricebook.suppliers import service as suppliers
from pricebook.suppliers.schemas import LastGood
from pricebook.tasks import service as tasks
from pricebook.tasks.schemas import TaskFigures, TaskState

REMEMBERED_SECONDS = 5.0


class Figures:
    """Asks for the figures once for all who want them within a few seconds.

    What has not answered within a second is down, and nothing is told of it: however often somebody
    looks, the servers notice little of it.
    """

    def __init__(self, database: Database, queue: TaskQueue) -> None:
        self._database = database
        self._queue = queue
        self._asked_at = float("-inf")
        self._asking: asyncio.Task[list[Metric]] | None = None

    async def metrics(self) -> list[Metric]:
        """Return the figures as they were at most REMEMBERED_SECONDS ago."""
        now = time.monotonic()
        if self._asking is None or now - self._asked_at >= REMEMBERED_SECONDS:
            self._asked_at, self._asking = now, asyncio.create_task(self._ask())
        return await asyncio.shield(self._asking)

    async def _ask(self) -> list[Metric]:
        of_tasks, of_suppliers, messages = await asyncio.gather(
            in_time(tasks.find_figures(self._database)),
            in_time(suppliers.list_last_good(self._database)),
            in_time(self._queue.count()),
        )
        told = [
            _gauge("database_up", "1 while PostgreSQL answers", of_tasks is not None),
            _gauge("redis_up", "1 while Redis answers", messages is not None),
        ]
        if of_tasks is not None:
            told += _of_tasks(of_tasks)
        if of_suppliers is not None:
            told.append(_of_suppliers(of_suppliers))
        if messages is not None:
            told.append(_gauge("queue_messages", "Messages that no worker has heard yet", messages))
        return told


def _of_tasks(found: TaskFigures) -> Iterable[Metric]:
    by_state = GaugeMetricFamily("pricebook_tasks", "Tasks by their state", labels=["state"])
    for state in get_args(TaskState):
        by_state.add_metric([state], found.states.get(state, 0))
    yield by_state
    yield _gauge(
        "oldest_queued_task_seconds",
        "How long the task that waits longest could have been begun",
        found.oldest_queued_seconds,
    )
    yield _gauge(
        "ingested_rows_per_second",
        "Rows a second of lists that are read now or were in the last five minutes",
        found.rows_per_second,
    )


def _of_suppliers(found: list[LastGood]) -> Metric:
    family = GaugeMetricFamily(
        "pricebook_supplier_last_good_list_seconds",
        "Seconds since a list of an active supplier was taken in, or it was made if none ever was",
        labels=["supplier_id", "supplier"],
    )
    for each in found:
        family.add_metric([str(each.id), each.name], each.seconds)
    return family


def _gauge(name: str, told: str, value: float) -> Metric:
    return GaugeMetricFamily(f"pricebook_{name}", told, value)
