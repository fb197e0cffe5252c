"""A replicated database, and an API that may read from its standby."""

from collections.abc import AsyncIterator, Iterator
from typing import Any

import msgspec
import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from structlog.testing import capture_logs
from structlog.typing import EventDict

import builders
from databases import Databases
from pricebook.db.database import Database
from pricebook.db.migrations import rights
from pricebook.settings import Settings
from replication import CatalogClient, PostgresServer, open_folder, running_api


@pytest.fixture(scope="module")
def primary() -> Iterator[PostgresServer]:
    with open_folder() as folder:
        server = PostgresServer(folder)
        server.start()
        yield server
        server.stop()


@pytest.fixture(scope="module")
def replicated_url(primary: PostgresServer) -> str:
    return Databases(primary.url).create()


@pytest.fixture
def standby(primary: PostgresServer, replicated_url: str) -> Iterator[PostgresServer]:
    """A standby, not started."""
    assert replicated_url
    with open_folder() as folder:
        server = primary.copy_to(folder)
        yield server
        server.stop()


@pytest.fixture
def second_standby(primary: PostgresServer, replicated_url: str) -> Iterator[PostgresServer]:
    """A second standby, not started."""
    assert replicated_url
    with open_folder() as folder:
        server = primary.copy_to(folder)
        yield server
        server.stop()


@pytest.fixture
def database_name(replicated_url: str) -> str:
    return str(conninfo_to_dict(replicated_url)["dbname"])


@pytest.fixture
def read_url(standby: PostgresServer, database_name: str) -> str:
    return make_conninfo(standby.url, dbname=database_name, user=rights.API_ROLE)


@pytest.fixture
def replicated_settings(settings: Settings, replicated_url: str, read_url: str) -> Settings:
    """The settings of an API without response cache, so that every response is read."""
    return msgspec.structs.replace(
        settings,
        database_url=make_conninfo(replicated_url, user=rights.API_ROLE),
        database_read_url=read_url,
        catalog_memory_mb=0,
    )


@pytest.fixture
async def primary_conn(replicated_url: str) -> AsyncIterator[psycopg.AsyncConnection[Any]]:
    """A connection to the primary, which has one product, `Hammer`."""
    async with Database(replicated_url) as database, database.connection() as conn:
        await conn.execute("TRUNCATE products, suppliers, categories CASCADE")
        tools = await builders.category(conn, "Hammer")
        await builders.offered_product(conn, "Hammer", "10", category_id=tools)
        yield conn


@pytest.fixture
def log_lines() -> Iterator[list[EventDict]]:
    with capture_logs() as lines:
        yield lines


@pytest.fixture
async def catalog_client(
    replicated_settings: Settings,
    primary_conn: psycopg.AsyncConnection[Any],
    log_lines: list[EventDict],
) -> AsyncIterator[CatalogClient]:
    assert primary_conn
    assert log_lines == []
    async with running_api(replicated_settings) as opened:
        yield opened
