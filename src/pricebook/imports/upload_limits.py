"""The limits of uploads: how many at once, and how many bytes on the disk."""

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

# For each process; an upload uses an open file and about 1 MiB of memory.
MAX_CONCURRENT, MAX_CONCURRENT_PER_USER = 16, 4
RETRY_SECONDS = 5
MEBIBYTE = 1024 * 1024


class UploadQuota(NamedTuple):
    """The most bytes that uploaded files may use: of all users together, and of each user."""

    total_bytes: int
    user_bytes: int


class UploadStorage:
    """Receives uploads within the limits; `.part` files count towards the quota.

    `folder` is UPLOADS_DIR.
    """

    def __init__(self, uploads: Path, quota: UploadQuota) -> None:
        self.folder = uploads
        self._quota = quota
        self._active_uploads: Counter[UUID] = Counter()

    @asynccontextmanager
    async def receive_upload(self, user_id: UUID) -> AsyncGenerator[Upload]:
        """Yield an upload; delete its file at the end of the block unless it was committed.

        Raises RateLimitExceededError if too many uploads are in progress, StorageFullError if the
        quota is exceeded, at the start or while the file is received. The quota is measured once,
        at the start: what other uploads write at the same time is not counted.
        """
        with self._upload_slot(user_id):
            remaining = await asyncio.to_thread(self._remaining_quota, user_id)
            async with receive_upload(self.folder, user_id, remaining) as upload:
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
        """Return the smaller remaining quota; raise StorageFullError if it is used up."""
        total, own = _used_bytes(self.folder / UPLOAD_FOLDER, f"{user_id}.")
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
        f"{subject} together may use {quota // MEBIBYTE} MiB. Files are deleted after"
        " KEEP_UPLOADS_DAYS, or with their tasks."
    )


def _used_bytes(folder: Path, prefix: str) -> tuple[int, int]:
    """Return the bytes of all files in a folder, and of those whose names begin with `prefix`."""
    total = own = 0
    with suppress(FileNotFoundError), os.scandir(folder) as entries:
        for entry in entries:
            size = _size(entry)
            total += size
            own += size if entry.name.startswith(prefix) else 0
    return total, own


def _size(entry: os.DirEntry[str]) -> int:
    with suppress(FileNotFoundError):  # deleted by a worker
        return entry.stat().st_size
    return 0
