"""Databases for tests: copies of a migrated template, emptied and reused.

PostgreSQL copies a database in a tenth of a second, for its 300 files; deleting rows takes a tenth
of that. Larger changes by a test are not undone: the next test gets a new copy of the same name,
so that settings, and the application that was created for them, stay the same.
"""

import asyncio
from collections.abc import Generator
from contextlib import contextmanager
from functools import cached_property
from itertools import count
from typing import Any
from uuid import uuid4

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo

from pricebook.db import migrations
from pricebook.db.database import Connection
from pricebook.db.migrations.rights import ROLES_SQL

TEMPLATE = "pricebook_template"
SUPERUSER = "postgres"
# Deleting more rows leaves dead rows and statistics that a new copy does not have.
MAX_DELETED_ROWS = 1_000
TERMINATE_TIMEOUT_MILLISECONDS = 5_000


TERMINATE_OTHER_SESSIONS = """
    SELECT pg_terminate_backend(pid, %s) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()
"""
TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename"
# Every schema change inserts or deletes a row of one of these.
CATALOGS = (
    *("pg_attrdef", "pg_attribute", "pg_class", "pg_collation", "pg_constraint", "pg_default_acl"),
    *("pg_enum", "pg_extension", "pg_index", "pg_inherits", "pg_policy", "pg_proc", "pg_rewrite"),
    *("pg_sequence", "pg_statistic_ext", "pg_trigger", "pg_ts_config", "pg_ts_dict", "pg_type"),
)
COUNT_AND_NEWEST_XMIN = "SELECT count(*), max(xmin::text::bigint) FROM {}"
OWN_SETTINGS = """
    SELECT count(setconfig), datconnlimit FROM pg_database
    LEFT JOIN pg_db_role_setting ON setdatabase = pg_database.oid
    WHERE datname = current_database() GROUP BY datconnlimit
"""


class Databases:
    """The databases of one server; each is used by one test at a time."""

    def __init__(self, server_url: str) -> None:
        self._server_url = server_url
        self._names = count()
        self._returned: list[str] = []

    def create(self, template: str = TEMPLATE) -> str:
        """Create a database that is not reused; return its address."""
        if template == TEMPLATE:
            template = self._template.name
        return self._copy(template, f"test_{uuid4().hex}")

    @contextmanager
    def borrowed(self) -> Generator[str]:
        """Yield a migrated database without rows."""
        template = self._template
        name = self._returned.pop() if self._returned else f"test_{next(self._names)}"
        url = make_conninfo(self._server_url, dbname=name)
        if not template.restore(url):
            self._drop(name)
            self._copy(template.name, name)
        yield url
        self._returned.append(name)

    @cached_property
    def _template(self) -> "Template":
        url = self._copy("template0", TEMPLATE)
        with psycopg.connect(url, user=SUPERUSER, autocommit=True) as conn:
            conn.execute(ROLES_SQL.read_bytes())
            conn.execute(
                "GRANT pricebook_api TO pricebook"
            )  # tests terminate connections of the API
        migrations.upgrade(url)
        return Template(url)

    def _drop(self, name: str) -> None:
        with psycopg.connect(self._server_url, user=SUPERUSER, autocommit=True) as conn:
            conn.execute(_query("DROP DATABASE IF EXISTS {} WITH (FORCE)", name))

    def _copy(self, template: str, name: str) -> str:
        with psycopg.connect(self._server_url, autocommit=True) as conn:
            conn.execute(
                sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY wal_log").format(
                    sql.Identifier(name), sql.Identifier(template)
                )
            )
        return make_conninfo(self._server_url, dbname=name)


class Template:
    """The state of a migrated database without rows."""

    name = TEMPLATE

    def __init__(self, url: str) -> None:
        with psycopg.connect(url, user=SUPERUSER) as conn:
            tables = [name for (name,) in conn.execute(TABLES)]
            non_empty_tables = [
                name for name in tables if conn.execute(_query("SELECT FROM {}", name)).rowcount
            ]
            self._delete_statements = sql.SQL("; ").join(
                _query("DELETE FROM {}", name) for name in tables if name not in non_empty_tables
            )
            # Rows inserted by migrations are part of the state.
            state_queries = [
                _query(COUNT_AND_NEWEST_XMIN, name) for name in (*CATALOGS, *non_empty_tables)
            ]
            self._state_query = sql.SQL(" UNION ALL ").join([*state_queries, sql.SQL(OWN_SETTINGS)])
            self._state = conn.execute(self._state_query).fetchall()

    def restore(self, url: str) -> bool:
        """Delete all rows of a used copy; return whether its state then equals the template."""
        try:
            with psycopg.connect(url, user=SUPERUSER, autocommit=True) as conn:
                terminated = conn.execute(
                    TERMINATE_OTHER_SESSIONS, [TERMINATE_TIMEOUT_MILLISECONDS]
                ).fetchall()
                conn.execute("SET session_replication_role = replica")  # neither triggers nor keys
                cursor = conn.execute(self._delete_statements)
                deleted = cursor.rowcount
                while cursor.nextset():
                    deleted += cursor.rowcount
                state = conn.execute(self._state_query).fetchall()
        except psycopg.Error:  # dropped, or closed to connections, by the last test
            return False
        return (
            all(done for (done,) in terminated)
            and deleted <= MAX_DELETED_ROWS
            and state == self._state
        )


def _query(text: Any, name: str) -> sql.Composed:
    return sql.SQL(text).format(sql.Identifier(name))


async def wait_until_blocked(conn: Connection) -> None:
    """Wait until a session waits for another one."""
    blocked = "SELECT FROM pg_stat_activity WHERE cardinality(pg_blocking_pids(pid)) > 0"
    async with asyncio.timeout(120):
        while not (await conn.execute(blocked)).rowcount:
            pass
