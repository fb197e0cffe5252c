"""A real SMTP server (aiosmtpd) with a certificate of its own, which refuses as a test plans."""

import socket
import ssl
from collections import deque
from collections.abc import Generator
from contextlib import contextmanager
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP as SMTP_POLICY
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword

from pricebook.system.smtp_server import Encryption, SmtpServer

HOST = "127.0.0.1"
USER, PASSWORD = "pricebook", "Pa55/w:rd @1"


class MailServer:
    """The mails that were accepted, and the replies to the next recipients and mails."""

    def __init__(self, certificate: Path, encryption: Encryption) -> None:
        self.mails: list[EmailMessage] = []
        self.recipients: list[list[str]] = []
        self.recipient_replies: deque[str] = deque()
        self.data_replies: deque[str] = deque()
        self.encryption: Encryption = encryption
        self.port = _free_port()
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.load_cert_chain(certificate)
        self._controller: Controller | None = None

    @property
    def server(self) -> SmtpServer:
        """The server as a client knows it."""
        is_plain = self.encryption == "none"
        return SmtpServer(
            HOST,
            self.port,
            self.encryption,
            None if is_plain else USER,
            None if is_plain else PASSWORD,
        )

    def start(self) -> None:
        """Listen; does nothing while it listens already."""
        if self._controller is None:
            options: dict[str, Any] = {}
            if self.encryption == "starttls":
                options["tls_context"] = self._context
                options |= {"require_starttls": True, "auth_required": True}
            elif self.encryption == "tls":
                options["ssl_context"] = self._context
                options["auth_require_tls"] = False  # it does not know of its own TLS
            if self.encryption != "none":
                options["authenticator"] = _authenticate
            self._controller = Controller(self, hostname=HOST, port=self.port, **options)
            self._controller.start()

    def stop(self) -> None:
        """Listen no longer."""
        if self._controller is not None:
            self._controller.stop()
            self._controller = None

    async def handle_RCPT(  # noqa: N802 (the interface of aiosmtpd)
        self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any
    ) -> str:
        reply = self.recipient_replies.popleft() if self.recipient_replies else "250 OK"
        if reply.startswith("250"):
            envelope.rcpt_tos.append(address)
        return reply

    async def handle_DATA(  # noqa: N802
        self, _server: Any, _session: Any, envelope: Any
    ) -> str:
        reply = self.data_replies.popleft() if self.data_replies else "250 OK"
        if reply.startswith("250"):
            message: Any = message_from_bytes(envelope.content, policy=SMTP_POLICY)
            self.mails.append(message)
            self.recipients.append(envelope.rcpt_tos)
        return reply


@contextmanager
def run_mail_server(certificate: Path, encryption: Encryption) -> Generator[MailServer]:
    server = MailServer(certificate, encryption)
    server.start()
    try:
        yield server
    finally:
        server.stop()


def _authenticate(
    _server: Any, _session: Any, _envelope: Any, _mechanism: str, data: object
) -> AuthResult:
    is_right = isinstance(data, LoginPassword) and (data.login, data.password) == (
        USER.encode(),
        PASSWORD.encode(),
    )
    return AuthResult(success=is_right, handled=is_right)


def _free_port() -> int:
    with socket.socket() as free:
        free.bind((HOST, 0))
        return free.getsockname()[1]
