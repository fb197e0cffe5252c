"""Databases that tests reuse are indistinguishable from new ones."""

from collections.abc import Callable

import psycopg
import pytest

from databases import MAX_DELETED_ROWS, SUPERUSER, Databases

SUPPLIERS = """
    INSERT INTO suppliers (name, source_type)
    SELECT n::text, 'csv' FROM generate_series(1, {}) AS n
"""


def id_of(url: str) -> int:
    """Return the id of a database: a new one of the same name has another."""
    with psycopg.connect(url, user=SUPERUSER) as conn:
        cursor = conn.execute("SELECT oid FROM pg_database WHERE datname = current_database()")
        ((oid,),) = cursor.fetchall()
        return oid


def borrow_after(databases: Databases, statement: str) -> tuple[int, int, str]:
    """Run a statement in a database; return its id, that of the next borrowed one, and its URL."""
    with databases.borrowed() as used:
        used_id = id_of(used)
        with psycopg.connect(used, autocommit=True) as conn:
            conn.execute(statement.replace("DATABASE", f"DATABASE {conn.info.dbname}").encode())
    with databases.borrowed() as borrowed:
        return used_id, id_of(borrowed), borrowed


def test_database_is_reused_without_its_rows(databases: Databases) -> None:
    used, borrowed, url = borrow_after(databases, SUPPLIERS.format(5))
    assert borrowed == used
    with psycopg.connect(url) as conn:
        assert conn.execute("SELECT FROM suppliers").rowcount == 0
        assert conn.execute("SELECT FROM alembic_version").rowcount == 1


@pytest.mark.parametrize(
    "statement",
    [
        "ALTER TABLE products ADD COLUMN colour text",
        "ALTER TABLE products DROP COLUMN target_price CASCADE",
        "ALTER TABLE products ALTER COLUMN status SET DEFAULT 'active'",
        "ALTER TABLE products RENAME TO hidden; ALTER TABLE hidden RENAME TO products",
        "ALTER TABLE supplier_items DISABLE TRIGGER USER",
        "ALTER TABLE supplier_items DROP CONSTRAINT supplier_items_product_id_fkey",
        "ALTER TYPE product_status ADD VALUE 'lost'",
        """
        CREATE OR REPLACE FUNCTION set_updated_at() RETURNS trigger
        LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'
        """,
        "CREATE TABLE notes ()",
        "DROP INDEX products_name_idx",
        "UPDATE alembic_version SET version_num = '0001'",
        "DELETE FROM alembic_version",
        "ALTER DATABASE SET lock_timeout = 1",
        "ALTER DATABASE CONNECTION LIMIT 0",
    ],
)
def test_database_with_other_changes_is_not_reused(databases: Databases, statement: str) -> None:
    used, borrowed, _ = borrow_after(databases, statement)
    assert borrowed != used


def test_database_with_many_rows_is_not_reused(databases: Databases) -> None:
    used, borrowed, _ = borrow_after(databases, SUPPLIERS.format(MAX_DELETED_ROWS + 1))
    assert borrowed != used


def test_dropped_database_is_not_reused(
    databases: Databases, drop_database: Callable[[str], None]
) -> None:
    with databases.borrowed() as used:
        used_id = id_of(used)
        drop_database(used)
    with databases.borrowed() as borrowed:
        assert id_of(borrowed) != used_id


def test_open_connection_is_terminated(databases: Databases) -> None:
    with databases.borrowed() as used:
        used_id = id_of(used)
        stays = psycopg.connect(used)
        stays.execute("LOCK suppliers")
    with databases.borrowed() as borrowed:
        assert id_of(borrowed) == used_id
        with pytest.raises(psycopg.OperationalError):
            stays.execute("SELECT")
        stays.close()
