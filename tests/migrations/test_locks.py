"""Migrations while other sessions hold locks and clients read."""

import threading
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import Self

import psycopg
import pytest
from psycopg import sql

from pricebook.db import migrations
from pricebook.db.migrations import lock_retries
from pricebook.db.migrations.lock_retries import LockRetries
from pricebook.errors import DatabaseBusyError

BEFORE = "0005"
READER_THREADS = 3
# A read waits for one try at most; the rest is for a loaded machine.
MAX_READ_MILLISECONDS = int((lock_retries.LOCK_TIMEOUT_SECONDS + 3) * 1000)


@pytest.fixture
def old_database_url(new_database: Callable[..., str]) -> str:
    url = new_database("template0")
    migrations.upgrade(url, BEFORE)
    return url


@contextmanager
def locked(url: str) -> Generator[psycopg.Connection]:
    """Keep a transaction open that has read the tables."""
    with psycopg.connect(url, application_name="forgotten psql") as other:
        for table in ("products", "suppliers", "supplier_items", "ingestion_tasks", "users"):
            other.execute(sql.SQL("SELECT FROM {}").format(sql.Identifier(table)))
        yield other


def revision(url: str) -> str:
    with psycopg.connect(url) as conn:
        row = conn.execute("SELECT version_num FROM alembic_version").fetchone()
    assert row
    return row[0]


class ConcurrentReaders:
    """Threads that read repeatedly; a slow read is an error."""

    def __init__(self, url: str) -> None:
        self.reads = 0
        self.errors: list[psycopg.Error] = []
        self._url = url
        self._finished = threading.Event()
        self._threads = [threading.Thread(target=self._read) for _ in range(READER_THREADS)]

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._finished.set()
        for thread in self._threads:
            thread.join()

    def _read(self) -> None:
        with psycopg.connect(self._url, autocommit=True) as conn:
            conn.execute(f"SET statement_timeout = {MAX_READ_MILLISECONDS}".encode())
            while not self._finished.is_set():
                for table in ("products", "supplier_items", "ingestion_tasks", "suppliers"):
                    try:
                        conn.execute(sql.SQL("SELECT FROM {}").format(sql.Identifier(table)))
                    except psycopg.Error as error:
                        self.errors.append(error)
                self.reads += 1
                time.sleep(0.01)


def test_readers_are_served_while_a_migration_waits(
    old_database_url: str,
) -> None:
    messages: list[str] = []
    released = threading.Event()

    def report(sentence: str) -> None:
        messages.append(sentence)
        if len(messages) == 3:
            released.set()

    with ConcurrentReaders(old_database_url) as readers, locked(old_database_url) as other:
        pid = other.info.backend_pid
        retries = LockRetries(120, report)
        migrating = threading.Thread(
            target=migrations.upgrade, args=(old_database_url, "head", retries)
        )
        migrating.start()
        assert released.wait(120)
        assert revision(old_database_url) == BEFORE
        other.rollback()
        migrating.join()
    assert revision(old_database_url) == migrations.head()
    assert readers.errors == []
    assert readers.reads > READER_THREADS
    assert messages[0].startswith("Try 1 waited after migration 00")
    assert f"pid {pid} (application forgotten psql" in messages[0]
    assert "since 20" in messages[0]


def test_upgrade_gives_up_on_a_lock(old_database_url: str) -> None:
    with locked(old_database_url), pytest.raises(DatabaseBusyError) as raised:
        migrations.upgrade(old_database_url, retries=LockRetries(0))
    assert revision(old_database_url) == BEFORE
    assert "waited after migration 00" in raised.value.message
    assert "application forgotten psql" in raised.value.message
    migrations.upgrade(old_database_url)


def test_downgrade_gives_up_on_a_lock(database_url: str) -> None:
    with locked(database_url), pytest.raises(DatabaseBusyError):
        migrations.downgrade(database_url, BEFORE, LockRetries(0))
    assert BEFORE < revision(database_url) <= migrations.head()
