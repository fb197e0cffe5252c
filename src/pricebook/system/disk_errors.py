"""Translation of full-disk errors; clients get the purpose, the log also the folder."""

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
    """Raise StorageFullError when a write below a folder fails because its disk is full."""
    try:
        yield
    except OSError as error:
        if error.errno not in DISK_FULL_ERRNOS:
            raise
        raise storage_full_error(purpose, folder) from error


def translate_temporary_disk_full() -> AbstractContextManager[None]:
    """Raise StorageFullError when the disk of temporary files is full."""
    return translate_disk_full("temporary files", Path(tempfile.gettempdir()))


def storage_full_error(purpose: str, folder: Path) -> StorageFullError:
    """Log the folder, and return the error for clients, which does not name it."""
    log.error("the disk for %s is full: %s", purpose, folder)
    return StorageFullError(
        f"The disk for {purpose} is full. An administrator has to free space on it."
    )
