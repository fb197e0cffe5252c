"""The SMTP server of the setting SMTP_URL."""

import re
from typing import Literal
from urllib.parse import parse_qsl, unquote, urlsplit

from msgspec import Struct

Encryption = Literal["starttls", "tls", "none"]

PORTS: dict[str, int] = {"smtp": 587, "smtps": 465}
EXPECTED = (
    "is not the URL of an SMTP server like smtp://user:password@mail.example:587 (STARTTLS),"
    " smtps://user:password@mail.example:465 (TLS) or smtp://localhost:25?starttls=off"
)
MAIL_ADDRESS = re.compile(
    r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}"
    r"@[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?)+"
)
MAX_ADDRESS = 254


class SmtpServer(Struct, frozen=True):
    """An SMTP server, how the connection is encrypted, and the account to log in with, if any."""

    host: str
    port: int
    encryption: Encryption
    user: str | None
    password: str | None


def parse_smtp_url(url: str) -> SmtpServer:
    """Return the server of a URL; raises ValueError with the reason, which names no part of it."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise ValueError(EXPECTED) from None
    options = dict(parse_qsl(parts.query, keep_blank_values=True))
    is_plain = options == {"starttls": "off"} and parts.scheme == "smtp"
    if parts.scheme not in PORTS or not parts.hostname or parts.path.strip("/") or parts.fragment:
        raise ValueError(EXPECTED)
    if options and not is_plain:
        raise ValueError(EXPECTED)
    if (parts.username is None) != (parts.password is None):
        raise ValueError("has a user without a password, or a password without a user")
    if is_plain and parts.username is not None:
        raise ValueError("would send a password without encryption: remove starttls=off")
    user, password = (value and unquote(value) for value in (parts.username, parts.password))
    if not (user or "").isascii() or not (password or "").isascii():
        raise ValueError("has a user or a password that is not ASCII")
    encryption: Encryption = (
        "none" if is_plain else "tls" if parts.scheme == "smtps" else "starttls"
    )
    return SmtpServer(parts.hostname, port or PORTS[parts.scheme], encryption, user, password)


def smtp_url_problem(url: str) -> str | None:
    """Return why a URL is refused; None for a valid one."""
    try:
        parse_smtp_url(url)
    except ValueError as error:
        return str(error)
    return None


def mail_address_problem(address: str) -> str | None:
    """Return why an address is refused, which allows no second address and no further header."""
    if len(address) <= MAX_ADDRESS and MAIL_ADDRESS.fullmatch(address):
        return None
    return "is not an e-mail address in ASCII like anna@example.com"
