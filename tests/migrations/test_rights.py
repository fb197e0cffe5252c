"""The rights of the API and the worker.

That each may do all that it has to, the tests of its stories show: they connect as its role.
"""

from collections.abc import Callable
from decimal import Decimal

import psycopg
import pytest
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg.errors import InsufficientPrivilege

import builders
from pricebook.auth import service as auth
from pricebook.db import migrations
from pricebook.db.database import Connection, Database
from pricebook.db.migrations import rights, schema
from pricebook.errors import DatabaseRightsError

NOBODY_MAY = [
    "ALTER TABLE products ADD COLUMN colour text",
    "ALTER TABLE supplier_items DISABLE TRIGGER ALL",
    "CREATE OR REPLACE FUNCTION set_updated_at() RETURNS trigger LANGUAGE sql AS ''",
    "CREATE INDEX ON products (name)",
    "CREATE TABLE mine (id integer)",
    "CREATE FUNCTION mine() RETURNS integer LANGUAGE sql AS 'SELECT 1'",
    "CREATE SCHEMA mine",
    "CREATE EXTENSION hstore",
    "DROP TABLE held_rows",
    "TRUNCATE supplier_items",
    "SET session_replication_role = replica",
    "DELETE FROM supplier_items",
    "DELETE FROM products",
    "DELETE FROM price_history",
    "UPDATE price_history SET price = 1",
    "INSERT INTO price_history (supplier_item_id, price) VALUES (gen_random_uuid(), 1)",
    "UPDATE products SET min_price = 1",
    "UPDATE products SET supplier_count = 1",
    "UPDATE catalog_settings SET currency = 'EUR'",
    "UPDATE alembic_version SET version_num = '0001'",
    "INSERT INTO users (username, role, token_version) VALUES ('eve', 'admin', 9)",
    "UPDATE users SET username = 'eve'",
    "DELETE FROM users",
    "DELETE FROM suppliers",
    "COPY suppliers TO PROGRAM 'true'",
    "COPY suppliers TO '/tmp/suppliers'",
    "SELECT lo_creat(-1)",
    "SELECT lo_create(0)",
    "SELECT lo_from_bytea(0, 'x')",
    "SELECT lo_put(1, 0, 'x')",
    "SELECT lo_open(1, 131072)",
    "SELECT lo_import('/etc/passwd')",
    "SELECT lo_unlink(1)",
    "SELECT pg_logical_emit_message(false, 'x', 'x')",
    "SELECT pg_read_file('/etc/passwd')",
    "SELECT pg_ls_dir('.')",
    "SELECT pg_switch_wal()",
    "SELECT pg_reload_conf()",
    "SELECT pg_create_physical_replication_slot('mine')",
    "SELECT rolpassword FROM pg_authid",
    "SET ROLE pricebook",
    "ALTER ROLE pricebook PASSWORD 'mine'",
    "CREATE ROLE mine",
    "GRANT pricebook TO CURRENT_USER",
    "CREATE DATABASE mine",
    "CREATE EXTENSION dblink",
    "CREATE SUBSCRIPTION mine CONNECTION '' PUBLICATION mine",
    "CREATE PUBLICATION mine FOR ALL TABLES",
    "ALTER SYSTEM SET log_statement = 'all'",
    "SET temp_file_limit = -1",
    "UPDATE users SET token_version = 0",
]
API_MAY_NOT = [
    "UPDATE supplier_items SET current_price = 1",
    "UPDATE supplier_items SET supplier_id = supplier_id",
    "INSERT INTO supplier_items (supplier_id) VALUES (gen_random_uuid())",
    "DELETE FROM ingestion_tasks",
    "UPDATE ingestion_tasks SET lease_owner = 'me'",
    "INSERT INTO parsing_logs DEFAULT VALUES",
    "SELECT characteristics FROM held_rows",
    "DELETE FROM held_rows",
    "SELECT ciphertext FROM supplier_credentials",
    "UPDATE supplier_credentials SET supplier_id = gen_random_uuid()",
    "SELECT FROM sync_schedules",
    "INSERT INTO quarantined_rows DEFAULT VALUES",
    "UPDATE quarantined_rows SET price = 1",
    "DELETE FROM quarantined_rows",
    "CREATE TEMPORARY TABLE mine (id integer)",
    "UPDATE product_imports SET state = 'failed'",
    "INSERT INTO product_imports (state) VALUES ('succeeded')",
    "DELETE FROM product_imports",
    "INSERT INTO product_import_rows (row_number) VALUES (1)",
    "UPDATE login_networks SET user_id = gen_random_uuid()",
    "UPDATE api_keys SET role = 'admin'",
    "UPDATE api_keys SET secret_hash = ''",
    "UPDATE api_keys SET expires_at = NULL",
    "DELETE FROM api_keys",
]
WORKER_MAY_NOT = [
    "INSERT INTO users (username, password_hash, role) VALUES ('eve', '', 'admin')",
    "UPDATE users SET role = 'admin'",
    "SELECT password_hash FROM users",
    "SELECT username FROM users",
    "SELECT FROM login_networks",
    "SELECT secret_hash FROM api_keys",
    "DELETE FROM supplier_credentials",
    "UPDATE supplier_credentials SET origin = 'https://mine.example'",
    "INSERT INTO supplier_credentials DEFAULT VALUES",
    "UPDATE api_keys SET last_used_at = now()",
    "INSERT INTO suppliers (name, source_type) VALUES ('B', 'csv')",
    "UPDATE suppliers SET name = 'B'",
    "UPDATE suppliers SET deleting_since = now()",
    "UPDATE products SET internal_sku = 'B'",
    "UPDATE products SET margin_percentage = 1",
    "UPDATE categories SET name = 'B'",
    "DELETE FROM categories",
    "UPDATE supplier_items SET supplier_sku = 'B'",
    "UPDATE supplier_items SET created_at = now()",
    "SELECT price FROM price_history",
    "SELECT section FROM parsing_logs",
    "SELECT accept_quarantined_rows('{}', 'eve')",
]


@pytest.fixture
def guarded_url(database_url: str, superuser: Callable[[str], str]) -> str:
    """A database on which a superuser has executed `roles.sql`."""
    with psycopg.connect(superuser(database_url), autocommit=True) as conn:
        conn.execute(rights.ROLES_SQL.read_bytes())
    return database_url


def assert_denied(url: str, role: str, statement: str) -> None:
    with (
        psycopg.connect(make_conninfo(url, user=role), autocommit=True) as conn,
        pytest.raises(InsufficientPrivilege),
    ):
        conn.execute(statement.encode())


@pytest.mark.parametrize("statement", NOBODY_MAY)
def test_both_roles_are_denied(guarded_url: str, statement: str) -> None:
    assert_denied(guarded_url, rights.API_ROLE, statement)
    assert_denied(guarded_url, rights.WORKER_ROLE, statement)


@pytest.mark.parametrize("statement", API_MAY_NOT)
def test_the_api_is_denied(guarded_url: str, statement: str) -> None:
    assert_denied(guarded_url, rights.API_ROLE, statement)


@pytest.mark.parametrize("statement", WORKER_MAY_NOT)
def test_the_worker_is_denied(guarded_url: str, statement: str) -> None:
    assert_denied(guarded_url, rights.WORKER_ROLE, statement)


async def test_missing_right_names_the_role_to_use(guarded_url: str) -> None:
    async with Database(make_conninfo(guarded_url, user=rights.API_ROLE)) as database:
        with pytest.raises(DatabaseRightsError, match="connect as the owner of the database"):
            await auth.remove_user(database, "eve")


async def test_triggers_write_into_tables_of_the_schema(
    conn: Connection, database_url: str
) -> None:
    supplier_id, product_id = await builders.supplier(conn), await builders.product(conn, "Hammer")
    with psycopg.connect(make_conninfo(database_url, user=rights.WORKER_ROLE)) as worker:
        worker.execute("CREATE TEMPORARY TABLE products (LIKE public.products)")
        worker.execute(
            "CREATE TEMPORARY TABLE price_history (supplier_item_id uuid, price numeric)"
        )
        worker.execute(
            "INSERT INTO supplier_items (supplier_id, supplier_sku, name, current_price)"
            " VALUES (%s, 'A-1', 'Hammer', 10)",
            [supplier_id],
        )
        worker.execute("UPDATE supplier_items SET product_id = %s", [product_id])
    history = await (await conn.execute("SELECT price FROM price_history")).fetchall()
    assert history == [(Decimal("10.00"),)]
    product_rows = await conn.execute("SELECT min_price, supplier_count FROM products")
    assert await product_rows.fetchall() == [(Decimal("10.00"), 1)]


@pytest.mark.parametrize("role", [rights.API_ROLE, rights.WORKER_ROLE])
async def test_items_of_a_supplier_that_is_not_marked_cannot_be_deleted(
    conn: Connection, database_url: str, role: str
) -> None:
    supplier_id = await builders.supplier(conn)
    await builders.item(conn, supplier_id)
    with psycopg.connect(make_conninfo(database_url, user=role)) as role_conn:
        deleted = role_conn.execute(
            "SELECT delete_supplier_batch(%s, 10)", [supplier_id]
        ).fetchone()
    assert deleted == (False,)
    remaining = await (await conn.execute("SELECT count(*) FROM supplier_items")).fetchone()
    assert remaining == (1,)


@pytest.mark.parametrize("function", ["price_history_after_insert", "aggregates_after_insert"])
def test_own_triggers_cannot_call_the_trigger_functions(database_url: str, function: str) -> None:
    with psycopg.connect(make_conninfo(database_url, user=rights.WORKER_ROLE)) as worker:
        worker.execute("CREATE TEMPORARY TABLE mine (id uuid, current_price numeric)")
        with pytest.raises(InsufficientPrivilege):
            worker.execute(
                "CREATE TRIGGER mine AFTER INSERT ON mine REFERENCING NEW TABLE AS new_items"
                f" FOR EACH STATEMENT EXECUTE FUNCTION {function}()".encode()
            )


def test_other_roles_cannot_connect(guarded_url: str, superuser: Callable[[str], str]) -> None:
    with psycopg.connect(superuser(guarded_url), autocommit=True) as conn:
        conn.execute("DROP ROLE IF EXISTS stranger")
        conn.execute("CREATE ROLE stranger LOGIN")
    with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
        psycopg.connect(make_conninfo(guarded_url, user="stranger"))


def test_every_table_has_grants() -> None:
    granted = rights.RIGHTS_SQL.read_text()
    tables = {
        schema_object.name
        for schema_object in schema.read_expected_schema()
        if schema_object.kind == "table"
    }
    assert {name for name in tables if name not in granted} == set()


def test_migration_grants_and_revokes_rights(database_url: str) -> None:
    with psycopg.connect(database_url, autocommit=True) as conn:
        conn.execute("GRANT ALL ON users TO pricebook_worker")
        conn.execute("REVOKE ALL ON products FROM pricebook_api")
    migrations.upgrade(database_url)
    assert_denied(database_url, rights.WORKER_ROLE, "SELECT username FROM users")
    with psycopg.connect(make_conninfo(database_url, user=rights.API_ROLE)) as conn:
        conn.execute("SELECT name FROM products")


def test_downgrade_and_upgrade_keep_the_rights(database_url: str) -> None:
    migrations.downgrade(database_url, "0001")
    migrations.upgrade(database_url)
    with psycopg.connect(make_conninfo(database_url, user=rights.WORKER_ROLE)) as conn:
        conn.execute("SELECT task_id FROM held_rows")


def test_owner_without_superuser_can_create_the_roles(
    new_database: Callable[..., str], superuser: Callable[[str], str]
) -> None:
    url = new_database("template0")
    database = sql.Identifier(str(conninfo_to_dict(url)["dbname"]))
    with psycopg.connect(superuser(url), autocommit=True) as conn:
        conn.execute("CREATE ROLE managed LOGIN CREATEROLE CREATEDB")
        conn.execute("GRANT pricebook TO managed WITH ADMIN OPTION")
        conn.execute(sql.SQL("ALTER DATABASE {} OWNER TO managed").format(database))
    with psycopg.connect(make_conninfo(url, user="managed"), autocommit=True) as conn:
        for _ in range(2):
            conn.execute(rights.ROLES_SQL.read_bytes())
    migrations.upgrade(url)
    with psycopg.connect(make_conninfo(url, user=rights.API_ROLE)) as conn:
        conn.execute("SELECT name FROM products")


def test_connected_role_is_reported(database_url: str, superuser: Callable[[str], str]) -> None:
    api = make_conninfo(database_url, user=rights.API_ROLE)
    assert rights.find_connected_role(api) == (rights.API_ROLE, False, False)
    assert rights.find_connected_role(database_url) == ("pricebook", False, True)
    assert rights.find_connected_role(superuser(database_url)).is_superuser
