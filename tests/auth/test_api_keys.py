"""API keys: created and revoked by admins, accepted where tokens are."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from litestar import Litestar
from litestar.testing import AsyncTestClient

from builders import AsRole
from pricebook.auth import key_cache, key_repository, lookup_cache
from pricebook.auth.key_format import generate_key, hash_key, read_key
from pricebook.auth.schemas import Role
from pricebook.db.database import Connection
from pricebook.http.openapi import page_example

Client = AsyncTestClient[Litestar]
ADMIN = "/api/v1/admin"
KEYS = f"{ADMIN}/api-keys"
ERP: dict[str, Any] = {"name": "ERP", "role": "admin", "expires_at": None}


async def create(client: Client, **fields: Any) -> dict[str, Any]:
    response = await client.post(KEYS, json=ERP | fields)
    assert response.status_code == 201, response.text
    return response.json()


def bearer(key: dict[str, Any]) -> dict[str, str]:
    return {"Authorization": f"Bearer {key['key']}"}


async def refused(client: Client, headers: dict[str, str]) -> str:
    """Return the sentence with which a request is refused with 401."""
    response = await client.get(f"{ADMIN}/products", headers=headers)
    assert (response.status_code, response.json()["error"]["code"]) == (401, "UNAUTHORIZED")
    assert response.headers["www-authenticate"] == "Bearer"
    return response.json()["detail"]


async def test_key_is_shown_once_and_stored_as_a_hash(admin: Client, conn: Connection) -> None:
    created = await create(admin, name="  ERP\u00a0")
    text = created.pop("key")
    assert text.startswith(f"pbk_{UUID(created['id']).hex}_")
    assert (await admin.get(f"{KEYS}/{created['id']}")).json() == created
    listed = await admin.get(KEYS)
    assert listed.json() == page_example(created)
    assert text not in listed.text
    ((secret_hash, row),) = await (
        await conn.execute("SELECT secret_hash, to_jsonb(api_keys)::text FROM api_keys")
    ).fetchall()
    assert secret_hash == hash_key(text)
    assert text[37:] not in row
    assert created | {"id": "", "created_at": "", "created_by": ""} == {
        "id": "",
        "name": "ERP",
        "role": "admin",
        "read_only": False,
        "state": "active",
        "created_at": "",
        "created_by": "",
        "expires_at": None,
        "last_used_at": None,
        "revoked_at": None,
        "revoked_by": None,
    }
    assert created["created_by"].startswith("admin ")


@pytest.mark.parametrize(
    ("role", "allowed"), [("sales", "/products"), ("procurement", "/matches"), ("admin", "/tasks")]
)
async def test_key_has_the_rights_of_its_role(
    client: Client, as_role: AsRole, role: Role, allowed: str
) -> None:
    client.headers.update(await as_role("admin"))
    key = bearer(await create(client, role=role))
    assert (await client.get(ADMIN + allowed, headers=key)).status_code == 200
    keys = await client.get(KEYS, headers=key)
    assert keys.status_code == (200 if role == "admin" else 403)
    tasks = await client.get(f"{ADMIN}/tasks", headers=key)
    assert tasks.status_code == (200 if role == "admin" else 403)


async def test_read_only_key_reads_and_changes_nothing(admin: Client, conn: Connection) -> None:
    created = await create(admin, read_only=True)
    assert created["read_only"] is True
    key = bearer(created)
    for method in ("GET", "HEAD"):
        assert (await admin.request(method, f"{ADMIN}/suppliers", headers=key)).status_code == 200
    supplier = await admin.post(f"{ADMIN}/suppliers", json={"name": "ACME", "source_type": "csv"})
    path = f"{ADMIN}/suppliers/{supplier.json()['id']}"
    changes = [("POST", f"{ADMIN}/suppliers"), ("PATCH", path), ("DELETE", path)]
    changes += [("PUT", f"{path}/credentials"), ("DELETE", f"{KEYS}/{created['id']}")]
    for method, address in changes:  # the check precedes that of the body
        response = await admin.request(method, address, headers=key)
        assert (response.status_code, response.json()["error"]["code"]) == (403, "FORBIDDEN")
        assert response.json()["detail"] == (
            "The API key ERP is read-only: it may send GET and HEAD requests."
        )
    ((after,),) = await (
        await conn.execute("SELECT after FROM audit_log WHERE action = 'api_key.created'")
    ).fetchall()
    assert after["read_only"] is True


async def test_read_only_key_reads_what_its_role_may(admin: Client) -> None:
    key = bearer(await create(admin, role="sales", read_only=True))
    assert (await admin.get(f"{ADMIN}/products", headers=key)).status_code == 200
    assert (await admin.get(f"{ADMIN}/tasks", headers=key)).status_code == 403


async def test_scheme_is_case_insensitive_and_the_key_is_not(admin: Client) -> None:
    key = (await create(admin))["key"]
    lower = {"Authorization": f"bearer {key}"}
    assert (await admin.get(f"{ADMIN}/products", headers=lower)).status_code == 200
    assert "is not valid" in await refused(admin, {"Authorization": f"Bearer {key.lower()}"})


@pytest.mark.parametrize(
    ("field", "body"),
    [
        ("name", {"name": " "}),
        ("name", {"name": "x" * 101}),
        ("role", {"role": "boss"}),
        ("read_only", {"read_only": "yes"}),
        ("expires_at", {"expires_at": "2020-01-01T00:00:00Z"}),
        ("expires_at", {"expires_at": "2099-01-01T00:00:00"}),
        ("expires_at", {"expires_at": "tomorrow"}),
        ("expires_at", {"expires_at": "9999-12-31T23:59:59-12:00"}),
        ("colour", {"colour": "red"}),
    ],
)
async def test_bad_field_is_refused_by_name(
    admin: Client, field: str, body: dict[str, Any]
) -> None:
    response = await admin.post(KEYS, json=ERP | body)
    assert response.status_code == 400, response.text
    (error,) = response.json()["error"]["details"]["errors"]
    assert (error["in"], error["field"]) == ("body", field)


async def test_key_expires_after_a_year_unless_stated(admin: Client) -> None:
    response = await admin.post(KEYS, json={"name": "ERP", "role": "sales"})
    assert response.status_code == 201, response.text
    remaining = datetime.fromisoformat(response.json()["expires_at"]) - datetime.now(UTC)
    assert timedelta(days=364, hours=23) < remaining <= timedelta(days=365)


async def test_name_is_taken_until_its_key_is_revoked(admin: Client) -> None:
    first = await create(admin)
    again = await admin.post(KEYS, json=ERP | {"name": "erp"})
    assert (again.status_code, again.json()["error"]["code"]) == (409, "CONFLICT")
    await admin.delete(f"{KEYS}/{first['id']}")
    assert (await create(admin))["id"] != first["id"]


async def test_key_cannot_create_keys(admin: Client) -> None:
    key = bearer(await create(admin))
    for body in (ERP | {"name": "other"}, {}):  # the check precedes that of the body
        response = await admin.post(KEYS, json=body, headers=key)
        assert response.status_code == 403
        assert "An API key may not do this" in response.json()["detail"]
    assert (await admin.get(KEYS)).json()["total_count"] == 1


async def test_revoked_key_is_refused_at_once_here_and_stays_in_the_list(admin: Client) -> None:
    created = await create(admin)
    key = bearer(created)
    assert (await admin.get(f"{ADMIN}/products", headers=key)).status_code == 200
    revoked = (await admin.delete(f"{KEYS}/{created['id']}")).json()
    assert (revoked["state"], revoked["revoked_by"]) == ("revoked", created["created_by"])
    assert "ERP was revoked" in await refused(admin, key)
    again = await admin.delete(f"{KEYS}/{created['id']}")
    assert (again.status_code, again.json()) == (200, revoked)
    assert (await admin.get(KEYS)).json()["data"] == [revoked]
    assert (await admin.delete(f"{KEYS}/{uuid4()}")).status_code == 404
    assert (await admin.get(f"{KEYS}/{uuid4()}")).status_code == 404


async def test_key_revoked_elsewhere_is_refused_after_the_age_of_the_cache(
    admin: Client, conn: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = bearer(await create(admin))
    assert (await admin.get(f"{ADMIN}/products", headers=key)).status_code == 200
    await conn.execute("UPDATE api_keys SET revoked_at = now(), revoked_by = 'anna'")
    assert lookup_cache.MAX_AGE_SECONDS <= 20
    monkeypatch.setattr(lookup_cache, "MAX_AGE_SECONDS", 0.0)
    assert "ERP was revoked" in await refused(admin, key)


async def test_expired_key_is_refused_at_its_time(admin: Client, conn: Connection) -> None:
    created = await create(admin, expires_at=(datetime.now(UTC) + timedelta(days=1)).isoformat())
    await conn.execute("UPDATE api_keys SET expires_at = now() - interval '1 second'")
    assert "ERP has expired" in await refused(admin, bearer(created))
    assert (await admin.get(f"{KEYS}/{created['id']}")).json()["state"] == "expired"


async def test_a_cached_key_expires_at_its_time(
    admin: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    soon = datetime.now(UTC) + timedelta(seconds=30)
    key = bearer(await create(admin, expires_at=soon.isoformat()))
    assert (await admin.get(f"{ADMIN}/products", headers=key)).status_code == 200

    class Later(datetime):
        @classmethod
        def now(cls, tz: Any = None) -> datetime:
            return datetime.now(tz) + timedelta(minutes=1)

    monkeypatch.setattr("pricebook.auth.key_check.datetime", Later)
    assert "ERP has expired" in await refused(admin, key)


async def test_wrong_secret_and_unknown_id_get_the_same_answer(admin: Client) -> None:
    created = await create(admin)
    wrong = {"key": generate_key(UUID(created["id"]))}
    unknown = {"key": generate_key(uuid4())}
    malformed = {"key": created["key"][:-1] + ("1" if created["key"][-1] == "0" else "0")}
    sentences = {await refused(admin, bearer(each)) for each in (wrong, unknown, malformed)}
    assert len(sentences) == 1
    assert (await admin.get(f"{ADMIN}/products", headers=bearer(created))).status_code == 200


async def test_last_use_is_recorded_once_a_minute(
    admin: Client, statements: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    created = await create(admin)
    statements.clear()
    for _ in range(5):
        await admin.get(f"{ADMIN}/products", headers=bearer(created))
    writes = [each for each in statements if "last_used_at = now()" in each]
    assert len(writes) == 1
    assert len([each for each in statements if "FROM api_keys WHERE id" in each]) == 1
    first = (await admin.get(f"{KEYS}/{created['id']}")).json()["last_used_at"]
    assert first is not None
    monkeypatch.setattr(key_cache, "USE_SECONDS", 0.0)
    monkeypatch.setattr("pricebook.auth.key_check.USE_SECONDS", 0.0)
    await admin.get(f"{ADMIN}/products", headers=bearer(created))
    assert (await admin.get(f"{KEYS}/{created['id']}")).json()["last_used_at"] > first


async def test_use_is_not_recorded_twice_by_two_processes(admin: Client, conn: Connection) -> None:
    created = await create(admin)
    await conn.execute("UPDATE api_keys SET last_used_at = now() - interval '50 seconds'")
    before = (await admin.get(f"{KEYS}/{created['id']}")).json()
    await admin.get(f"{ADMIN}/products", headers=bearer(created))
    assert (await admin.get(f"{KEYS}/{created['id']}")).json() == before


async def test_request_does_not_wait_while_a_use_cannot_be_recorded(
    admin: Client, conn: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_last_used = key_repository.set_last_used
    ended: list[UUID] = []

    async def record(own: Connection, key_id: UUID, seconds: float) -> None:
        await set_last_used(own, key_id, seconds)  # raises if it waits for the lock
        ended.append(key_id)

    monkeypatch.setattr(key_repository, "set_last_used", record)
    created = await create(admin)
    async with conn.transaction():
        await conn.execute("SELECT FROM api_keys FOR UPDATE")
        response = await admin.get(f"{ADMIN}/products", headers=bearer(created))
        assert response.status_code == 200
        assert ended == [UUID(created["id"])]


async def test_work_of_a_key_names_it(admin: Client) -> None:
    key = bearer(await create(admin))
    supplier = await admin.post(
        f"{ADMIN}/suppliers", json={"name": "ACME", "source_type": "csv"}, headers=key
    )
    assert supplier.status_code == 201
    headers = key | {"Idempotency-Key": "1"}
    address = f"{ADMIN}/suppliers/{supplier.json()['id']}/upload"
    files = {"file": ("a.csv", b"Article code,Name,Price\nA-1,Hammer,12\n")}
    first = await admin.post(address, files=files, headers=headers)
    assert first.status_code == 202, first.text
    again = await admin.post(address, files=files, headers=headers)
    assert again.json()["task_id"] == first.json()["task_id"]
    task = (await admin.get(f"{ADMIN}/tasks/{first.json()['task_id']}")).json()
    assert task["requested_by"] == "API key ERP"


async def test_audit_names_who_created_and_revoked_a_key_and_what_the_key_did(
    admin: Client, conn: Connection
) -> None:
    created = await create(admin)
    supplier = {"name": "ACME", "source_type": "csv"}
    await admin.post(f"{ADMIN}/suppliers", json=supplier, headers=bearer(created))
    for _ in range(2):
        await admin.delete(f"{KEYS}/{created['id']}", headers=bearer(created))
    entries = await (
        await conn.execute("""
            SELECT actor_type, actor_name, action, entity_name, after::text FROM audit_log
            WHERE entity_type = 'api_key' AND entity_id IS NOT NULL ORDER BY id
        """)
    ).fetchall()
    assert [entry[:4] for entry in entries] == [
        ("user", created["created_by"], "api_key.created", "ERP"),
        ("api_key", "ERP", "api_key.revoked", "ERP"),
    ]
    assert created["key"][37:] not in str(entries)


def test_texts_of_keys_are_random_and_have_a_checksum() -> None:
    key_id = uuid4()
    keys = {generate_key(key_id) for _ in range(200)}
    assert len(keys) == 200
    for text in keys:
        reference = read_key(text)
        assert reference
        assert reference.id == key_id
    text = keys.pop()
    for position in range(len(text)):
        other = "1" if text[position] == "0" else "0"
        assert read_key(text[:position] + other + text[position + 1 :]) is None
    for malformed in ("", "pbk_", text[:-1], text + "0", text + "\n", " " + text, "pbk_é" + text):
        assert read_key(malformed) is None
