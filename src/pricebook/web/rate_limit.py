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

AWAY_SECONDS = 1.0
MAX_LOCAL_COUNTERS = 10_000

# KEYS: counters. ARGV: how much to add (0 only looks), then for each its limit and window in ms.
# Answers which counter is spent (from 1) and for how many ms more; if none is, 0, and of the first
# one for how many ms more it counts and what is left of it. All or none is added to, so that
# parallel requests cannot slip through.
TAKE = """
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
GIVE_BACK = """
for _, key in ipairs(KEYS) do
  if tonumber(redis.call('GET', key) or '0') > 0 then
    redis.call('DECR', key)
  end
end
"""
CLEAR = "return redis.call('DEL', unpack(KEYS))"


class Limit(msgspec.Struct, frozen=True):
    """So many within a window that begins with the first; no window where it is not about time."""

    name: str
    count: int
    window_seconds: int = 0


class Counter(msgspec.Struct, frozen=True):
    """One limit for one key: a user, an address."""

    limit: Limit
    key: str

    @property
    def place(self) -> str:
        """The name under which it is counted; keys come from callers, so they are hashed."""
        digest = hashlib.sha256(self.key.encode("utf-8", "replace")).hexdigest()
        return f"pricebook:limit:{self.limit.name}:{digest}"


def fields(limit: Limit, left: int, seconds: int) -> dict[str, str]:
    """Return the header fields that tell what is left of a limit, and when it begins anew."""
    window = f";w={limit.window_seconds}" if limit.window_seconds else ""
    return {
        "RateLimit": f'"{limit.name}";r={left};t={seconds}',
        "RateLimit-Policy": f'"{limit.name}";q={limit.count}{window}',
    }


def exceeded(limit: Limit, retry_seconds: int, sentence: str) -> RateLimitExceededError:
    """Make the error that says which limit is reached and when to try again (in seconds)."""
    return RateLimitExceededError(
        f"{sentence}; try again in {retry_seconds} seconds.",
        headers={"Retry-After": str(retry_seconds), **fields(limit, 0, retry_seconds)},
    )


class RateLimiter:
    """Counts in Redis, for all processes; in this process alone while Redis is away.

    Every method takes counters that belong together and never waits long.
    """

    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        self._away_until = float("-inf")
        self._local = LocalCounters()

    async def check(self, *counters: Counter) -> None:
        """Raise RateLimitExceededError if one of the counters is spent; count nothing."""
        await self._take(counters, amount=0)

    async def take(self, *counters: Counter) -> None:
        """Count one on each, or raise RateLimitExceededError and count nothing."""
        await self._take(counters, amount=1)

    async def take_shared(self, counter: Counter) -> dict[str, str]:
        """Count one for all processes, and return the header fields that tell what is left.

        Raises RateLimitExceededError, and RedisUnavailableError while nobody can count for all.
        """
        limit = counter.limit
        answer = await self._run(TAKE, (counter,), 1, limit.count, limit.window_seconds * 1000)
        if answer is None:
            raise RedisUnavailableError("The queue cannot be reached; try again in a moment.")
        spent, milliseconds, *left = answer
        seconds = max(1, math.ceil(milliseconds / 1000))
        if spent:
            raise exceeded(limit, seconds, "Too many requests")
        return fields(limit, left[0], seconds)

    async def give_back(self, *counters: Counter) -> None:
        """Take back one that was counted on each."""
        await self._run(GIVE_BACK, counters)
        self._local.give_back(counters)

    async def clear(self, *counters: Counter) -> None:
        """Begin anew with each."""
        await self._run(CLEAR, counters)
        self._local.clear(counters)

    async def _take(self, counters: tuple[Counter, ...], amount: int) -> None:
        values = [part for c in counters for part in (c.limit.count, c.limit.window_seconds * 1000)]
        answer = await self._run(TAKE, counters, amount, *values)
        if answer is None:
            answer = self._local.take(counters, amount)
        spent, milliseconds, *_ = answer
        if spent:
            seconds = max(1, math.ceil(milliseconds / 1000))
            raise exceeded(counters[spent - 1].limit, seconds, "Too many attempts")

    async def _run(self, script: str, counters: tuple[Counter, ...], *values: int) -> Any:
        """Run a script; None while Redis is away, which is remembered for a moment."""
        if time.monotonic() < self._away_until:
            return None
        keys = [counter.place for counter in counters]
        try:
            command = cast("Any", self._redis).execute_command  # its types are left open
            return await command("EVAL", script, len(keys), *keys, *values)
        except (RedisError, OSError) as error:
            self._remember_away(error)
            return None

    def _remember_away(self, error: Exception) -> None:
        now = time.monotonic()
        if now >= self._away_until:  # many may wait for it at once: one line is enough
            log.warning("redis is away, limits are counted by process", error=str(error))
        self._away_until = now + AWAY_SECONDS


class LocalCounters:
    """The same counts in this process alone; the oldest are dropped when there are too many."""

    def __init__(self) -> None:
        self._counts: dict[str, tuple[int, float]] = {}

    def take(self, counters: tuple[Counter, ...], amount: int) -> tuple[int, float]:
        """Count like the script does: (which counter is spent from 1, for how many ms more)."""
        now = time.monotonic()
        for number, counter in enumerate(counters, 1):
            count, ends_at = self._current(counter, now)
            if count >= counter.limit.count:
                return number, (ends_at - now) * 1000
        if amount:
            for counter in counters:
                count, ends_at = self._current(counter, now)
                self._counts[counter.place] = (count + 1, ends_at)
            while len(self._counts) > MAX_LOCAL_COUNTERS:
                del self._counts[next(iter(self._counts))]
        return 0, 0

    def give_back(self, counters: tuple[Counter, ...]) -> None:
        """Take back one that was counted on each."""
        for counter in counters:
            count, ends_at = self._counts.get(counter.place, (0, 0.0))
            if count > 0:
                self._counts[counter.place] = (count - 1, ends_at)

    def clear(self, counters: tuple[Counter, ...]) -> None:
        """Begin anew with each."""
        for counter in counters:
            self._counts.pop(counter.place, None)

    def _current(self, counter: Counter, now: float) -> tuple[int, float]:
        count, ends_at = self._counts.get(counter.place, (0, 0.0))
        return (count, ends_at) if ends_at > now else (0, now + counter.limit.window_seconds)
