"""An application that has a process to itself limits the memory of that process."""

import asyncio

import msgspec

from pricebook.api.application import create_app
from pricebook.catalog.response_cache import RECENT_ENTRIES
from pricebook.settings import Settings

MEBIBYTE = 1024 * 1024


class Value(msgspec.Struct):
    size: int = 1
    on_growth: object = None


async def test_cache_of_a_server_shrinks_when_the_process_holds_too_much(
    settings: Settings,
) -> None:
    app = create_app(msgspec.structs.replace(settings, catalog_memory_mb=8), limits_memory=True)
    async with app.lifespan():
        cache = app.state.catalog.response_cache
        burst = bytes([1]) * (256 * MEBIBYTE)
        async with asyncio.timeout(120):
            while True:
                cache.invalidate()
                for number in range(RECENT_ENTRIES + 100):
                    cache.store(f"key {number}", Value(), cache.generation)
                filled = cache.size
                await asyncio.sleep(0.1)
                if 0 < cache.size < filled:
                    break
    assert len(burst) == 256 * MEBIBYTE
