from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from msgspec import Meta, Struct

from pricebook.http.field_types import NO_NUL

Role = Literal["sales", "procurement", "admin"]


class User(Struct, frozen=True):
    """Somebody with an account, as others may know them."""

    id: UUID
    username: str
    role: Role


# Who makes a request: the account as the database has it, not as the token tells it.
Caller = User


class Account(Struct, frozen=True):
    """An account with what decides whether it is let in."""

    id: UUID
    username: str
    role: Role
    is_active: bool
    password_hash: str
    token_version: int

    @property
    def user(self) -> User:
        """What others may know of it."""
        return User(self.id, self.username, self.role)


class LoginAccount(Account, frozen=True):
    """An account as a login finds it.

    `network_age_days` counts from the last successful login from the caller's network; it is None
    when there was none lately.
    """

    network_age_days: float | None = None


class UserRow(Struct, frozen=True):
    """An account as the list of accounts shows it."""

    username: str
    role: Role
    is_active: bool
    created_at: datetime


class NewUser(Struct, frozen=True):
    """An account to be made."""

    username: str
    role: Role
    password_hash: str


class UserChange(Struct, frozen=True):
    """What is to change of an account; None leaves a field as it is."""

    role: Role | None = None
    is_active: bool | None = None
    password_hash: str | None = None


class Credentials(Struct, frozen=True):
    """A user name, in any case, and its password."""

    username: Annotated[str, Meta(min_length=3, max_length=255, pattern=NO_NUL)]
    password: Annotated[str, Meta(min_length=8, max_length=255, pattern=NO_NUL)]


class Login(Struct, frozen=True):
    """A token, when it ends, and whose it is."""

    token: str
    expires_at: datetime
    user: User
