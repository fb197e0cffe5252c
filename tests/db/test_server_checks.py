"""The check of a PostgreSQL server, also when its caller ends it."""

import asyncio
import gc
import time
import warnings

from pricebook.db.server_checks import check_server


async def test_check_that_is_cancelled_leaves_no_open_connection(database_url: str) -> None:
    started_at = time.monotonic()
    await check_server(database_url)
    seconds = time.monotonic() - started_at
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", ResourceWarning)
        for step in range(300):
            check = asyncio.create_task(check_server(database_url))
            await asyncio.wait({check}, timeout=seconds * (step % 100) / 80)
            check.cancel()
            await asyncio.gather(check, return_exceptions=True)
        gc.collect()
    assert [str(warning.message) for warning in caught] == []
