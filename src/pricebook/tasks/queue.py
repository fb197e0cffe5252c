"""How messages travel: by arq, through Redis, and not at all while Redis is away.

A message is only a bell. It says that some task waits and is over as soon as it is heard; workers
take tasks from their rows and look there by themselves every second. So nothing is lost with
Redis, and nothing depends on how arq treats jobs of workers that died.
"""

import asyncio
import logging
from collections.abc import Callable
from typing import Any, cast

import msgspec
import structlog
from arq import Worker, func
from arq.connections import ArqRedis
from arq.typing import WorkerCoroutine
from redis.asyncio import Redis
from redis.exceptions import RedisError

from pricebook.errors import RedisUnavailableError
from pricebook.tasks.message import TaskMessage

log = structlog.stdlib.get_logger(__name__)

FUNCTION = "ingest"
POLL_SECONDS = 0.1
RETRY_SECONDS = 1.0
BELL_SECONDS = 10

# It would tell of every bell; what becomes of tasks is told by the worker.
logging.getLogger("arq").setLevel(logging.CRITICAL)


class QueueClient:
    """Tells workers of tasks, and hears of them, through one queue of arq."""

    def __init__(self, redis: Redis, name: str) -> None:
        self._redis = redis
        self._name = name
        self._arq = ArqRedis(
            cast("Any", redis.connection_pool), job_serializer=_encode, default_queue_name=name
        )

    async def require_available(self) -> None:
        """Raise RedisUnavailableError unless Redis answers now."""
        try:
            await cast("Any", self._redis).ping()
        except (RedisError, OSError) as error:
            raise RedisUnavailableError(
                "The queue cannot be reached, nothing was started; try again in a moment."
            ) from error

    async def notify(self, message: TaskMessage, delay_seconds: float = 0) -> None:
        """Tell workers of a task; while Redis is away they find it by themselves."""
        try:
            await self._arq.enqueue_job(
                FUNCTION,
                msgspec.to_builtins(message),
                _job_id=str(message.task_id),
                _defer_by=delay_seconds,
            )
        except (RedisError, OSError) as error:
            log.warning("redis is away, workers will find the task", error=str(error))

    async def count(self) -> int:
        """Return how many messages nobody has heard yet; raises RedisUnavailableError."""
        await self.require_available()
        return await cast("Any", self._redis).zcard(self._name)

    async def listen(self, on_message: Callable[[], None]) -> None:
        """Call `ring` for each message, for ever, whether Redis is there or comes back later."""

        async def hear(ctx: dict[Any, Any], message: dict[str, Any]) -> None:
            del ctx, message
            on_message()

        away = False
        while True:
            try:
                await cast("Any", self._redis).ping()
                away = False
                await self._listen(self._listener(hear))
            except (RedisError, OSError) as error:
                if not away:
                    log.warning("redis is away, tasks are found without it", error=str(error))
                away = True
                await asyncio.sleep(RETRY_SECONDS)

    async def _listen(self, listener: Worker) -> None:
        try:
            await listener.async_run()
        finally:  # what it has begun still uses Redis
            await asyncio.gather(*listener.tasks.values(), return_exceptions=True)

    def _listener(self, hear: WorkerCoroutine) -> Worker:
        return Worker(
            [func(hear, name=FUNCTION)],
            queue_name=self._name,
            redis_pool=self._arq,
            handle_signals=False,
            poll_delay=POLL_SECONDS,
            job_timeout=BELL_SECONDS,
            keep_result=0,
            job_serializer=_encode,
            job_deserializer=msgspec.json.decode,
        )


def _encode(job: dict[str, Any]) -> bytes:
    return msgspec.json.encode(job, enc_hook=repr)  # arq puts an exception into a failed job
