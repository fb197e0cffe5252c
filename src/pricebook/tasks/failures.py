"""What becomes of a task whose attempt failed."""

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
# Between attempts that do not count: others hold a lock, or a disk is full.
MIN_WAIT_SECONDS = 5.0


def classify_failure(task: ClaimedTask, error: Exception) -> TaskFailure | None:
    """Return what an error means for a task; None when another attempt cannot help."""
    delay = retry_delay(task.retry_count, random.random())  # noqa: S311 (it spreads retries)
    match error:
        case PriceListError():
            log.info("task failed", reason=error.message)
            return None
        case DatabaseBusyError() | DatabaseFullError() | StorageFullError():
            log.warning("task put off", reason=error.message)
            return TaskFailure(
                error.message, UNLIMITED_ATTEMPTS, max(delay, MIN_WAIT_SECONDS), counts=False
            )
        case SourceUnavailableError() | DatabaseUnavailableError():
            log.warning("task put off", reason=error.message)
            return TaskFailure(error.message, UNLIMITED_ATTEMPTS, delay)
        case ParserKilledError():
            log.warning("parser killed", reason=error.message)
            return TaskFailure(error.message, MAX_PARSER_KILLS, delay)
        case _:
            return TaskFailure(describe_error(error), UNLIMITED_ATTEMPTS, delay)


def describe_error(error: Exception) -> str:
    """Return why something did not work; the log has the trace of a bug."""
    if isinstance(error, PricebookError):
        return error.message
    log.error("task met a defect", exc_info=error)
    return f"This is a defect of Pricebook: {type(error).__name__}."
