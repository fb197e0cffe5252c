import asyncio
import time
from typing import Any, cast

import pytest
from redis.asyncio import Redis
from redis.exceptions import TimeoutError as RedisTimeoutError

from pricebook.services import REDIS_TIMEOUT_SECONDS, open_redis
from pricebook.settings import Settings

LATE_SECONDS = REDIS_TIMEOUT_SECONDS * 2
BLOCKED_SECONDS = REDIS_TIMEOUT_SECONDS / 2


async def execute(redis: Redis, *words: str | float) -> Any:
    return await cast("Any", redis).execute_command(*words)  # untyped in the library


async def start_blocked(redis: Redis, seconds: float) -> "asyncio.Task[Any]":
    """Start a command that Redis answers after some time; return once Redis has it."""
    reading = asyncio.create_task(execute(redis, "BLPOP", "nothing", seconds))
    while not (await execute(redis, "INFO", "clients"))["blocked_clients"]:
        assert not reading.done()
    return reading


async def test_response_is_read_that_arrived_while_the_process_was_late(settings: Settings) -> None:
    async with open_redis(settings) as redis:
        reading = await start_blocked(redis, BLOCKED_SECONDS)
        time.sleep(LATE_SECONDS)  # noqa: ASYNC251
        assert await reading is None
        assert await execute(redis, "PING")


async def test_missing_response_is_a_timeout(settings: Settings) -> None:
    async with open_redis(settings) as redis:
        reading = await start_blocked(redis, LATE_SECONDS)
        with pytest.raises(RedisTimeoutError):
            await reading
        assert await execute(redis, "PING")
