"""Timeouts that do not wait for the cancellation of what they end."""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

from pricebook.errors import DatabaseUnavailableError, RedisUnavailableError

PROBE_TIMEOUT_SECONDS = 1.0

result = TypeVar("result")


async def within_timeout(coroutine: Coroutine[Any, Any, result]) -> result | None:
    """Return the result of a probe; None if the server is down or silent for a second."""
    try:
        return await with_timeout(coroutine, PROBE_TIMEOUT_SECONDS)
    except (DatabaseUnavailableError, RedisUnavailableError):
        return None


async def with_timeout(coroutine: Coroutine[Any, Any, result], seconds: float) -> result:
    """Return the result of a coroutine; raises DatabaseUnavailableError after some seconds.

    It does not wait until the cancelled coroutine has ended, which a frozen server would delay.
    """
    task = asyncio.create_task(coroutine)
    try:
        await asyncio.wait({task}, timeout=seconds)
    finally:
        task.cancel()
    if not task.done():
        raise DatabaseUnavailableError(f"The server has not responded within {seconds:g} seconds.")
    return task.result()
