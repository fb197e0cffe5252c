"""Metrics of the whole service from PostgreSQL and Redis: tasks, suppliers, the queue."""

import asyncio
import time
from collections.abc import Iterable
from typing import get_args

from prometheus_client.core import GaugeMetricFamily, Metric

from pricebook.db.database import Database
from pricebook.db.timeouts import within_timeout
from pricebook.rates import service as rates
from pricebook.rates.schemas import RateAge
from pricebook.suppliers import service as suppliers
from pricebook.suppliers.status_schemas import LastImportAge
from pricebook.tasks import history
from pricebook.tasks.queue import QueueClient
from pricebook.tasks.queue_metrics import TaskMetrics
from pricebook.tasks.schemas import TaskState
from pricebook.webhooks import service as webhooks
from pricebook.webhooks.schemas import WebhookHealth

CACHE_SECONDS = 5.0


class ServiceGauges:
    """Queries the metrics of tasks, suppliers and the queue, and caches them for CACHE_SECONDS.

    A server that does not respond within a second is down, and its metrics are omitted.
    """

    def __init__(self, database: Database, queue: QueueClient) -> None:
        self._database = database
        self._queue = queue
        self._queried_at = float("-inf")
        self._query: asyncio.Task[list[Metric]] | None = None

    async def metrics(self) -> list[Metric]:
        """Return metrics that are at most CACHE_SECONDS old."""
        now = time.monotonic()
        if self._query is None or now - self._queried_at >= CACHE_SECONDS:
            self._queried_at, self._query = now, asyncio.create_task(self._query_all())
        return await asyncio.shield(self._query)

    async def _query_all(self) -> list[Metric]:
        task_stats, supplier_ages, rate_ages, webhook_health, messages = await asyncio.gather(
            within_timeout(history.get_task_metrics(self._database)),
            within_timeout(suppliers.list_last_import_ages(self._database)),
            within_timeout(rates.list_rate_ages(self._database)),
            within_timeout(webhooks.list_health(self._database)),
            within_timeout(self._queue.count()),
        )
        metrics = [
            _gauge("database_up", "1 while PostgreSQL responds", task_stats is not None),
            _gauge("redis_up", "1 while Redis responds", messages is not None),
        ]
        if task_stats is not None:
            metrics += _task_gauges(task_stats)
        if supplier_ages is not None:
            metrics.append(_supplier_gauges(supplier_ages))
        if rate_ages is not None:
            metrics.append(_rate_gauges(rate_ages))
        if webhook_health is not None:
            metrics.append(_webhook_gauges(webhook_health))
        if messages is not None:
            metrics.append(
                _gauge("queue_messages", "Messages that no worker has received yet", messages)
            )
        return metrics


def _task_gauges(stats: TaskMetrics) -> Iterable[Metric]:
    by_state = GaugeMetricFamily("pricebook_tasks", "Tasks by state", labels=["state"])
    for state in get_args(TaskState):
        by_state.add_metric([state], stats.states.get(state, 0))
    yield by_state
    yield _gauge(
        "oldest_queued_task_seconds",
        "Seconds since the oldest queued task became due",
        stats.oldest_queued_seconds,
    )
    yield _gauge(
        "ingested_rows_per_second",
        "Rows per second of price lists imported now or in the last five minutes",
        stats.rows_per_second,
    )


def _supplier_gauges(stats: list[LastImportAge]) -> Metric:
    family = GaugeMetricFamily(
        "pricebook_supplier_last_good_list_seconds",
        "Seconds since the last import for an active supplier, or since it was created",
        labels=["supplier_id", "supplier"],
    )
    for each in stats:
        family.add_metric([str(each.id), each.name], each.seconds)
    return family


def _rate_gauges(ages: list[RateAge]) -> Metric:
    family = GaugeMetricFamily(
        "pricebook_exchange_rate_age_days",
        "Age of the newest exchange rate of each currency that items have; infinite without one",
        labels=["currency"],
    )
    for each in ages:
        family.add_metric([each.currency], float("inf") if each.days is None else each.days)
    return family


def _webhook_gauges(health: list[WebhookHealth]) -> Metric:
    family = GaugeMetricFamily(
        "pricebook_webhook_failing_seconds",
        "Seconds since the first failed attempt after the last success of a webhook; 0 without one",
        labels=["webhook"],
    )
    for each in health:
        family.add_metric([each.name], each.failing_seconds or 0)
    return family


def _gauge(name: str, documentation: str, value: float) -> Metric:
    return GaugeMetricFamily(f"pricebook_{name}", documentation, value)
