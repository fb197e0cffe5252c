"""Connections to Redis whose timeouts measure Redis, not this process.

The timer of a read and the response are seen in the same turn of the event loop after this process
was late, for want of CPU time for example; the timer wins.
"""

from typing import Any, cast

from redis.asyncio.connection import AbstractConnection
from redis.exceptions import TimeoutError as RedisTimeoutError

ARRIVED_SECONDS = 0.01


class PunctualReads(AbstractConnection):
    """Reads a response that has arrived at the end of the timeout."""

    async def read_response(
        self, *values: Any, disconnect_on_error: bool = True, **options: Any
    ) -> Any:
        """Return the next response; raises TimeoutError of Redis if there is none in time."""
        try:
            return await self._read(*values, disconnect_on_error=False, **options)
        except RedisTimeoutError:
            return await self._read_arrived(
                *values, disconnect_on_error=disconnect_on_error, **options
            )
        except BaseException:
            if disconnect_on_error:
                await self.disconnect(nowait=True)
            raise

    async def _read_arrived(self, *values: Any, **options: Any) -> Any:
        timeout, self.socket_timeout = self.socket_timeout, ARRIVED_SECONDS
        try:
            return await self._read(*values, **options)
        finally:
            self.socket_timeout = timeout

    async def _read(self, *values: Any, **options: Any) -> Any:
        return await cast("Any", super()).read_response(*values, **options)  # untyped


def with_punctual_reads(kind: type[AbstractConnection]) -> type[AbstractConnection]:
    """Return a class of connections for the same kind of address."""
    return type(f"Punctual{kind.__name__}", (PunctualReads, kind), {})
