"""Mails about webhooks that fail: to admins who receive notices, once for each failure."""

import builders
from notices.mail_server import MailServer
from notices.notice_fixtures import recipient
from pricebook.db.database import Connection, Database
from pricebook.notices.sending import MailSettings, send_notices


def subjects(mail_server: MailServer) -> list[str]:
    return [str(mail["Subject"]) for mail in mail_server.mails]


async def test_failing_and_disabled_webhooks_are_mailed_once(
    conn: Connection, worker_database: Database, mail_server: MailServer, mails: MailSettings
) -> None:
    await recipient(conn, "late")
    bob = await recipient(conn, name="bob")
    await conn.execute("UPDATE users SET role = 'procurement' WHERE id = %s", [bob])
    await builders.webhook(conn, "ERP")
    await builders.webhook(conn, "Shop")
    await conn.execute(
        """
        UPDATE webhooks SET failures = 3, failing_since = now() - interval '59 minutes',
            last_error = 'The receiver timed out.' WHERE name = 'ERP'
        """
    )
    await send_notices(worker_database, mails)
    assert subjects(mail_server) == []
    await conn.execute("UPDATE webhooks SET failing_since = failing_since - interval '2 minutes'")
    for _ in range(2):
        await send_notices(worker_database, mails)
    assert subjects(mail_server) == ["Pricebook: the webhook ERP fails"]
    assert mail_server.recipients == [["anna@example.com"]]
    text = mail_server.mails[0].get_content()
    assert "3 attempts have failed" in text
    assert "The receiver timed out." in text
    assert "`pricebook webhooks deliveries ERP`" in text
    await conn.execute(
        "UPDATE webhooks SET is_active = false, disabled_at = now() WHERE name = 'ERP'"
    )
    for _ in range(2):
        await send_notices(worker_database, mails)
    assert subjects(mail_server)[1:] == ["Pricebook: the webhook ERP is disabled"]


async def test_webhook_that_fails_again_is_mailed_again_with_its_page(
    conn: Connection, worker_database: Database, mail_server: MailServer, mails: MailSettings
) -> None:
    await recipient(conn)
    webhook_id = await builders.webhook(conn, "ERP")
    failing = "UPDATE webhooks SET failures = 1, failing_since = now() - interval '61 minutes'"
    await conn.execute(failing)
    settings = MailSettings(mails.server, mails.sender, "https://prices.example", 0)
    await send_notices(worker_database, settings)
    page = f"https://prices.example/console/administration/webhooks/{webhook_id}"
    assert page in mail_server.mails[0].get_content()
    await conn.execute("UPDATE notice_mails SET created_at = created_at - interval '2 days'")
    await send_notices(worker_database, settings)
    assert len(mail_server.mails) == 2
