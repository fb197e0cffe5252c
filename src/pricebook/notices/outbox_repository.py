"""The outbox of mails: made of notices, claimed by a worker, sent or tried again."""

from collections.abc import Sequence
from datetime import datetime
from typing import LiteralString
from uuid import UUID

from pricebook.db.database import Connection
from pricebook.db.row_types import fetch_value, struct_row
from pricebook.notices.schemas import FailingWebhook, Notice, NoticeMail, WaitingUser

LOCK_KEY = 7_301_006
# The same reason is a notice once a day: that of a decided list counts for another one
# that is held for the same reason.
STILL_APPLIES: LiteralString = """
    EXISTS (
        SELECT FROM users JOIN notice_recipients ON user_id = users.id
        WHERE users.id = notices.user_id AND is_active)
    AND CASE kind
        WHEN 'held' THEN EXISTS (
            SELECT FROM ingestion_tasks AS task
            WHERE task.supplier_id = notices.supplier_id AND task.state = 'held'
                AND (task.id = notices.task_id OR task.errors = notices.reasons))
        WHEN 'failed' THEN EXISTS (
            SELECT FROM ingestion_tasks AS task
            WHERE task.id = notices.task_id AND task.state IN ('failed', 'dead'))
        WHEN 'unusual' THEN EXISTS (
            SELECT FROM ingestion_tasks AS task
            WHERE task.id = notices.task_id AND undone_by IS NULL)
        WHEN 'quarantined' THEN EXISTS (
            SELECT FROM quarantined_rows AS waiting
            WHERE waiting.supplier_id = notices.supplier_id AND waiting.state = 'open'
                AND waiting.created_at <= notices.created_at)
        ELSE EXISTS (
            SELECT FROM expected_lists AS list
            WHERE list.supplier_id = notices.supplier_id AND late_since IS NOT NULL) END
"""


async def lock_outbox(conn: Connection) -> bool:
    """Lock the notices that are in no mail; return False if another worker has."""
    return await fetch_value(conn, "SELECT pg_try_advisory_xact_lock(%s)", [LOCK_KEY])


async def delete_settled_notices(conn: Connection, mail_id: UUID | None) -> int:
    """Delete the notices of a mail, or of none yet, that no longer apply; return their number.

    Their lists were decided, retried, imported or undone, their rows decided, or their users
    receive none any more.
    """
    statement: LiteralString = """
        DELETE FROM notices
        WHERE mail_id IS NOT DISTINCT FROM %s::uuid AND NOT ({still_applies})
    """
    cursor = await conn.execute(statement.format(still_applies=STILL_APPLIES), [mail_id])
    return cursor.rowcount


async def list_waiting_users(
    conn: Connection, gather_seconds: int, pause_seconds: int
) -> list[WaitingUser]:
    """Return the users for whom a mail is to be made.

    Their first notice is `gather_seconds` old, and their last mail `pause_seconds`.
    """
    statement: LiteralString = """
        SELECT users.id, email, role FROM (
            SELECT user_id, min(created_at) AS since FROM notices WHERE mail_id IS NULL
            GROUP BY user_id
        ) AS waiting
        JOIN notice_recipients USING (user_id)
        JOIN users ON users.id = user_id
        WHERE since <= now() - make_interval(secs => %s) AND NOT EXISTS (
            SELECT FROM notice_mails AS mail
            WHERE mail.user_id = waiting.user_id
                AND mail.created_at > now() - make_interval(secs => %s))
    """
    async with conn.cursor(row_factory=struct_row(WaitingUser)) as cursor:
        await cursor.execute(statement, [gather_seconds, pause_seconds])
        return await cursor.fetchall()


async def list_pending_notices(conn: Connection, user_id: UUID, limit: int) -> list[Notice]:
    """Return the oldest notices of a user that are in no mail."""
    async with conn.cursor(row_factory=struct_row(Notice)) as cursor:
        await cursor.execute(
            """
            SELECT id, kind, supplier_id, supplier_name, task_id, reasons, details FROM notices
            WHERE user_id = %s AND mail_id IS NULL ORDER BY created_at, id LIMIT %s
            """,
            [user_id, limit],
        )
        return await cursor.fetchall()


async def list_notices_of_mail(conn: Connection, mail_id: UUID) -> list[Notice]:
    """Return the notices of a mail, the oldest first."""
    async with conn.cursor(row_factory=struct_row(Notice)) as cursor:
        await cursor.execute(
            """
            SELECT id, kind, supplier_id, supplier_name, task_id, reasons, details FROM notices
            WHERE mail_id = %s ORDER BY created_at, id
            """,
            [mail_id],
        )
        return await cursor.fetchall()


async def list_failing_webhooks(conn: Connection, seconds: float) -> list[FailingWebhook]:
    """Return the webhooks that are disabled or have failed for so long, for each admin to mail."""
    async with conn.cursor(row_factory=struct_row(FailingWebhook)) as cursor:
        await cursor.execute(
            """
            SELECT webhook.id, name, failures,
                coalesce(failing_since, disabled_at) AS failing_since, last_error,
                disabled_at IS NOT NULL AS is_disabled, user_id, email
            FROM webhooks AS webhook
            CROSS JOIN notice_recipients JOIN users ON users.id = user_id
            WHERE users.is_active AND role = 'admin' AND (disabled_at IS NOT NULL
                OR webhook.is_active AND failing_since <= now() - make_interval(secs => %s))
            ORDER BY name, user_id
            """,
            [seconds],
        )
        return await cursor.fetchall()


async def has_mail(conn: Connection, user_id: UUID, subject: str, since: datetime) -> bool:
    """Return whether a mail with a subject was made for a user since a time."""
    return await fetch_value(
        conn,
        """
        SELECT EXISTS (
            SELECT FROM notice_mails WHERE user_id = %s AND subject = %s AND created_at > %s)
        """,
        [user_id, subject, since],
    )


async def insert_mail(conn: Connection, user_id: UUID, email: str, subject: str, body: str) -> UUID:
    """Queue a mail to a user; return its id."""
    return await fetch_value(
        conn,
        """
        INSERT INTO notice_mails (user_id, recipient, subject, body) VALUES (%s, %s, %s, %s)
        RETURNING id
        """,
        [user_id, email, subject, body],
    )


async def set_mail(conn: Connection, notice_ids: Sequence[UUID], mail_id: UUID) -> None:
    """Store in which mail notices are."""
    await conn.execute(
        "UPDATE notices SET mail_id = %s WHERE id = ANY(%s)", [mail_id, list(notice_ids)]
    )


async def claim_mail(conn: Connection, lease_seconds: int) -> NoticeMail | None:
    """Return the next due mail, which no other worker gets for `lease_seconds`."""
    async with conn.cursor(row_factory=struct_row(NoticeMail)) as cursor:
        await cursor.execute(
            """
            UPDATE notice_mails
            SET attempts = attempts + 1, next_attempt_at = now() + make_interval(secs => %s)
            WHERE id = (
                SELECT id FROM notice_mails
                WHERE state = 'queued' AND next_attempt_at <= now()
                ORDER BY next_attempt_at LIMIT 1
                FOR UPDATE SKIP LOCKED)
            RETURNING id, recipient, (SELECT role FROM users WHERE users.id = user_id) AS role,
                subject, body, attempts, created_at
            """,
            [lease_seconds],
        )
        return await cursor.fetchone()


async def set_text(conn: Connection, mail_id: UUID, subject: str, body: str) -> None:
    """Replace the text of a mail."""
    await conn.execute(
        "UPDATE notice_mails SET subject = %s, body = %s WHERE id = %s", [subject, body, mail_id]
    )


async def delete_mail(conn: Connection, mail_id: UUID) -> None:
    """Delete a mail without notices."""
    await conn.execute("DELETE FROM notice_mails WHERE id = %s", [mail_id])


async def set_sent(conn: Connection, mail_id: UUID) -> None:
    """Store that a mail was sent."""
    await conn.execute(
        "UPDATE notice_mails SET state = 'sent', sent_at = now(), error = NULL WHERE id = %s",
        [mail_id],
    )


async def set_deferred(conn: Connection, mail: NoticeMail, delay_seconds: int, error: str) -> None:
    """Store why an attempt failed, and when the next one is due."""
    await conn.execute(
        """
        UPDATE notice_mails
        SET next_attempt_at = now() + make_interval(secs => %s), error = %s
        WHERE id = %s AND attempts = %s
        """,
        [delay_seconds, error, mail.id, mail.attempts],
    )


async def set_failed(conn: Connection, mail_id: UUID, error: str) -> None:
    """Store that a mail is not tried again, and why."""
    await conn.execute(
        "UPDATE notice_mails SET state = 'failed', error = %s WHERE id = %s", [error, mail_id]
    )


async def delete_old(conn: Connection, days: int) -> None:
    """Delete the notices and mails that are older than so many days."""
    await conn.execute(
        "DELETE FROM notices WHERE created_at < now() - make_interval(days => %s)", [days]
    )
    await conn.execute(
        """
        DELETE FROM notice_mails WHERE created_at < now() - make_interval(days => %s)
            AND NOT EXISTS (SELECT FROM notices WHERE mail_id = notice_mails.id)
        """,
        [days],
    )
