from collections.abc import Callable
from typing import NoReturn
from uuid import UUID

import anyio
import msgspec
import psycopg
import pytest
import structlog
from litestar import Litestar
from litestar.testing import AsyncTestClient
from psycopg import sql

from pricebook.catalog import service
from pricebook.db.database import Connection
from pricebook.db.resources import open_resources
from pricebook.db.row_types import find_value
from pricebook.errors import DatabaseNotReadyError, DatabaseUnavailableError
from pricebook.settings import Settings

Client = AsyncTestClient[Litestar]


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/api/v1/catalog?limit=0", 400, "VALIDATION_ERROR"),
        ("GET", "/nowhere", 404, "NOT_FOUND"),
        ("GET", "/docs/assets/secret", 404, "NOT_FOUND"),
        ("GET", f"/api/v1/catalog/{UUID(int=1)}", 404, "NOT_FOUND"),
        ("POST", "/api/v1/catalog", 405, "METHOD_NOT_ALLOWED"),
    ],
)
async def test_every_error_is_a_problem_with_the_envelope(
    client: Client, method: str, path: str, status: int, code: str
) -> None:
    response = await client.request(method, path)
    assert response.status_code == status
    assert response.headers["content-type"] == "application/problem+json"
    body = response.json()
    assert body["type"] == "/problems/" + code.lower().replace("_", "-")
    assert body["status"] == status
    assert body["instance"] == path.partition("?")[0]
    assert body["error"]["code"] == code
    assert body["error"]["message"] == body["detail"]
    assert body["detail"].endswith(".")
    assert response.headers["x-request-id"] == body["request_id"]


@pytest.mark.parametrize("host", ["a:b", "x:99999", "[::1", ""])
async def test_error_does_not_depend_on_the_host(client: Client, host: str) -> None:
    response = await client.get("/nowhere", headers={"Host": host})
    assert response.status_code == 404
    assert response.json()["instance"] == "/nowhere"


async def test_405_lists_the_allowed_methods(client: Client) -> None:
    response = await client.post("/api/v1/catalog")
    assert "GET" in response.headers["allow"]


async def test_valid_request_id_of_the_client_is_used(client: Client) -> None:
    response = await client.get("/nowhere", headers={"X-Request-ID": "abc-123"})
    assert response.json()["request_id"] == "abc-123"
    response = await client.get("/nowhere", headers={"X-Request-ID": "a b\tc"})
    assert UUID(response.json()["request_id"])


async def test_unavailable_database_returns_503_with_retry_after(
    client: Client, settings: Settings, drop_database: Callable[[str], None]
) -> None:
    assert settings.database_url
    drop_database(settings.database_url)
    for path in ("/api/v1/catalog", "/ready"):
        response = await client.get(path)
        assert response.status_code == 503
        assert response.headers["retry-after"] == "1"
        assert response.json()["error"]["code"] == "DATABASE_UNAVAILABLE"
    assert (await client.get("/live")).status_code == 200


async def test_unexpected_error_is_logged_with_the_request_id_and_hidden_from_clients(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(*_: object) -> NoReturn:
        raise RuntimeError("SELECT secret FROM users")

    monkeypatch.setattr(service, "browse", fail)
    with structlog.testing.capture_logs() as logs:
        response = await client.get("/api/v1/catalog")
    assert response.status_code == 500
    assert response.json()["error"]["code"] == "INTERNAL_ERROR"
    assert "secret" not in response.text
    (line,) = logs
    assert line["request_id"] == response.json()["request_id"]
    assert "secret" in str(line["exc_info"])


async def test_database_behind_the_migration_head_is_refused_in_one_line(
    settings: Settings, new_database: Callable[..., str]
) -> None:
    empty = msgspec.structs.replace(settings, database_url=new_database("template0"))
    with pytest.raises(DatabaseNotReadyError, match="at migration none, this program needs"):
        async with open_resources(empty):
            pass


async def test_database_that_is_busy_at_the_start_is_asked_again(
    settings: Settings, conn: Connection
) -> None:
    """A lock that outlasts the first attempt; the second one finds it released."""
    waits = """
        SELECT waitstart FROM pg_locks WHERE NOT granted AND relation = 'alembic_version'::regclass
    """
    with anyio.fail_after(30):
        async with anyio.create_task_group() as group, conn.transaction():
            await conn.execute("LOCK TABLE alembic_version")
            group.start_soon(_open_and_close, settings)
            waiting = None
            while True:
                found = await find_value(conn, waits)
                if waiting and found != waiting:
                    break
                waiting = found
                await anyio.sleep(0.02)


async def _open_and_close(settings: Settings) -> None:
    async with open_resources(settings, statement_seconds=2):
        pass


async def test_read_only_database_is_unavailable(
    settings: Settings, database_url: str, superuser: Callable[[str], str]
) -> None:
    with psycopg.connect(superuser(database_url), autocommit=True) as conn:
        name = sql.Identifier(conn.info.dbname)
        closed = "ALTER DATABASE {} SET default_transaction_read_only = on"
        conn.execute(sql.SQL(closed).format(name))
    with pytest.raises(DatabaseUnavailableError, match="read-only"):
        async with open_resources(settings):
            pass


async def test_currency_other_than_that_of_the_database_is_refused(settings: Settings) -> None:
    async with open_resources(settings):
        pass
    other = msgspec.structs.replace(settings, catalog_currency="EUR")
    with pytest.raises(DatabaseNotReadyError, match=r"CATALOG_CURRENCY is EUR, but .* in USD"):
        async with open_resources(other):
            pass
