"""Limits of uploads: per minute, at once and in bytes; the modes of uploaded files."""

import asyncio
import os
from collections.abc import AsyncGenerator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import msgspec
import pytest
from litestar import Litestar
from litestar.testing import AsyncTestClient

import builders
from pricebook.api.application import create_app
from pricebook.db.database import Connection
from pricebook.imports.upload_folder import BUFFER_BYTES, delete_orphaned_uploads
from pricebook.imports.upload_limits import MAX_CONCURRENT_PER_USER
from pricebook.settings import Settings
from served_here import served_here

Client = AsyncTestClient[Litestar]
LARGE = b"x" * 600_000
WAIT_TIMEOUT_SECONDS = 120


@asynccontextmanager
async def limited_client(settings: Settings, **limits: int) -> AsyncGenerator[Client]:
    async with AsyncTestClient(create_app(msgspec.structs.replace(settings, **limits))) as client:
        yield client


async def upload(
    client: Client, supplier_id: UUID, headers: dict[str, str], content: bytes = b"Code,Price\n"
) -> httpx.Response:
    address = f"/api/v1/admin/suppliers/{supplier_id}/upload"
    return await client.post(address, files={"file": ("a.csv", content)}, headers=headers)


def stored_files(settings: Settings) -> list[Path]:
    return sorted((settings.uploads / "uploaded").glob("*"))


async def test_uploads_per_minute_are_limited_per_user(
    settings: Settings, conn: Connection, as_role: builders.AsRole
) -> None:
    supplier_id = await builders.supplier(conn)
    anna, other = await as_role("admin"), await as_role("admin")
    async with limited_client(settings, upload_rate_limit_per_minute=2) as client:
        first = await upload(client, supplier_id, anna)
        assert first.status_code == 202
        assert first.headers["ratelimit-policy"] == '"upload";q=2;w=60'
        empty = await upload(client, supplier_id, anna, b"")
        assert empty.status_code == 400
        assert empty.headers["ratelimit"].startswith('"upload";r=0;t=')
        refused = await upload(client, supplier_id, anna)
        assert refused.status_code == 429
        assert refused.headers["ratelimit"].startswith('"upload";r=0;t=')
        assert int(refused.headers["retry-after"]) > 0
        assert (await upload(client, supplier_id, other)).status_code == 202


async def test_all_uploads_together_have_a_quota(
    settings: Settings, conn: Connection, as_role: builders.AsRole
) -> None:
    supplier_id = await builders.supplier(conn)
    anna, other = await as_role("admin"), await as_role("admin")
    async with limited_client(settings, uploads_max_mib=1) as client:
        assert (await upload(client, supplier_id, anna, LARGE)).status_code == 202
        before = stored_files(settings)
        refused = await upload(client, supplier_id, other, LARGE)
        assert (refused.status_code, refused.json()["error"]["code"]) == (507, "STORAGE_FULL")
        assert "together may use 1 MiB" in refused.json()["detail"]
        assert stored_files(settings) == before
        assert (await upload(client, supplier_id, other)).status_code == 202


async def test_uploads_of_one_user_have_a_quota(
    settings: Settings, conn: Connection, as_role: builders.AsRole
) -> None:
    supplier_id = await builders.supplier(conn)
    anna, other = await as_role("admin"), await as_role("admin")
    async with limited_client(settings, uploads_max_mib_per_user=1) as client:
        assert (await upload(client, supplier_id, anna, LARGE)).status_code == 202
        assert (await upload(client, supplier_id, anna, LARGE)).status_code == 507
        assert (await upload(client, supplier_id, other, LARGE)).status_code == 202
        for path in stored_files(settings):
            path.unlink()
        assert (await upload(client, supplier_id, anna, LARGE)).status_code == 202


async def slow_form(may_end: asyncio.Event) -> AsyncGenerator[bytes]:
    """Yield a form whose first part is written to disk; end it when `may_end` is set."""
    yield b'--b\r\nContent-Disposition: form-data; name="file"; filename="a.csv"\r\n\r\n'
    yield b"x" * (BUFFER_BYTES + 1)
    await may_end.wait()
    yield b"\r\n--b--\r\n"


async def test_concurrent_uploads_are_limited_per_user(
    settings: Settings, conn: Connection, as_role: builders.AsRole
) -> None:
    supplier_id = await builders.supplier(conn)
    anna, other = await as_role("admin"), await as_role("admin")
    larger = msgspec.structs.replace(settings, list_max_mib=2)
    form = {"Content-Type": "multipart/form-data; boundary=b"}
    address = f"/api/v1/admin/suppliers/{supplier_id}/upload"
    async with (
        served_here(create_app(larger), larger) as port,
        httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=120) as opened,
    ):
        client: Any = opened
        may_end = asyncio.Event()
        sending = [
            asyncio.create_task(
                opened.post(address, content=slow_form(may_end), headers=anna | form)
            )
            for _ in range(MAX_CONCURRENT_PER_USER)
        ]
        async with asyncio.timeout(WAIT_TIMEOUT_SECONDS):
            while len(stored_files(settings)) < MAX_CONCURRENT_PER_USER:  # noqa: ASYNC110 (files of a server)
                await asyncio.sleep(0.01)
        refused = await upload(client, supplier_id, anna)
        assert refused.status_code == 429
        assert "uploads-at-once-per-user" in refused.headers["ratelimit-policy"]
        assert (await upload(client, supplier_id, other)).status_code == 202
        may_end.set()
        assert {(await each).status_code for each in sending} == {202}
        assert (await upload(client, supplier_id, anna)).status_code == 202


@pytest.fixture
def open_umask() -> Iterator[None]:
    before = os.umask(0)
    yield
    os.umask(before)


@pytest.mark.usefixtures("open_umask")
async def test_uploaded_files_are_private_regardless_of_the_umask(
    settings: Settings, conn: Connection, as_role: builders.AsRole
) -> None:
    (settings.uploads / "uploaded").mkdir(mode=0o755)
    supplier_id = await builders.supplier(conn)
    async with limited_client(settings) as client:
        assert (await upload(client, supplier_id, await as_role("admin"))).status_code == 202
    (path,) = stored_files(settings)
    assert (path.stat().st_mode & 0o777, path.parent.stat().st_mode & 0o777) == (0o600, 0o700)


def test_cleanup_ignores_files_that_were_deleted(tmp_path: Path) -> None:
    folder = tmp_path / "uploaded"
    folder.mkdir()
    (folder / "gone").symlink_to(tmp_path / "nowhere")
    (folder / "half.part").touch()
    os.utime(folder / "half.part", (0, 0))
    assert delete_orphaned_uploads(tmp_path, set()) == 1
