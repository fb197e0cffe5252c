import asyncio
from collections.abc import Callable
from sys import getsizeof
from typing import Any

import msgspec
import pytest

from pricebook.catalog import response_cache
from pricebook.catalog.response_cache import (
    ENTRY_BYTES,
    MAX_TARGET_BYTES,
    RECENT_ENTRIES,
    ResponseCache,
)


class Value(msgspec.Struct):
    name: str
    size: int = 100
    on_growth: Callable[[Any, int], None] | None = None

    def grow(self, more_bytes: int) -> None:
        self.size += more_bytes
        assert self.on_growth
        self.on_growth(self, more_bytes)


class ValueSource:
    """Computes values once released, and counts the computations."""

    def __init__(self) -> None:
        self.computed = 0
        self.unblocked = asyncio.Event()
        self.unblocked.set()

    async def compute(self) -> Value:
        self.computed += 1
        value = Value(f"value {self.computed}")
        await self.unblocked.wait()
        return value


@pytest.fixture(autouse=True)
def stays_fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a starved machine take minutes between two lines of a test."""
    monkeypatch.setattr(response_cache, "FRESH_SECONDS", 600)


@pytest.fixture
def fresh_cache() -> ResponseCache:
    made = ResponseCache(max_bytes=100_000)
    made.invalidate()
    return made


async def test_computed_value_is_cached(fresh_cache: ResponseCache) -> None:
    source = ValueSource()
    first = await fresh_cache.get("key", source.compute)
    assert await fresh_cache.get("key", source.compute) is first
    assert fresh_cache.find("key") is first
    assert source.computed == 1


async def test_invalidate_clears_the_cache(fresh_cache: ResponseCache) -> None:
    source = ValueSource()
    await fresh_cache.get("key", source.compute)
    fresh_cache.invalidate()
    assert fresh_cache.find("key") is None
    assert (await fresh_cache.get("key", source.compute)).name == "value 2"


async def test_shrink_keeps_what_was_used_last() -> None:
    cache = ResponseCache(max_bytes=10_000_000)
    cache.invalidate()
    source = ValueSource()
    for number in range(RECENT_ENTRIES + 2):
        await cache.get(f"key {number}", source.compute)
    cache.find("key 0")
    per_entry = cache.size // (RECENT_ENTRIES + 2)
    cache.shrink()
    found = [number for number in range(RECENT_ENTRIES + 2) if cache.find(f"key {number}")]
    assert found == [0, *range(3, RECENT_ENTRIES + 2)]
    assert cache.size // RECENT_ENTRIES == per_entry


async def test_value_computed_before_invalidation_is_not_stored(fresh_cache: ResponseCache) -> None:
    source = ValueSource()
    source.unblocked.clear()
    pending = asyncio.create_task(fresh_cache.get("key", source.compute))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    fresh_cache.invalidate()
    source.unblocked.set()
    assert (await pending).name == "value 1"
    assert fresh_cache.find("key") is None


async def test_request_after_invalidation_starts_a_new_computation(
    fresh_cache: ResponseCache,
) -> None:
    source = ValueSource()
    source.unblocked.clear()
    before = asyncio.create_task(fresh_cache.get("key", source.compute))
    await asyncio.sleep(0)
    fresh_cache.invalidate()
    after = asyncio.create_task(fresh_cache.get("key", source.compute))
    await asyncio.sleep(0)
    source.unblocked.set()
    assert [(await before).name, (await after).name] == ["value 1", "value 2"]
    cached = fresh_cache.find("key")
    assert cached.name == "value 2"


async def test_concurrent_requests_share_one_computation(fresh_cache: ResponseCache) -> None:
    source = ValueSource()
    values = await asyncio.gather(*(fresh_cache.get("key", source.compute) for _ in range(1000)))
    assert source.computed == 1
    assert len({id(value) for value in values}) == 1


async def test_cancelled_caller_does_not_cancel_the_computation(fresh_cache: ResponseCache) -> None:
    source = ValueSource()
    source.unblocked.clear()
    first = asyncio.create_task(fresh_cache.get("key", source.compute))
    second = asyncio.create_task(fresh_cache.get("key", source.compute))
    await asyncio.sleep(0)
    first.cancel()
    await asyncio.sleep(0)
    source.unblocked.set()
    assert (await second).name == "value 1"


async def test_failure_is_raised_to_all_waiters_and_not_stored(fresh_cache: ResponseCache) -> None:
    async def fail() -> Value:
        raise LookupError

    results = await asyncio.gather(
        *(fresh_cache.get("key", fail) for _ in range(3)), return_exceptions=True
    )
    assert [type(each) for each in results] == [LookupError] * 3
    assert (await fresh_cache.get("key", ValueSource().compute)).name == "value 1"


async def test_nothing_is_stored_or_shared_without_heartbeat() -> None:
    fresh_cache = ResponseCache(max_bytes=100_000)
    source = ValueSource()
    await asyncio.gather(*(fresh_cache.get("key", source.compute) for _ in range(5)))
    assert source.computed == 5
    assert fresh_cache.find("key") is None


async def test_disable_clears_and_heartbeat_alone_does_not_restore(
    fresh_cache: ResponseCache,
) -> None:
    source = ValueSource()
    await fresh_cache.get("key", source.compute)
    fresh_cache.disable()
    fresh_cache.confirm_fresh()
    assert fresh_cache.find("key") is None


async def test_cache_expires_without_a_heartbeat(
    fresh_cache: ResponseCache, monkeypatch: pytest.MonkeyPatch
) -> None:
    await fresh_cache.get("key", ValueSource().compute)
    monkeypatch.setattr(response_cache, "FRESH_SECONDS", -1.0)
    fresh_cache.confirm_fresh()
    assert fresh_cache.find("key") is None


async def test_value_computed_across_a_disabled_period_is_not_stored(
    fresh_cache: ResponseCache,
) -> None:
    source = ValueSource()
    source.unblocked.clear()
    pending = asyncio.create_task(fresh_cache.get("key", source.compute))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    fresh_cache.disable()
    fresh_cache.invalidate()
    source.unblocked.set()
    await pending
    assert fresh_cache.find("key") is None


async def test_least_recently_used_entry_is_evicted() -> None:
    fresh_cache = ResponseCache(max_bytes=3 * (100 + getsizeof("a") + ENTRY_BYTES))
    fresh_cache.invalidate()
    for key in "abc":
        fresh_cache.store(key, Value(key), fresh_cache.generation)
    fresh_cache.find("a")
    fresh_cache.store("d", Value("d"), fresh_cache.generation)
    assert [key for key in "abcd" if fresh_cache.find(key)] == ["a", "c", "d"]


async def test_oversized_value_and_zero_capacity() -> None:
    for max_bytes in (0, 1000):
        fresh_cache = ResponseCache(max_bytes)
        fresh_cache.invalidate()
        fresh_cache.store("key", Value("x", size=2000), fresh_cache.generation)
        assert fresh_cache.find("key") is None
        fresh_cache.store("key", Value("x", size=1), fresh_cache.generation)
        assert (fresh_cache.find("key") is None) == (max_bytes == 0)


async def test_growth_is_counted_and_evicts_entries(fresh_cache: ResponseCache) -> None:
    source = ValueSource()
    values = [await fresh_cache.get(f"key {number}", source.compute) for number in range(3)]
    before = fresh_cache.size
    values[2].grow(1000)
    assert fresh_cache.size == before + 1000
    values[1].grow(99_000)
    assert [fresh_cache.find(f"key {number}") for number in range(3)] == [None, None, values[2]]
    values[0].grow(500)
    fresh_cache.invalidate()
    values[2].grow(1000)
    assert fresh_cache.size == 0


async def test_keys_are_counted_with_their_values(fresh_cache: ResponseCache) -> None:
    for number in range(1000):
        fresh_cache.store(f"{number}" + "x" * 9000, Value("x", size=1), fresh_cache.generation)
    cached = [number for number in range(1000) if fresh_cache.find(f"{number}" + "x" * 9000)]
    assert len(cached) * 9000 <= fresh_cache.size <= 100_000
    assert cached == list(range(1000 - len(cached), 1000))


async def test_aliases_return_the_key_and_are_counted(fresh_cache: ResponseCache) -> None:
    fresh_cache.store("key", Value("x"), fresh_cache.generation)
    before = fresh_cache.size
    for query in (b"a=1&b=2", b"b=2&a=1"):
        fresh_cache.add_alias(("/path", query), "key")
        fresh_cache.add_alias(("/path", query), "key")
        assert fresh_cache.find_key(("/path", query)) == "key"
    assert fresh_cache.size - before > 2 * (len("/path") + len(b"a=1&b=2") + len("key"))
    assert fresh_cache.find_key(("/path", b"a=1")) is None
    fresh_cache.invalidate()
    assert fresh_cache.find_key(("/path", b"a=1&b=2")) is None
    assert fresh_cache.size == 0


async def test_long_targets_are_not_stored(fresh_cache: ResponseCache) -> None:
    for target in (("/path", b"x" * MAX_TARGET_BYTES), ("/\U0001f528" + "x" * 250, b"")):
        fresh_cache.add_alias(target, "key")
        assert fresh_cache.find_key(target) is None
    assert fresh_cache.size == 0
