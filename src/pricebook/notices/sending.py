"""Makes mails of notices and sends them, with retries that PostgreSQL keeps."""

from datetime import UTC, datetime, timedelta

import structlog
from msgspec import Struct
from msgspec.structs import replace

from pricebook.db.database import Connection, Database
from pricebook.notices import outbox_repository as outbox
from pricebook.notices.mail_advice import Reader
from pricebook.notices.mail_texts import compose, compose_test
from pricebook.notices.schemas import NoticeMail, Recipient
from pricebook.notices.smtp import MailError, OutgoingMail, send_mail
from pricebook.notices.webhook_mails import make_webhook_mails
from pricebook.settings import Settings
from pricebook.system.smtp_server import SmtpServer, parse_smtp_url

log = structlog.stdlib.get_logger(__name__)

GATHER_SECONDS = 120
PAUSE_SECONDS = 600
MAX_NOTICES = 1_000
LEASE_SECONDS = 120  # twice the longest attempt
FIRST_RETRY_SECONDS, MAX_RETRY_SECONDS = 60, 3_600
MAX_AGE = timedelta(days=3)
KEEP_DAYS = 30


class MailSettings(Struct, frozen=True):
    """The SMTP server and the sender; how long notices are gathered before the first mail.

    `public_url` is the address of the console, to which mails lead.
    """

    server: SmtpServer
    sender: str
    public_url: str | None = None
    gather_seconds: int = GATHER_SECONDS


def mail_settings(settings: Settings) -> MailSettings | None:
    """Return the settings of mails; None without SMTP_URL."""
    if settings.smtp_url is None or settings.smtp_from is None:
        return None
    server = parse_smtp_url(settings.smtp_url)
    return MailSettings(server, settings.smtp_from, settings.public_url)


async def send_notices(database: Database, settings: MailSettings | None) -> None:
    """Make mails of the notices that have waited, and send those that are due.

    A mail that is not accepted is tried again, also by another worker, with the notices that still
    apply by then; a mail without any is deleted. A process that is killed
    after the server has accepted a mail, and before that is stored, sends it twice with the same
    Message-ID. Raises DatabaseUnavailableError.
    """
    if settings is None:
        return
    await make_mails(database, settings)
    while await _send_next(database, settings):
        pass


async def make_mails(database: Database, settings: MailSettings) -> None:
    """Make one mail for each user whose notices have waited and still apply, and of webhooks."""
    async with database.short_transaction() as conn:
        if not await outbox.lock_outbox(conn):
            return
        await make_webhook_mails(conn, settings.public_url)
        await outbox.delete_settled_notices(conn, None)
        users = await outbox.list_waiting_users(conn, settings.gather_seconds, PAUSE_SECONDS)
        for user in users:
            notices = await outbox.list_pending_notices(conn, user.id, MAX_NOTICES)
            subject, body = compose(notices, Reader(user.email, user.role, settings.public_url))
            mail_id = await outbox.insert_mail(conn, user.id, user.email, subject, body)
            await outbox.set_mail(conn, [notice.id for notice in notices], mail_id)


async def send_test(settings: MailSettings, recipient: Recipient) -> None:
    """Send a mail to a user at once; raises MailError."""
    reader = Reader(recipient.email, recipient.role, settings.public_url)
    subject, body = compose_test(reader)
    mail = OutgoingMail(recipient.user_id, settings.sender, recipient.email, subject, body)
    await send_mail(settings.server, mail)


async def purge_notices(database: Database) -> None:
    """Delete the notices and mails of more than KEEP_DAYS ago."""
    async with database.short_transaction() as conn:
        await outbox.delete_old(conn, KEEP_DAYS)


async def _send_next(database: Database, settings: MailSettings) -> bool:
    """Send the next due mail; return False without one, and after a failure."""
    async with database.short_transaction() as conn:
        claimed = await outbox.claim_mail(conn, LEASE_SECONDS)
        if claimed is None:
            return False
        mail = await _refresh(conn, claimed, settings.public_url)
    if mail is None:
        log.info("notice dropped", mail=str(claimed.id), attempts=claimed.attempts - 1)
        return True
    outgoing = OutgoingMail(mail.id, settings.sender, mail.recipient, mail.subject, mail.body)
    try:
        await send_mail(settings.server, outgoing)
    except MailError as error:
        await _record_failure(database, mail, error)
        return error.is_permanent
    async with database.short_transaction() as conn:
        await outbox.set_sent(conn, mail.id)
    log.info("notice sent", mail=str(mail.id), attempts=mail.attempts)
    return True


async def _refresh(conn: Connection, mail: NoticeMail, public_url: str | None) -> NoticeMail | None:
    """Return a mail as it is to be sent now; delete it if none of its notices applies."""
    if not await outbox.delete_settled_notices(conn, mail.id):
        return mail
    notices = await outbox.list_notices_of_mail(conn, mail.id)
    if not notices:
        await outbox.delete_mail(conn, mail.id)
        return None
    subject, body = compose(notices, Reader(mail.recipient, mail.role, public_url))
    await outbox.set_text(conn, mail.id, subject, body)
    return replace(mail, subject=subject, body=body)


async def _record_failure(database: Database, mail: NoticeMail, error: MailError) -> None:
    is_old = datetime.now(UTC) - mail.created_at > MAX_AGE
    async with database.short_transaction() as conn:
        if error.is_permanent or is_old:
            await outbox.set_failed(conn, mail.id, error.message)
        else:
            await outbox.set_deferred(conn, mail, retry_seconds(mail.attempts), error.message)
    log.warning(
        "notice not sent",
        mail=str(mail.id),
        attempts=mail.attempts,
        is_final=error.is_permanent or is_old,
        reason=error.message,
    )


def retry_seconds(attempts: int) -> int:
    """Return the pause after so many attempts: 1, 2, 4, … up to 60 minutes."""
    return min(FIRST_RETRY_SECONDS * 2 ** min(attempts - 1, 10), MAX_RETRY_SECONDS)
