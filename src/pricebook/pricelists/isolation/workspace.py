"""The folder of one parser process: its input is copied there, and it can write nowhere else."""

import fcntl
import os
import re
import shutil
import stat
import tempfile
from collections.abc import Generator
from contextlib import contextmanager, suppress
from io import FileIO
from pathlib import Path

from pricebook.errors import PriceListError
from pricebook.pricelists.formats import check_file_size
from pricebook.pricelists.isolation.sandbox import INPUT_FOLDER, SCRATCH_FOLDER
from pricebook.pricelists.schemas.read_request import (
    FetchedSheet,
    FileSource,
    LocalSource,
    ReadLimits,
)
from pricebook.system.disk_errors import translate_temporary_disk_full

_PREFIX = "pricebook-list-"
_FOLDER_FLAGS = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW
_CHUNK_BYTES = 1024 * 1024
_MAX_NAME_CHARACTERS = 60
_INVALID_NAME_CHARACTERS = re.compile(r"[\0-\x1f/\x7f]+")


class Workspace:
    """A folder for a process that runs as `user`, or as the current user if that is None.

    INPUT_FOLDER in it belongs to the current user, so that the process cannot place links there.
    """

    def __init__(self, user: int | None) -> None:
        self.user = user
        self._folder, self._lock = _create_locked_folder()
        self.path = Path(self._folder.name)
        self._inputs, scratch = self.path / INPUT_FOLDER, self.path / SCRATCH_FOLDER
        self._inputs.mkdir(mode=0o700)
        scratch.mkdir(mode=0o700)
        if user is not None:
            os.chown(scratch, user, user)
            self._grant_read(self.path, 0o710)
            self._grant_read(self._inputs, 0o750)

    @contextmanager
    def input_folder(self) -> Generator[Path]:
        """Yield a folder for the files of one price list; it is removed after the block."""
        with translate_temporary_disk_full():
            temporary_folder = tempfile.TemporaryDirectory(
                dir=self._inputs, ignore_cleanup_errors=True
            )
        with temporary_folder as folder:
            if self.user is not None:
                self._grant_read(Path(folder), 0o750)
            yield Path(folder)

    def copy_in(
        self, price_list_source: LocalSource, input_folder: Path, limits: ReadLimits
    ) -> LocalSource:
        """Copy a file into the input folder under its display name and let the process read it.

        Returns the source with a path relative to the workspace. Raises PriceListError if the file
        cannot be read or is too large, StorageFullError if the disk for temporary files is full.
        """
        original = Path(price_list_source.path)
        path = (
            original
            if original.parent == input_folder
            else input_folder / _display_name(price_list_source, original)
        )
        try:
            if path != original:
                _copy(original, path, limits, _display_name(price_list_source, original))
            if self.user is not None:
                self._grant_read(path, 0o640)
        except OSError as error:
            raise PriceListError(f"{original} cannot be read: {error.strerror}.") from error
        relative = str(path.relative_to(self.path))
        if isinstance(price_list_source, FetchedSheet):
            return FetchedSheet(relative, price_list_source.url)
        return FileSource(relative)

    def remove(self) -> None:
        """Remove the folder and its content."""
        self._folder.cleanup()
        os.close(self._lock)

    def _grant_read(self, path: Path, mode: int) -> None:
        os.chown(path, -1, self.user or -1)
        path.chmod(mode)


def remove_abandoned_workspaces() -> None:
    """Remove the workspaces of killed processes: those whose lock is free."""
    for folder in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*"):
        with suppress(OSError):
            lock = os.open(folder, _FOLDER_FLAGS)
            try:
                if os.fstat(lock).st_uid == os.geteuid():
                    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    shutil.rmtree(folder, ignore_errors=True)
            finally:
                os.close(lock)


def _create_locked_folder() -> tuple["tempfile.TemporaryDirectory[str]", int]:
    """Create a folder and lock it; retry if another process removed it as abandoned before that."""
    while True:
        temporary_folder = tempfile.TemporaryDirectory(prefix=_PREFIX, ignore_cleanup_errors=True)
        with suppress(FileNotFoundError):
            lock = os.open(temporary_folder.name, _FOLDER_FLAGS)
            fcntl.flock(lock, fcntl.LOCK_EX)
            if Path(temporary_folder.name).exists():
                return temporary_folder, lock
            os.close(lock)
        temporary_folder.cleanup()


def _open_nonblocking(path: str, flags: int) -> int:
    """Open a file without blocking, as opening a pipe without a writer would."""
    return os.open(path, flags | os.O_NONBLOCK)


def _copy(original: Path, path: Path, limits: ReadLimits, name: str) -> None:
    """Copy a regular file; raise PriceListError if it is too large, even if it grows meanwhile."""
    with FileIO(str(original), opener=_open_nonblocking) as file:
        status = os.fstat(file.fileno())
        if not stat.S_ISREG(status.st_mode):
            raise PriceListError(f"{original} is not a regular file.")
        check_file_size(status.st_size, limits, name)
        with translate_temporary_disk_full(), path.open("xb") as copy:
            while chunk := file.read(_CHUNK_BYTES):
                copy.write(chunk)
                check_file_size(copy.tell(), limits, name)


def _display_name(price_list_source: LocalSource, original: Path) -> str:
    called = price_list_source.display_name if isinstance(price_list_source, FileSource) else None
    name = _INVALID_NAME_CHARACTERS.sub(" ", called or "").strip(". ")[-_MAX_NAME_CHARACTERS:]
    return name or original.name
