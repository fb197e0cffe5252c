"""Failed logins, which admins see: counted for each user, and each in the audit log."""

from uuid import UUID

from pricebook.auth import failed_login_repository
from pricebook.db.actor import Actor, acting_as
from pricebook.db.database import Database

LOGIN = Actor("system", "login")


async def record_failure(
    database: Database, user_id: UUID | None, address: str, refused_seconds: int | None
) -> None:
    """Count a failed login from an address, and write it to the audit log.

    `refused_seconds` is for how long further logins are refused since then, if they are.
    Without a user that exists nothing is stored, by the same steps.
    """
    with acting_as(LOGIN):
        async with database.short_transaction() as conn:
            await failed_login_repository.count_failure(conn, user_id, address, refused_seconds)


async def record_success(database: Database, user_id: UUID) -> None:
    """Count the failed logins of a user from zero again."""
    async with database.short_transaction() as conn:
        await failed_login_repository.set_succeeded(conn, user_id)


async def purge_failed_logins(database: Database) -> None:
    """Delete what is older than 90 days."""
    async with database.transaction() as conn:
        await failed_login_repository.delete_old(conn)
