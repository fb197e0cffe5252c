"""Uploads to a full disk."""

from pathlib import Path

import msgspec
import pytest
from litestar import Litestar
from litestar.testing import AsyncTestClient

import builders
from pricebook.db.database import Connection
from pricebook.settings import Settings
from small_disk import small_disk
from worker_fixtures import LIST

__all__ = ["small_disk"]


@pytest.fixture
def settings(settings: Settings, small_disk: Path) -> Settings:
    return msgspec.structs.replace(settings, uploads_dir=str(small_disk), list_max_mib=3)


async def test_upload_on_a_full_disk_gets_507_and_leaves_no_file(
    admin: AsyncTestClient[Litestar],
    conn: Connection,
    small_disk: Path,
) -> None:
    supplier_id = await builders.supplier(conn)
    path = f"/api/v1/admin/suppliers/{supplier_id}/upload"
    for rows in (40_000, 200_000):
        text = LIST + "A-3,Saw,7\n" * rows
        response = await admin.post(path, files={"file": ("a.csv", text.encode())})
        assert response.status_code == 507, response.text
        assert response.json()["error"]["code"] == "STORAGE_FULL"
        assert "uploads" in response.json()["detail"]
        assert str(small_disk) not in response.text
    assert list((small_disk / "uploaded").iterdir()) == []
    response = await admin.post(path, files={"file": ("a.csv", LIST.encode())})
    assert response.status_code == 202
