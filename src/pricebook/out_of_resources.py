"""What PostgreSQL has run out of, as errors for callers."""

import structlog
from psycopg import Error
from psycopg.errors import DiskFull, LockNotAvailable, OutOfMemory, TooManyConnections

from pricebook.errors import (
    DatabaseBusyError,
    DatabaseFullError,
    DatabaseUnavailableError,
)

log = structlog.stdlib.get_logger(__name__)

LOCKED = "Another transaction holds a lock on this data; try again in a moment."
FULL = "The disk of PostgreSQL is full: nothing can be written until an administrator makes room."
NO_MEMORY = "PostgreSQL has no memory left for this; try again in a moment."
NO_CONNECTION = "PostgreSQL accepts no more connections (max_connections); try again in a moment."


def unavailable_for(error: Error) -> DatabaseUnavailableError | None:
    """Return the error for what PostgreSQL has run out of; None when that is not what happened."""
    match error:
        case LockNotAvailable():
            return DatabaseBusyError(LOCKED)
        case DiskFull():
            log.error("PostgreSQL's disk is full", reason=error.diag.message_primary)
            return DatabaseFullError(FULL)
        case OutOfMemory():
            return DatabaseUnavailableError(NO_MEMORY)
        case TooManyConnections():
            return DatabaseUnavailableError(NO_CONNECTION)
        case _:
            return None
