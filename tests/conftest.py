"""A real PostgreSQL and a real Redis for the whole run, a database of its own for each test."""

from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import uuid4

import psycopg
import pytest
from litestar import Litestar
from litestar.testing import AsyncTestClient
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from pricebook import migrations
from pricebook.api import create_app
from pricebook.db import Connection, Database
from pricebook.embedded import Endpoints, servers
from pricebook.settings import Settings

TEMPLATE = "pricebook_template"


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="session")
def endpoints() -> Iterator[Endpoints]:
    with TemporaryDirectory(prefix="pricebook-test-") as folder:
        Path(folder).chmod(0o755)
        with servers(Path(folder), durable=False) as running:
            yield running


@pytest.fixture(scope="session")
def new_database(endpoints: Endpoints) -> Callable[..., str]:
    """Make databases: copies of the one that the shipped migrations make, or empty ones."""
    migrated = False

    def create(template: str = TEMPLATE) -> str:
        nonlocal migrated
        if template == TEMPLATE and not migrated:
            migrations.upgrade(_address(endpoints, _create(endpoints, TEMPLATE, "template0")))
            migrated = True
        return _address(endpoints, _create(endpoints, f"test_{uuid4().hex}", template))

    return create


def _create(endpoints: Endpoints, name: str, template: str) -> str:
    with psycopg.connect(endpoints.database_url, autocommit=True) as conn:
        conn.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY wal_log").format(
                sql.Identifier(name), sql.Identifier(template)
            )
        )
    return name


def _address(endpoints: Endpoints, name: str) -> str:
    return make_conninfo(endpoints.database_url, dbname=name)


@pytest.fixture
def database_url(new_database: Callable[..., str]) -> str:
    """A migrated database for this test alone."""
    return new_database()


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    async with Database(database_url) as opened:
        yield opened


@pytest.fixture
async def conn(database: Database) -> AsyncIterator[Connection]:
    async with database.connection() as lent:
        yield lent


@pytest.fixture
def settings(database_url: str, endpoints: Endpoints) -> Settings:
    return Settings(
        database_url=database_url, redis_url=endpoints.redis_url, db_pool_min=1, db_pool_max=4
    )


@pytest.fixture
async def client(settings: Settings) -> AsyncIterator[AsyncTestClient[Litestar]]:
    async with AsyncTestClient(create_app(settings), raise_server_exceptions=False) as opened:
        yield opened


@pytest.fixture
def drop_database(endpoints: Endpoints) -> Callable[[str], None]:
    """Take a database away from those who are connected to it."""

    def drop(url: str) -> None:
        name = conninfo_to_dict(url)["dbname"]
        with psycopg.connect(endpoints.database_url, autocommit=True) as conn:
            conn.execute(sql.SQL("DROP DATABASE {} (FORCE)").format(sql.Identifier(str(name))))

    return drop
