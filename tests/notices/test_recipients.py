"""Who receives notices: by the API and by commands, and what `doctor` says about them."""

import json
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any, Protocol
from urllib.parse import quote
from uuid import uuid4

import psycopg
import pytest
from litestar import Litestar
from litestar.testing import AsyncTestClient

import builders
from notices.mail_server import HOST, PASSWORD, USER, MailServer
from pricebook.db.database import Connection
from pricebook.embedded import Endpoints
from running_system import System

Client = AsyncTestClient[Litestar]
RECIPIENTS = "/api/v1/admin/notice-recipients"
BODY: dict[str, Any] = {"email": "anna@example.com", "kinds": ["late", "held", "late"]}


class RunCommand(Protocol):
    def __call__(self, *words: str, **variables: str) -> CompletedProcess[str]: ...


@pytest.fixture
def pricebook(tmp_path: Path, database_url: str, endpoints: Endpoints) -> RunCommand:
    """Run a command with the servers of the tests; there is the user anna."""
    system = System(tmp_path)
    urls = {"DATABASE_URL": database_url, "REDIS_URL": endpoints.redis_url}
    with psycopg.connect(database_url) as conn:
        conn.execute(
            "INSERT INTO users (username, role, password_hash) VALUES ('anna', 'admin', %s)",
            [builders.NO_PASSWORD],
        )
    return lambda *words, **variables: system.run(*words, **urls, **variables)


async def test_recipient_is_set_shown_and_removed(admin: Client, conn: Connection) -> None:
    user_id = await builders.user(conn, "anna", "procurement")
    response = await admin.put(f"{RECIPIENTS}/{user_id}", json=BODY)
    assert response.status_code == 200, response.text
    recipient: dict[str, Any] = response.json()
    assert recipient["kinds"] == ["held", "late"]
    assert (recipient["username"], recipient["email"]) == ("anna", "anna@example.com")
    assert (await admin.get(f"{RECIPIENTS}/{user_id}")).json() == recipient
    assert (await admin.get(RECIPIENTS)).json()["data"] == [recipient]
    changed = await admin.put(f"{RECIPIENTS}/{user_id}", json={**BODY, "kinds": ["failed"]})
    assert changed.json()["kinds"] == ["failed"]
    assert (await admin.delete(f"{RECIPIENTS}/{user_id}")).status_code == 204
    assert (await admin.delete(f"{RECIPIENTS}/{user_id}")).status_code == 404
    assert (await admin.get(f"{RECIPIENTS}/{user_id}")).status_code == 404
    cursor = await conn.execute(
        "SELECT action FROM audit_log WHERE entity_type = 'notice_recipient' ORDER BY at"
    )
    assert [action for (action,) in await cursor.fetchall()] == [
        "notice_recipient.created",
        "notice_recipient.updated",
        "notice_recipient.deleted",
    ]


@pytest.mark.parametrize(
    ("field", "body"),
    [
        ("email", BODY | {"email": "anna@example.com\r\nBcc: x@y.org"}),
        ("email", BODY | {"email": "anna"}),
        ("email", {"kinds": ["held"]}),
        ("kinds", BODY | {"kinds": list[str]()}),
        ("kinds", BODY | {"kinds": ["jumped"]}),
        ("colour", BODY | {"colour": "red"}),
    ],
)
async def test_refused_bodies(
    admin: Client, conn: Connection, field: str, body: dict[str, Any]
) -> None:
    user_id = await builders.user(conn, "anna")
    response = await admin.put(f"{RECIPIENTS}/{user_id}", json=body)
    assert response.status_code == 400
    (issue,) = response.json()["error"]["details"]["errors"]
    assert issue["field"].startswith(field)


async def test_unknown_user_and_other_roles(procurement: Client) -> None:
    assert (await procurement.get(RECIPIENTS)).status_code == 403
    assert (await procurement.put(f"{RECIPIENTS}/{uuid4()}", json=BODY)).status_code == 403


async def test_unknown_user_is_not_found(admin: Client) -> None:
    assert (await admin.put(f"{RECIPIENTS}/{uuid4()}", json=BODY)).status_code == 404
    assert (await admin.put(f"{RECIPIENTS}/anna", json=BODY)).status_code == 400


def test_commands(pricebook: RunCommand, mail_server: MailServer, certificate: Path) -> None:
    email = ["--email", "anna@example.com"]
    done = pricebook("notices", "set", "Anna", *email, "--kinds", "held, late")
    assert (done.returncode, done.stdout) == (
        0,
        "User anna receives notices of held, late price lists at anna@example.com.\n",
    )
    listed = json.loads(pricebook("notices", "list", "--json").stdout)
    assert [each["kinds"] for each in listed["data"]] == [["held", "late"]]
    refused = pricebook("notices", "set", "anna", *email, "--kinds", "jumped")
    assert refused.returncode == 1
    assert "kinds" in refused.stderr
    assert pricebook("notices", "set", "bob", *email).stderr.endswith("No user is named bob.\n")
    unset = pricebook("notices", "test", "anna")
    assert "SMTP_URL is not set for this command" in unset.stderr
    assert unset.stdout.startswith("note  settings: those of this command (environment, no ")
    url = f"smtp://{USER}:{quote(PASSWORD, safe='')}@{HOST}:{mail_server.port}"
    settings = {
        "SMTP_URL": url,
        "SMTP_FROM": "pricebook@example.com",
        "SSL_CERT_FILE": str(certificate),
    }
    sent = pricebook("notices", "test", "anna", **settings)
    assert sent.returncode == 0, sent.stderr
    assert mail_server.mails[0]["Subject"] == "Pricebook: test of notices"
    doctor = pricebook("doctor", **settings)
    assert doctor.stdout.startswith("note  settings: those of this command (environment, no ")
    assert f"ok    notices: 1 users receive them by {HOST}." in doctor.stdout
    wrong = pricebook("doctor", **settings | {"SMTP_URL": url.replace(USER, "other")})
    assert "wrong notices: SMTP server 127.0.0.1" in wrong.stdout
    assert PASSWORD not in wrong.stdout
    assert pricebook("notices", "remove", "anna").returncode == 0
    assert pricebook("notices", "remove", "anna").returncode == 1
