"""The table of prices becomes a partition of the past, while prices are read and written."""

import threading
from collections.abc import Callable

import psycopg
import pytest
from sqlalchemy.exc import ProgrammingError

from pricebook.db import migrations
from pricebook.db.migrations import drift
from pricebook.db.migrations.lock_retries import LockRetries

BEFORE = "0037"
ITEM = """
    WITH supplier AS (INSERT INTO suppliers (name, source_type) VALUES ('A', 'csv') RETURNING id)
    INSERT INTO supplier_items (supplier_id, supplier_sku, name, current_price)
    SELECT id, 'A-1', 'Hammer', 10 FROM supplier
"""
PRICES = "SELECT price FROM price_history ORDER BY recorded_at, id"
NAMES = "SELECT name FROM price_history_partitions()"


@pytest.fixture
def old_database_url(new_database: Callable[..., str]) -> str:
    url = new_database("template0")
    migrations.upgrade(url, BEFORE)
    with psycopg.connect(url) as conn:
        conn.execute(ITEM)
        conn.execute("UPDATE supplier_items SET current_price = 11")
        conn.execute(
            """
            INSERT INTO price_history (supplier_item_id, price, recorded_at)
            SELECT id, 9, '2019-05-01' FROM supplier_items
            """
        )
    return url


def prices(url: str) -> list[int]:
    with psycopg.connect(url) as conn:
        return [int(price) for (price,) in conn.execute(PRICES)]


def test_existing_rows_stay_where_they_are(old_database_url: str) -> None:
    with psycopg.connect(old_database_url, autocommit=True) as conn:
        file_before = conn.execute("SELECT pg_relation_filenode('price_history')").fetchone()
        migrations.upgrade(old_database_url)
        file_after = conn.execute("SELECT pg_relation_filenode('price_history_past')").fetchone()
        assert file_after == file_before
        assert conn.execute("SELECT count(*) FROM price_history_past").fetchone() == (3,)
    assert prices(old_database_url) == [9, 10, 11]


def test_prices_are_written_before_and_after(old_database_url: str) -> None:
    """The exchange waits for a transaction that has written prices; no other step does."""
    released = threading.Event()
    with psycopg.connect(old_database_url) as writer:
        writer.execute("UPDATE supplier_items SET current_price = 12")

        def report(_: str) -> None:
            released.set()

        migrating = threading.Thread(
            target=migrations.upgrade, args=(old_database_url, "head", LockRetries(120, report))
        )
        migrating.start()
        assert released.wait(120)
        writer.execute("UPDATE supplier_items SET current_price = 13")
        writer.commit()
        migrating.join()
        writer.execute("UPDATE supplier_items SET current_price = 14")
    assert prices(old_database_url) == [9, 10, 11, 12, 13, 14]


def test_an_interrupted_migration_is_repeated(
    old_database_url: str, superuser: Callable[[str], str]
) -> None:
    with psycopg.connect(superuser(old_database_url), autocommit=True) as conn:
        conn.execute("CREATE TABLE price_history_future ()")
        with pytest.raises(ProgrammingError, match="already exists"):
            migrations.upgrade(old_database_url)
        conn.execute("DROP TABLE price_history_future")
        assert conn.execute("SELECT version_num FROM alembic_version").fetchone() == (BEFORE,)
        conn.execute("UPDATE supplier_items SET current_price = 12")
        # As a cancelled CREATE INDEX CONCURRENTLY leaves it.
        conn.execute(
            """
            UPDATE pg_index SET indisvalid = false
            WHERE indexrelid = 'price_history_past_time_idx'::regclass
            """
        )
    migrations.upgrade(old_database_url)
    assert prices(old_database_url) == [9, 10, 11, 12]
    assert drift.find_drift(old_database_url).problems == []


def test_downgrade_keeps_the_rows_of_all_partitions(old_database_url: str) -> None:
    migrations.upgrade(old_database_url)
    with psycopg.connect(old_database_url, autocommit=True) as conn:
        months = [name for (name,) in conn.execute(NAMES)]
        assert [months[0], months[-1]] == ["price_history_past", "price_history_future"]
        assert len(months) >= 3
        conn.execute(
            """
            INSERT INTO price_history (supplier_item_id, price, recorded_at)
            SELECT id, 20 + number, now() + make_interval(months => 3 * number::integer)
            FROM supplier_items, generate_series(1, 3) AS number
            """
        )
    migrations.downgrade(old_database_url, BEFORE)
    assert prices(old_database_url) == [9, 10, 11, 21, 22, 23]
    migrations.upgrade(old_database_url)
    assert prices(old_database_url) == [9, 10, 11, 21, 22, 23]
