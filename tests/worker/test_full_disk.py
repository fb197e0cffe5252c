"""Full disks: tasks are retried until there is room, and none of them is dead."""

import os
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

import builders
from pricebook.db.database import Connection
from pricebook.errors import StorageFullError
from pricebook.pricelists.isolation.parser_pool import ParserPool
from pricebook.pricelists.schemas.read_request import FileSource, ReadRequest
from pricelists.workbooks import HEADER, xlsx_of
from small_disk import enlarge, small_disk
from worker_fixtures import RunningWorker, SubmitTask, WaitUntil

__all__ = ["small_disk"]

LIST = "Article code,Name,Price\n" + "".join(f"A-{n},Hammer {n},5.00\n" for n in range(9_000))


@pytest.fixture
def small_items(
    database_url: str, superuser: Callable[[str], str], small_disk: Path
) -> Iterator[Path]:
    """Keep the items on a small disk."""
    space = sql.Identifier(f"small_{os.getpid()}")
    folder = small_disk / "items"
    folder.mkdir(mode=0o700)
    with psycopg.connect(superuser(database_url), autocommit=True) as conn:
        (data,) = conn.execute("SHOW data_directory").fetchone() or ("",)
        owner = Path(data).stat()
        os.chown(folder, owner.st_uid, owner.st_gid)
        conn.execute(
            sql.SQL("CREATE TABLESPACE {} LOCATION {}").format(space, sql.Literal(str(folder)))
        )
        move = sql.SQL("ALTER TABLE supplier_items SET TABLESPACE {}")
        conn.execute(move.format(space))
        yield small_disk
        conn.execute(move.format(sql.Identifier("pg_default")))
        conn.execute(sql.SQL("DROP TABLESPACE {}").format(space))


async def test_a_task_waits_until_postgresql_has_room(
    conn: Connection,
    small_items: Path,
    submit_task: SubmitTask,
    running_worker: RunningWorker,
    wait_until: WaitUntil,
) -> None:
    task_id = await submit_task(await builders.supplier(conn), LIST)
    async with running_worker():
        task = await wait_until(task_id, lambda task: task.state == "queued" and bool(task.errors))
        assert task.errors[0].startswith("The disk of PostgreSQL is full")
        assert task.retry_count == 0
        enlarge(small_items)
        await conn.execute("UPDATE ingestion_tasks SET next_attempt_at = now()")
        task = await wait_until(task_id, lambda task: task.completed_at is not None)
    assert (task.state, task.counts.new, task.errors) == ("succeeded", 9_000, [])


def list_request_for(path: Path, rows: int) -> ReadRequest:
    path.write_bytes(xlsx_of([HEADER, *([f"A-{n}", f"Saw {n}", 5] for n in range(rows))]))
    return ReadRequest(source=FileSource(str(path)), currency="USD")


async def read(parser_pool: ParserPool, list_request: ReadRequest) -> None:
    async with parser_pool.opened(list_request) as reading:
        assert [chunk async for chunk in reading.chunks()]


async def test_a_parser_process_without_disk_space_raises_storage_full(
    small_disk: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    small, large = (list_request_for(tmp_path / f"{rows}.xlsx", rows) for rows in (9, 20_000))
    monkeypatch.setenv("TMPDIR", str(small_disk))
    monkeypatch.setattr(tempfile, "tempdir", str(small_disk))
    with ParserPool() as parser_pool:
        await read(parser_pool, small)
        with pytest.raises(StorageFullError, match="temporary files"):
            await read(parser_pool, large)
        await read(parser_pool, small)
