"""The routes of webhooks: secrets are shown once, changes are in the audit log."""

from typing import Any
from uuid import UUID

import psycopg
import pytest
from litestar import Litestar
from litestar.testing import AsyncTestClient

from pricebook.db.database import Connection
from pricebook.db.row_types import fetch_value
from pricebook.settings import Settings
from pricebook.webhooks.service import MAX_WEBHOOKS

Client = AsyncTestClient[Litestar]
WEBHOOKS = "/api/v1/admin/webhooks"
ERP: dict[str, Any] = {"name": "ERP", "url": "https://erp.example/in?key=1"}


async def create(client: Client, **fields: Any) -> dict[str, Any]:
    response = await client.post(WEBHOOKS, json=ERP | fields)
    assert response.status_code == 201, response.text
    assert response.headers["location"] == f"{WEBHOOKS}/{response.json()['id']}"
    return response.json()


async def test_secret_is_shown_once_and_not_logged(
    admin: Client, conn: Connection, settings: Settings
) -> None:
    created = await create(admin, name=" ERP ", types=["import.held"])
    secret = created.pop("secret")
    assert (await admin.get(f"{WEBHOOKS}/{created['id']}")).json() == created
    assert (await admin.get(WEBHOOKS)).json() == {"data": [created]}
    assert (created["name"], created["types"], created["state"]) == (
        *("ERP", ["import.held"]),
        "active",
    )
    row = await conn.execute(
        "SELECT action, to_jsonb(audit_log)::text FROM audit_log WHERE entity_type = 'webhook'"
    )
    ((action, entry),) = await row.fetchall()
    assert action == "webhook.created"
    assert secret.removeprefix("whsec_")[:40] not in entry
    assert "https://erp.example/in?***" in entry
    async with await psycopg.AsyncConnection.connect(settings.required_database_url) as api:
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            await api.execute("SELECT secret FROM webhooks")


async def test_new_secret_is_shown_once_and_not_logged(admin: Client, conn: Connection) -> None:
    created = await create(admin)
    secret = created.pop("secret")
    url = f"{WEBHOOKS}/{created['id']}"
    replaced = (await admin.post(f"{url}/secret")).json()
    new_secret = replaced.pop("secret")
    assert (replaced, new_secret.startswith("whsec_")) == (created, True)
    assert new_secret != secret
    assert (await admin.get(url)).json() == created
    logged = await fetch_value(
        conn,
        """
        SELECT to_jsonb(audit_log)::text FROM audit_log WHERE action = 'webhook.secret_replaced'
        """,
    )
    assert new_secret.removeprefix("whsec_")[:40] not in logged
    assert (await admin.post(f"{WEBHOOKS}/{UUID(int=7)}/secret")).status_code == 404


@pytest.mark.parametrize(
    ("fields", "issue"),
    [
        ({"url": "https://https://erp.example/in"}, "url: has the beginning https:// twice"),
        ({"url": "http://erp.example/in"}, "url: does not begin with https://, and events are"),
        ({"url": "erp.example/in"}, "url: does not begin with https://, and events are"),
        ({"url": "https://anna:key@erp.example/in"}, "url: has a user name or a password, which"),
        ({"url": "https://"}, "url: has no valid host to send events to: expected an address"),
        ({"url": "https://erp.example:x/"}, "url: has no valid host to send events to"),
        ({"url": f"https://erp.example/{'a' * 2000}"}, "url: expected up to 2,000 characters"),
        ({"url": "https://erp.example/a\r\nHost: b"}, "url: expected up to 2,000 characters"),
        ({"types": ["import.held", "import.held"]}, "types: names a type twice, which is sent"),
        ({"types": ["import"]}, "types: import is no type of events, so that nothing would be"),
        ({"name": " "}, "name: "),
        ({"after": -1}, "after: "),
        ({"secret": "whsec_"}, "secret: "),
    ],
)
async def test_refused_fields_are_named(admin: Client, fields: dict[str, Any], issue: str) -> None:
    response = await admin.post(WEBHOOKS, json=ERP | fields)
    assert response.status_code == 400
    assert response.json()["detail"].startswith(f"Field {issue}")
    (refused,) = response.json()["error"]["details"]["errors"]
    assert refused["field"] == issue.partition(":")[0]


async def test_name_is_unique_and_their_number_is_limited(admin: Client, conn: Connection) -> None:
    await create(admin)
    taken = await admin.post(WEBHOOKS, json=ERP | {"name": "erp"})
    assert (taken.status_code, taken.json()["detail"]) == (409, "There is a webhook of this name.")
    statement = """
        INSERT INTO webhooks (name, url, types, secret, position, created_by)
        SELECT 'W' || n, 'https://erp.example', '{}', repeat('a', 32)::bytea, 0, 'anna'
        FROM generate_series(2, %s) AS n
    """
    await conn.execute(statement, [MAX_WEBHOOKS])
    response = await admin.post(WEBHOOKS, json=ERP | {"name": "one more"})
    assert (response.status_code, response.json()["detail"]) == (
        409,
        "There are 100 webhooks already: delete one first.",
    )


async def test_change_pause_and_delete(admin: Client, conn: Connection) -> None:
    created = await create(admin)
    url = f"{WEBHOOKS}/{created['id']}"
    changed = await admin.patch(url, json={"types": ["import.late"], "is_active": False})
    assert changed.status_code == 200
    assert (changed.json()["state"], changed.json()["types"]) == ("paused", ["import.late"])
    await conn.execute("UPDATE webhooks SET disabled_at = now(), failures = 9, last_error = 'x'")
    resumed = (await admin.patch(url, json={"is_active": True, "after": 0})).json()
    assert (resumed["state"], resumed["failures"], resumed["last_error"]) == ("active", 0, None)
    assert (await admin.patch(url, json={})).status_code == 400
    assert (await admin.delete(url)).status_code == 204
    for response in (
        await admin.get(url),
        await admin.patch(url, json={"is_active": True}),
        await admin.delete(url),
        await admin.post(f"{url}/test"),
        await admin.get(f"{url}/deliveries"),
    ):
        assert response.status_code == 404
    entries = await conn.execute(
        "SELECT action FROM audit_log WHERE entity_type = 'webhook' ORDER BY id"
    )
    assert [action for (action,) in await entries.fetchall()] == [
        "webhook.created",
        "webhook.updated",
        "webhook.updated",
        "webhook.deleted",
    ]


async def test_deliveries_are_listed_by_state_and_sent_again(
    admin: Client, conn: Connection
) -> None:
    created = await create(admin)
    test = await admin.post(f"{WEBHOOKS}/{created['id']}/test")
    assert test.status_code == 202
    assert (await admin.get(test.headers["location"])).json() == test.json()
    listed = (await admin.get(f"{WEBHOOKS}/{created['id']}/deliveries")).json()
    assert listed["data"] == [test.json()]
    assert (test.json()["kind"], test.json()["state"]) == ("test", "pending")
    failed = await admin.get(f"{WEBHOOKS}/{created['id']}/deliveries", params={"state": "failed"})
    assert failed.json()["data"] == []
    resend = f"/api/v1/admin/webhook-deliveries/{test.json()['id']}/resend"
    response = await admin.post(resend)
    assert response.status_code == 409
    assert response.json()["detail"].endswith("has no event that is kept: send a test.")
    await conn.execute(
        "INSERT INTO events (id, type, data) VALUES (%s, 'import.held', '{}')",
        [test.json()["event_id"]],
    )
    again = await admin.post(resend)
    assert (again.status_code, again.json()["kind"]) == (202, "resend")
    unknown = "/api/v1/admin/webhook-deliveries/5b8e1d6c-3f0a-4b57-9c21-7a4d0e9f6b12/resend"
    assert (await admin.post(unknown)).status_code == 404
    assert (await admin.get(unknown.removesuffix("/resend"))).status_code == 404
