"""Where the servers of a home keep what, and the account that they run as."""

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
# What can stand in a URL and in PostgreSQL's lists as it is.
_PLAIN_PATH = re.compile(r"[A-Za-z0-9_./-]+")


class Account(msgspec.Struct, frozen=True):
    """The user that the servers run as; `switch` when that is not the user we are."""

    uid: int
    gid: int
    switch_user: bool


class HomeFolders(msgspec.Struct, frozen=True):
    """The folders of one home: `state` is where the servers keep their data, mostly `home`."""

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
        """The file that tells other processes where the running servers answer."""
        return self.home / "endpoints.json"


def prepare_home(home: Path, fallback: Path = FALLBACK_FOLDER) -> HomeFolders:
    """Find the places of `home` and make its folders; data goes `elsewhere` as a last resort.

    That is when we are root and the servers' account may not enter `home`.
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
    """Whether the account may pass through `folder` and all above it, by their mode bits."""
    return not account.switch_user or all(
        _has_search_permission(account, path.stat()) for path in (folder, *folder.parents)
    )


def make_public(folder: Path) -> None:
    """Make a folder that everyone may enter, whatever our umask; those that exist stay as is."""
    for path in (*reversed(folder.parents), folder):
        with suppress(FileExistsError):
            path.mkdir()
            path.chmod(0o755)


def make_private(folder: Path, account: Account) -> None:
    """Make a folder for the account alone; an existing one is refused."""
    folder.mkdir(mode=0o700)
    if account.switch_user:
        os.chown(folder, account.uid, account.gid)


@contextmanager
def socket_folder(folders: HomeFolders) -> Generator[None]:
    """Keep an empty folder for the servers' sockets while the block runs.

    One that a killed process left is replaced if it is ours; a folder of somebody else is refused.
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
    """Choose where the data are; where they once are they stay, whatever the folders' modes."""
    for state in (home, fallback):
        if _exists(data := state / "postgres"):
            account = _account(data)
            if not can_enter(account, state):
                raise EmbeddedServerError(
                    f"{data} holds the data, but the user it belongs to may not enter {state}."
                )
            return state, account
    account = _account()
    return (home if can_enter(account, home) else fallback), account


def _exists(data: Path) -> bool:
    """Whether the data are there; what is in a folder that we may not enter is not ours."""
    try:
        return data.exists()
    except PermissionError:
        return False


def _account(data: Path | None = None) -> Account:
    """PostgreSQL refuses to run as root: root takes the data's owner, or nobody when new."""
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
    return Path("/tmp", temporary.name)  # noqa: S108 - `socket_folder` trusts no one else's folder
