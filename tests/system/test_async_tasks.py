"""Background work of a block: cancelled at its end, and its errors are raised."""

import asyncio

import pytest

from pricebook.system.async_tasks import in_background


async def test_background_work_ends_with_the_block() -> None:
    started, ended = asyncio.Event(), asyncio.Event()

    async def work() -> None:
        started.set()
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    async with in_background(work()):
        await started.wait()
        assert not ended.is_set()
    assert ended.is_set()


async def test_error_of_background_work_is_raised_at_the_end_of_the_block() -> None:
    failed = asyncio.Event()

    async def work() -> None:
        failed.set()
        raise LookupError("a bug")

    with pytest.raises(LookupError, match="a bug"):
        async with in_background(work()):
            await failed.wait()
