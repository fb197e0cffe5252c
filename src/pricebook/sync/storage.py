"""How much uploads may take: how many at once, and how much of the disk."""

import asyncio
import os
from collections import Counter
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path
from typing import NamedTuple
from uuid import UUID

from pricebook.errors import StorageFullError
from pricebook.sync.uploads import FOLDER, Room, Upload, receiving
from pricebook.web.rate_limit import Limit, exceeded

AT_ONCE, AT_ONCE_PER_USER = 16, 4  # in one process; each holds an open file and about 1 MiB
RETRY_SECONDS = 5
MEBIBYTE = 1024 * 1024


class Quota(NamedTuple):
    """How many bytes uploaded files may take on the disk, unfinished ones included."""

    total_bytes: int
    user_bytes: int


class UploadStorage:
    """The folder of uploaded files, with a quota for all of them and for those of each user."""

    def __init__(self, uploads: Path, quota: Quota) -> None:
        self._uploads = uploads
        self._quota = quota
        self._under_way: Counter[UUID] = Counter()

    @asynccontextmanager
    async def receiving(self, user_id: UUID) -> AsyncGenerator[Upload]:
        """Receive an upload; if it is not kept, nothing is left of it after the block.

        Raises RateLimitExceededError when too many uploads are under way, StorageFullError when
        the quota is used up, now or while the file comes. What other uploads send meanwhile is not
        counted.
        """
        with self._turn(user_id):
            room = await asyncio.to_thread(self._room, user_id)
            async with receiving(self._uploads, user_id, room) as upload:
                yield upload

    @contextmanager
    def _turn(self, user_id: UUID) -> Generator[None]:
        if self._under_way.total() >= AT_ONCE:
            raise exceeded(Limit("uploads-at-once", AT_ONCE), RETRY_SECONDS, "Too many uploads")
        if self._under_way[user_id] >= AT_ONCE_PER_USER:
            limit = Limit("uploads-at-once-per-user", AT_ONCE_PER_USER)
            raise exceeded(limit, RETRY_SECONDS, "Too many uploads at once")
        self._under_way[user_id] += 1
        try:
            yield
        finally:
            self._under_way -= Counter([user_id])

    def _room(self, user_id: UUID) -> Room:
        """Return what is left for a file of a user; raises StorageFullError."""
        total, own = _used_bytes(self._uploads / FOLDER, f"{user_id}.")
        room = min(
            Room(
                self._quota.total_bytes - total, _sentence("All uploads", self._quota.total_bytes)
            ),
            Room(self._quota.user_bytes - own, _sentence("Your uploads", self._quota.user_bytes)),
        )
        if room.bytes_left <= 0:
            raise StorageFullError(room.sentence)
        return room


def _sentence(whose: str, quota: int) -> str:
    return (
        f"{whose} together may take {quota // MEBIBYTE} MiB: files are removed with their tasks,"
        " after KEEP_TASKS_DAYS."
    )


def _used_bytes(folder: Path, prefix: str) -> tuple[int, int]:
    """Return the size of all files in a folder, and of those whose names begin with a prefix."""
    total = own = 0
    with suppress(FileNotFoundError), os.scandir(folder) as entries:
        for entry in entries:
            size = _size(entry)
            total += size
            own += size if entry.name.startswith(prefix) else 0
    return total, own


def _size(entry: os.DirEntry[str]) -> int:
    with suppress(FileNotFoundError):  # a worker removes files meanwhile
        return entry.stat().st_size
    return 0
