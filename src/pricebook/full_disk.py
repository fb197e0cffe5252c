"""Full disks of this machine: an error for callers, and the folder for the log."""

import errno
import logging
import tempfile
from collections.abc import Generator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from pricebook.errors import StorageFullError

FULL_DISK = frozenset({errno.ENOSPC, errno.EDQUOT})

log = logging.getLogger(__name__)


@contextmanager
def full_disk_named(purpose: str, folder: Path) -> Generator[None]:
    """Raise StorageFullError when a write below this folder finds no room; the log names it."""
    try:
        yield
    except OSError as error:
        if error.errno not in FULL_DISK:
            raise
        raise storage_full(purpose, folder) from error


def temporary_files_named() -> AbstractContextManager[None]:
    """Raise StorageFullError when a temporary file finds no room."""
    return full_disk_named("temporary files", Path(tempfile.gettempdir()))


def storage_full(purpose: str, folder: Path) -> StorageFullError:
    """Log which folder has no room left, and return the error for callers."""
    log.error("the disk for %s is full: %s", purpose, folder)
    return StorageFullError(
        f"The disk for {purpose} is full; an administrator has to make room on it."
    )
