"""The queue of task messages: a list in Redis, filled with LPUSH and read with BLMOVE.

Every task of this program is a row in PostgreSQL before its message is sent, and workers poll these
rows, so a lost message delays a task by a second at most. A message of another producer becomes a
row as soon as a worker receives it. Until then it is in Redis only: in the queue, or in the
processing list, from which it is put back if the worker was killed.
"""

from datetime import UTC, datetime
from typing import Any, cast

import msgspec
import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError, ResponseError

from pricebook.errors import RedisUnavailableError
from pricebook.tasks.message import TaskMessage, encode_message

log = structlog.stdlib.get_logger(__name__)

RECEIVE_SECONDS = 5
MAX_REJECTED_MESSAGES = 1000
MAX_REJECTED_CHARACTERS = 10_000

# Earlier releases kept a sorted set of arq under this key. Its tasks are in PostgreSQL.
DELETE_SORTED_SET_SCRIPT = """
if redis.call('TYPE', KEYS[1]).ok == 'zset' then
  return redis.call('DEL', KEYS[1])
end
return 0
"""
# KEYS: processing list, rejected list. ARGV: message, entry of the rejected list, its last index.
# A message that another worker has put back or rejected meanwhile is not rejected twice.
REJECT_SCRIPT = """
if redis.call('LREM', KEYS[1], 1, ARGV[1]) > 0 then
  redis.call('LPUSH', KEYS[2], ARGV[2])
  redis.call('LTRIM', KEYS[2], 0, ARGV[3])
end
"""


class RejectedMessage(msgspec.Struct, frozen=True):
    """An entry of the rejected list: the message as it was received, and why it was rejected."""

    message: str
    reason: str
    rejected_at: datetime


class QueueClient:
    """Sends messages and counts them."""

    def __init__(self, redis: Redis, name: str) -> None:
        self._redis = cast("Any", redis)
        self.name = name
        self.rejected_name = f"{name}:rejected"

    async def require_available(self) -> None:
        """Raise RedisUnavailableError unless Redis responds."""
        try:
            await self._redis.ping()
        except (RedisError, OSError) as error:
            raise RedisUnavailableError(
                "The queue cannot be reached, nothing was started; try again in a moment."
            ) from error

    async def notify(self, message: TaskMessage) -> None:
        """Send the message of a committed task; without Redis, workers poll for the task."""
        try:
            await _on_list(self._redis, self.name, "LPUSH", self.name, encode_message(message))
        except (RedisError, OSError) as error:
            log.warning(
                "message not sent, workers will find the task in PostgreSQL",
                task_id=str(message.task_id),
                error=str(error),
            )

    async def count(self) -> int:
        """Return how many messages are in the queue; raises RedisUnavailableError."""
        return await self._count(self.name)

    async def count_rejected(self) -> int:
        """Return how many rejected messages are kept; raises RedisUnavailableError."""
        return await self._count(self.rejected_name)

    async def _count(self, key: str) -> int:
        try:
            return await _on_list(self._redis, self.name, "LLEN", key)
        except (RedisError, OSError) as error:
            raise RedisUnavailableError(
                f"The list {key} cannot be read from Redis: {error}"
            ) from error


class QueueReceiver:
    """Receives messages; each stays in the processing list until it is acknowledged or rejected.

    Needs a client of Redis that waits for a response longer than RECEIVE_SECONDS. All methods raise
    RedisError and OSError.
    """

    def __init__(self, redis: Redis, name: str) -> None:
        self._redis = cast("Any", redis)
        self._name = name
        self._processing_name = f"{name}:processing"
        self._rejected_name = f"{name}:rejected"

    async def receive(self) -> bytes | None:
        """Return the oldest message; None when there was none for RECEIVE_SECONDS."""
        move = ("BLMOVE", self._name, self._processing_name, "RIGHT", "LEFT", RECEIVE_SECONDS)
        return await _on_list(self._redis, self._name, *move)

    async def acknowledge(self, payload: bytes) -> None:
        """Delete a message that is a task now."""
        await self._redis.lrem(self._processing_name, 1, payload)

    async def reject(self, payload: bytes, reason: str) -> None:
        """Move a message to the rejected list, which keeps the last MAX_REJECTED_MESSAGES."""
        text = payload[: 4 * MAX_REJECTED_CHARACTERS].decode("utf-8", "replace")
        entry = RejectedMessage(text[:MAX_REJECTED_CHARACTERS], reason, datetime.now(UTC))
        await self._redis.eval(
            REJECT_SCRIPT,
            2,
            self._processing_name,
            self._rejected_name,
            payload,
            msgspec.json.encode(entry),
            MAX_REJECTED_MESSAGES - 1,
        )

    async def requeue_unacknowledged(self) -> None:
        """Put the messages of killed workers back, to be received next.

        Those that a live worker processes now are received a second time, which changes nothing.
        """
        for _ in range(await self._redis.llen(self._processing_name)):
            await self._redis.lmove(self._processing_name, self._name, "RIGHT", "RIGHT")


async def _on_list(redis: Any, name: str, *command: str | bytes | int) -> Any:
    """Run a command on the queue; replace the sorted set that an earlier release has left."""
    try:
        return await redis.execute_command(*command)
    except ResponseError as error:
        if not str(error).startswith("WRONGTYPE"):
            raise
    if await redis.eval(DELETE_SORTED_SET_SCRIPT, 1, name):
        log.warning("queue of an earlier release deleted, its tasks are in PostgreSQL", key=name)
    return await redis.execute_command(*command)
