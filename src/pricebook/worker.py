"""The worker: takes tasks from their rows, a few at once, until it is told to stop."""

import asyncio
import os
import signal
import socket
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import AbstractContextManager, asynccontextmanager, suppress

import structlog
from structlog.contextvars import bound_contextvars

from pricebook.db import Database
from pricebook.deletion import delete_marked_suppliers
from pricebook.errors import (
    DatabaseBusyError,
    DatabaseUnavailableError,
    LeaseLostError,
)
from pricebook.futures import cancel_all, first_of
from pricebook.ingestion.process import Parsers
from pricebook.intake import Intake, intake_of
from pricebook.queue.carrier import TaskQueue
from pricebook.resources import open_redis, open_resources
from pricebook.settings import Settings
from pricebook.sync import service as sync
from pricebook.sync.uploads import clear_orphans
from pricebook.task_failures import failure_of, reason_of
from pricebook.tasks import service as tasks
from pricebook.tasks import slots
from pricebook.tasks.schemas import ClaimedTask, HeldList, LostTask, TaskProgress

log = structlog.stdlib.get_logger(__name__)

LOOK_SECONDS = 1.0
SCHEDULE_SECONDS = 5.0
CLEAR_SECONDS = 3600.0
PROGRESS_SECONDS = 0.3
MERGING = "merging"
RENEWALS_A_LEASE = 3
RENEW_SECONDS = 1.0
AWAY_SECONDS = 1.0


def work(settings: Settings) -> None:
    """Work on tasks until SIGTERM or Ctrl-C; raises PricebookError when it cannot start."""
    asyncio.run(_work(settings))


async def _work(settings: Settings) -> None:
    async with open_worker(settings) as worker:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, worker.stop)
        await worker.run()


@asynccontextmanager
async def open_worker(settings: Settings) -> AsyncGenerator["Worker"]:
    """Open what a worker needs."""
    async with open_resources(settings) as resources, open_redis(settings) as redis:
        queue = TaskQueue(redis, settings.redis_queue_name)
        with Parsers(has_spare=True) as parsers:
            intake = intake_of(settings, resources.database, parsers)
            yield Worker(settings, resources.database, queue, intake)


class Worker:
    """Works on several tasks at once.

    Each slot takes the next task from the database, as soon as it is free, when a message rings or
    when it is time to look again. So no task depends on Redis, only how soon it is begun.
    """

    def __init__(
        self, settings: Settings, database: Database, queue: TaskQueue, intake: Intake
    ) -> None:
        self._settings = settings
        self._database = database
        self._queue = queue
        self._intake = intake
        self._name = f"{socket.gethostname()}/{os.getpid()}"
        self._claiming = asyncio.Lock()
        self._slow_tasks = 0
        self._bell = asyncio.Event()
        self._stopping = asyncio.Event()

    def stop(self) -> None:
        """Take no more tasks; finish those that run, or hand them back when it takes too long."""
        self._stopping.set()
        self._bell.set()

    async def run(self) -> None:
        """Work until told to stop."""
        log.debug("the worker is ready", tasks=self._settings.worker_tasks)
        others = [
            asyncio.create_task(self._queue.listen(self._bell.set)),
            asyncio.create_task(self._often(LOOK_SECONDS, self._take_back_lost)),
            asyncio.create_task(self._often(SCHEDULE_SECONDS, self._start_due_syncs)),
            asyncio.create_task(self._often(LOOK_SECONDS, self._delete_suppliers)),
            asyncio.create_task(self._often(CLEAR_SECONDS, self._clear)),
        ]
        slots = [asyncio.create_task(self._slot()) for _ in range(self._settings.worker_tasks)]
        stopping = asyncio.create_task(self._stopping.wait())
        try:
            ended, _ = await asyncio.wait(
                [stopping, *others, *slots], return_when=asyncio.FIRST_COMPLETED
            )
            for each in ended - {stopping}:
                each.result()  # a part that ended by itself met a defect: it is raised
            await asyncio.wait(slots, timeout=self._settings.worker_stop_seconds)
        finally:
            await cancel_all(stopping, *slots, *others)

    async def _slot(self) -> None:
        while not self._stopping.is_set():
            self._bell.clear()
            with suppress(DatabaseUnavailableError):
                if await self._do_next():
                    continue
            with suppress(TimeoutError):
                await asyncio.wait_for(self._bell.wait(), LOOK_SECONDS)

    async def _do_next(self) -> bool:
        """Do what is next; say whether there was anything."""
        task = await self._claim()
        if task is not None:
            try:
                await self._work_on(task)
            finally:
                self._slow_tasks -= task.is_slow
            return True
        held = await tasks.find_to_apply(self._database)
        if held is not None:
            await self._apply(held)
            return True
        return False

    async def _claim(self) -> ClaimedTask | None:
        """Claim the next task; slow ones never take the last slot of several."""
        seconds, most = self._settings.worker_lease_seconds, max(1, self._settings.worker_tasks - 1)
        async with self._claiming:
            with_slow = self._slow_tasks < most
            task = await tasks.claim_next(self._database, self._name, seconds, with_slow=with_slow)
            self._slow_tasks += task is not None and task.is_slow
        return task

    async def _apply(self, held: HeldList) -> None:
        """Apply a held list; what cannot be applied stays held, with the reason."""
        with _about(held):
            log.info("held list is applied", supplier=held.supplier_name)
            try:
                await first_of(self._intake.apply(held), self._while_held(held))
            except DatabaseBusyError as error:
                log.warning("held list waits", reason=error.message)
                await slots.note_waiting(self._database, held.id, error.message)
                raise
            except DatabaseUnavailableError:
                raise
            except Exception as error:  # noqa: BLE001 (a defect of ours must not end the worker)
                await slots.leave_held(self._database, held.id, reason_of(error))

    async def _work_on(self, task: ClaimedTask) -> None:
        """Work on a task to its end, whatever that is; only being stopped is passed on."""
        with _about(task):
            log.info("task begun", supplier=task.supplier_name)
            try:
                await self._take_in_with_lease(task)
                log.info("task ended")
            except asyncio.CancelledError:
                with suppress(DatabaseUnavailableError):
                    await tasks.hand_back(self._database, self._queue, task.lease)
                raise
            except LeaseLostError as error:
                log.warning("task lost", reason=error.message)
            except Exception as error:  # noqa: BLE001 (a defect of ours must not end the worker)
                await self._settle(task, error)

    async def _take_in_with_lease(self, task: ClaimedTask) -> None:
        """Take the list in and keep the lease meanwhile; raises LeaseLostError when it is lost."""
        progress = _Latest()
        taking_in = self._intake.take_in(task, progress.set)
        await first_of(taking_in, self._keep_lease(task, progress))

    async def _while_held(self, held: HeldList) -> None:
        """Return when a list is no longer held: it is applied now, or was cancelled."""
        is_held = True
        while is_held:
            await asyncio.sleep(RENEW_SECONDS)
            with suppress(DatabaseUnavailableError):
                is_held = await slots.is_held(self._database, held.id)

    async def _keep_lease(self, task: ClaimedTask, progress: "_Latest") -> None:
        """Renew the lease, often while there is progress; ends only when it is lost.

        It is lost within a second when the task is cancelled, and when a task that takes long
        yields its slot.
        """
        seconds = self._settings.worker_lease_seconds
        ticks_between = min(RENEW_SECONDS, seconds / RENEWALS_A_LEASE) / PROGRESS_SECONDS
        clock = asyncio.get_running_loop().time
        yields_at = clock() + self._settings.worker_yield_seconds
        told, ticks = TaskProgress(), 0
        while True:
            await asyncio.sleep(PROGRESS_SECONDS)
            ticks += 1
            if progress.value == told and ticks < ticks_between:
                continue
            told, ticks = progress.value, 0
            with suppress(DatabaseUnavailableError):
                await tasks.renew(self._database, task.lease, told, seconds)
                if clock() > yields_at and not task.is_slow and told.stage != MERGING:
                    await slots.yield_slot(self._database, task.lease)

    async def _settle(self, task: ClaimedTask, error: Exception) -> None:
        """Write down that an attempt failed; while the database is away, wait for it."""
        failure = failure_of(task, error)
        while not self._stopping.is_set():
            with suppress(DatabaseUnavailableError):
                if failure is None:
                    await tasks.fail_task(self._database, task.lease, str(error))
                else:
                    await tasks.put_off(self._database, self._queue, task.lease, failure)
                return
            await asyncio.sleep(AWAY_SECONDS)

    async def _often(self, seconds: float, do: Callable[[], Awaitable[None]]) -> None:
        """Do something for ever, with a pause; while the database is away it does not matter."""
        while True:
            with suppress(DatabaseUnavailableError):
                await do()
            await asyncio.sleep(seconds)

    async def _take_back_lost(self) -> None:
        for task in await tasks.take_back_lost(self._database):
            with _about(task):
                log.warning("the worker of a task was lost")
            self._bell.set()

    async def _delete_suppliers(self) -> None:
        await delete_marked_suppliers(self._database)

    async def _start_due_syncs(self) -> None:
        for message in await sync.start_due_syncs(self._database, self._queue):
            log.info("sync started by schedule", supplier=message.supplier_name)

    async def _clear(self) -> None:
        await tasks.clear_old(self._database, self._settings.keep_tasks_days)
        needed = await tasks.list_needed_files(self._database)
        await asyncio.to_thread(clear_orphans, self._settings.uploads, needed)


class _Latest:
    """The latest progress of a task."""

    def __init__(self) -> None:
        self.value = TaskProgress()

    def set(self, value: TaskProgress) -> None:
        self.value = value


def _about(task: ClaimedTask | HeldList | LostTask) -> AbstractContextManager[None]:
    """Let all lines say which task they are about, and which request asked for it if one did."""
    asked_by = {} if task.request_id is None else {"request_id": task.request_id}
    return bound_contextvars(task_id=str(task.id), **asked_by)
