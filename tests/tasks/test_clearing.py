import os
import time
from pathlib import Path
from uuid import UUID

import builders
from pricebook.db import Connection, Database
from pricebook.sync.uploads import clear_orphans
from pricebook.tasks import service
from worker_fixtures import Ask

DAYS = 90


async def set_ended(conn: Connection, task_id: UUID, state: str, days: int) -> None:
    await conn.execute(
        """
        UPDATE ingestion_tasks
        SET state = %s, completed_at = now() - make_interval(days => %s) WHERE id = %s
        """,
        [state, days, task_id],
    )


async def test_tasks_are_forgotten_with_their_row_errors_a_while_after_their_end(
    conn: Connection, worker_database: Database, ask: Ask
) -> None:
    supplier_id = await builders.supplier(conn)
    old, dead, recent, waiting = [await ask(supplier_id) for _ in range(4)]
    await set_ended(conn, old, "succeeded", DAYS + 1)
    await set_ended(conn, dead, "dead", DAYS + 1)
    await set_ended(conn, recent, "failed", DAYS - 1)
    await conn.execute(
        """
        INSERT INTO parsing_logs (task_id, error_type, error_message) VALUES (%s, 'x', 'x')
        """,
        [old],
    )
    assert await service.clear_old(worker_database, DAYS) == 2
    left = await (await conn.execute("SELECT id FROM ingestion_tasks")).fetchall()
    assert {task_id for (task_id,) in left} == {recent, waiting}
    assert await (await conn.execute("SELECT FROM parsing_logs")).fetchall() == []


async def test_the_files_of_tasks_are_those_that_are_needed(
    conn: Connection, worker_database: Database, ask: Ask
) -> None:
    supplier_id = await builders.supplier(conn)
    place = {"file_path": "uploaded/a"}
    await ask(supplier_id, source_config=place, file_name="march.csv")
    await ask(supplier_id)  # a file that a supplier put there itself
    assert await service.list_needed_files(worker_database) == {"uploaded/a"}


def test_uploads_that_nobody_needs_go_after_an_hour(tmp_path: Path) -> None:
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
    assert clear_orphans(tmp_path, {"uploaded/needed"}) == 2
    assert {path.name for path in (tmp_path / "uploaded").iterdir()} == {"needed", "recent"}
    assert own.exists()


def test_no_uploads_are_no_error(tmp_path: Path) -> None:
    assert clear_orphans(tmp_path / "nowhere", set()) == 0
