"""No migration reads many rows while it holds a lock that readers wait for.

PostgreSQL counts the rows that a transaction has read. An event trigger looks at them before and
after each statement of a migration: the rows that are read by a rewritten table, a built index, a
checked constraint or an UPDATE.
"""

from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest
import sample

from pricebook.db import migrations

BEFORE = "0023"
CHECK = Path(__file__).with_name("held_locks.sql").read_text("utf-8")
SLOW = [
    "ALTER TABLE products ADD COLUMN key uuid DEFAULT gen_random_uuid()",
    "ALTER TABLE products ADD COLUMN size integer; CREATE INDEX size_idx ON products (size)",
    "ALTER TABLE products ADD CONSTRAINT is_named CHECK (name <> '')",
    "ALTER TABLE supplier_items ALTER COLUMN product_id SET NOT NULL",
    """
    ALTER TABLE supplier_items ADD COLUMN size integer;
    UPDATE supplier_items SET size = 1;
    ALTER TABLE supplier_items ADD CHECK (size > 0) NOT VALID
    """,
    """
    ALTER TABLE suppliers ADD COLUMN size integer;
    UPDATE products SET name = name || ' a';
    UPDATE alembic_version SET version_num = version_num
    """,
]
SHORT = [
    "ALTER TABLE products ADD COLUMN size integer DEFAULT 1",
    "CREATE INDEX name_idx ON products (name); ALTER TABLE products ADD COLUMN size integer",
    "CREATE TABLE names AS SELECT name FROM products; CREATE INDEX ON names (name)",
    "ALTER TABLE products ADD CONSTRAINT is_named CHECK (name <> '') NOT VALID",
    "ALTER TABLE supplier_items DROP CONSTRAINT supplier_items_product_id_fkey",
]


@pytest.fixture
def checked_database_url(new_database: Callable[..., str], superuser: Callable[[str], str]) -> str:
    """A filled database of an earlier release, with the trigger."""
    url = new_database("template0")
    migrations.upgrade(url, BEFORE)
    with psycopg.connect(url) as conn:
        sample.fill(conn, products=500)
    with psycopg.connect(superuser(url)) as conn:
        conn.execute(CHECK.encode())
    return url


def test_migrations_read_no_table_that_readers_wait_for(checked_database_url: str) -> None:
    migrations.upgrade(checked_database_url)


@pytest.mark.parametrize("statements", SLOW)
def test_statements_that_readers_would_wait_for(checked_database_url: str, statements: str) -> None:
    with (
        psycopg.connect(checked_database_url) as conn,
        pytest.raises(psycopg.errors.RaiseException, match="rows are read while readers of"),
    ):
        conn.execute(statements.encode())


@pytest.mark.parametrize("statements", SHORT)
def test_statements_that_hold_no_long_lock(checked_database_url: str, statements: str) -> None:
    with psycopg.connect(checked_database_url) as conn:
        conn.execute(statements.encode())
