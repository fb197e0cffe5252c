"""The folder of uploaded files: a file is written to a `.part` file, synced to disk and renamed.

Uploads are in a subfolder of UPLOADS_DIR, beside files that suppliers deliver by other means. They
are deleted with the last task that refers to them.
"""

import asyncio
import hashlib
import os
import stat
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import BinaryIO, NamedTuple
from uuid import UUID, uuid4

from pricebook.errors import StorageFullError
from pricebook.system.disk_errors import translate_disk_full
from pricebook.tasks.message import ParserType

UPLOAD_FOLDER = "uploaded"
PARTIAL_SUFFIX = ".part"
ORPHAN_SECONDS = 3600
BUFFER_BYTES = 1024 * 1024
PRIVATE_FILE, PRIVATE_FOLDER = 0o600, 0o700
WORKBOOK_SIGNATURES = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")


class RemainingQuota(NamedTuple):
    """The bytes that are left for a file, and the error message for a larger one."""

    bytes_left: int
    message: str


class Upload:
    """A file that is being received; its name begins with the id of the user, its mode is 0600."""

    def __init__(self, uploads: Path, owner: UUID, remaining: RemainingQuota) -> None:
        self.location = f"{UPLOAD_FOLDER}/{owner}.{uuid4()}"
        self.size = 0
        self._remaining = remaining
        self._uploads = uploads
        self._path = uploads / self.location
        self._partial_path = self._path.with_name(self._path.name + PARTIAL_SUFFIX)
        self._digest = hashlib.sha256()
        self._buffer = bytearray()
        self._first_bytes = b""
        self._file: BinaryIO | None = None

    @property
    def digest(self) -> bytes:
        """The SHA-256 of the bytes that are written to the file."""
        return self._digest.digest()

    @property
    def parser_type(self) -> ParserType:
        """The type that the first bytes indicate; the parser detects the actual format."""
        return "excel" if self._first_bytes.startswith(WORKBOOK_SIGNATURES) else "csv"

    async def write(self, chunk: bytes) -> None:
        """Add bytes; raise StorageFullError if the quota or the disk is full."""
        self._first_bytes = self._first_bytes or chunk[:8]
        self.size += len(chunk)
        if self.size > self._remaining.bytes_left:
            raise StorageFullError(self._remaining.message)
        self._buffer += chunk
        if len(self._buffer) >= BUFFER_BYTES:
            await asyncio.to_thread(self._flush)

    async def finish(self) -> None:
        """Write the buffered bytes to the file; `digest` is complete afterwards."""
        await asyncio.to_thread(self._flush)

    async def commit(self) -> None:
        """Sync the file to disk and give it its final name; it then survives a power failure."""
        await asyncio.to_thread(self._commit)

    def discard(self) -> None:
        """Delete the `.part` file; a committed file stays, because a task may refer to it."""
        if self._file is not None:
            with suppress(OSError):  # a full disk rejects the bytes that are still buffered
                self._file.close()
        self._partial_path.unlink(missing_ok=True)

    def _flush(self) -> BinaryIO:
        with translate_disk_full("uploads", self._uploads):
            if self._file is None:
                make_private(self._partial_path.parent)
                self._file = open(self._partial_path, "xb", opener=_open_private)  # noqa: SIM115 (stays open between writes)
            self._file.write(self._buffer)
            self._file.flush()
        self._digest.update(self._buffer)
        self._buffer.clear()
        return self._file

    def _commit(self) -> None:
        with translate_disk_full("uploads", self._uploads):
            with self._flush() as file:
                os.fsync(file.fileno())
            self._partial_path.rename(self._path)
        folder = os.open(self._path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def _open_private(path: str, flags: int) -> int:
    return os.open(path, flags, PRIVATE_FILE)


def make_private(folder: Path) -> None:
    """Create a folder with mode 0700, or set its mode, regardless of the umask."""
    folder.mkdir(parents=True, exist_ok=True, mode=PRIVATE_FOLDER)
    if stat.S_IMODE(folder.stat().st_mode) != PRIVATE_FOLDER:
        with suppress(PermissionError):  # owned by another user that allows us to write to it
            folder.chmod(PRIVATE_FOLDER)


@asynccontextmanager
async def receive_upload(
    uploads: Path, owner: UUID, remaining: RemainingQuota
) -> AsyncGenerator[Upload]:
    """Yield an upload; delete its file at the end of the block unless it was committed."""
    upload = Upload(uploads, owner, remaining)
    try:
        yield upload
    finally:
        upload.discard()


def delete_orphaned_uploads(uploads: Path, referenced: set[str]) -> int:
    """Delete the files that no task refers to and return how many.

    Files that changed within the last hour are kept: their upload may still be in progress.
    """
    old = time.time() - ORPHAN_SECONDS
    orphans = [
        path
        for path in (uploads / UPLOAD_FOLDER).glob("*")
        if f"{UPLOAD_FOLDER}/{path.name}" not in referenced and _changed_at(path) < old
    ]
    for path in orphans:
        path.unlink(missing_ok=True)
    return len(orphans)


def _changed_at(path: Path) -> float:
    with suppress(FileNotFoundError):  # deleted by another worker
        return path.stat().st_mtime
    return float("inf")
