"""Notices of lists that were decided, retried or imported, and of users who left, are not sent."""

from typing import LiteralString

import pytest
from psycopg.types.json import Jsonb

import builders
from notices.mail_server import MailServer
from notices.notice_fixtures import REASON, end_task, make_due, recipient, rows
from pricebook.db.database import Connection, Database
from pricebook.notices import sending
from pricebook.notices.sending import MailSettings, send_notices

SETTLED = pytest.mark.parametrize(
    ("state", "change"),
    [
        ("held", "UPDATE ingestion_tasks SET state = 'refused'"),
        ("held", "UPDATE ingestion_tasks SET state = 'succeeded'"),
        ("failed", "UPDATE ingestion_tasks SET state = 'queued'"),
        ("succeeded", "UPDATE ingestion_tasks SET undone_by = gen_random_uuid()"),
        ("held", "UPDATE users SET is_active = false"),
        ("failed", "DELETE FROM notice_recipients"),
    ],
)


async def end_with_notice(conn: Connection, state: str) -> None:
    """End a task in a state; one that succeeds was unusual."""
    await end_task(conn, state, warnings=Jsonb([REASON] if state == "succeeded" else []))


@SETTLED
async def test_settled_notice_is_in_no_mail(
    conn: Connection,
    worker_database: Database,
    mails: MailSettings,
    state: str,
    change: LiteralString,
) -> None:
    await recipient(conn)
    await end_with_notice(conn, state)
    await conn.execute(change)
    await send_notices(worker_database, mails)
    assert await rows(conn, "SELECT FROM notice_mails") == []


@SETTLED
async def test_queued_mail_of_settled_notices_is_not_sent(
    conn: Connection,
    worker_database: Database,
    mails: MailSettings,
    state: str,
    change: LiteralString,
) -> None:
    await recipient(conn)
    await end_with_notice(conn, state)
    await sending.make_mails(worker_database, mails)
    assert len(await rows(conn, "SELECT FROM notice_mails")) == 1
    await conn.execute(change)
    await send_notices(worker_database, mails)
    assert await rows(conn, "SELECT FROM notice_mails") == []
    assert await rows(conn, "SELECT FROM notices") == []


async def test_mail_has_the_notices_that_still_apply(
    conn: Connection, worker_database: Database, mail_server: MailServer, mails: MailSettings
) -> None:
    await recipient(conn)
    await recipient(conn, name="bob")
    decided = await end_task(conn, "held", name="Decided")
    await end_task(conn, "held", name="Nordwerk")
    mail_server.stop()
    await send_notices(worker_database, mails)
    mail_server.start()
    await conn.execute("UPDATE ingestion_tasks SET state = 'refused' WHERE id = %s", [decided])
    await conn.execute("UPDATE users SET is_active = false WHERE username = 'bob'")
    await make_due(conn)
    await send_notices(worker_database, mails)
    (mail,) = mail_server.mails
    assert mail_server.recipients == [["anna@example.com"]]
    assert mail["Subject"] == "Pricebook: the price list of Nordwerk is held"
    assert "Decided" not in mail.get_content()


async def test_list_that_came_is_no_longer_late(
    conn: Connection, worker_database: Database, mail_server: MailServer, mails: MailSettings
) -> None:
    await recipient(conn)
    await conn.execute(
        """
        INSERT INTO expected_lists (supplier_id, expected_by, expected_at, late_at, late_since)
        VALUES (%s, 'rhythm', '2026-11-20T08:00Z', '2026-11-23T08:00Z', '2026-11-23T08:00Z')
        """,
        [await builders.supplier(conn)],
    )
    await conn.execute("UPDATE expected_lists SET late_since = NULL")
    await send_notices(worker_database, mails)
    assert mail_server.mails == []


async def test_another_list_that_is_held_for_the_same_reason_is_noticed(
    conn: Connection, worker_database: Database, mail_server: MailServer, mails: MailSettings
) -> None:
    """It has no notice of its own."""
    await recipient(conn)
    first = await end_task(conn, "held")
    await conn.execute(
        """
        INSERT INTO ingestion_tasks (supplier_id, supplier_name, parser_type, state, errors)
        SELECT supplier_id, supplier_name, parser_type, state, errors FROM ingestion_tasks
        """
    )
    await conn.execute("UPDATE ingestion_tasks SET state = 'refused' WHERE id = %s", [first])
    await send_notices(worker_database, mails)
    assert len(mail_server.mails) == 1
