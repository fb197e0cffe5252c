"""What PostgreSQL has run out of, and full disks of this machine, as errors for callers."""

import errno
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import structlog
from psycopg import Error
from psycopg.errors import DiskFull, LockNotAvailable, OutOfMemory, TooManyConnections

from pricebook.errors import (
    DatabaseBusyError,
    DatabaseFullError,
    DatabaseUnavailableError,
    StorageFullError,
)

log = structlog.stdlib.get_logger(__name__)

LOCKED = "Another transaction holds a lock on this data; try again in a moment."
FULL = "The disk of PostgreSQL is full: nothing can be written until an administrator makes room."
NO_MEMORY = "PostgreSQL has no memory left for this; try again in a moment."
NO_CONNECTION = "PostgreSQL accepts no more connections (max_connections); try again in a moment."
FULL_DISK = frozenset({errno.ENOSPC, errno.EDQUOT})


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


@contextmanager
def full_disk_named(purpose: str, folder: Path) -> Generator[None]:
    """Raise StorageFullError when a write below this folder finds no room; the log names both."""
    try:
        yield
    except OSError as error:
        if error.errno not in FULL_DISK:
            raise
        log.error(  # noqa: TRY400 (a full disk is no bug, its trace helps nobody)
            "disk is full", folder=str(folder), purpose=purpose, reason=error.strerror
        )
        raise StorageFullError(
            f"The disk for {purpose} is full; an administrator has to make room on it."
        ) from error
