"""How often somebody may do something: counted in Redis, or here while Redis is away."""

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

# KEYS: counters. ARGV: how much to add (0 only looks), then for each its limit and window in ms.
# Answers which counter is spent (from 1) and for how many ms more; if none is, 0, and of the first
# one for how many ms more it counts and what is left of it. All or none is added to, so that
# parallel requests cannot slip through.
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


class RateLimit(msgspec.Struct, frozen=True):
    """So many within a window that begins with the first; no window where it is not about time."""

    name: str
    count: int
    window_seconds: int = 0


class RateLimitCounter(msgspec.Struct, frozen=True):
    """One limit for one key: a user, an address."""

    limit: RateLimit
    key: str

    @property
    def redis_key(self) -> str:
        """The name under which it is counted; keys come from callers, so they are hashed."""
        digest = hashlib.sha256(self.key.encode("utf-8", "replace")).hexdigest()
        return f"pricebook:limit:{self.limit.name}:{digest}"


def rate_limit_fields(limit: RateLimit, remaining: int, seconds: int) -> dict[str, str]:
    """Return the header fields that tell what is left of a limit, and when it begins anew."""
    window = f";w={limit.window_seconds}" if limit.window_seconds else ""
    return {
        "RateLimit": f'"{limit.name}";r={remaining};t={seconds}',
        "RateLimit-Policy": f'"{limit.name}";q={limit.count}{window}',
    }


def rate_limit_exceeded(
    limit: RateLimit, retry_seconds: int, reason: str
) -> RateLimitExceededError:
    """Make the error that says which limit is reached and when to try again (in seconds)."""
    return RateLimitExceededError(
        f"{reason}; try again in {retry_seconds} seconds.",
        headers={"Retry-After": str(retry_seconds), **rate_limit_fields(limit, 0, retry_seconds)},
    )


class RateLimiter:
    """Counts in Redis, for all processes; in this process alone while Redis is away.

    Every method takes counters that belong together and never waits long.
    """

    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        self._redis_down_until = float("-inf")
        self._local_counters = LocalCounters()

    async def check(self, *counters: RateLimitCounter) -> None:
        """Raise RateLimitExceededError if one of the counters is spent; count nothing."""
        await self._acquire(counters, amount=0)

    async def acquire(self, *counters: RateLimitCounter) -> None:
        """Count one on each, or raise RateLimitExceededError and count nothing."""
        await self._acquire(counters, amount=1)

    async def acquire_shared(self, counter: RateLimitCounter) -> dict[str, str]:
        """Count one for all processes, and return the header fields that tell what is left.

        Raises RateLimitExceededError, and RedisUnavailableError while nobody can count for all.
        """
        limit = counter.limit
        reply = await self._run_script(
            ACQUIRE_SCRIPT, (counter,), 1, limit.count, limit.window_seconds * 1000
        )
        if reply is None:
            raise RedisUnavailableError("The queue cannot be reached; try again in a moment.")
        exhausted, milliseconds, *remaining = reply
        seconds = max(1, math.ceil(milliseconds / 1000))
        if exhausted:
            raise rate_limit_exceeded(limit, seconds, "Too many requests")
        return rate_limit_fields(limit, remaining[0], seconds)

    async def release(self, *counters: RateLimitCounter) -> None:
        """Take back one that was counted on each."""
        await self._run_script(RELEASE_SCRIPT, counters)
        self._local_counters.release(counters)

    async def reset(self, *counters: RateLimitCounter) -> None:
        """Begin anew with each."""
        await self._run_script(RESET_SCRIPT, counters)
        self._local_counters.reset(counters)

    async def _acquire(self, counters: tuple[RateLimitCounter, ...], amount: int) -> None:
        values = [part for c in counters for part in (c.limit.count, c.limit.window_seconds * 1000)]
        reply = await self._run_script(ACQUIRE_SCRIPT, counters, amount, *values)
        if reply is None:
            reply = self._local_counters.acquire(counters, amount)
        exhausted, milliseconds, *_ = reply
        if exhausted:
            seconds = max(1, math.ceil(milliseconds / 1000))
            raise rate_limit_exceeded(counters[exhausted - 1].limit, seconds, "Too many attempts")

    async def _run_script(
        self, script: str, counters: tuple[RateLimitCounter, ...], *values: int
    ) -> Any:
        """Run a script; None while Redis is away, which is remembered for a moment."""
        if time.monotonic() < self._redis_down_until:
            return None
        keys = [counter.redis_key for counter in counters]
        try:
            command = cast("Any", self._redis).execute_command  # its types are left open
            return await command("EVAL", script, len(keys), *keys, *values)
        except (RedisError, OSError) as error:
            self._mark_redis_down(error)
            return None

    def _mark_redis_down(self, error: Exception) -> None:
        now = time.monotonic()
        if now >= self._redis_down_until:  # many may wait for it at once: one line is enough
            log.warning("redis is away, limits are counted by process", error=str(error))
        self._redis_down_until = now + REDIS_RETRY_SECONDS


class LocalCounters:
    """The same counts in this process alone; the oldest are dropped when there are too many."""

    def __init__(self) -> None:
        self._counts: dict[str, tuple[int, float]] = {}

    def acquire(self, counters: tuple[RateLimitCounter, ...], amount: int) -> tuple[int, float]:
        """Count like the script does: (which counter is spent from 1, for how many ms more)."""
        now = time.monotonic()
        for number, counter in enumerate(counters, 1):
            count, expires_at = self._current(counter, now)
            if count >= counter.limit.count:
                return number, (expires_at - now) * 1000
        if amount:
            for counter in counters:
                count, expires_at = self._current(counter, now)
                self._counts[counter.redis_key] = (count + 1, expires_at)
            while len(self._counts) > MAX_LOCAL_COUNTERS:
                del self._counts[next(iter(self._counts))]
        return 0, 0

    def release(self, counters: tuple[RateLimitCounter, ...]) -> None:
        """Take back one that was counted on each."""
        for counter in counters:
            count, expires_at = self._counts.get(counter.redis_key, (0, 0.0))
            if count > 0:
                self._counts[counter.redis_key] = (count - 1, expires_at)

    def reset(self, counters: tuple[RateLimitCounter, ...]) -> None:
        """Begin anew with each."""
        for counter in counters:
            self._counts.pop(counter.redis_key, None)

    def _current(self, counter: RateLimitCounter, now: float) -> tuple[int, float]:
        count, expires_at = self._counts.get(counter.redis_key, (0, 0.0))
        return (count, expires_at) if expires_at > now else (0, now + counter.limit.window_seconds)
