"""Full disks of this machine: an error for callers, and the folder for the log."""

import errno
import logging
import tempfile
from collections.abc import Generator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from pricebook.errors import StorageFullError

DISK_FULL_ERRNOS = frozenset({errno.ENOSPC, errno.EDQUOT})

log = logging.getLogger(__name__)


@contextmanager
def translate_disk_full(purpose: str, folder: Path) -> Generator[None]:
    """Raise StorageFullError when a write below this folder finds no room; the log names it."""
    try:
        yield
    except OSError as error:
        if error.errno not in DISK_FULL_ERRNOS:
            raise
        raise storage_full_error(purpose, folder) from error


def translate_temporary_disk_full() -> AbstractContextManager[None]:
    """Raise StorageFullError when a temporary file finds no room."""
    return translate_disk_full("temporary files", Path(tempfile.gettempdir()))


def storage_full_error(purpose: str, folder: Path) -> StorageFullError:
    """Log which folder has no room left, and return the error for callers."""
    log.error("the disk for %s is full: %s", purpose, folder)
    return StorageFullError(
        f"The disk for {purpose} is full; an administrator has to make room on it."
    )
