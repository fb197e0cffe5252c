"""Price lists behind credentials: a worker sends the stored ones, and no place has them."""

import base64
from collections.abc import Iterator
from contextlib import redirect_stderr, redirect_stdout
from io import StringIO
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import anyio
import msgspec
import pytest
from litestar import Litestar
from litestar.testing import AsyncTestClient
from psycopg.types.json import Jsonb
from structlog.testing import capture_logs

import builders
from pricebook.auth.schemas import Caller
from pricebook.db.database import Connection, Database
from pricebook.db.resources import Resources
from pricebook.db.row_types import fetch_value
from pricebook.imports import preview_service
from pricebook.imports.preview_changes import PreviewState
from pricebook.services import open_redis, submission_context_for
from pricebook.settings import Settings
from pricebook.tasks.schemas import Task
from pricelists.fake_web_server import FakeWebServer, run_fake_web_server
from worker_fixtures import WAIT_TIMEOUT_SECONDS, RunningWorker, WaitForEnd

Client = AsyncTestClient[Litestar]
SUPPLIERS = "/api/v1/admin/suppliers"
OTHER_KEY = "another key than that of the fixtures"
NAME, SECRET = "shop-4711", "kmq7-v3xt-h8ra"
PAIR = base64.b64encode(f"{NAME}:{SECRET}".encode()).decode()
KINDS = [
    ({"kind": "basic", "name": NAME}, ("Authorization", f"Basic {PAIR}")),
    ({"kind": "bearer"}, ("Authorization", f"Bearer {SECRET}")),
    ({"kind": "header", "name": "X-Api-Key"}, ("X-Api-Key", SECRET)),
]
CALLER = Caller(uuid4(), "buyer", "procurement")
TABLES = """
    SELECT relname FROM pg_class JOIN pg_namespace AS schema ON schema.oid = relnamespace
    WHERE nspname = 'public' AND relkind IN ('r', 'p')
"""


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return msgspec.structs.replace(settings, allow_private_urls=True)


@pytest.fixture
def web(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeWebServer]:
    with run_fake_web_server(tmp_path) as running:
        monkeypatch.setenv("SSL_CERT_FILE", str(running.ca_file))
        yield running


def url_of(web: FakeWebServer, path: str = "/guarded") -> str:
    return web.url(path, "127.0.0.1")


class Syncs:
    """Stores credentials as an admin does, and runs syncs by a worker."""

    def __init__(
        self,
        admin: Client,
        worker_settings: Settings,
        running_worker: RunningWorker,
        wait_for_end: WaitForEnd,
    ) -> None:
        self.admin, self.worker_settings = admin, worker_settings
        self.running_worker, self._wait_for_end = running_worker, wait_for_end

    async def store(self, supplier_id: UUID, **body: str) -> None:
        path = f"{SUPPLIERS}/{supplier_id}/credentials"
        body = body or {"kind": "basic", "name": NAME}
        response = await self.admin.put(path, json={**body, "secret": SECRET})
        assert response.status_code == 200, response.text

    async def run(self, supplier_id: UUID, state: str = "succeeded") -> Task:
        """Sync a price list; return its task in its end state."""
        request = {"supplier_id": str(supplier_id)}
        response = await self.admin.post("/api/v1/admin/sync", json=request)
        assert response.status_code == 202, response.text
        async with self.running_worker():
            return await self._wait_for_end(UUID(response.json()["task_id"]), state)

    async def fail(self, supplier_id: UUID) -> str:
        """Return the only sentence of a sync that fails at once."""
        (sentence,) = (await self.run(supplier_id, "failed")).errors
        assert SECRET not in sentence
        return sentence


@pytest.fixture
def syncs(
    admin: Client,
    worker_settings: Settings,
    running_worker: RunningWorker,
    wait_for_end: WaitForEnd,
) -> Syncs:
    return Syncs(admin, worker_settings, running_worker, wait_for_end)


async def tables_with(conn: Connection, text: str) -> set[str]:
    """Return the tables of which a row has a text, as characters or as bytes."""
    tables = await (await conn.execute(TABLES)).fetchall()
    found: set[str] = set()
    for (table,) in tables:
        query: Any = f"SELECT count(*) FROM {table} AS t WHERE t::text LIKE ANY (%s)"  # noqa: S608 (of this test)
        patterns = [f"%{text}%", f"%{text.encode().hex()}%"]
        if await fetch_value(conn, query, [patterns]):
            found.add(table)
    return found


@pytest.mark.parametrize(("body", "field"), KINDS)
async def test_list_behind_credentials_is_imported_and_nothing_has_the_secret(
    syncs: Syncs,
    conn: Connection,
    web: FakeWebServer,
    body: dict[str, str],
    field: tuple[str, str],
) -> None:
    web.protected = field
    supplier_id = await builders.supplier_with_url(conn, url_of(web), "Acme")
    printed = StringIO()
    with capture_logs() as logs, redirect_stdout(printed), redirect_stderr(printed):
        await syncs.store(supplier_id, **body)
        await syncs.run(supplier_id)
    assert await fetch_value(conn, "SELECT name FROM supplier_items") == "Lamp"
    assert [fields[field[0]] for fields in web.header_fields] == [field[1]]
    assert "ingestion_tasks" in await tables_with(conn, "/guarded")
    paths = ("tasks", "audit", "suppliers", f"suppliers/{supplier_id}")
    shown = [await syncs.admin.get(f"/api/v1/admin/{path}") for path in paths]
    assert all("Acme" in each.text for each in shown)
    for text in (SECRET, field[1]):
        assert await tables_with(conn, text) == set()
        assert text not in f"{logs}{printed.getvalue()}{[each.text for each in shown]}"


async def test_search_of_the_tables_finds_a_stored_text(syncs: Syncs, conn: Connection) -> None:
    supplier_id = await builders.supplier_with_url(conn, "https://acme.example/list.csv")
    await syncs.store(supplier_id)
    assert await tables_with(conn, NAME) == {"supplier_credentials", "audit_log"}
    await conn.execute("UPDATE supplier_credentials SET ciphertext = %s", [SECRET.encode()])
    assert await tables_with(conn, SECRET) == {"supplier_credentials"}


async def test_missing_and_refused_credentials_are_named(
    syncs: Syncs, conn: Connection, web: FakeWebServer
) -> None:
    web.protected = ("Authorization", "Bearer another")
    supplier_id = await builders.supplier_with_url(conn, url_of(web))
    sentence = await syncs.fail(supplier_id)
    assert sentence.startswith(f"{url_of(web)} requires credentials (status 401): ")
    await syncs.store(supplier_id, kind="bearer")
    sentence = await syncs.fail(supplier_id)
    assert sentence.startswith(f"{url_of(web)} refuses the stored credentials (status 401): ")


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        (OTHER_KEY, "CREDENTIALS_KEY does not have the key"),
        (None, "CREDENTIALS_KEY is not set"),
    ],
)
async def test_sync_by_a_worker_with_another_key_is_refused(
    syncs: Syncs, conn: Connection, web: FakeWebServer, key: str | None, expected: str
) -> None:
    supplier_id = await builders.supplier_with_url(conn, url_of(web))
    await syncs.store(supplier_id)
    msgspec.structs.force_setattr(syncs.worker_settings, "credentials_key", key)
    sentence = await syncs.fail(supplier_id)
    assert sentence.startswith(f"The stored credentials cannot be decrypted: {expected}")
    assert web.requests == []


async def test_they_are_not_sent_to_the_host_of_a_changed_address(
    syncs: Syncs, conn: Connection, web: FakeWebServer
) -> None:
    supplier_id = await builders.supplier_with_url(conn, "https://acme.example/list.csv")
    await syncs.store(supplier_id)
    config = Jsonb({"source_config": {"url": url_of(web)}})
    await conn.execute("UPDATE suppliers SET metadata = %s", [config])
    web.protected = ("Authorization", "any")
    sentence = await syncs.fail(supplier_id)
    assert f"set those of {web.url('', '127.0.0.1')} in the settings" in sentence
    assert [fields.get("Authorization") for fields in web.header_fields] == [None]


async def preview(
    settings: Settings, database: Database, supplier_id: UUID, url: str
) -> PreviewState:
    """Preview the price list at an address; return its state once a worker has read it."""
    async with open_redis(settings) as redis:
        context = submission_context_for(Resources(settings, database, ""), redis)
        preview_id = await preview_service.preview_address(context, CALLER, supplier_id, url)
    with anyio.fail_after(WAIT_TIMEOUT_SECONDS):
        while True:
            state = await preview_service.get_state(database, preview_id)
            if state.preview.state in {"ready", "refused"}:
                return state
            await anyio.sleep(0.02)


async def test_previews_send_them_to_addresses_of_the_same_origin_only(
    syncs: Syncs, conn: Connection, web: FakeWebServer, settings: Settings, database: Database
) -> None:
    web.protected = ("Authorization", f"Basic {PAIR}")
    supplier_id = await builders.supplier_with_url(conn, url_of(web, "/list.csv"))
    other_id = await builders.supplier_with_url(conn, url_of(web, "/list.csv"))
    await syncs.store(supplier_id)
    async with syncs.running_worker():
        same = await preview(settings, database, supplier_id, url_of(web, "/guarded/other.csv"))
        host = await preview(settings, database, supplier_id, web.url("/guarded", "localhost"))
        other = await preview(settings, database, other_id, url_of(web))
    assert same.preview.state == "ready"
    assert (host.preview.state, other.preview.state) == ("refused", "refused")
    sent = [fields["Host"] for fields in web.header_fields if "Authorization" in fields]
    assert sent == [f"127.0.0.1:{web.port}"]
    assert [each for each in web.requests if "other" not in each[1]]
    for text in (SECRET, PAIR):
        assert await tables_with(conn, text) == set()
