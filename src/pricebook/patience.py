"""How long the servers that a process needs are waited for when somebody asks how they are."""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

from pricebook.errors import DatabaseUnavailableError, RedisUnavailableError

PATIENCE_SECONDS = 1.0

answer = TypeVar("answer")


async def in_time(asked: Coroutine[Any, Any, answer]) -> answer | None:
    """Wait a second for an answer; None when the server is away or has not answered by then."""
    try:
        return await with_timeout(asked, PATIENCE_SECONDS)
    except (DatabaseUnavailableError, RedisUnavailableError):
        return None


async def with_timeout(asked: Coroutine[Any, Any, answer], seconds: float) -> answer:
    """Wait for an answer, and not for its cancellation, which a frozen server would hold up.

    Raises DatabaseUnavailableError after some seconds.
    """
    asking = asyncio.create_task(asked)
    try:
        await asyncio.wait({asking}, timeout=seconds)
    finally:
        asking.cancel()
    if not asking.done():
        raise DatabaseUnavailableError(f"It has not answered within {seconds:g} seconds.")
    return asking.result()
