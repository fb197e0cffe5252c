"""The connection pool after PostgreSQL has closed its connections, as at a restart."""

import asyncio

import psycopg
import pytest

from pricebook.db.database import Database
from pricebook.settings import DatabaseDriver

pytestmark = pytest.mark.anyio


async def test_no_connection_that_the_server_closed_is_used(
    database_url: str, driver: DatabaseDriver
) -> None:
    async with Database(database_url, pool_min=4, pool_max=4, driver=driver) as database:
        for each in range(4):
            while database.pool_metrics().available < 4:  # noqa: ASYNC110 (the pool has no event)
                await asyncio.sleep(0.01)
            with psycopg.connect(database_url, autocommit=True) as other:
                other.execute(
                    "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
                    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
                )
            async with database.connection() as conn:
                cursor = await conn.execute("SELECT %s::int", [each])
                assert await cursor.fetchone() == (each,)
