"""The folder of uploaded lists: files come into it whole, and go when no task speaks of them.

Uploads have a folder of their own in it, beside what suppliers put there themselves.
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
    """How many bytes a file may have before the storage is full, and what to answer then."""

    bytes_left: int
    message: str


class Upload:
    """A list that is being uploaded; its file is its owner's by name, and private by mode."""

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
        """The SHA-256 of what was finished."""
        return self._digest.digest()

    @property
    def parser_type(self) -> ParserType:
        """What its first bytes look like; what it is, is found out when it is read."""
        return "excel" if self._first_bytes.startswith(WORKBOOK_SIGNATURES) else "csv"

    async def write(self, chunk: bytes) -> None:
        """Add a piece; raises StorageFullError when there is no room for it."""
        self._first_bytes = self._first_bytes or chunk[:8]
        self.size += len(chunk)
        if self.size > self._remaining.bytes_left:
            raise StorageFullError(self._remaining.message)
        self._buffer += chunk
        if len(self._buffer) >= BUFFER_BYTES:
            await asyncio.to_thread(self._flush)

    async def finish(self) -> None:
        """Say that all of it has come."""
        await asyncio.to_thread(self._flush)

    async def commit(self) -> None:
        """Make it a file that is there even after a power cut."""
        await asyncio.to_thread(self._commit)

    def discard(self) -> None:
        """Remove what there is of it, unless it is kept: a task may speak of it already."""
        if self._file is not None:
            with suppress(OSError):  # a full disk does not take what is left to be written
                self._file.close()
        self._partial_path.unlink(missing_ok=True)

    def _flush(self) -> BinaryIO:
        with translate_disk_full("uploads", self._uploads):
            if self._file is None:
                _make_private(self._partial_path.parent)
                self._file = open(self._partial_path, "xb", opener=_open_private)  # noqa: SIM115 (it stays open)
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


def _make_private(folder: Path) -> None:
    """Make a folder for its owner alone, whatever the umask and an earlier release made of it."""
    folder.mkdir(parents=True, exist_ok=True, mode=PRIVATE_FOLDER)
    if stat.S_IMODE(folder.stat().st_mode) != PRIVATE_FOLDER:
        with suppress(PermissionError):  # somebody else's, who let us write into it
            folder.chmod(PRIVATE_FOLDER)


@asynccontextmanager
async def receive_upload(
    uploads: Path, owner: UUID, remaining: RemainingQuota
) -> AsyncGenerator[Upload]:
    """Receive an upload; if it is not kept, nothing is left of it after the block."""
    upload = Upload(uploads, owner, remaining)
    try:
        yield upload
    finally:
        upload.discard()


def delete_orphaned_uploads(uploads: Path, referenced: set[str]) -> int:
    """Remove the uploads that no task speaks of and nobody is sending; return how many."""
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
    with suppress(FileNotFoundError):  # another worker removed it
        return path.stat().st_mtime
    return float("inf")
