"""How long the servers that a process needs are waited for when somebody asks how they are."""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

from pricebook.errors import DatabaseUnavailableError, RedisUnavailableError

PATIENCE_SECONDS = 1.0

answer = TypeVar("answer")


async def in_time(asked: Coroutine[Any, Any, answer]) -> answer | None:
    """Wait a second for an answer, and not for its cancellation, which may take longer.

    Returns None when the server is away or has not answered by then.
    """
    asking = asyncio.create_task(asked)
    await asyncio.wait({asking}, timeout=PATIENCE_SECONDS)
    if not asking.done():
        asking.cancel()
        return None
    try:
        return asking.result()
    except (DatabaseUnavailableError, RedisUnavailableError):
        return None
