"""The files that were uploaded for tasks, while they are kept."""

import asyncio
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import BinaryIO, NamedTuple
from uuid import UUID

from pricebook.db.database import Database
from pricebook.errors import NotFoundError
from pricebook.imports.upload_folder import UPLOAD_FOLDER
from pricebook.tasks import history

CHUNK_BYTES = 256 * 1024


class KeptFile(NamedTuple):
    """The name under which a file was uploaded, and its content in chunks."""

    name: str
    chunks: AsyncGenerator[bytes]


async def open_task_file(database: Database, uploads: Path, task_id: UUID) -> KeptFile:
    """Return the file that was uploaded for a task.

    Raises NotFoundError without such a task, if its price list was fetched, or is no longer kept.
    """
    task = await history.get_task(database, task_id)
    location = task.source_config.get("file_path")
    if not isinstance(location, str) or not _is_upload(location):
        raise NotFoundError(
            f"Task {task_id} has no uploaded file: its price list was read from its source, where"
            " it may be another one by now."
        )
    path = uploads / location
    try:
        file = await asyncio.to_thread(path.open, "rb")
    except FileNotFoundError:
        raise NotFoundError(
            f"The file of task {task_id} is no longer kept: uploads are deleted KEEP_UPLOADS_DAYS"
            " after they were imported."
        ) from None
    return KeptFile(task.file_name or path.name, _read(file))


def _is_upload(location: str) -> bool:
    folder, _, name = location.partition("/")
    return folder == UPLOAD_FOLDER and name not in {"", ".", ".."} and "/" not in name


async def _read(file: BinaryIO) -> AsyncGenerator[bytes]:
    with file:
        while chunk := await asyncio.to_thread(file.read, CHUNK_BYTES):
            yield chunk
