"""Receives the messages of the queue: each becomes a task, and wakes the slots of the worker."""

import asyncio
from collections.abc import Awaitable, Callable

import structlog
from redis.exceptions import RedisError

from pricebook.errors import DatabaseBusyError, DatabaseUnavailableError, PricebookError
from pricebook.system.recurring_warning import RecurringWarning
from pricebook.tasks.queue import QueueReceiver

log = structlog.stdlib.get_logger(__name__)

RETRY_SECONDS = 1.0
REQUEUE_INTERVAL_SECONDS = 30.0

AcceptMessage = Callable[[bytes], Awaitable[None]]


async def receive_messages(
    receiver: QueueReceiver, accept: AcceptMessage, wake_up: Callable[[], None]
) -> None:
    """Receive messages until cancelled; without Redis, retry each second.

    `accept` makes a task of a message. It raises DatabaseUnavailableError to be called again, and
    any other error for a message that is to be rejected.
    """
    warning = RecurringWarning("Redis is unavailable, tasks are polled", "Redis is available again")
    while True:
        try:
            await receiver.requeue_unacknowledged()
            warning.ended()
            await _receive_for_a_while(receiver, accept, wake_up)
        except (RedisError, OSError) as error:
            warning.occurred(error=str(error))
            await asyncio.sleep(RETRY_SECONDS)


async def _receive_for_a_while(
    receiver: QueueReceiver, accept: AcceptMessage, wake_up: Callable[[], None]
) -> None:
    """Receive messages until those of killed workers are to be put back again."""
    clock = asyncio.get_running_loop().time
    ends_at = clock() + REQUEUE_INTERVAL_SECONDS
    while clock() < ends_at:
        payload = await receiver.receive()
        if payload is not None:
            await _process(receiver, accept, payload)
            wake_up()


async def _process(receiver: QueueReceiver, accept: AcceptMessage, payload: bytes) -> None:
    """Make a task of a message, or reject it with the reason."""
    while True:
        try:
            await accept(payload)
        except DatabaseBusyError:  # it is received again with the messages of killed workers
            return log.info("message waits for a lock")
        except DatabaseUnavailableError:
            await asyncio.sleep(RETRY_SECONDS)
        except PricebookError as error:
            log.warning("message rejected", reason=error.message)
            return await receiver.reject(payload, error.message)
        except Exception as error:  # a bug must not stop the other messages
            log.exception("message rejected because of a bug")
            return await receiver.reject(payload, f"Internal error: {type(error).__name__}.")
        else:
            return await receiver.acknowledge(payload)
