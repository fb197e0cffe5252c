"""What one installation keeps for itself in PRICEBOOK_HOME: its secret, its first users.

Every file is readable by its owner alone from the moment it exists, and whole or not there.
"""

import os
import secrets
import stat
import tempfile
from contextlib import suppress
from pathlib import Path

import msgspec

from pricebook.auth.schemas import Role
from pricebook.errors import SettingsError

SECRET_FILE = "jwt_secret"  # noqa: S105 (the name of a file)
FIRST_USERS_FILE = "first_users.json"
SECRET_BYTES = 32

# Letters that nobody mistakes for others, in groups: 79 bits.
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
_GROUPS, _GROUP_LETTERS = 4, 4


class FirstUser(msgspec.Struct, frozen=True):
    """A user made at the first start, with the password that was made for them."""

    username: str
    role: Role
    password: str
    password_hash: str


def generate_password() -> str:
    """Make a password that can be read out and typed."""
    groups = (
        "".join(secrets.choice(_LETTERS) for _ in range(_GROUP_LETTERS)) for _ in range(_GROUPS)
    )
    return "-".join(groups)


def load_or_create_secret(home: Path) -> str:
    """Return this installation's secret for tokens, made when there is none yet.

    Raises SettingsError when others than the owner may read it.
    """
    with suppress(FileExistsError):
        _write_private_file(home / SECRET_FILE, secrets.token_hex(SECRET_BYTES), replace=False)
    return _read_private_file(home / SECRET_FILE)


def save_first_users(home: Path, users: list[FirstUser]) -> None:
    """Keep the first users and their passwords for later starts."""
    _write_private_file(home / FIRST_USERS_FILE, msgspec.json.encode(users).decode(), replace=True)


def load_first_users(home: Path) -> list[FirstUser]:
    """Return the first users, none where they were not made here."""
    try:
        return msgspec.json.decode(
            _read_private_file(home / FIRST_USERS_FILE), type=list[FirstUser]
        )
    except (FileNotFoundError, msgspec.DecodeError):
        return []


def _write_private_file(path: Path, text: str, *, replace: bool) -> None:
    """Write a private file at once; raises FileExistsError when it may not replace one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    temporary = Path(name)  # its mode is 0600 from the beginning
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        if replace:
            temporary.replace(path)
        else:
            path.hardlink_to(temporary)
    finally:
        temporary.unlink(missing_ok=True)


def _read_private_file(path: Path) -> str:
    if path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise SettingsError(f"{path} is open to other users: remove it, or `chmod 600` it.")
    return path.read_text("utf-8")
