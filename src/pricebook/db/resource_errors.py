"""Errors of PostgreSQL that mean a missing resource, as errors for callers."""

import structlog
from psycopg import Error
from psycopg.errors import (
    DeadlockDetected,
    DiskFull,
    LockNotAvailable,
    OutOfMemory,
    TooManyConnections,
)

from pricebook.errors import (
    DatabaseBusyError,
    DatabaseFullError,
    DatabaseUnavailableError,
)

log = structlog.stdlib.get_logger(__name__)

LOCK_NOT_AVAILABLE = "Another transaction holds a lock on this data; try again in a moment."
DISK_FULL = (
    "The disk of PostgreSQL is full: it accepts no writes until an administrator frees space."
)
OUT_OF_MEMORY = "PostgreSQL is out of memory; try again in a moment."
TOO_MANY_CONNECTIONS = (
    "PostgreSQL accepts no more connections (max_connections); try again in a moment."
)


def resource_error_for(error: Error) -> DatabaseUnavailableError | None:
    """Return the error for a missing resource; None for any other error."""
    match error:
        case LockNotAvailable() | DeadlockDetected():
            return DatabaseBusyError(LOCK_NOT_AVAILABLE)
        case DiskFull():
            log.error("the disk of postgresql is full", reason=error.diag.message_primary)
            return DatabaseFullError(DISK_FULL)
        case OutOfMemory():
            return DatabaseUnavailableError(OUT_OF_MEMORY)
        case TooManyConnections():
            return DatabaseUnavailableError(TOO_MANY_CONNECTIONS)
        case _:
            return None
