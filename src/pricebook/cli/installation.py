"""The files of an installation in PRICEBOOK_HOME: its two secrets and the first users.

Each file is written atomically, with mode 0600.
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
from pricebook.settings import Settings

SECRET_FILE = "jwt_secret"  # noqa: S105 (the name of a file)
CREDENTIALS_KEY_FILE = "credentials_key"
FIRST_USERS_FILE = "first_users.json"
SECRET_BYTES = 32


class FirstUser(msgspec.Struct, frozen=True):
    """A user created at the first start, with the generated password."""

    username: str
    role: Role
    password: str
    password_hash: str


def load_or_create_secret(home: Path, name: str = SECRET_FILE) -> str:
    """Return a secret of this installation, by default that of tokens; generate it if missing.

    Raises SettingsError if other users have permissions on the file.
    """
    with suppress(FileExistsError):
        _write_private_file(home / name, secrets.token_hex(SECRET_BYTES), replace=False)
    return _read_private_file(home / name)


def with_credentials_key(settings: Settings) -> Settings:
    """Return the settings with the key that `up` generated, unless CREDENTIALS_KEY is set.

    Raises SettingsError if other users have permissions on its file.
    """
    with suppress(FileNotFoundError):
        if settings.credentials_key is None:
            key = _read_private_file(settings.home / CREDENTIALS_KEY_FILE)
            return msgspec.structs.replace(settings, credentials_key=key)
    return settings


def save_first_users(home: Path, users: list[FirstUser]) -> None:
    """Store the first users with their passwords for later starts."""
    _write_private_file(home / FIRST_USERS_FILE, msgspec.json.encode(users).decode(), replace=True)


def load_first_users(home: Path) -> list[FirstUser]:
    """Return the stored first users, or an empty list."""
    try:
        return msgspec.json.decode(
            _read_private_file(home / FIRST_USERS_FILE), type=list[FirstUser]
        )
    except (FileNotFoundError, msgspec.DecodeError):
        return []


def _write_private_file(path: Path, text: str, *, replace: bool) -> None:
    """Write a file atomically; raise FileExistsError if it exists and `replace` is False."""
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    temporary = Path(name)  # created with mode 0600
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
        raise SettingsError(f"{path} is open to other users: delete it, or run chmod 600 on it.")
    return path.read_text("utf-8")
