"""The SQL of failed logins: one row for each user at most, and an audit entry for each failure."""

from uuid import UUID

from pricebook.db.database import Connection

KEEP_DAYS = 90


async def count_failure(
    conn: Connection, user_id: UUID | None, address: str, refused_seconds: int | None
) -> None:
    """Count a failed login of a user and write it to the audit log; nothing without a user.

    Both are one statement, and the commit does not wait for the disk, so that an unknown user takes
    no other time. `recorded_at` is read by processes of the release before.
    """
    await conn.execute("SELECT set_config('synchronous_commit', 'off', true)")
    await conn.execute(
        """
        WITH failed AS (
            INSERT INTO failed_logins AS known (user_id) SELECT id FROM users WHERE id = %s
            ON CONFLICT (user_id) DO UPDATE
            SET failures = known.failures + 1, last_failed_at = now(), recorded_at = now()
            RETURNING user_id, failures
        )
        INSERT INTO audit_log (action, entity_type, entity_id, entity_name, after)
        SELECT 'user.login_failed', 'user', user_id, username,
            jsonb_strip_nulls(jsonb_build_object(
                'failed_logins', failures, 'address', %s::text, 'logins_refused_until',
                to_char((now() + make_interval(secs => %s)) AT TIME ZONE 'UTC',
                    'YYYY-MM-DD"T"HH24:MI:SS"Z"')))
        FROM failed JOIN users ON users.id = user_id
        """,
        [user_id, address, refused_seconds],
    )


async def set_succeeded(conn: Connection, user_id: UUID) -> None:
    """Count from zero again after a successful login; the time of the last failure stays."""
    await conn.execute(
        "UPDATE failed_logins SET failures = 0 WHERE user_id = %s AND failures > 0", [user_id]
    )


async def delete_old(conn: Connection) -> None:
    """Delete what failed more than KEEP_DAYS days ago."""
    await conn.execute(
        "DELETE FROM failed_logins WHERE last_failed_at < now() - make_interval(days => %s)",
        [KEEP_DAYS],
    )
