"""User accounts, as commands and the check of a login see them."""

from datetime import datetime
from uuid import UUID

from msgspec import Struct

from pricebook.auth.schemas import Role, User


class Account(Struct, frozen=True):
    """A user account with the fields that a login checks."""

    id: UUID
    username: str
    role: Role
    is_active: bool
    password_hash: str
    token_version: int

    @property
    def user(self) -> User:
        """The account without its secrets."""
        return User(self.id, self.username, self.role)


class LoginAccount(Account, frozen=True):
    """A user account with the days since its last login from the client's network.

    `network_age_days` is None without a recorded login from that network; `has_failures` is whether
    a login failed since the last success.
    """

    network_age_days: float | None = None
    has_failures: bool = False


class UserRow(Struct, frozen=True):
    """A user account in the list of accounts."""

    id: UUID
    username: str
    role: Role
    is_active: bool
    created_at: datetime


class NewUser(Struct, frozen=True):
    """The fields of a new user account."""

    username: str
    role: Role
    password_hash: str


class UserChange(Struct, frozen=True):
    """Changes of a user account; None leaves a field unchanged."""

    role: Role | None = None
    is_active: bool | None = None
    password_hash: str | None = None
