"""Rate limits, counted in Redis, or in this process while Redis is unavailable."""

import hashlib
import math
import time
from typing import Any, cast

import msgspec
import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

from pricebook.errors import RateLimitExceededError, RedisUnavailableError

log = structlog.stdlib.get_logger(__name__)

REDIS_RETRY_SECONDS = 1.0
MAX_LOCAL_COUNTERS = 10_000

# KEYS: counters. ARGV: the amount to add (0 only checks), then the limit and window in ms of each.
# Returns {number of the exhausted counter from 1, ms until it expires} and adds to none; otherwise
# {0, ms until the first counter expires, remaining requests of the first counter}. Redis runs a
# script without interruption, so parallel requests cannot exceed a limit together.
ACQUIRE_SCRIPT = """
for i, key in ipairs(KEYS) do
  if tonumber(redis.call('GET', key) or '0') >= tonumber(ARGV[2 * i]) then
    return {i, redis.call('PTTL', key)}
  end
end
if ARGV[1] == '1' then
  for i, key in ipairs(KEYS) do
    if redis.call('INCR', key) == 1 then
      redis.call('PEXPIRE', key, ARGV[2 * i + 1])
    end
  end
end
local first = KEYS[1]
return {0, redis.call('PTTL', first), ARGV[2] - tonumber(redis.call('GET', first) or '0')}
"""
RELEASE_SCRIPT = """
for _, key in ipairs(KEYS) do
  if tonumber(redis.call('GET', key) or '0') > 0 then
    redis.call('DECR', key)
  end
end
"""
RESET_SCRIPT = "return redis.call('DEL', unpack(KEYS))"

# What ACQUIRE_SCRIPT returns: two numbers, or three if no counter is exhausted.
AcquireReply = list[float]


class RateLimit(msgspec.Struct, frozen=True):
    """A limit of `count` requests per window, which starts with the first; 0 is no window."""

    name: str
    count: int
    window_seconds: int = 0


class RateLimitCounter(msgspec.Struct, frozen=True):
    """The counter of one limit for one key, such as a user id or an address."""

    limit: RateLimit
    key: str

    @property
    def redis_key(self) -> str:
        """The key in Redis. It contains a hash, because clients choose a part of the key."""
        digest = hashlib.sha256(self.key.encode("utf-8", "replace")).hexdigest()
        return f"pricebook:limit:{self.limit.name}:{digest}"


def rate_limit_fields(limit: RateLimit, remaining: int, seconds: int) -> dict[str, str]:
    """Return RateLimit and RateLimit-Policy (draft-ietf-httpapi-ratelimit-headers).

    `remaining` counts requests, `seconds` is the time until the window ends.
    """
    window = f";w={limit.window_seconds}" if limit.window_seconds else ""
    return {
        "RateLimit": f'"{limit.name}";r={remaining};t={seconds}',
        "RateLimit-Policy": f'"{limit.name}";q={limit.count}{window}',
    }


def rate_limit_exceeded(
    limit: RateLimit, retry_seconds: int, reason: str
) -> RateLimitExceededError:
    """Return the error of an exhausted limit, with Retry-After and the RateLimit fields."""
    return RateLimitExceededError(
        f"{reason}; try again in {retry_seconds} seconds.",
        headers={"Retry-After": str(retry_seconds), **rate_limit_fields(limit, 0, retry_seconds)},
    )


class RateLimiter:
    """Counts in Redis for all processes, or in this process while Redis is unavailable.

    A method counts on all of its counters or on none.
    """

    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        self._redis_down_until = float("-inf")
        self._local_counters = LocalCounters()

    async def check(self, *counters: RateLimitCounter) -> None:
        """Raise RateLimitExceededError if a counter is exhausted; count nothing."""
        await self._acquire(counters, amount=0)

    async def acquire(self, *counters: RateLimitCounter) -> dict[str, str]:
        """Count one on each counter; return the RateLimit fields of the first.

        Raises RateLimitExceededError if a counter is exhausted, and counts nothing.
        """
        return await self._acquire(counters, amount=1)

    async def acquire_shared(self, counter: RateLimitCounter) -> dict[str, str]:
        """Count one in Redis only; return the RateLimit fields.

        Raises RateLimitExceededError, and RedisUnavailableError while Redis is unavailable.
        """
        reply = await self._run_acquire((counter,), amount=1)
        if reply is None:
            raise RedisUnavailableError("The queue cannot be reached; try again in a moment.")
        return _fields_of((counter,), reply, "Too many requests")

    async def release(self, *counters: RateLimitCounter) -> None:
        """Subtract one from each counter."""
        await self._run_script(RELEASE_SCRIPT, counters)
        self._local_counters.release(counters)

    async def reset(self, *counters: RateLimitCounter) -> None:
        """Delete each counter."""
        await self._run_script(RESET_SCRIPT, counters)
        self._local_counters.reset(counters)

    async def _acquire(self, counters: tuple[RateLimitCounter, ...], amount: int) -> dict[str, str]:
        reply = await self._run_acquire(counters, amount)
        if reply is None:
            reply = self._local_counters.acquire(counters, amount)
        return _fields_of(counters, reply, "Too many attempts")

    async def _run_acquire(
        self, counters: tuple[RateLimitCounter, ...], amount: int
    ) -> AcquireReply | None:
        values = [part for c in counters for part in (c.limit.count, c.limit.window_seconds * 1000)]
        return await self._run_script(ACQUIRE_SCRIPT, counters, amount, *values)

    async def _run_script(
        self, script: str, counters: tuple[RateLimitCounter, ...], *values: int
    ) -> Any:
        """Run a script; None while Redis is unavailable, which is assumed for a second."""
        if time.monotonic() < self._redis_down_until:
            return None
        keys = [counter.redis_key for counter in counters]
        try:
            command = cast("Any", self._redis).execute_command  # untyped in the library
            return await command("EVAL", script, len(keys), *keys, *values)
        except (RedisError, OSError) as error:
            self._mark_redis_down(error)
            return None

    def _mark_redis_down(self, error: Exception) -> None:
        now = time.monotonic()
        if now >= self._redis_down_until:  # log once for all requests that wait for Redis
            log.warning("redis is unavailable, limits are counted per process", error=str(error))
        self._redis_down_until = now + REDIS_RETRY_SECONDS


def _fields_of(
    counters: tuple[RateLimitCounter, ...], reply: AcquireReply, reason: str
) -> dict[str, str]:
    """Return the RateLimit fields of the first counter; raises RateLimitExceededError."""
    exhausted, milliseconds, *remaining = reply
    seconds = max(1, math.ceil(milliseconds / 1000))
    if exhausted:
        raise rate_limit_exceeded(counters[int(exhausted) - 1].limit, seconds, reason)
    return rate_limit_fields(counters[0].limit, int(remaining[0]), seconds)


class LocalCounters:
    """Counters of this process; the oldest are dropped above MAX_LOCAL_COUNTERS."""

    def __init__(self) -> None:
        self._counts: dict[str, tuple[int, float]] = {}

    def acquire(self, counters: tuple[RateLimitCounter, ...], amount: int) -> AcquireReply:
        """Check and count as ACQUIRE_SCRIPT does, with the same result."""
        now = time.monotonic()
        for number, counter in enumerate(counters, 1):
            count, expires_at = self._current(counter, now)
            if count >= counter.limit.count:
                return [number, (expires_at - now) * 1000]
        if amount:
            for counter in counters:
                count, expires_at = self._current(counter, now)
                self._counts[counter.redis_key] = (count + 1, expires_at)
            while len(self._counts) > MAX_LOCAL_COUNTERS:
                del self._counts[next(iter(self._counts))]
        count, expires_at = self._current(counters[0], now)
        return [0, (expires_at - now) * 1000, counters[0].limit.count - count]

    def release(self, counters: tuple[RateLimitCounter, ...]) -> None:
        """Subtract one from each counter."""
        for counter in counters:
            count, expires_at = self._counts.get(counter.redis_key, (0, 0.0))
            if count > 0:
                self._counts[counter.redis_key] = (count - 1, expires_at)

    def reset(self, counters: tuple[RateLimitCounter, ...]) -> None:
        """Delete each counter."""
        for counter in counters:
            self._counts.pop(counter.redis_key, None)

    def _current(self, counter: RateLimitCounter, now: float) -> tuple[int, float]:
        """Return the count, and when its window ends (time.monotonic)."""
        count, expires_at = self._counts.get(counter.redis_key, (0, 0.0))
        return (count, expires_at) if expires_at > now else (0, now + counter.limit.window_seconds)
