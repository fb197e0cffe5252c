"""Decides whether a failed attempt is retried, and when."""

import random

import structlog

from pricebook.errors import (
    DatabaseBusyError,
    DatabaseFullError,
    DatabaseUnavailableError,
    ParserKilledError,
    PricebookError,
    PriceListError,
    SourceUnavailableError,
    StorageFullError,
)
from pricebook.tasks.schemas import ClaimedTask, TaskFailure
from pricebook.tasks.service import retry_delay

log = structlog.stdlib.get_logger(__name__)

MAX_PARSER_KILLS = 3
UNLIMITED_ATTEMPTS = 1_000_000
# Delay after a failure that counts as no attempt: a lock of another session, a full disk.
MIN_WAIT_SECONDS = 5.0


def classify_failure(task: ClaimedTask, error: Exception) -> TaskFailure | None:
    """Return how an error delays a task; None when a retry cannot help."""
    delay = retry_delay(task.retry_count, random.random())  # noqa: S311 (jitter)
    match error:
        case PriceListError():
            log.info("task failed", reason=error.message)
            return None
        case DatabaseBusyError() | DatabaseFullError() | StorageFullError():
            log.warning("task rescheduled", reason=error.message)
            return TaskFailure(
                error.message, UNLIMITED_ATTEMPTS, max(delay, MIN_WAIT_SECONDS), counts=False
            )
        case SourceUnavailableError() | DatabaseUnavailableError():
            log.warning("task rescheduled", reason=error.message)
            return TaskFailure(error.message, UNLIMITED_ATTEMPTS, delay)
        case ParserKilledError():
            log.warning("parser killed", reason=error.message)
            return TaskFailure(error.message, MAX_PARSER_KILLS, delay)
        case _:
            return TaskFailure(describe_error(error), UNLIMITED_ATTEMPTS, delay)


def list_reasons(error: Exception) -> list[str]:
    """Return the reasons of a failure, for a refused price list one sentence each."""
    return error.sentences if isinstance(error, PriceListError) else [describe_error(error)]


def describe_error(error: Exception) -> str:
    """Return the reason of a failure as a sentence; a bug is logged with its traceback."""
    if isinstance(error, PricebookError):
        return error.message
    log.error("task failed because of a bug", exc_info=error)
    return f"This is a bug in Pricebook: {type(error).__name__}."
