"""Running, waiting for and cancelling asyncio tasks."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Coroutine
from contextlib import asynccontextmanager
from typing import Any

CANCEL_TIMEOUT_SECONDS = 2.0


@asynccontextmanager
async def in_background(*work: Coroutine[Any, Any, None]) -> AsyncGenerator[None]:
    """Run coroutines while a block runs, then cancel them; raise the error of one that failed."""
    tasks = [asyncio.create_task(each) for each in work]
    try:
        yield
    finally:
        await cancel_all(*tasks)
    for task in tasks:
        if not task.cancelled():
            task.result()


async def wait_for_first(work: Awaitable[None], watch: Awaitable[None]) -> None:
    """Wait until the work or its watcher ends; cancel the other; raise the error of the first."""
    work_task, watch_task = asyncio.ensure_future(work), asyncio.ensure_future(watch)
    try:
        await asyncio.wait([work_task, watch_task], return_when=asyncio.FIRST_COMPLETED)
        await (work_task if work_task.done() else watch_task)
    finally:
        await cancel_all(work_task, watch_task)


async def cancel_all(*running: asyncio.Future[Any]) -> None:
    """Cancel tasks and wait for them; repeats it for tasks in which a library caught the cancel."""
    while pending := [each for each in running if not each.done()]:
        for each in pending:
            each.cancel()
        await asyncio.wait(pending, timeout=CANCEL_TIMEOUT_SECONDS)
    await asyncio.gather(*running, return_exceptions=True)
