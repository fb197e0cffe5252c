"""The folders of the embedded servers of one home, and the account that runs them."""

import hashlib
import os
import pwd
import re
import shutil
import stat
import sys
import tempfile
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path

import msgspec

from pricebook.errors import EmbeddedServerError

FALLBACK_FOLDER = Path("/var/lib/pricebook")

# The kernel caps a socket's path at 107 bytes; `/.s.PGSQL.5432` takes 14 of them.
_SOCKET_FOLDER_BYTES = 93
# Paths that need no quoting in a URL and in PostgreSQL's settings.
_PLAIN_PATH = re.compile(r"[A-Za-z0-9_./-]+")


class Account(msgspec.Struct, frozen=True):
    """The user that runs the servers; `switch_user` if it is not the current one."""

    uid: int
    gid: int
    switch_user: bool


class HomeFolders(msgspec.Struct, frozen=True):
    """The folders of one home; `state` holds the data and is usually `home` itself."""

    home: Path
    state: Path
    sockets: Path
    account: Account

    @property
    def postgres(self) -> Path:
        """PostgreSQL's data folder."""
        return self.state / "postgres"

    @property
    def redis(self) -> Path:
        """Valkey's working folder, with its append-only file."""
        return self.state / "redis"

    @property
    def logs(self) -> Path:
        """The servers' logs."""
        return self.home / "logs"

    @property
    def locks(self) -> Path:
        """The lock files."""
        return self.home / "locks"

    @property
    def endpoints(self) -> Path:
        """The file with the URLs of the running servers, for other processes."""
        return self.home / "endpoints.json"


def prepare_home(home: Path, fallback: Path = FALLBACK_FOLDER) -> HomeFolders:
    """Create the folders of `home` and return them.

    The data is in `fallback` if the process runs as root and the servers' account cannot enter
    `home`. Raises EmbeddedServerError on another system than Linux.
    """
    if sys.platform != "linux":
        raise EmbeddedServerError(
            "The embedded servers run on Linux only: set DATABASE_URL and REDIS_URL instead."
        )
    home = home.expanduser().resolve()
    (home / "locks").mkdir(parents=True, exist_ok=True)
    key = hashlib.sha256(os.fsencode(home)).hexdigest()[:16]
    state, account = _choose_data_folder(home, fallback / key)
    if state != home:
        make_public(state)
    return HomeFolders(
        home=home, state=state, sockets=_choose_socket_folder(state, key), account=account
    )


def can_enter(account: Account, folder: Path) -> bool:
    """Return whether the account may enter `folder` and its parents, by their mode bits."""
    return not account.switch_user or all(
        _has_search_permission(account, path.stat()) for path in (folder, *folder.parents)
    )


def make_public(folder: Path) -> None:
    """Create a folder with mode 0755, whatever the umask; existing folders are not changed."""
    for path in (*reversed(folder.parents), folder):
        with suppress(FileExistsError):
            path.mkdir()
            path.chmod(0o755)


def make_private(folder: Path, account: Account) -> None:
    """Create a folder of the account with mode 0700; raise FileExistsError if it exists."""
    folder.mkdir(mode=0o700)
    if account.switch_user:
        os.chown(folder, account.uid, account.gid)


@contextmanager
def socket_folder(folders: HomeFolders) -> Generator[None]:
    """Create an empty folder for the servers' sockets and delete it when the block ends.

    A folder left by a killed process is replaced. Raises EmbeddedServerError if the folder belongs
    to another user.
    """
    folder = folders.sockets
    if os.path.lexists(folder):
        if folder.lstat().st_uid not in {folders.account.uid, os.geteuid()}:
            raise EmbeddedServerError(f"{folder} belongs to another user; remove it or set TMPDIR.")
        shutil.rmtree(folder)
    make_private(folder, folders.account)
    try:
        yield
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _choose_data_folder(home: Path, fallback: Path) -> tuple[Path, Account]:
    """Return the folder of existing data, whatever the modes are now, or of new data."""
    for state in (home, fallback):
        if _exists(data := state / "postgres"):
            account = _account(data)
            if not can_enter(account, state):
                raise EmbeddedServerError(
                    f"{data} belongs to a user that may not enter {state}: change the permissions."
                )
            return state, account
    account = _account()
    return (home if can_enter(account, home) else fallback), account


def _exists(data: Path) -> bool:
    """Return whether the data folder exists; False if its parent cannot be entered."""
    try:
        return data.exists()
    except PermissionError:
        return False


def _account(data: Path | None = None) -> Account:
    """Return the current user, or for root the owner of the data, or `nobody` for new data.

    PostgreSQL refuses to run as root.
    """
    if os.geteuid() != 0:
        return Account(uid=os.geteuid(), gid=os.getegid(), switch_user=False)
    if data and (owner := data.stat()).st_uid != 0:
        return Account(uid=owner.st_uid, gid=owner.st_gid, switch_user=True)
    try:
        nobody = pwd.getpwnam("nobody")
    except KeyError as error:
        raise EmbeddedServerError(
            "PostgreSQL does not run as root and this system has no user nobody to run it as."
        ) from error
    return Account(uid=nobody.pw_uid, gid=nobody.pw_gid, switch_user=True)


def _has_search_permission(account: Account, folder: os.stat_result) -> bool:
    if folder.st_uid == account.uid:
        return bool(folder.st_mode & stat.S_IXUSR)
    if folder.st_gid == account.gid:
        return bool(folder.st_mode & stat.S_IXGRP)
    return bool(folder.st_mode & stat.S_IXOTH)


def _choose_socket_folder(state: Path, key: str) -> Path:
    next_to_data = state / "sockets"
    temporary = Path(tempfile.gettempdir()) / f"pricebook-{key}"
    for folder in (next_to_data, temporary):
        path = str(folder)
        if _PLAIN_PATH.fullmatch(path) and len(path) <= _SOCKET_FOLDER_BYTES:
            return folder
    return Path("/tmp", temporary.name)  # noqa: S108 (`socket_folder` checks the owner)
