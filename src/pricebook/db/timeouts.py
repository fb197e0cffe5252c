"""How long the servers that a process needs are waited for when somebody asks how they are."""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

from pricebook.errors import DatabaseUnavailableError, RedisUnavailableError

PROBE_TIMEOUT_SECONDS = 1.0

result = TypeVar("result")


async def within_timeout(coroutine: Coroutine[Any, Any, result]) -> result | None:
    """Wait a second for an answer; None when the server is away or has not answered by then."""
    try:
        return await with_timeout(coroutine, PROBE_TIMEOUT_SECONDS)
    except (DatabaseUnavailableError, RedisUnavailableError):
        return None


async def with_timeout(coroutine: Coroutine[Any, Any, result], seconds: float) -> result:
    """Wait for an answer, and not for its cancellation, which a frozen server would hold up.

    Raises DatabaseUnavailableError after some seconds.
    """
    task = asyncio.create_task(coroutine)
    try:
        await asyncio.wait({task}, timeout=seconds)
    finally:
        task.cancel()
    if not task.done():
        raise DatabaseUnavailableError(f"It has not answered within {seconds:g} seconds.")
    return task.result()
