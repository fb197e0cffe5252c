"""The folder of one parser process: what it reads is put there, and it writes nowhere else."""

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
from pricebook.full_disk import temporary_files_named
from pricebook.ingestion.parsers import check_file_size
from pricebook.ingestion.sandbox import LISTS, SCRATCH
from pricebook.ingestion.schemas import FetchedSheet, FilePlace, Limits, LocalPlace

_PREFIX = "pricebook-list-"
_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW
_CHUNK_BYTES = 1024 * 1024
_LONGEST_NAME = 60
_UNFIT_IN_NAMES = re.compile(r"[\0-\x1f/\x7f]+")


class Workspace:
    """A folder for a process that runs as `user`, or as we do if that is None.

    Its `lists` are ours, so that the process cannot lead us elsewhere by a link.
    """

    def __init__(self, user: int | None) -> None:
        self.user = user
        self._folder, self._lock = _locked_folder()
        self.path = Path(self._folder.name)
        self._lists, scratch = self.path / LISTS, self.path / SCRATCH
        self._lists.mkdir(mode=0o700)
        scratch.mkdir(mode=0o700)
        if user is not None:
            os.chown(scratch, user, user)
            self._let_read(self.path, 0o710)
            self._let_read(self._lists, 0o750)

    @contextmanager
    def inbox(self) -> Generator[Path]:
        """Make a folder for the files of one list, as long as the block runs."""
        with temporary_files_named():
            made = tempfile.TemporaryDirectory(dir=self._lists, ignore_cleanup_errors=True)
        with made as folder:
            if self.user is not None:
                self._let_read(Path(folder), 0o750)
            yield Path(folder)

    def bring(self, place: LocalPlace, inbox: Path, limits: Limits) -> LocalPlace:
        """Let the process read a list: a copy of a file from elsewhere, under its sender's name.

        Returns the place as seen from the folder of the process. Raises PriceListError if the file
        cannot be read or is too large, StorageFullError if there is no room for the copy.
        """
        source = Path(place.path)
        path = source if source.parent == inbox else inbox / _name_of(place, source)
        try:
            if path != source:
                _copy(source, path, limits, _name_of(place, source))
            if self.user is not None:
                self._let_read(path, 0o640)
        except OSError as error:
            raise PriceListError(f"{source} cannot be read: {error.strerror}.") from error
        relative = str(path.relative_to(self.path))
        if isinstance(place, FetchedSheet):
            return FetchedSheet(relative, place.url)
        return FilePlace(relative)

    def remove(self) -> None:
        """Remove the folder with all that is in it."""
        self._folder.cleanup()
        os.close(self._lock)

    def _let_read(self, path: Path, mode: int) -> None:
        os.chown(path, -1, self.user or -1)
        path.chmod(mode)


def remove_leftovers() -> None:
    """Remove the folders of processes that ended before they could: nobody holds their locks."""
    for folder in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*"):
        with suppress(OSError):
            lock = os.open(folder, _FOLDER)
            try:
                if os.fstat(lock).st_uid == os.geteuid():
                    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    shutil.rmtree(folder, ignore_errors=True)
            finally:
                os.close(lock)


def _locked_folder() -> tuple["tempfile.TemporaryDirectory[str]", int]:
    """Make a folder and lock it; another one if it was seen as left over before it was locked."""
    while True:
        made = tempfile.TemporaryDirectory(prefix=_PREFIX, ignore_cleanup_errors=True)
        with suppress(FileNotFoundError):
            lock = os.open(made.name, _FOLDER)
            fcntl.flock(lock, fcntl.LOCK_EX)
            if Path(made.name).exists():
                return made, lock
            os.close(lock)


def _open_without_waiting(path: str, flags: int) -> int:
    """Open a file; a pipe that nobody writes into would be waited for."""
    return os.open(path, flags | os.O_NONBLOCK)


def _copy(source: Path, path: Path, limits: Limits, name: str) -> None:
    """Copy a regular file, however it grows meanwhile, up to the size that is read."""
    with FileIO(str(source), opener=_open_without_waiting) as file:
        status = os.fstat(file.fileno())
        if not stat.S_ISREG(status.st_mode):
            raise PriceListError(f"{source} is no regular file.")
        check_file_size(status.st_size, limits, name)
        with temporary_files_named(), path.open("xb") as copy:
            while chunk := file.read(_CHUNK_BYTES):
                copy.write(chunk)
                check_file_size(copy.tell(), limits, name)


def _name_of(place: LocalPlace, source: Path) -> str:
    called = place.called if isinstance(place, FilePlace) else None
    name = _UNFIT_IN_NAMES.sub(" ", called or "").strip(". ")[-_LONGEST_NAME:]
    return name or source.name
