"""Sends a mail by SMTP, with the client of the standard library in a thread of its own."""

import asyncio
import smtplib
import socket
import ssl
import threading
from collections.abc import Callable
from contextlib import suppress
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, localtime
from uuid import UUID

from msgspec import Struct

from pricebook.errors import PricebookError
from pricebook.notices.mail_texts import clean
from pricebook.system.smtp_server import SmtpServer

OPERATION_SECONDS = 20.0
TOTAL_SECONDS = 60.0
MAX_ERROR = 300
PERMANENT = range(500, 600)
QUIT_SECONDS = 2.0
REFUSED: dict[type[smtplib.SMTPResponseException], str] = {
    smtplib.SMTPSenderRefused: "the sender of SMTP_FROM",
    smtplib.SMTPAuthenticationError: "the user or the password of SMTP_URL",
    smtplib.SMTPDataError: "the mail",
    smtplib.SMTPResponseException: "the session",
}


class OutgoingMail(Struct, frozen=True):
    """A mail; each attempt has the same id, by which mail programs detect a duplicate."""

    id: UUID
    sender: str
    recipient: str
    subject: str
    body: str


class MailError(PricebookError):
    """A mail was not accepted; `is_permanent` if the server will never accept it."""

    def __init__(self, message: str, *, is_permanent: bool = False) -> None:
        super().__init__(message)
        self.is_permanent = is_permanent


async def send_mail(server: SmtpServer, mail: OutgoingMail) -> None:
    """Send a mail; raises MailError with the reason, after TOTAL_SECONDS at the latest."""
    await _run(server, lambda smtp: _send(smtp, mail))


async def check_server(server: SmtpServer) -> None:
    """Connect and log in; raises MailError with the reason."""
    await _run(server, lambda smtp: smtp.noop())


def build_message(mail: OutgoingMail) -> EmailMessage:
    """Return the message of a mail, as text in UTF-8."""
    message = EmailMessage(policy=SMTP)
    message["From"] = f"Pricebook <{mail.sender}>"
    message["To"] = mail.recipient
    message["Subject"] = clean(mail.subject, MAX_ERROR)
    message["Date"] = format_datetime(localtime())
    message["Message-ID"] = f"<{mail.id}@{mail.sender.partition('@')[2]}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(mail.body, cte="quoted-printable")
    return message


async def _run(server: SmtpServer, use: Callable[[smtplib.SMTP], object]) -> None:
    """Call a function with a connection, in a daemon thread that a timeout or a stop ends.

    A thread of the event loop's pool would delay the end of the process by a slow server.
    """
    loop = asyncio.get_running_loop()
    done: asyncio.Future[Exception | None] = loop.create_future()
    connections: list[smtplib.SMTP] = []

    def finish(error: Exception | None) -> None:
        if not done.done():
            done.set_result(error)

    def work() -> None:
        error = _work(server, use, connections)
        with suppress(RuntimeError):  # the loop has ended
            loop.call_soon_threadsafe(finish, error)

    threading.Thread(target=work, name="smtp", daemon=True).start()
    try:
        async with asyncio.timeout(TOTAL_SECONDS):
            error = await done
    except TimeoutError:
        raise MailError(
            f"SMTP server {server.host}:{server.port} did not respond within"
            f" {TOTAL_SECONDS:.0f} seconds."
        ) from None
    finally:
        for smtp in connections:
            _close(smtp)
    if isinstance(error, smtplib.SMTPException | OSError):
        raise _mail_error(server, error) from error
    if error is not None:
        raise error


def _work(
    server: SmtpServer, use: Callable[[smtplib.SMTP], object], connections: list[smtplib.SMTP]
) -> Exception | None:
    """Call a function with a connection; return the error."""
    context = ssl.create_default_context()
    try:
        smtp = _connect(server, context)
        connections.append(smtp)
        _start_session(server, smtp, context)
        use(smtp)
        _quit(smtp)
    except Exception as error:  # noqa: BLE001 (raised by the caller)
        return error
    return None


def _connect(server: SmtpServer, context: ssl.SSLContext) -> smtplib.SMTP:
    if server.encryption == "tls":
        return smtplib.SMTP_SSL(
            server.host, server.port, timeout=OPERATION_SECONDS, context=context
        )
    return smtplib.SMTP(server.host, server.port, timeout=OPERATION_SECONDS)


def _start_session(server: SmtpServer, smtp: smtplib.SMTP, context: ssl.SSLContext) -> None:
    """Begin TLS unless the server's URL says otherwise, and log in."""
    if server.encryption == "starttls":
        smtp.starttls(context=context)
    if server.user is not None and server.password is not None:
        smtp.login(server.user, server.password)


def _send(smtp: smtplib.SMTP, mail: OutgoingMail) -> None:
    smtp.send_message(build_message(mail), mail.sender, [mail.recipient])


def _quit(smtp: smtplib.SMTP) -> None:
    """End the session; the mail is accepted by now, whatever the server responds."""
    with suppress(smtplib.SMTPException, OSError):
        if smtp.sock is not None:
            smtp.sock.settimeout(QUIT_SECONDS)
        smtp.quit()


def _close(smtp: smtplib.SMTP) -> None:
    """End what a thread may still wait for."""
    if smtp.sock is not None:
        with suppress(OSError):
            smtp.sock.shutdown(socket.SHUT_RDWR)
        smtp.close()


def _mail_error(server: SmtpServer, error: smtplib.SMTPException | OSError) -> MailError:
    """Return the error for people; passwords are in none of these exceptions."""
    name = f"SMTP server {server.host}:{server.port}"
    match error:
        case smtplib.SMTPRecipientsRefused():
            ((recipient, (code, reply)),) = error.recipients.items()
            refused, is_permanent = f"the recipient {recipient}", code in PERMANENT
        case smtplib.SMTPResponseException():
            code, reply = error.smtp_code, error.smtp_error
            refused = next(what for kind, what in REFUSED.items() if isinstance(error, kind))
            is_permanent = isinstance(error, smtplib.SMTPDataError) and code in PERMANENT
        case _:
            problem = "TLS failed" if isinstance(error, ssl.SSLError) else "no connection"
            return MailError(f"{name}: {problem}: {_text(str(error) or repr(error))}.")
    return MailError(f"{name} refuses {refused}: {code} {_text(reply)}.", is_permanent=is_permanent)


def _text(reply: bytes | str) -> str:
    text = reply.decode("utf-8", "replace") if isinstance(reply, bytes) else reply
    return clean(text, MAX_ERROR).rstrip(".")
