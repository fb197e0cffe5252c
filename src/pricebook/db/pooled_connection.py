"""Connections of the pool, and the public queries on them by psycopg's own cursors.

`driver` has faster subclasses of both; the setting DATABASE_DRIVER selects.
"""

import asyncio
from collections.abc import Sequence
from functools import cached_property
from typing import Any, Literal, LiteralString

from psycopg import AsyncConnection

from pricebook.db.driver.loaders import load_as_text
from pricebook.db.heartbeat import shut_down_socket
from pricebook.db.row_types import row_struct, struct_row

# "auto": PostgreSQL may keep the plan of a prepared statement, for any values.
PlanCacheMode = Literal["auto", "force_custom_plan"]
Row = tuple[Any, ...]

# Longer statements search for many words. They vary without limit, and each has a large plan.
MAX_PREPARED_CHARACTERS = 2048


class PooledConnection(AsyncConnection[Row]):
    """A connection of psycopg with state of the pool; times are on the clock of the event loop."""

    plan_cache_mode: PlanCacheMode = "auto"
    handovers: int = 0
    # Not to be used again: PostgreSQL became unavailable after the connection was opened.
    is_lost: bool = False
    # The limit of each statement, 0: no limit.
    statement_seconds: int = 0
    # Start of the current wait for PostgreSQL; None: nothing waits.
    waiting_since: float | None = None
    last_received_at: float = float("-inf")

    async def wait(self, *args: Any, **options: Any) -> Any:
        """Run a generator of psycopg, and record when PostgreSQL responds to it."""
        loop = asyncio.get_running_loop()
        self.waiting_since = loop.time()
        try:
            result = await super().wait(*args, **options)
            self.last_received_at = loop.time()
        finally:
            self.waiting_since = None
        return result

    async def set_plan_cache_mode(self, plan_cache_mode: PlanCacheMode) -> None:
        """Set how PostgreSQL plans prepared statements."""
        if self.plan_cache_mode != plan_cache_mode:
            await self.execute("SELECT set_config('plan_cache_mode', %s, false)", [plan_cache_mode])
            self.plan_cache_mode = plan_cache_mode

    @cached_property
    def query_runner(self) -> "QueryRunner":
        """The runner of public queries on this connection."""
        return QueryRunner(self)

    def abort(self) -> None:
        """Close the socket without waiting for the server; waiting callers get OperationalError."""
        self.is_lost = True
        shut_down_socket(self)


class QueryRunner:
    """Runs the public queries on one connection; ids and prices are returned as text."""

    def __init__(self, connection: PooledConnection) -> None:
        self.connection = connection

    async def fetch(
        self,
        struct_type: type[row_struct],
        statement: LiteralString,
        values: Sequence[object] = (),
        *,
        keep_plan: bool = True,
    ) -> list[row_struct]:
        """Return the rows of a statement as structs; `%s` stands for each value.

        With `keep_plan`, PostgreSQL may use one plan for all values. Raises psycopg.Error, and
        TypeError when the columns are not the fields of the struct.
        """
        async with self.connection.cursor(row_factory=struct_row(struct_type)) as cursor:
            load_as_text(cursor)
            prepare = keep_plan and len(statement) <= MAX_PREPARED_CHARACTERS
            await cursor.execute(statement, values, prepare=prepare)
            return await cursor.fetchall()
