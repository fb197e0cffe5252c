"""Credentials of a supplier's address: stored encrypted, shown without the secret."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID, uuid4

import msgspec
import pytest
from litestar import Litestar
from litestar.testing import AsyncTestClient

import builders
from pricebook.api.application import create_app
from pricebook.db.database import Connection, Database
from pricebook.db.row_types import fetch_value
from pricebook.diagnostics.installation_checks import CHECKS, CheckContext
from pricebook.errors import ConflictError, NotFoundError, PriceListError, SettingsError
from pricebook.services import open_redis
from pricebook.settings import Settings
from pricebook.suppliers import credentials
from pricebook.suppliers.credential_keys import CredentialKeys
from pricebook.suppliers.credential_schemas import NewCredentials
from pricebook.suppliers.credentials import CredentialContext
from pricebook.tasks.queue import QueueClient

Client = AsyncTestClient[Litestar]
SUPPLIERS = "/api/v1/admin/suppliers"
URL = "https://Lists.Acme.example/files/list.csv?token=1"
ORIGIN = "https://lists.acme.example"
SECRET = "kmq7-v3xt-h8ra"
BASIC: dict[str, Any] = {"kind": "basic", "name": "shop-4711", "secret": SECRET}
OLD_KEY, NEW_KEY = "old key of thirty-two characters", "new key of thirty-two characters"


@asynccontextmanager
async def open_queue(settings: Settings) -> AsyncGenerator[QueueClient]:
    async with open_redis(settings) as redis:
        yield QueueClient(redis, settings.redis_queue_name)


@pytest.fixture
async def supplier_id(conn: Connection) -> UUID:
    return await builders.supplier_with_url(conn, URL, "Acme")


@pytest.fixture
def context(database: Database) -> CredentialContext:
    return CredentialContext(database, CredentialKeys([OLD_KEY]))


async def put(client: Client, supplier_id: object, **body: Any) -> Any:
    return await client.put(f"{SUPPLIERS}/{supplier_id}/credentials", json=BASIC | body)


async def find(
    database: Database, supplier_id: UUID, *keys: str, url: str = URL
) -> tuple[str, str] | None:
    async with database.connection() as conn:
        found = await credentials.find_for_address(conn, CredentialKeys(keys), supplier_id, url)
    return found and (found.header, found.value)


async def test_they_are_shown_without_the_secret(admin: Client, supplier_id: UUID) -> None:
    path = f"{SUPPLIERS}/{supplier_id}"
    assert (await admin.get(path)).json()["credentials"] is None
    response = await put(admin, supplier_id)
    assert response.status_code == 200, response.text
    stored = response.json()
    assert (stored["kind"], stored["name"], stored["origin"]) == ("basic", "shop-4711", ORIGIN)
    assert stored["updated_by"].startswith("admin ")
    pages = [await admin.get(shown) for shown in (path, SUPPLIERS, "/api/v1/admin/audit")]
    texts = [each.text for each in (response, *pages)]
    assert (await admin.get(path)).json()["credentials"] == stored
    assert all("shop-4711" in text for text in texts)
    assert [text for text in texts if SECRET in text] == []


async def test_they_are_removed_once(admin: Client, supplier_id: UUID) -> None:
    path = f"{SUPPLIERS}/{supplier_id}/credentials"
    assert (await admin.delete(path)).status_code == 404
    await put(admin, supplier_id)
    assert (await admin.delete(path)).status_code == 204
    assert (await admin.get(f"{SUPPLIERS}/{supplier_id}")).json()["credentials"] is None
    gone = await admin.delete(path)
    assert (gone.status_code, gone.json()["detail"]) == (404, "Acme has no credentials.")
    assert (await put(admin, uuid4())).status_code == 404


@pytest.mark.parametrize("role", ["sales", "procurement"])
async def test_only_admins_set_and_remove_them(
    client: Client, as_role: builders.AsRole, supplier_id: UUID, role: Any
) -> None:
    client.headers.update(await as_role(role))
    assert (await put(client, supplier_id)).status_code == 403
    path = f"{SUPPLIERS}/{supplier_id}"
    assert (await client.delete(f"{path}/credentials")).status_code == 403
    assert (await client.get(path)).json()["credentials"] is None


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"name": None}, "name"),
        ({"name": "shop:4711"}, "name"),
        ({"name": "shop\r\nX-Admin: 1"}, "name"),
        ({"name": "x" * 256}, "name"),
        ({"secret": ""}, "secret"),
        ({"secret": "x" * 8001}, "secret"),
        ({"secret": f"{SECRET}\nX: 1"}, "secret"),
        ({"kind": "bearer"}, "name"),
        ({"kind": "bearer", "name": None, "secret": f"{SECRET} {SECRET}"}, "secret"),
        ({"kind": "header", "name": "X Key"}, "name"),
        ({"kind": "header", "name": "X-Key:"}, "name"),
        ({"kind": "header", "name": "Host"}, "name"),
        ({"kind": "header", "name": "content-length"}, "name"),
        (
            {"kind": "header", "name": "X-Key", "secret": f"{SECRET}\r\nHost: evil.example"},
            "secret",
        ),
        ({"kind": "header", "name": "X-Key", "secret": f"{SECRET}ü"}, "secret"),
        ({"kind": "digest"}, "kind"),
        ({"user": "x"}, "user"),
    ],
)
async def test_what_no_request_can_send_is_refused(
    admin: Client, conn: Connection, supplier_id: UUID, body: dict[str, Any], field: str
) -> None:
    response = await put(admin, supplier_id, **body)
    assert response.status_code == 400, response.text
    assert [each["field"] for each in response.json()["error"]["details"]["errors"]] == [field]
    assert SECRET not in response.text
    assert await fetch_value(conn, "SELECT count(*) FROM supplier_credentials") == 0


async def test_a_supplier_without_an_address_is_refused(admin: Client, conn: Connection) -> None:
    response = await put(admin, await builders.supplier(conn, "Acme"))
    assert response.status_code == 409
    assert response.json()["detail"].startswith("Acme has no https address ")


async def test_without_a_key_nothing_is_stored(
    settings: Settings, as_role: builders.AsRole, conn: Connection, supplier_id: UUID
) -> None:
    app = create_app(msgspec.structs.replace(settings, credentials_key=None))
    async with AsyncTestClient(app) as client:
        client.headers.update(await as_role("admin"))
        response = await put(client, supplier_id)
    assert response.status_code == 409
    detail = response.json()["detail"]
    assert detail.startswith("The credentials were not stored: CREDENTIALS_KEY is not set: ")
    assert await fetch_value(conn, "SELECT count(*) FROM supplier_credentials") == 0


@pytest.mark.parametrize(
    ("new", "expected"),
    [
        (NewCredentials("basic", "s:é", "Zoë"), ("Authorization", "Basic Wm/DqzpzOsOp")),
        (NewCredentials("bearer", "abc.d-e=="), ("Authorization", "Bearer abc.d-e==")),
        (NewCredentials("header", "a b", "X-Api-Key"), ("X-Api-Key", "a b")),
    ],
)
async def test_each_kind_is_a_header_field_of_its_origin(
    database: Database,
    context: CredentialContext,
    supplier_id: UUID,
    new: NewCredentials,
    expected: tuple[str, str],
) -> None:
    await credentials.set_credentials(context, supplier_id, new, "anna")
    assert await find(database, supplier_id, OLD_KEY) == expected
    assert await find(database, supplier_id, OLD_KEY, url=f"{ORIGIN}:443/x") == expected
    for other in (f"{ORIGIN}:8443/x", "https://acme.example/x", "http://lists.acme.example/x"):
        assert await find(database, supplier_id, OLD_KEY, url=other) is None


@pytest.mark.parametrize(
    ("keys", "sentence"),
    [
        ((), "CREDENTIALS_KEY is not set"),
        ((NEW_KEY,), "CREDENTIALS_KEY does not have the key that they were stored with"),
    ],
)
async def test_a_missing_key_is_named(
    database: Database,
    context: CredentialContext,
    supplier_id: UUID,
    keys: tuple[str, ...],
    sentence: str,
) -> None:
    await credentials.set_credentials(context, supplier_id, NewCredentials(**BASIC), "anna")
    with pytest.raises(PriceListError, match=sentence) as raised:
        await find(database, supplier_id, *keys)
    assert raised.value.message.startswith("The stored credentials cannot be decrypted: ")


@pytest.mark.parametrize(
    "change",
    [
        "supplier_id = %(other)s",
        "name = 'root'",
        "origin = 'https://evil.example'",
        "ciphertext = set_byte(ciphertext, 15, get_byte(ciphertext, 15) # 1)",
        "ciphertext = ''",
        "kind = 'header', name = 'X-Key'",
    ],
)
async def test_a_copied_or_altered_row_is_not_decrypted(
    database: Database, conn: Connection, context: CredentialContext, supplier_id: UUID, change: str
) -> None:
    other = await builders.supplier_with_url(conn, URL)
    await credentials.set_credentials(context, supplier_id, NewCredentials(**BASIC), "anna")
    statement: Any = f"UPDATE supplier_credentials SET {change}"  # noqa: S608 (of this test)
    await conn.execute(statement, {"other": other})
    at = other if "supplier_id" in change else supplier_id
    url = "https://evil.example/x" if "evil" in change else URL
    with pytest.raises(PriceListError, match="altered in the database, or copied from another"):
        await find(database, at, OLD_KEY, url=url)


async def test_keys_are_rotated(
    database: Database, conn: Connection, context: CredentialContext, supplier_id: UUID
) -> None:
    await credentials.set_credentials(context, supplier_id, NewCredentials(**BASIC), "anna")
    shown = "SELECT (updated_at, updated_by)::text FROM supplier_credentials"
    entries = "SELECT count(*) FROM audit_log"
    before = await fetch_value(conn, shown), await fetch_value(conn, entries)
    assert await find(database, supplier_id, NEW_KEY, OLD_KEY) is not None
    rotating = CredentialContext(database, CredentialKeys([NEW_KEY, OLD_KEY]))
    assert await credentials.encrypt_again(rotating) == 1
    assert await credentials.encrypt_again(rotating) == 0
    assert (await fetch_value(conn, shown), await fetch_value(conn, entries)) == before
    assert await find(database, supplier_id, NEW_KEY) is not None
    with pytest.raises(PriceListError):
        await find(database, supplier_id, OLD_KEY)
    (count,) = await credentials.count_by_key(database)
    assert (count.key_id, count.suppliers) == (CredentialKeys([NEW_KEY]).current_id, 1)


async def test_rotation_without_the_old_key_changes_nothing(
    database: Database, context: CredentialContext, supplier_id: UUID
) -> None:
    await credentials.set_credentials(context, supplier_id, NewCredentials(**BASIC), "anna")
    with pytest.raises(PriceListError, match="does not have the key"):
        await credentials.encrypt_again(CredentialContext(database, CredentialKeys([NEW_KEY])))
    with pytest.raises(SettingsError, match="is not set"):
        await credentials.encrypt_again(CredentialContext(database, CredentialKeys([])))
    assert await find(database, supplier_id, OLD_KEY) is not None


@pytest.mark.parametrize(
    ("keys", "problem", "note"),
    [
        (OLD_KEY, "", ""),
        (f"{NEW_KEY},{OLD_KEY}", "", "those of 1 suppliers have an older key: "),
        (NEW_KEY, "does not have the key of the credentials of 1 suppliers", ""),
        (None, "does not have the key of the credentials of 1 suppliers", ""),
    ],
)
async def test_doctor_compares_the_keys_with_the_rights_of_the_api(
    settings: Settings, keys: str | None, problem: str, note: str
) -> None:
    stored = msgspec.structs.replace(settings, credentials_key=keys)
    url = stored.required_database_url
    check, _ = CHECKS["credentials"]
    checks = CheckContext(stored, lambda: Database(url), lambda: open_queue(stored))
    assert (await check(checks)).summary == "stored for 0 suppliers."
    async with Database(url) as database, database.connection() as conn:
        supplier_id = await builders.supplier_with_url(conn, URL)
        context = CredentialContext(database, CredentialKeys([OLD_KEY]))
        await credentials.set_credentials(context, supplier_id, NewCredentials(**BASIC), "anna")
    result = await check(checks)
    assert result.summary == "stored for 1 suppliers."
    assert (len(result.problems), len(result.notes)) == (bool(problem), bool(note))
    assert problem in "".join(result.problems)
    assert note in "".join(result.notes)


async def test_two_ciphertexts_of_one_secret_differ(
    conn: Connection, context: CredentialContext, supplier_id: UUID
) -> None:
    found: set[bytes] = set()
    for _ in range(2):
        await credentials.set_credentials(context, supplier_id, NewCredentials(**BASIC), "anna")
        found.add(await fetch_value(conn, "SELECT ciphertext FROM supplier_credentials"))
    assert len(found) == 2
    assert all(SECRET.encode() not in each for each in found)


async def test_setting_and_removing_is_audited_without_the_secret(
    database: Database, conn: Connection, context: CredentialContext, supplier_id: UUID
) -> None:
    await credentials.set_credentials(context, supplier_id, NewCredentials(**BASIC), "anna")
    again = NewCredentials("basic", "other", "shop-4711")
    await credentials.set_credentials(context, supplier_id, again, "anna")
    await credentials.remove_credentials(database, supplier_id)
    cursor = await conn.execute(
        """
        SELECT action, entity_id, entity_name, before, after FROM audit_log
        WHERE action LIKE 'supplier.cred%' ORDER BY id
        """
    )
    full = {"kind": "basic", "name": "shop-4711", "origin": ORIGIN, "secret": "***"}
    masked = {"secret": "***"}
    acme = (supplier_id, "Acme")
    assert await cursor.fetchall() == [
        ("supplier.credentials_set", *acme, None, full),
        ("supplier.credentials_set", *acme, masked, masked),
        ("supplier.credentials_removed", *acme, full, None),
    ]


async def test_they_are_deleted_with_their_supplier(
    conn: Connection, context: CredentialContext, supplier_id: UUID
) -> None:
    await credentials.set_credentials(context, supplier_id, NewCredentials(**BASIC), "anna")
    await conn.execute("UPDATE suppliers SET deleting_since = now(), is_active = false")
    with pytest.raises(NotFoundError):
        await credentials.set_credentials(context, supplier_id, NewCredentials(**BASIC), "anna")
    assert await fetch_value(conn, "SELECT delete_supplier_batch(%s, 10)", [supplier_id])
    assert await fetch_value(conn, "SELECT count(*) FROM supplier_credentials") == 0
    removed = "SELECT count(*) FROM audit_log WHERE action = 'supplier.credentials_removed'"
    assert await fetch_value(conn, removed) == 0


async def test_a_list_of_another_source_has_none(
    conn: Connection, context: CredentialContext
) -> None:
    supplier_id = await builders.supplier(conn)
    config = {"source_config": {"spreadsheet_url": "https://docs.google.com/spreadsheets/d/1"}}
    await conn.execute(
        "UPDATE suppliers SET metadata = %s::jsonb", [msgspec.json.encode(config).decode()]
    )
    with pytest.raises(ConflictError, match="has no https address"):
        await credentials.set_credentials(context, supplier_id, NewCredentials(**BASIC), "anna")


def test_secret_is_not_in_the_text_of_new_credentials() -> None:
    assert SECRET not in repr(NewCredentials(**BASIC))
