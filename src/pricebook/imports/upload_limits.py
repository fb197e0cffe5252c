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
from pricebook.http.rate_limit import RateLimit, rate_limit_exceeded
from pricebook.imports.upload_folder import UPLOAD_FOLDER, RemainingQuota, Upload, receive_upload

MAX_CONCURRENT, MAX_CONCURRENT_PER_USER = (
    16,
    4,
)  # in one process; each holds an open file and about 1 MiB
RETRY_SECONDS = 5
MEBIBYTE = 1024 * 1024


class UploadQuota(NamedTuple):
    """How many bytes uploaded files may take on the disk, unfinished ones included."""

    total_bytes: int
    user_bytes: int


class UploadStorage:
    """The folder of uploaded files, with a quota for all of them and for those of each user."""

    def __init__(self, uploads: Path, quota: UploadQuota) -> None:
        self._uploads = uploads
        self._quota = quota
        self._active_uploads: Counter[UUID] = Counter()

    @asynccontextmanager
    async def receive_upload(self, user_id: UUID) -> AsyncGenerator[Upload]:
        """Receive an upload; if it is not kept, nothing is left of it after the block.

        Raises RateLimitExceededError when too many uploads are under way, StorageFullError when
        the quota is used up, now or while the file comes. What other uploads send meanwhile is not
        counted.
        """
        with self._upload_slot(user_id):
            remaining = await asyncio.to_thread(self._remaining_quota, user_id)
            async with receive_upload(self._uploads, user_id, remaining) as upload:
                yield upload

    @contextmanager
    def _upload_slot(self, user_id: UUID) -> Generator[None]:
        if self._active_uploads.total() >= MAX_CONCURRENT:
            raise rate_limit_exceeded(
                RateLimit("uploads-at-once", MAX_CONCURRENT), RETRY_SECONDS, "Too many uploads"
            )
        if self._active_uploads[user_id] >= MAX_CONCURRENT_PER_USER:
            limit = RateLimit("uploads-at-once-per-user", MAX_CONCURRENT_PER_USER)
            raise rate_limit_exceeded(limit, RETRY_SECONDS, "Too many uploads at once")
        self._active_uploads[user_id] += 1
        try:
            yield
        finally:
            self._active_uploads -= Counter([user_id])

    def _remaining_quota(self, user_id: UUID) -> RemainingQuota:
        """Return what is left for a file of a user; raises StorageFullError."""
        total, own = _used_bytes(self._uploads / UPLOAD_FOLDER, f"{user_id}.")
        remaining = min(
            RemainingQuota(
                self._quota.total_bytes - total,
                _quota_message("All uploads", self._quota.total_bytes),
            ),
            RemainingQuota(
                self._quota.user_bytes - own, _quota_message("Your uploads", self._quota.user_bytes)
            ),
        )
        if remaining.bytes_left <= 0:
            raise StorageFullError(remaining.message)
        return remaining


def _quota_message(subject: str, quota: int) -> str:
    return (
        f"{subject} together may take {quota // MEBIBYTE} MiB: files are removed with their tasks,"
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
