import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from typing import Any, cast
from uuid import UUID, uuid4

import httpx
import msgspec
import pytest
from litestar import Litestar
from litestar.testing import AsyncTestClient

import builders
from pricebook.api.application import create_app
from pricebook.db.database import Connection
from pricebook.settings import Settings
from worker_fixtures import LIST, RunningWorker, WaitForEnd

Client = AsyncTestClient[Litestar]
SYNC = "/api/v1/admin/sync"
UNREACHABLE_REDIS = "unix:///nowhere/redis.sock"


async def supplier(conn: Connection, file_path: str = "acme.csv") -> UUID:
    supplier_id = await builders.supplier(conn)
    await conn.execute(
        """
        UPDATE suppliers
        SET metadata = jsonb_build_object('source_config',
            jsonb_build_object('file_path', %s::text))
        """,
        [file_path],
    )
    return supplier_id


async def sync(client: Client | httpx.AsyncClient, supplier_id: object, **headers: str) -> Any:
    return await client.post(SYNC, json={"supplier_id": str(supplier_id)}, headers=headers)


async def test_sync_imports_the_configured_file(
    admin: Client,
    conn: Connection,
    settings: Settings,
    running_worker: RunningWorker,
    wait_for_end: WaitForEnd,
) -> None:
    (settings.uploads / "acme.csv").write_text(LIST)
    response = await sync(admin, await supplier(conn))
    assert response.status_code == 202, response.text
    async with running_worker():
        task = await wait_for_end(UUID(response.json()["task_id"]))
    assert task.state == "succeeded"
    assert (settings.uploads / "acme.csv").exists()


async def test_sync_without_source_or_active_supplier_is_refused(
    admin: Client, conn: Connection
) -> None:
    without_a_list = await builders.supplier(conn)
    assert (await sync(admin, without_a_list)).status_code == 400
    assert (await sync(admin, uuid4())).status_code == 404
    assert (await sync(admin, "no-id")).status_code == 400
    inactive = await supplier(conn)
    await conn.execute("UPDATE suppliers SET is_active = false")
    assert (await sync(admin, inactive)).status_code == 400


async def test_a_user_has_ten_syncs_a_minute_and_gets_rate_limit_headers(
    admin: Client, conn: Connection
) -> None:
    supplier_id = await supplier(conn)
    unknown = await sync(admin, uuid4())
    assert (unknown.status_code, unknown.headers["ratelimit"][:11]) == (404, '"sync";r=9;')
    malformed = await sync(admin, "no-id")
    assert (malformed.status_code, malformed.headers["ratelimit"][:11]) == (400, '"sync";r=8;')
    assert malformed.headers["ratelimit-policy"] == '"sync";q=10;w=60'
    for left in range(7, -1, -1):
        response = await sync(admin, supplier_id)
        assert response.status_code == 202
        assert response.headers["ratelimit"].startswith(f'"sync";r={left};t=')
        assert response.headers["ratelimit-policy"] == '"sync";q=10;w=60'
    response = await sync(admin, "no-id")  # 429 precedes 400
    assert response.status_code == 429
    unknown_parameter = await admin.post("/api/v1/admin/sync?x=1", json={})
    assert unknown_parameter.status_code == 429
    assert 0 < int(response.headers["retry-after"]) <= 60
    assert (await admin.get("/api/v1/admin/tasks")).json()["total_count"] == 8


async def test_parallel_syncs_on_two_processes_are_counted_together(
    settings: Settings, conn: Connection, as_role: builders.AsRole
) -> None:
    supplier_id = await supplier(conn)
    apps = [create_app(settings), create_app(settings)]
    async with (
        apps[0].lifespan(),
        apps[1].lifespan(),
        http_client(apps[0]) as one,
        http_client(apps[1]) as two,
    ):
        for _ in range(2):
            header = await as_role("admin")
            calls = [sync(client, supplier_id, **header) for client in (one, two) for _ in range(9)]
            statuses = Counter(each.status_code for each in await asyncio.gather(*calls))
            assert statuses == {202: 10, 429: 8}


def http_client(app: Litestar) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(cast("Any", app), raise_app_exceptions=False)
    return httpx.AsyncClient(transport=transport, base_url="http://testserver.local", timeout=120)


async def test_idempotency_key_returns_the_same_task(
    admin: Client, conn: Connection, as_role: builders.AsRole
) -> None:
    first_supplier, second_supplier = await supplier(conn), await supplier(conn)
    first = await sync(admin, first_supplier, **{"Idempotency-Key": "k"})
    again = await sync(admin, first_supplier, **{"Idempotency-Key": "k"})
    assert (again.status_code, again.json()) == (202, first.json())
    other = await sync(admin, second_supplier, **{"Idempotency-Key": "k"})
    assert other.status_code == 409
    another_user = await as_role("admin")
    theirs = await sync(admin, first_supplier, **{"Idempotency-Key": "k"}, **another_user)
    assert theirs.status_code == 202
    assert theirs.json()["task_id"] != first.json()["task_id"]


@pytest.fixture
async def without_redis(settings: Settings, as_role: builders.AsRole) -> AsyncIterator[Client]:
    unreachable = msgspec.structs.replace(settings, redis_url=UNREACHABLE_REDIS)
    async with AsyncTestClient(create_app(unreachable)) as client:
        client.headers.update(await as_role("admin"))
        yield client


async def test_without_redis_requests_for_imports_get_503_and_others_work(
    without_redis: Client, conn: Connection, settings: Settings
) -> None:
    supplier_id = await supplier(conn)
    for _ in range(12):
        response = await sync(without_redis, supplier_id)
        assert response.status_code == 503
        assert response.json()["error"]["code"] == "REDIS_UNAVAILABLE"
    response = await without_redis.post(
        f"/api/v1/admin/suppliers/{supplier_id}/upload", files={"file": ("a.csv", b"x")}
    )
    assert (response.status_code, response.json()["error"]["code"]) == (503, "REDIS_UNAVAILABLE")
    assert (await without_redis.get("/api/v1/admin/tasks")).json()["total_count"] == 0
    assert not (settings.uploads / "uploaded").exists()
