"""User accounts: admins list, create and change them, and end their sessions and tokens."""

from datetime import datetime
from uuid import UUID

from msgspec import UNSET

from pricebook.auth import repository, user_repository
from pricebook.auth.account_schemas import NewUser, UserChange
from pricebook.auth.schemas import Caller
from pricebook.auth.service import AuthService, require_name
from pricebook.auth.user_schemas import (
    NewUserAccount,
    UserAccount,
    UserAccountChange,
    UserQuery,
)
from pricebook.db.database import Connection, Database
from pricebook.errors import (
    ConflictError,
    NotFoundError,
    ValidationError,
    as_issue_text,
    body_issue,
)
from pricebook.http.pagination import CursorPage, cursor_page_of

OWN_ACCOUNT = "is of your own account: another admin may change it"
OWN_PASSWORD = "is of your own account: change it at /console/account, with the present one"  # noqa: S105 (a sentence)


class OutdatedUserError(ConflictError):
    """Somebody else changed an account since the caller read it."""


async def list_users(database: Database, query: UserQuery) -> CursorPage[UserAccount]:
    """Return a page of the accounts by name."""
    async with database.connection() as conn:
        return cursor_page_of(query, await user_repository.list_users(conn, query))


async def get_user(database: Database, user_id: UUID) -> UserAccount:
    """Return an account; raises NotFoundError."""
    async with database.connection() as conn:
        return await require_user(conn, user_id)


async def create_user(auth: AuthService, new: NewUserAccount) -> UserAccount:
    """Create an account.

    Raises ValidationError for a name or a password that is not allowed, ConflictError for a name
    that is taken.
    """
    try:
        require_name(new.username)
    except ValidationError as error:
        raise _issue_of("username", error) from None
    user = NewUser(new.username, new.role, await _hash(auth, new.password))
    async with auth.database.short_transaction() as conn:
        await repository.insert_user(conn, user)
        user_id = await user_repository.find_user_id(conn, new.username)
        if user_id is None:
            raise LookupError(f"The new user {new.username} is not in the table.")
        return await require_user(conn, user_id)


async def change_user(
    auth: AuthService,
    caller: Caller,
    user_id: UUID,
    change: UserAccountChange,
    *,
    seen: datetime | None = None,
) -> UserAccount:
    """Change role, activity or password of an account; its sessions and tokens end.

    Raises NotFoundError; OutdatedUserError when it was changed since `seen`; ConflictError for the
    last active admin; ValidationError for the own account and a password that is not allowed.
    """
    if user_id == caller.id:
        field = next(name for name in change.__struct_fields__ if getattr(change, name) != UNSET)
        issue = OWN_PASSWORD if field == "password" else OWN_ACCOUNT
        raise ValidationError(f"The field {field} {issue}.", (body_issue(field, issue),))
    password_hash = await _hash(auth, change.password) if change.password else None
    is_active = None if change.is_active is UNSET else change.is_active
    fields = UserChange(change.role or None, is_active, password_hash)
    async with auth.database.short_transaction() as conn:
        admins = await user_repository.lock_active_admins(conn)
        user = await require_user(conn, user_id)
        if seen is not None and user.updated_at != seen:
            raise OutdatedUserError(f"The account {user.username} was changed meanwhile.")
        if admins == [user_id] and (
            fields.role not in {None, "admin"} or fields.is_active is False
        ):
            raise ConflictError(
                f"{user.username} is the last active admin: make somebody else an admin first."
            )
        await user_repository.set_user(conn, user_id, fields)
        changed = await require_user(conn, user_id)
    auth.accounts.forget(user_id)
    return changed


async def sign_out_user(auth: AuthService, user_id: UUID) -> UserAccount:
    """End all sessions and tokens of a user; raises NotFoundError."""
    async with auth.database.short_transaction() as conn:
        await user_repository.set_signed_out(conn, user_id)
        signed_out = await require_user(conn, user_id)
    auth.accounts.forget(user_id)
    return signed_out


async def _hash(auth: AuthService, password: str) -> str:
    try:
        return await auth.passwords.hash(password)
    except ValidationError as error:
        raise _issue_of("password", error) from None


def _issue_of(field: str, error: ValidationError) -> ValidationError:
    issue = as_issue_text(error.message).removesuffix(".")
    return ValidationError(error.message, (body_issue(field, issue),))


async def require_user(conn: Connection, user_id: UUID) -> UserAccount:
    """Return a user; raises NotFoundError."""
    user = await user_repository.find_user(conn, user_id)
    if user is None:
        raise NotFoundError(f"There is no user {user_id}.")
    return user
