"""Who receives notices by e-mail: add, change and stop them; what happened to the e-mails."""

import re
from typing import cast
from uuid import UUID

import msgspec
import pytest
from litestar import Litestar

import builders
from console.conftest import Client, LogInAs, send
from console.fragments import follow, show, show_text
from notices.conftest import StartMailServer, certificate, start_mail_server
from pricebook.db.database import Connection
from pricebook.db.row_types import fetch_value

__all__ = ["certificate", "start_mail_server"]

PATH = "/console/administration/notices"
ROWS = "SELECT count(*) FROM notice_recipients"


async def add(conn: Connection, user_id: UUID, email: str = "anna@example.com") -> None:
    statement = "INSERT INTO notice_recipients (user_id, email, kinds) VALUES (%s, %s, '{held}')"
    await conn.execute(statement, [user_id, email])


async def test_recipient_is_added_changed_and_stopped(
    client: Client, log_in_as: LogInAs, conn: Connection
) -> None:
    await log_in_as("admin")
    user_id = await builders.user(conn, "anna", "procurement")
    text = await show_text(client, PATH)
    assert "Nobody receives notices yet" in text
    assert "Set SMTP_URL" in text
    form = {"user_id": str(user_id), "email": "anna@example.com", "kinds": ["held", "late"]}
    text = await follow(client, await send(client, f"{PATH}/new", **form))
    assert "It was saved" in text
    assert "are held, are late" in text
    page = await show(client, f"{PATH}/{user_id}")
    before = re.findall(r'name="before" value="([^"]+)"', page)[0]
    assert re.findall(r'name="kinds" value="(\w+)" checked', page) == ["held", "late"]
    change = {"email": "a@example.com", "kinds": "failed", "before": before}
    text = await follow(client, await send(client, f"{PATH}/{user_id}", **change))
    assert "a@example.com" in text
    late = await send(client, f"{PATH}/{user_id}", **{**change, "email": "b@example.com"})
    assert late.status_code == 400
    assert "Somebody else changed this meanwhile" in late.text
    assert "a@example.com, failed" in late.text
    assert 'value="b@example.com"' in late.text
    text = await follow(client, await send(client, f"{PATH}/{user_id}/remove"))
    assert "The notices were stopped" in text
    assert await fetch_value(conn, ROWS) == 0
    assert (await send(client, f"{PATH}/{user_id}/remove")).status_code == 404


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"email": "anna"}, "email"),
        ({"email": "a@b.org\r\nBcc: x@y.org"}, "email"),
        ({"email": f"a@{'b' * 300}.org"}, "email"),
        ({"kinds": "jumped"}, "kinds"),
        ({"user_id": ""}, "user_id"),
        ({"user_id": "taken"}, "user_id"),
    ],
)
async def test_refused_field_is_named_and_what_was_typed_is_kept(
    client: Client, log_in_as: LogInAs, conn: Connection, wrong: dict[str, str], field: str
) -> None:
    await log_in_as("admin")
    taken = await builders.user(conn, "ben")
    await add(conn, taken)
    user_id = await builders.user(conn, "anna")
    form = {"user_id": str(user_id), "email": "typed@example.com", "kinds": "held", **wrong}
    form["user_id"] = str(taken) if form["user_id"] == "taken" else form["user_id"]
    response = await send(client, f"{PATH}/new", **form)
    assert response.status_code == 400
    assert re.findall(r'id="(\w+)-note"', response.text) == [field]
    if field != "email":
        assert 'value="typed@example.com"' in response.text
    assert await fetch_value(conn, ROWS) == 1


async def test_last_mails_have_their_results(
    client: Client, log_in_as: LogInAs, conn: Connection
) -> None:
    await log_in_as("admin")
    user_id = await builders.user(conn, "anna")
    await conn.execute(
        "INSERT INTO notice_mails (user_id, recipient, subject, body, state, attempts, error)"
        " SELECT %s, 'anna@example.com', state || ' <b>', 'text', state, 2, error FROM (VALUES"
        " ('sent', NULL), ('failed', 'SMTP refuses.'), ('queued', 'No connection.'))"
        " AS mail (state, error)",
        [user_id],
    )
    text = await show(client, PATH)
    for part in ("SMTP refuses.", "No connection.", "not sent", "tries again", "&lt;b&gt;"):
        assert part in text


async def test_test_is_sent_at_once_or_has_the_reason_why_not(
    client: Client,
    log_in_as: LogInAs,
    conn: Connection,
    start_mail_server: StartMailServer,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    await log_in_as("admin")
    user_id = await builders.user(conn, "anna")
    await add(conn, user_id)
    path = f"{PATH}/{user_id}/test"
    assert f'action="{path}"' in await show(client, f"{PATH}/{user_id}")
    off = await send(client, path)
    assert (off.status_code, "no mail server is configured" in off.text) == (400, True)
    server = start_mail_server("none")
    state = cast("Litestar", client.app).state
    url = f"smtp://127.0.0.1:{server.port}?starttls=off"
    settings = msgspec.structs.replace(state.settings, smtp_url=url, smtp_from="from@example.com")
    monkeypatch.setattr(state, "settings", settings)
    text = await follow(client, await send(client, path))
    assert "The mail server has accepted the test." in text
    assert [mail["To"] for mail in server.mails] == ["anna@example.com"]
    server.recipient_replies.append("550 no such user")
    refused = await send(client, path)
    assert refused.status_code == 400
    assert "The test was not sent." in refused.text
    assert "no such user" in refused.text
    assert await fetch_value(conn, "SELECT count(*) FROM notice_mails") == 0


async def test_mail_server_is_named_without_its_password(
    client: Client, log_in_as: LogInAs, monkeypatch: pytest.MonkeyPatch
) -> None:
    await log_in_as("admin")
    app = cast("Litestar", client.app)
    url = "smtp://me:hidden-words@mail.example:587"
    settings = msgspec.structs.replace(
        app.state.settings, smtp_url=url, smtp_from="from@example.com"
    )
    monkeypatch.setattr(app.state, "settings", settings)
    text = await show_text(client, PATH)
    assert "Sent by mail.example:587 from from@example.com." in text
    assert "hidden-words" not in text
    assert "SMTP_URL" not in text
