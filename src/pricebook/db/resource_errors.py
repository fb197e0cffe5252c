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

LOCK_NOT_AVAILABLE = "Another transaction holds a lock on this data; try again in a moment."
DISK_FULL = (
    "The disk of PostgreSQL is full: nothing can be written until an administrator makes room."
)
OUT_OF_MEMORY = "PostgreSQL has no memory left for this; try again in a moment."
TOO_MANY_CONNECTIONS = (
    "PostgreSQL accepts no more connections (max_connections); try again in a moment."
)


def resource_error_for(error: Error) -> DatabaseUnavailableError | None:
    """Return the error for what PostgreSQL has run out of; None when that is not what happened."""
    match error:
        case LockNotAvailable():
            return DatabaseBusyError(LOCK_NOT_AVAILABLE)
        case DiskFull():
            log.error("PostgreSQL's disk is full", reason=error.diag.message_primary)
            return DatabaseFullError(DISK_FULL)
        case OutOfMemory():
            return DatabaseUnavailableError(OUT_OF_MEMORY)
        case TooManyConnections():
            return DatabaseUnavailableError(TOO_MANY_CONNECTIONS)
        case _:
            return None
