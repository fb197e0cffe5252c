import os
import time
from pathlib import Path
from uuid import UUID

import pytest

import builders
from pricebook.db.database import Connection, Database
from pricebook.imports.upload_folder import delete_orphaned_uploads
from pricebook.tasks import history
from worker_fixtures import SubmitTask

DAYS = 90


async def set_task_ended(conn: Connection, task_id: UUID, state: str, days: int) -> None:
    await conn.execute(
        """
        UPDATE ingestion_tasks
        SET state = %s, completed_at = now() - make_interval(days => %s) WHERE id = %s
        """,
        [state, days, task_id],
    )


async def test_tasks_are_purged_with_their_row_errors_after_the_retention_period(
    conn: Connection, worker_database: Database, submit_task: SubmitTask
) -> None:
    supplier_id = await builders.supplier(conn)
    old, dead, recent, waiting = [await submit_task(supplier_id) for _ in range(4)]
    await set_task_ended(conn, old, "succeeded", DAYS + 1)
    await set_task_ended(conn, dead, "dead", DAYS + 1)
    await set_task_ended(conn, recent, "failed", DAYS - 1)
    await conn.execute(
        """
        INSERT INTO parsing_logs (task_id, error_type, error_message) VALUES (%s, 'x', 'x')
        """,
        [old],
    )
    assert await history.purge_old_tasks(worker_database, DAYS) == 2
    left = await (await conn.execute("SELECT id FROM ingestion_tasks")).fetchall()
    assert {task_id for (task_id,) in left} == {recent, waiting}
    assert await (await conn.execute("SELECT FROM parsing_logs")).fetchall() == []


@pytest.mark.parametrize(("days", "purged"), [(0, 0), (DAYS + 1, 2)])
async def test_a_task_stays_while_a_newer_one_corrects_it(
    conn: Connection, worker_database: Database, submit_task: SubmitTask, days: int, purged: int
) -> None:
    supplier_id = await builders.supplier(conn)
    task_id = await submit_task(supplier_id)
    await set_task_ended(conn, task_id, "failed", DAYS + 2)
    corrections_id = await submit_task(supplier_id, corrections_of=task_id)
    if days:
        await set_task_ended(conn, corrections_id, "dead", days)
    assert await history.purge_old_tasks(worker_database, DAYS) == purged


async def test_files_of_tasks_and_of_pushed_messages_are_kept(
    conn: Connection, worker_database: Database, submit_task: SubmitTask
) -> None:
    supplier_id = await builders.supplier(conn)
    source_config = {"file_path": "uploaded/a"}
    await submit_task(supplier_id, source_config=source_config, file_name="march.csv")
    await submit_task(supplier_id, source_config={"file_path": "uploaded/b"})
    await submit_task(supplier_id, source_config={"url": "https://list.invalid/a.csv"})
    files = {"uploaded/a", "uploaded/b"}
    assert await history.list_kept_files(worker_database, DAYS) == files


def test_unreferenced_uploads_are_deleted_after_an_hour(tmp_path: Path) -> None:
    (tmp_path / "uploaded").mkdir()
    for name in ("needed", "orphan", "draft.part", "recent"):
        path = tmp_path / "uploaded" / name
        path.write_text("x")
        long_ago = time.time() - 4000
        if name != "recent":
            os.utime(path, (long_ago, long_ago))
    own = tmp_path / "suppliers own.csv"
    own.write_text("x")
    os.utime(own, (0, 0))
    assert delete_orphaned_uploads(tmp_path, {"uploaded/needed"}) == 2
    assert {path.name for path in (tmp_path / "uploaded").iterdir()} == {"needed", "recent"}
    assert own.exists()


def test_a_missing_uploads_folder_is_no_error(tmp_path: Path) -> None:
    assert delete_orphaned_uploads(tmp_path / "nowhere", set()) == 0
