"""Two people change a supplier at once: the second is refused, also within one transaction."""

import time
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from typing import LiteralString
from uuid import UUID

import psycopg
import pytest
from httpx import Response

import builders
from console.conftest import Client, LogInAs, send
from console.fragments import show
from console.test_credential_pages import FORM, before
from console.test_supplier_settings_pages import form_of
from pricebook.db.database import Connection
from pricebook.db.row_types import fetch_value

ADDRESS = "https://acme.example/list.csv"
MOVED = """
    UPDATE suppliers SET metadata = '{"source_config": {"url": "https://other.example/list.csv"}}'
"""
STORED = """
    INSERT INTO supplier_credentials
        (supplier_id, kind, name, origin, key_id, ciphertext, updated_by)
    SELECT id, 'bearer', NULL, 'https://acme.example', 'none', 'none', 'anna' FROM suppliers
"""
WAITING = "SELECT FROM pg_locks WHERE NOT granted"


async def send_meanwhile(
    client: Client, url: str, path: str, form: dict[str, str], change: LiteralString
) -> Response:
    """Send a form that waits for a transaction, which makes a change and commits."""
    is_locked = Event()

    def change_while_it_waits() -> None:
        with psycopg.connect(url) as conn:
            conn.execute("SELECT FROM suppliers FOR UPDATE")
            is_locked.set()
            while not conn.execute(WAITING).fetchall():
                time.sleep(0.01)
            conn.execute(change)

    with ThreadPoolExecutor(1) as threads:
        changed = threads.submit(change_while_it_waits)
        assert is_locked.wait(60)
        response = await send(client, path, **form)
        changed.result(60)
    return response


@pytest.fixture
async def admin(client: Client, log_in_as: LogInAs) -> Client:
    await log_in_as("admin")
    return client


@pytest.fixture
async def supplier_id(conn: Connection) -> UUID:
    return await builders.supplier_with_url(conn, ADDRESS, "Acme")


@pytest.mark.parametrize("change", [STORED, MOVED])
async def test_credentials_are_not_stored_for_what_was_not_shown(
    admin: Client, conn: Connection, database_url: str, supplier_id: UUID, change: LiteralString
) -> None:
    form = {**FORM, "credentials_before": await before(admin, supplier_id)}
    path = f"/console/suppliers/{supplier_id}/credentials"
    response = await send_meanwhile(admin, database_url, path, form, change)
    assert response.status_code == 400
    assert "Somebody else changed the credentials" in response.text
    count = await fetch_value(
        conn, "SELECT count(*) FROM supplier_credentials WHERE name = %s", ["shop-4711"]
    )
    assert count == 0


async def test_settings_are_not_changed_over_those_of_another(
    admin: Client, conn: Connection, database_url: str, supplier_id: UUID
) -> None:
    path = f"/console/suppliers/{supplier_id}/settings"
    form = form_of(await show(admin, path))
    response = await send_meanwhile(admin, database_url, path, {**form, "currency": "EUR"}, MOVED)
    assert response.status_code == 400
    assert "Somebody else changed this supplier meanwhile" in response.text
    assert "Stored now: https://other.example/list.csv" in response.text
    config = await fetch_value(conn, "SELECT metadata -> 'source_config' FROM suppliers")
    assert config == {"url": "https://other.example/list.csv"}
