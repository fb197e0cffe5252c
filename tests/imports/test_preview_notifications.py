"""Queued previews are read by a notification; the poll is for those that nobody notified of."""

from collections.abc import Callable
from uuid import UUID

import psycopg
import pytest

import builders
from import_fixtures import rows
from preview_fixtures import Previews
from pricebook.db.database import LISTENER_APPLICATION_NAME, Connection
from pricebook.imports import preview_reading, preview_repository, preview_service
from pricebook.imports.preview_schemas import PreviewLease
from worker_fixtures import RunningWorker

NEVER = 86_400.0
SOON = 0.1
TERMINATE = """
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND application_name = %s
"""
LEASED = """
    UPDATE import_previews SET state = 'reading', lease_owner = 'other', attempts = 1,
        lease_expires_at = now() + interval '1 hour'
"""


@pytest.fixture
def without_polls(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(preview_reading, "POLL_SECONDS", NEVER)


@pytest.fixture
async def supplier_id(conn: Connection) -> UUID:
    return await builders.supplier(conn)


@pytest.mark.usefixtures("without_polls")
async def test_each_queued_preview_is_notified(
    conn: Connection,
    previews: Previews,
    supplier_id: UUID,
    running_worker: RunningWorker,
) -> None:
    async with running_worker():
        preview_id = await previews.upload(supplier_id)
        await previews.read(preview_id)
        await preview_service.answer(previews.database, preview_id, [{"mode": "partial"}])
        await previews.read(preview_id)
        await preview_service.read_again(previews.database, preview_id)
        await previews.read(preview_id)
        await conn.execute(LEASED)  # by another worker, which stops
        await preview_repository.set_requeued(conn, PreviewLease(preview_id, "other"), 0)
        await previews.read(preview_id)


@pytest.mark.usefixtures("without_polls")
async def test_previews_of_a_lost_connection_are_read_when_it_is_back(
    database_url: str,
    superuser: Callable[[str], str],
    previews: Previews,
    supplier_id: UUID,
    running_worker: RunningWorker,
) -> None:
    async with running_worker():
        await previews.read(await previews.upload(supplier_id))
        with psycopg.connect(superuser(database_url), autocommit=True) as other:
            ended = other.execute(TERMINATE, [LISTENER_APPLICATION_NAME]).fetchall()
        assert ended == [(True,)]
        await previews.read(await previews.upload(supplier_id))


async def test_previews_without_a_notification_are_polled(
    monkeypatch: pytest.MonkeyPatch,
    conn: Connection,
    previews: Previews,
    supplier_id: UUID,
    running_worker: RunningWorker,
) -> None:
    monkeypatch.setattr(preview_reading, "POLL_SECONDS", SOON)
    async with running_worker():
        preview_id = await previews.upload(supplier_id)
        await previews.read(preview_id)
        await conn.execute(LEASED + ", next_attempt_at = now() + interval '1 second'")
        await conn.execute("UPDATE import_previews SET lease_expires_at = now()")
        await previews.read(preview_id)
    assert await rows(conn, "SELECT attempts FROM import_previews") == [(2,)]
