import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
import pytest
import sample
from alembic.script import ScriptDirectory
from psycopg import sql

from pricebook.db import migrations
from pricebook.db.migrations import drift

ROOT = Path(__file__).parents[2]
TABLES = {
    "suppliers",
    "categories",
    "products",
    "supplier_items",
    "price_history",
    "parsing_logs",
    "ingestion_tasks",
    "users",
}


@pytest.fixture
def empty_database_url(new_database: Callable[..., str]) -> str:
    return new_database("template0")


def tables(url: str) -> set[str]:
    with psycopg.connect(url) as conn:
        rows = conn.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        return {name for (name,) in rows}


def test_every_table_has_id_created_at_and_updated_at(database_url: str) -> None:
    with psycopg.connect(database_url) as conn:
        rows = conn.execute(
            """
            SELECT table_name, column_name, data_type, column_default
            FROM information_schema.columns
            WHERE table_schema = 'public' AND column_name IN ('id', 'created_at', 'updated_at')
            """
        ).fetchall()
    timestamp = ("timestamp with time zone", "now()")
    expected = {"id": ("uuid", "gen_random_uuid()"), "created_at": timestamp}
    expected["updated_at"] = timestamp
    for table in TABLES:
        found = {column: rest for name, column, *rest in rows if name == table}
        assert {column: tuple(rest) for column, rest in found.items()} == expected, table


def test_upgrade_twice_downgrade_and_upgrade(empty_database_url: str) -> None:
    migrations.upgrade(empty_database_url)
    migrations.upgrade(empty_database_url)
    assert tables(empty_database_url) >= TABLES
    migrations.downgrade(empty_database_url, "base")
    assert tables(empty_database_url) == {"alembic_version"}
    with psycopg.connect(empty_database_url) as conn:
        remaining_functions = conn.execute(
            """
            SELECT proname FROM pg_proc JOIN pg_namespace ON pg_namespace.oid = pronamespace
            WHERE nspname = 'public' AND NOT EXISTS (
                SELECT FROM pg_depend WHERE objid = pg_proc.oid AND deptype = 'e')
            """
        ).fetchall()
    assert remaining_functions == []
    migrations.upgrade(empty_database_url)
    assert tables(empty_database_url) >= TABLES


def test_head_is_the_head_of_alembic() -> None:
    script = ScriptDirectory(str(migrations.VERSIONS.parent))
    assert script.get_heads() == [migrations.head()]


def revisions() -> list[str]:
    return sorted(path.name[:4] for path in migrations.VERSIONS.glob("[0-9]*_*.py"))


def test_each_migration_downgrades(empty_database_url: str) -> None:
    migrations.upgrade(empty_database_url)
    for revision in reversed(revisions()[:-1]):
        migrations.downgrade(empty_database_url, revision)
    migrations.upgrade(empty_database_url)


def table_rows(url: str) -> dict[str, list[Any]]:
    """Return all rows of the catalog's tables."""
    with psycopg.connect(url) as conn:
        return {
            name: conn.execute(
                sql.SQL("SELECT * FROM {} ORDER BY id").format(sql.Identifier(name))
            ).fetchall()
            for name in ("suppliers", "categories", "products", "supplier_items", "price_history")
        }


def test_newest_migration_downgrades_and_upgrades_with_data(database_url: str) -> None:
    with psycopg.connect(database_url) as conn:
        sample.fill(conn, products=200)
        conn.execute("UPDATE supplier_items SET absent_since = now() WHERE current_price < 10")
        # What the columns of the newest migration have is lost.
        conn.execute("UPDATE products SET price_change_percentage = NULL, price_changed_at = NULL")
    before = table_rows(database_url)
    migrations.downgrade(database_url, revisions()[-2])
    migrations.upgrade(database_url)
    assert table_rows(database_url) == before
    assert drift.find_drift(database_url) == drift.SchemaDrift([], [])


def test_alembic_command_upgrades_and_can_be_repeated(empty_database_url: str) -> None:
    command = [str(Path(sys.executable).parent / "alembic"), "upgrade", "head"]
    for _ in range(2):
        subprocess.run(
            command, cwd=ROOT, env={**os.environ, "DATABASE_URL": empty_database_url}, check=True
        )
    assert tables(empty_database_url) >= TABLES


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO suppliers (name, source_type) VALUES ('ACME', 'csv'), ('acme', 'csv')",
        "INSERT INTO categories (name) VALUES ('Tools'), ('Tools')",
        """
        INSERT INTO users (username, password_hash, role)
        VALUES ('Ann', '', 'admin'), ('ann', '', 'sales')
        """,
        "INSERT INTO products (internal_sku, name, target_price) VALUES ('A', 'A', 0)",
        "INSERT INTO products (internal_sku, name) VALUES ('A', 'A'), ('A', 'B')",
    ],
)
def test_constraint_rejects(database_url: str, statement: str) -> None:
    with psycopg.connect(database_url) as conn, pytest.raises(psycopg.errors.IntegrityError):
        conn.execute(statement.encode())


def test_updated_at_changes_only_with_the_row(database_url: str) -> None:
    with psycopg.connect(database_url, autocommit=True) as conn:
        conn.execute("INSERT INTO suppliers (name, source_type) VALUES ('A', 'csv')")
        query = "SELECT updated_at > created_at FROM suppliers"
        conn.execute("UPDATE suppliers SET name = 'A'")
        assert conn.execute(query).fetchone() == (False,)
        conn.execute("UPDATE suppliers SET name = 'B'")
        assert conn.execute(query).fetchone() == (True,)
