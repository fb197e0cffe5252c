"""The worker: leases due tasks and runs several at once until it is stopped."""

import asyncio
import os
import signal
import socket
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import AbstractContextManager, asynccontextmanager, suppress
from functools import partial

import structlog
from structlog.contextvars import bound_contextvars

from pricebook.db.actor import WORKER, acting_as, acting_for, set_actor
from pricebook.db.database import Database
from pricebook.db.resources import open_resources
from pricebook.diagnostics.worker_state import WorkerReports
from pricebook.errors import DatabaseBusyError, DatabaseUnavailableError, LeaseLostError
from pricebook.imports import service as import_requests
from pricebook.imports.preview_notifications import listen_for_queued
from pricebook.imports.preview_reading import list_preview_work
from pricebook.imports.queued_messages import accept_message
from pricebook.imports.runner import ImportRunner, create_import_runner, source_access_of
from pricebook.pricelists.isolation.parser_pool import ParserPool
from pricebook.product_imports.importing import create_product_importer
from pricebook.services import open_redis
from pricebook.settings import Settings
from pricebook.system.async_tasks import cancel_all, in_background, wait_for_first
from pricebook.tasks import service as tasks
from pricebook.tasks import slots
from pricebook.tasks.failures import classify_failure, describe_error, list_reasons
from pricebook.tasks.held_tasks import TaskToApply
from pricebook.tasks.queue import RECEIVE_SECONDS, QueueClient, QueueReceiver
from pricebook.tasks.schemas import ClaimedTask, ReclaimedTask, TaskProgress
from pricebook.worker.message_loop import receive_messages
from pricebook.worker.periodic_loop import report_state, run_periodically
from pricebook.worker.periodic_work import POLL_SECONDS, NotifiedWork, list_periodic_work

log = structlog.stdlib.get_logger(__name__)

SCHEDULE_INTERVAL_SECONDS = 5.0
PROGRESS_INTERVAL_SECONDS = 0.3
MERGING = "merging"
RENEWALS_PER_LEASE = 3
RENEW_INTERVAL_SECONDS = 1.0
DATABASE_RETRY_SECONDS = 1.0
REDIS_MARGIN_SECONDS = 1.0


def work(settings: Settings) -> None:
    """Run tasks until SIGTERM or Ctrl-C; raises PricebookError when the worker cannot start."""
    asyncio.run(_work(settings))


async def _work(settings: Settings) -> None:
    async with open_worker(settings) as worker:
        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, worker.stop)
        await worker.run()


@asynccontextmanager
async def open_worker(settings: Settings) -> AsyncGenerator["Worker"]:
    """Yield a worker with its database pool, Redis client and parser pool."""
    async with open_resources(settings) as resources, open_redis(settings) as redis:
        queue = QueueClient(redis, settings.redis_queue_name)
        with ParserPool() as parser_pool:
            runner = create_import_runner(settings, resources.database, parser_pool)
            import_products = create_product_importer(settings, resources.database, parser_pool)
            previews = list_preview_work(settings, resources.database, parser_pool)
            worker = Worker(settings, resources.database, queue, runner, import_products)
            queued = asyncio.Event()
            worker.notified_work = [(*work, queued) for work in previews]
            async with in_background(listen_for_queued(resources.database, queued)):
                yield worker


class Worker:
    """Runs several tasks at once, each in a slot.

    A free slot leases the next due task from PostgreSQL: after its last task, when a message
    arrives, and every POLL_SECONDS. Redis only shortens the delay.
    """

    def __init__(
        self,
        settings: Settings,
        database: Database,
        queue: QueueClient,
        runner: ImportRunner,
        import_products: Callable[[], Awaitable[None]],
    ) -> None:
        self._settings = settings
        self._database = database
        self._queue = queue
        self._import_runner = runner
        self._import_products = import_products
        self.notified_work: Sequence[NotifiedWork] = ()
        self._name = f"{socket.gethostname()}/{os.getpid()}"
        self._reports = WorkerReports(database, self._name, settings.worker_tasks)
        self._claim_lock = asyncio.Lock()
        self._slow_tasks = 0
        self._wake_up, self._stopping = asyncio.Event(), asyncio.Event()

    def stop(self) -> None:
        """Lease no more tasks; finish those that run, or release them after WORKER_STOP_SECONDS."""
        self._stopping.set()
        self._wake_up.set()

    async def run(self) -> None:
        """Run tasks until `stop` is called."""
        set_actor(WORKER)
        log.debug("worker started", tasks=self._settings.worker_tasks)
        periodic_work = [
            ("lease_expiry", POLL_SECONDS, self._reclaim_expired_leases),
            ("product_imports", POLL_SECONDS, self._import_products),
            ("scheduled_syncs", SCHEDULE_INTERVAL_SECONDS, self._start_due_syncs),
            *list_periodic_work(self._settings, self._database),
        ]
        background_tasks = [
            asyncio.create_task(self._receive_messages()),
            asyncio.create_task(report_state(self._reports)),
            *(
                asyncio.create_task(run_periodically(self._reports, *work))
                for work in periodic_work
            ),
            *(
                asyncio.create_task(run_periodically(self._reports, *work))
                for work in self.notified_work
            ),
        ]
        slot_tasks = [
            asyncio.create_task(self._run_slot()) for _ in range(self._settings.worker_tasks)
        ]
        stopping = asyncio.create_task(self._stopping.wait())
        try:
            ended, _ = await asyncio.wait(
                [stopping, *background_tasks, *slot_tasks], return_when=asyncio.FIRST_COMPLETED
            )
            for each in ended - {stopping}:
                each.result()  # a part that ended by itself failed: raise its error
            await asyncio.wait(slot_tasks, timeout=self._settings.worker_stop_seconds)
        finally:
            await cancel_all(stopping, *slot_tasks, *background_tasks)

    async def _receive_messages(self) -> None:
        accept = partial(accept_message, self._database, source_access_of(self._settings))
        timeout = RECEIVE_SECONDS + REDIS_MARGIN_SECONDS
        async with open_redis(self._settings, response_seconds=timeout) as redis:
            receiver = QueueReceiver(redis, self._settings.redis_queue_name)
            await receive_messages(receiver, accept, self._wake_up.set)

    async def _run_slot(self) -> None:
        while not self._stopping.is_set():
            self._wake_up.clear()
            with suppress(DatabaseUnavailableError):
                if await self._run_next():
                    continue
            with suppress(TimeoutError):
                await asyncio.wait_for(self._wake_up.wait(), POLL_SECONDS)

    async def _run_next(self) -> bool:
        """Run the next due task or apply the next held list; return whether there was one."""
        task = await self._claim_task()
        if task is not None:
            try:
                await self._run_task(task)
            finally:
                self._slow_tasks -= task.is_slow
            return True
        held = await tasks.find_task_to_apply(self._database)
        if held is not None:
            await self._apply_held(held)
            return True
        return False

    async def _claim_task(self) -> ClaimedTask | None:
        """Lease the next task; slow tasks never get the last of several free slots."""
        seconds = self._settings.worker_lease_seconds
        max_slow_tasks = max(1, self._settings.worker_tasks - 1)
        async with self._claim_lock:
            with_slow = self._slow_tasks < max_slow_tasks
            task = await tasks.claim_next(self._database, self._name, seconds, with_slow=with_slow)
            if task is not None and self._stopping.is_set():
                await tasks.release(self._database, self._queue, task.lease)
                return None
            self._slow_tasks += task is not None and task.is_slow
        return task

    async def _apply_held(self, held: TaskToApply) -> None:
        """Apply a held price list; after a failure it stays held, with the reason."""
        with _task_log_context(held), acting_for(task_id=held.id):
            log.info("applying held price list", supplier=held.supplier_name)
            try:
                await wait_for_first(self._import_runner.apply(held), self._wait_while_held(held))
            except DatabaseBusyError as error:
                log.warning("held price list waits for a lock", reason=error.message)
                await slots.record_apply_wait(self._database, held.id, error.message)
                raise
            except DatabaseUnavailableError:
                raise
            except Exception as error:  # noqa: BLE001 (a bug must not end the worker)
                await slots.record_apply_failure(self._database, held.id, describe_error(error))

    async def _run_task(self, task: ClaimedTask) -> None:
        """Run a task and store how it ended; a cancellation releases the task and is raised."""
        with _task_log_context(task), acting_as(task.actor), acting_for(task_id=task.id):
            log.info("task started", supplier=task.supplier_name)
            try:
                await self._import_with_lease(task)
                log.info("task ended")
            except asyncio.CancelledError:
                with suppress(DatabaseUnavailableError):
                    await tasks.release(self._database, self._queue, task.lease)
                raise
            except LeaseLostError as error:
                log.warning("task lease lost", reason=error.message)
            except Exception as error:  # noqa: BLE001 (a bug must not end the worker)
                await self._record_failure(task, error)

    async def _import_with_lease(self, task: ClaimedTask) -> None:
        """Import the price list of a task and renew its lease; raises LeaseLostError."""
        progress = _LatestProgress()
        run_import = self._import_runner.run_import
        await wait_for_first(run_import(task, progress.set), self._keep_lease(task, progress))

    async def _wait_while_held(self, held: TaskToApply) -> None:
        """Return when a price list is no longer held: it was applied or cancelled."""
        is_held = True
        while is_held:
            await asyncio.sleep(RENEW_INTERVAL_SECONDS)
            with suppress(DatabaseUnavailableError):
                is_held = await slots.is_held(self._database, held.id)

    async def _keep_lease(self, task: ClaimedTask, progress: "_LatestProgress") -> None:
        """Renew the lease until it is lost, at once when there is progress.

        Raises LeaseLostError within a second after the task was cancelled, and when a long-running
        task yields its slot.
        """
        seconds = self._settings.worker_lease_seconds
        ticks_between = (
            min(RENEW_INTERVAL_SECONDS, seconds / RENEWALS_PER_LEASE) / PROGRESS_INTERVAL_SECONDS
        )
        clock = asyncio.get_running_loop().time
        yields_at = clock() + self._settings.worker_yield_seconds
        written, ticks = TaskProgress(), 0
        while True:
            await asyncio.sleep(PROGRESS_INTERVAL_SECONDS)
            ticks += 1
            if progress.value == written and ticks < ticks_between:
                continue
            written, ticks = progress.value, 0
            with suppress(DatabaseUnavailableError):
                await tasks.renew_lease(self._database, task.lease, written, seconds)
                if clock() > yields_at and not task.is_slow and written.stage != MERGING:
                    await slots.yield_slot(self._database, task.lease)

    async def _record_failure(self, task: ClaimedTask, error: Exception) -> None:
        """Store a failed attempt; without the database, retry until it is stored."""
        failure = classify_failure(task, error)
        while not self._stopping.is_set():
            with suppress(DatabaseUnavailableError):
                if failure is None:
                    await tasks.fail_task(self._database, task.lease, list_reasons(error))
                else:
                    await tasks.reschedule(self._database, task.lease, failure)
                    loop = asyncio.get_running_loop()
                    loop.call_later(failure.delay_seconds, self._wake_up.set)
                return
            await asyncio.sleep(DATABASE_RETRY_SECONDS)

    async def _reclaim_expired_leases(self) -> None:
        for task in await tasks.reclaim_expired_leases(self._database):
            with _task_log_context(task):
                log.warning("task reclaimed after its lease expired")
            self._wake_up.set()

    async def _start_due_syncs(self) -> None:
        for message in await import_requests.start_due_syncs(self._database, self._queue):
            log.info("scheduled sync started", supplier=message.supplier_name)


class _LatestProgress:
    """The latest progress of a task."""

    def __init__(self) -> None:
        self.value = TaskProgress()

    def set(self, value: TaskProgress) -> None:
        self.value = value


def _task_log_context(
    task: ClaimedTask | TaskToApply | ReclaimedTask,
) -> AbstractContextManager[None]:
    """Add the ids of the task and of its request to the log lines of a block."""
    request_fields = {} if task.request_id is None else {"request_id": task.request_id}
    return bound_contextvars(task_id=str(task.id), **request_fields)
