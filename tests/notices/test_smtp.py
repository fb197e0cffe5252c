"""Mails sent to a real SMTP server, and the reasons why one is not accepted."""

import asyncio
import socket
from typing import get_args
from uuid import UUID

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from notices.conftest import StartMailServer
from notices.mail_server import HOST, PASSWORD, MailServer
from pricebook.notices import smtp
from pricebook.notices.smtp import MailError, OutgoingMail, build_message, check_server, send_mail
from pricebook.system.smtp_server import (
    Encryption,
    SmtpServer,
    mail_address_problem,
    parse_smtp_url,
)

MAIL = OutgoingMail(
    UUID("6f7c1a5e-2b3d-4c4e-8f90-a1b2c3d4e5f6"),
    "pricebook@example.com",
    "anna@example.com",
    "Pricebook: the price list of Größe & Söhne is held",
    "Grüße\n.\nЦена: 12 €\n" + "long " * 300 + "\n",
)


async def refusal(server: SmtpServer, mail: OutgoingMail = MAIL) -> MailError:
    with pytest.raises(MailError) as caught:
        await send_mail(server, mail)
    assert PASSWORD not in caught.value.message
    return caught.value


@pytest.mark.parametrize("encryption", get_args(Encryption))
async def test_mail_arrives(start_mail_server: StartMailServer, encryption: Encryption) -> None:
    mail_server = start_mail_server(encryption)
    await send_mail(mail_server.server, MAIL)
    (received,) = mail_server.mails
    assert mail_server.recipients == [["anna@example.com"]]
    assert received["Subject"] == MAIL.subject
    assert (received["To"], received["From"]) == (
        "anna@example.com",
        "Pricebook <pricebook@example.com>",
    )
    assert received["Message-ID"] == f"<{MAIL.id}@example.com>"
    assert received["Auto-Submitted"] == "auto-generated"
    assert received.get_content().replace("\r\n", "\n") == MAIL.body


async def test_unknown_certificate_is_refused(start_mail_server: StartMailServer) -> None:
    for encryption in ("starttls", "tls"):
        mail_server = start_mail_server(encryption, is_trusted=False)
        error = await refusal(mail_server.server)
        assert "TLS failed" in error.message
        assert not error.is_permanent
        assert mail_server.mails == []


async def test_certificate_of_another_name_is_refused(mail_server: MailServer) -> None:
    server = msgspec.structs.replace(mail_server.server, host="localhost")
    assert "TLS failed" in (await refusal(server)).message


async def test_nothing_is_sent_without_encryption(start_mail_server: StartMailServer) -> None:
    mail_server = start_mail_server("none")
    server = msgspec.structs.replace(mail_server.server, encryption="starttls")
    assert "STARTTLS" in (await refusal(server)).message
    assert mail_server.mails == []


async def test_wrong_password_is_named_without_it(mail_server: MailServer) -> None:
    server = msgspec.structs.replace(mail_server.server, password="wrong-Pa55")
    error = await refusal(server)
    assert "refuses the user or the password of SMTP_URL: 535" in error.message
    assert "wrong-Pa55" not in error.message
    assert not error.is_permanent
    with pytest.raises(MailError, match="SMTP_URL"):
        await check_server(server)
    await check_server(mail_server.server)


@pytest.mark.parametrize(
    ("recipient", "data", "expected", "is_permanent"),
    [
        ("550 5.1.1 No such user", "", "refuses the recipient anna@example.com: 550", True),
        ("450 4.2.1 Try later", "", "refuses the recipient anna@example.com: 450", False),
        ("", "554 5.6.0 No mail like this", "refuses the mail: 554", True),
        ("", "451 4.3.0 Try later", "refuses the mail: 451", False),
    ],
)
async def test_refusals_are_permanent_or_not(
    mail_server: MailServer, recipient: str, data: str, expected: str, *, is_permanent: bool
) -> None:
    mail_server.recipient_replies.extend([recipient] if recipient else [])
    mail_server.data_replies.extend([data] if data else [])
    error = await refusal(mail_server.server)
    assert expected in error.message
    assert error.is_permanent == is_permanent


async def test_server_that_is_down(mail_server: MailServer) -> None:
    mail_server.stop()
    error = await refusal(mail_server.server)
    assert error.message.startswith(f"SMTP server {HOST}:{mail_server.port}: no connection: ")
    mail_server.start()
    await send_mail(mail_server.server, MAIL)


async def test_silent_server_ends_with_the_timeout(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(smtp, "TOTAL_SECONDS", 0.2)
    with socket.create_server((HOST, 0)) as silent:
        server = SmtpServer(HOST, silent.getsockname()[1], "none", None, None)
        assert "did not respond" in (await refusal(server)).message
        sending = asyncio.create_task(send_mail(server, MAIL))
        await asyncio.sleep(0)
        sending.cancel()
        with pytest.raises(asyncio.CancelledError):
            await sending


@given(st.text(max_size=400), st.text(max_size=400))
def test_no_text_adds_a_header_or_a_recipient(subject: str, body: str) -> None:
    names = build_message(MAIL).keys()
    mail = msgspec.structs.replace(MAIL, subject=_encodable(subject), body=_encodable(body))
    message = build_message(mail)
    assert message.keys() == names
    assert "\n" not in message["Subject"]
    head = message.as_bytes().partition(b"\r\n\r\n")[0]
    assert head.lower().count(b"\r\nto:") == head.lower().count(b"\r\nsubject:") == 1


def _encodable(text: str) -> str:
    return text.encode("utf-8", "replace").decode()


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("smtp://mail.example", SmtpServer("mail.example", 587, "starttls", None, None)),
        ("smtps://a:b@mail.example", SmtpServer("mail.example", 465, "tls", "a", "b")),
        ("smtp://a%40x:p%2Fw%3A@m:2525", SmtpServer("m", 2525, "starttls", "a@x", "p/w:")),
        ("smtp://localhost:25?starttls=off", SmtpServer("localhost", 25, "none", None, None)),
        ("smtp://[::1]:25?starttls=off", SmtpServer("::1", 25, "none", None, None)),
    ],
)
def test_urls(url: str, expected: SmtpServer) -> None:
    assert parse_smtp_url(url) == expected


@pytest.mark.parametrize(
    "url",
    [
        *("mail.example", "https://mail.example", "smtp://", "smtp://m:99999", "smtp://m/x"),
        *("smtp://m?starttls=on", "smtps://m?starttls=off", "smtp://a@m", "smtp://m?x=y"),
        *("smtp://Pa55:Pa55@m?starttls=off", "smtp://a:Pa55%C3%BC@m", "smtp://a:Pa55@[m"),
    ],
)
def test_refused_urls(url: str) -> None:
    with pytest.raises(ValueError, match=r"^(is|has|would) ") as refused:
        parse_smtp_url(url)
    assert "Pa55" not in str(refused.value)


@pytest.mark.parametrize(
    ("address", "is_valid"),
    [
        ("anna@example.com", True),
        ("a.b+c@mail.example.org", True),
        ("anna@example.com\n", False),
        ("anna@example.com\r\nBcc: x@y.org", False),
        ("a@example.com,b@example.com", False),
        ("Anna <a@example.com>", False),
        ("grüße@example.com", False),
        ("a@b", False),
        ("a@b..c", False),
        ("x" * 250 + "@a.org", False),
    ],
)
def test_addresses(address: str, *, is_valid: bool) -> None:
    assert (mail_address_problem(address) is None) == is_valid
