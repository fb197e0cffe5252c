"""Homes in folders that every user can enter, and a fixture that waits for a condition."""

import time
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from pricebook.embedded import servers
from pricebook.system import file_locks

_TIMEOUT_SECONDS = 120


@contextmanager
def _open_folder() -> Generator[Path]:
    with TemporaryDirectory(prefix="pricebook-test-") as folder:
        Path(folder).chmod(0o755)
        yield Path(folder).resolve()


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """Return a folder that the user `nobody` can enter, unlike the temporary folders of pytest."""
    with _open_folder() as folder:
        yield folder


@pytest.fixture
def home(open_folder: Path) -> Iterator[Path]:
    """A new home."""
    yield open_folder / "home"
    _wait_for_shutdown(open_folder / "home")


@pytest.fixture(scope="session")
def _shared_home() -> Iterator[Path]:
    with _open_folder() as folder:
        with servers(folder, durable=False):
            pass
        yield folder


@pytest.fixture
def used_home(_shared_home: Path) -> Iterator[Path]:
    """A home with stopped servers and the data of earlier tests."""
    yield _shared_home
    _wait_for_shutdown(_shared_home)


def _wait_for_shutdown(home: Path) -> None:
    """Wait until the servers of a killed process have ended."""
    if home.exists():
        owner = file_locks.acquire(home / "locks/owner", seconds=_TIMEOUT_SECONDS)
        assert owner
        owner.close()


@pytest.fixture
def eventually() -> Callable[[Callable[[], object]], None]:
    """Wait until a condition is true."""

    def wait(condition: Callable[[], object]) -> None:
        deadline = time.monotonic() + _TIMEOUT_SECONDS
        while not condition():
            assert time.monotonic() < deadline
            time.sleep(0.01)

    return wait
