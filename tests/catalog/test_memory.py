import asyncio
from collections.abc import Callable
from sys import getsizeof
from typing import Any

import msgspec
import pytest

from pricebook.catalog import cache
from pricebook.catalog.cache import ENTRY_BYTES, MAX_TARGET_BYTES, Memory


class Value(msgspec.Struct):
    name: str
    size: int = 100
    on_growth: Callable[[Any, int], None] | None = None

    def grow(self, more_bytes: int) -> None:
        self.size += more_bytes
        assert self.on_growth
        self.on_growth(self, more_bytes)


class Source:
    """Computes values, when it is let, and counts how often."""

    def __init__(self) -> None:
        self.computed = 0
        self.may_go_on = asyncio.Event()
        self.may_go_on.set()

    async def compute(self) -> Value:
        self.computed += 1
        value = Value(f"value {self.computed}")
        await self.may_go_on.wait()
        return value


@pytest.fixture
def memory() -> Memory:
    made = Memory(max_bytes=100_000)
    made.begin_anew()
    return made


async def test_what_was_computed_is_given_again(memory: Memory) -> None:
    source = Source()
    first = await memory.get("key", source.compute)
    assert await memory.get("key", source.compute) is first
    assert memory.find("key") is first
    assert source.computed == 1


async def test_a_change_forgets_everything(memory: Memory) -> None:
    source = Source()
    await memory.get("key", source.compute)
    memory.begin_anew()
    assert memory.find("key") is None
    assert (await memory.get("key", source.compute)).name == "value 2"


async def test_what_was_begun_before_a_change_is_not_kept(memory: Memory) -> None:
    source = Source()
    source.may_go_on.clear()
    asking = asyncio.create_task(memory.get("key", source.compute))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    memory.begin_anew()
    source.may_go_on.set()
    assert (await asking).name == "value 1"
    assert memory.find("key") is None


async def test_who_asks_after_a_change_does_not_join_who_asked_before(memory: Memory) -> None:
    source = Source()
    source.may_go_on.clear()
    before = asyncio.create_task(memory.get("key", source.compute))
    await asyncio.sleep(0)
    memory.begin_anew()
    after = asyncio.create_task(memory.get("key", source.compute))
    await asyncio.sleep(0)
    source.may_go_on.set()
    assert [(await before).name, (await after).name] == ["value 1", "value 2"]
    kept = memory.find("key")
    assert kept.name == "value 2"


async def test_many_who_ask_at_once_cost_one_computation(memory: Memory) -> None:
    source = Source()
    values = await asyncio.gather(*(memory.get("key", source.compute) for _ in range(1000)))
    assert source.computed == 1
    assert len({id(value) for value in values}) == 1


async def test_one_who_gives_up_leaves_the_answer_to_the_others(memory: Memory) -> None:
    source = Source()
    source.may_go_on.clear()
    first = asyncio.create_task(memory.get("key", source.compute))
    second = asyncio.create_task(memory.get("key", source.compute))
    await asyncio.sleep(0)
    first.cancel()
    await asyncio.sleep(0)
    source.may_go_on.set()
    assert (await second).name == "value 1"


async def test_a_failure_reaches_all_who_wait_and_is_not_kept(memory: Memory) -> None:
    async def fail() -> Value:
        raise LookupError

    asked = await asyncio.gather(
        *(memory.get("key", fail) for _ in range(3)), return_exceptions=True
    )
    assert [type(each) for each in asked] == [LookupError] * 3
    assert (await memory.get("key", Source().compute)).name == "value 1"


async def test_nothing_is_kept_or_shared_while_nobody_tells_of_changes() -> None:
    memory = Memory(max_bytes=100_000)
    source = Source()
    await asyncio.gather(*(memory.get("key", source.compute) for _ in range(5)))
    assert source.computed == 5
    assert memory.find("key") is None


async def test_distrust_forgets_and_trust_alone_does_not_bring_back(memory: Memory) -> None:
    source = Source()
    await memory.get("key", source.compute)
    memory.distrust()
    memory.trust()
    assert memory.find("key") is None


async def test_trust_ends_by_itself_unless_it_is_renewed(
    memory: Memory, monkeypatch: pytest.MonkeyPatch
) -> None:
    await memory.get("key", Source().compute)
    monkeypatch.setattr(cache, "TRUST_SECONDS", -1.0)
    memory.trust()
    assert memory.find("key") is None


async def test_what_was_computed_across_a_gap_of_trust_is_not_kept(memory: Memory) -> None:
    source = Source()
    source.may_go_on.clear()
    asking = asyncio.create_task(memory.get("key", source.compute))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    memory.distrust()
    memory.begin_anew()
    source.may_go_on.set()
    await asking
    assert memory.find("key") is None


async def test_the_least_used_goes_when_there_is_no_room() -> None:
    memory = Memory(max_bytes=3 * (100 + getsizeof("a") + ENTRY_BYTES))
    memory.begin_anew()
    for key in "abc":
        memory.keep(key, Value(key), memory.generation)
    memory.find("a")
    memory.keep("d", Value("d"), memory.generation)
    assert [key for key in "abcd" if memory.find(key)] == ["a", "c", "d"]


async def test_a_value_over_the_whole_room_and_no_room_at_all_are_fine() -> None:
    for max_bytes in (0, 1000):
        memory = Memory(max_bytes)
        memory.begin_anew()
        memory.keep("key", Value("x", size=2000), memory.generation)
        assert memory.find("key") is None
        memory.keep("key", Value("x", size=1), memory.generation)
        assert (memory.find("key") is None) == (max_bytes == 0)


async def test_what_grows_is_counted_and_drops_what_is_used_least(memory: Memory) -> None:
    source = Source()
    values = [await memory.get(f"key {number}", source.compute) for number in range(3)]
    before = memory.size
    values[2].grow(1000)
    assert memory.size == before + 1000
    values[1].grow(99_000)
    assert [memory.find(f"key {number}") for number in range(3)] == [None, None, values[2]]
    values[0].grow(500)
    memory.begin_anew()
    values[2].grow(1000)
    assert memory.size == 0


async def test_keys_are_counted_with_their_values(memory: Memory) -> None:
    for number in range(1000):
        memory.keep(f"{number}" + "x" * 9000, Value("x", size=1), memory.generation)
    kept = [number for number in range(1000) if memory.find(f"{number}" + "x" * 9000)]
    assert len(kept) * 9000 <= memory.size <= 100_000
    assert kept == list(range(1000 - len(kept), 1000))


async def test_targets_lead_to_a_key_and_are_counted(memory: Memory) -> None:
    memory.keep("key", Value("x"), memory.generation)
    before = memory.size
    for query in (b"a=1&b=2", b"b=2&a=1"):
        memory.add_alias(("/path", query), "key")
        memory.add_alias(("/path", query), "key")
        assert memory.key_of(("/path", query)) == "key"
    assert memory.size - before > 2 * (len("/path") + len(b"a=1&b=2") + len("key"))
    assert memory.key_of(("/path", b"a=1")) is None
    memory.begin_anew()
    assert memory.key_of(("/path", b"a=1&b=2")) is None
    assert memory.size == 0


async def test_long_targets_are_not_kept(memory: Memory) -> None:
    for target in (("/path", b"x" * MAX_TARGET_BYTES), ("/\U0001f528" + "x" * 250, b"")):
        memory.add_alias(target, "key")
        assert memory.key_of(target) is None
    assert memory.size == 0
