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
from pricebook.full_disk import full_disk_named
from pricebook.queue.message import ParserType

FOLDER = "uploaded"
UNFINISHED = ".part"
ORPHAN_SECONDS = 3600
PIECE_BYTES = 1024 * 1024
PRIVATE_FILE, PRIVATE_FOLDER = 0o600, 0o700
WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")


class Room(NamedTuple):
    """How many bytes a file may have before the storage is full, and what to answer then."""

    bytes_left: int
    sentence: str


class Upload:
    """A list that is being uploaded; its file is its owner's by name, and private by mode."""

    def __init__(self, uploads: Path, owner: UUID, room: Room) -> None:
        self.place = f"{FOLDER}/{owner}.{uuid4()}"
        self.size = 0
        self._room = room
        self._uploads = uploads
        self._path = uploads / self.place
        self._draft = self._path.with_name(self._path.name + UNFINISHED)
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
        """Add a piece; raises StorageFullError when there is no room for it."""
        self._start = self._start or piece[:8]
        self.size += len(piece)
        if self.size > self._room.bytes_left:
            raise StorageFullError(self._room.sentence)
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
                _make_private(self._draft.parent)
                self._file = open(self._draft, "xb", opener=_open_private)  # noqa: SIM115 (it stays open)
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


def _open_private(path: str, flags: int) -> int:
    return os.open(path, flags, PRIVATE_FILE)


def _make_private(folder: Path) -> None:
    """Make a folder for its owner alone, whatever the umask and an earlier release made of it."""
    folder.mkdir(parents=True, exist_ok=True, mode=PRIVATE_FOLDER)
    if stat.S_IMODE(folder.stat().st_mode) != PRIVATE_FOLDER:
        with suppress(PermissionError):  # somebody else's, who let us write into it
            folder.chmod(PRIVATE_FOLDER)


@asynccontextmanager
async def receiving(uploads: Path, owner: UUID, room: Room) -> AsyncGenerator[Upload]:
    """Receive an upload; if it is not kept, nothing is left of it after the block."""
    upload = Upload(uploads, owner, room)
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
        if f"{FOLDER}/{path.name}" not in needed and _changed_at(path) < old
    ]
    for path in orphans:
        path.unlink(missing_ok=True)
    return len(orphans)


def _changed_at(path: Path) -> float:
    with suppress(FileNotFoundError):  # another worker removed it
        return path.stat().st_mtime
    return float("inf")
