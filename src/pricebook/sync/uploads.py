"""The folder of uploaded lists: files come into it whole, and go when no task speaks of them.

Uploads have a folder of their own in it, beside what suppliers put there themselves.
"""

import asyncio
import hashlib
import os
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import BinaryIO
from uuid import uuid4

from pricebook.full_disk import full_disk_named
from pricebook.queue.message import ParserType

FOLDER = "uploaded"
UNFINISHED = ".part"
ORPHAN_SECONDS = 3600
PIECE_BYTES = 1024 * 1024
WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")


class Upload:
    """A list that is being uploaded."""

    def __init__(self, uploads: Path) -> None:
        self.place = f"{FOLDER}/{uuid4()}"
        self.size = 0
        self._uploads = uploads
        self._path = uploads / self.place
        self._draft = self._path.with_suffix(UNFINISHED)
        self._digest = hashlib.sha256()
        self._pieces = bytearray()
        self._start = b""
        self._file: BinaryIO | None = None

    @property
    def digest(self) -> bytes:
        """The SHA-256 of what was finished."""
        return self._digest.digest()

    @property
    def parser_type(self) -> ParserType:
        """What its first bytes look like; what it is, is found out when it is read."""
        return "excel" if self._start.startswith(WORKBOOKS) else "csv"

    async def write(self, piece: bytes) -> None:
        """Add a piece; raises StorageFullError when the disk is full."""
        self._start = self._start or piece[:8]
        self.size += len(piece)
        self._pieces += piece
        if len(self._pieces) >= PIECE_BYTES:
            await asyncio.to_thread(self._flush)

    async def finish(self) -> None:
        """Say that all of it has come."""
        await asyncio.to_thread(self._flush)

    async def keep(self) -> None:
        """Make it a file that is there even after a power cut."""
        await asyncio.to_thread(self._keep)

    def discard(self) -> None:
        """Remove what there is of it, unless it is kept: a task may speak of it already."""
        if self._file is not None:
            with suppress(OSError):  # a full disk does not take what is left to be written
                self._file.close()
        self._draft.unlink(missing_ok=True)

    def _flush(self) -> BinaryIO:
        with full_disk_named("uploads", self._uploads):
            if self._file is None:
                self._draft.parent.mkdir(parents=True, exist_ok=True)
                self._file = self._draft.open("xb")
            self._file.write(self._pieces)
            self._file.flush()
        self._digest.update(self._pieces)
        self._pieces.clear()
        return self._file

    def _keep(self) -> None:
        with full_disk_named("uploads", self._uploads):
            with self._flush() as file:
                os.fsync(file.fileno())
            self._draft.rename(self._path)
        folder = os.open(self._path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


@asynccontextmanager
async def receiving(uploads: Path) -> AsyncGenerator[Upload]:
    """Receive an upload; if it is not kept, nothing is left of it after the block."""
    upload = Upload(uploads)
    try:
        yield upload
    finally:
        upload.discard()


def clear_orphans(uploads: Path, needed: set[str]) -> int:
    """Remove the uploads that no task speaks of and nobody is sending; return how many."""
    old = time.time() - ORPHAN_SECONDS
    orphans = [
        path
        for path in (uploads / FOLDER).glob("*")
        if f"{FOLDER}/{path.name}" not in needed and path.stat().st_mtime < old
    ]
    for path in orphans:
        path.unlink(missing_ok=True)
    return len(orphans)
