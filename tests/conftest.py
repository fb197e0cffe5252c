"""A real PostgreSQL and a real Redis for the whole run, an empty database for each test."""

import os
import secrets
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, get_args
from uuid import uuid4

import hypothesis
import psycopg
import pytest
from litestar import Litestar
from litestar.testing import AsyncTestClient
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from redis import Redis

import builders
from databases import SUPERUSER, Databases
from pricebook.api.application import create_app
from pricebook.auth import tokens
from pricebook.auth.schemas import Role, User
from pricebook.auth.tokens import TokenKey
from pricebook.db.database import Connection, Database
from pricebook.db.driver.prepared_queries import PreparedQueryRunner
from pricebook.db.migrations import rights
from pricebook.embedded import Endpoints, servers
from pricebook.pricelists.isolation.parser_pool import ParserPool
from pricebook.settings import DatabaseDriver, Settings

JWT_SECRET = secrets.token_hex(32)

# No test asserts a time, those of hypothesis neither.
hypothesis.settings.register_profile("untimed", deadline=None)
hypothesis.settings.load_profile("untimed")


def pytest_configure(config: pytest.Config) -> None:
    """Give the processes that tests start, and kill, a folder for what these leave behind."""
    folder = TemporaryDirectory(prefix="pricebook-test-")
    Path(folder.name).chmod(0o755)
    os.environ["TMPDIR"] = folder.name
    config.add_cleanup(folder.cleanup)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes longest, so that no process is left with it at the end."""
    items.sort(key=lambda item: "e2e" not in item.path.parts)


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="session")
def parser_pool() -> Iterator[ParserPool]:
    with ParserPool(has_spare=True) as parser_pool:
        yield parser_pool


@pytest.fixture(scope="session")
def endpoints() -> Iterator[Endpoints]:
    with TemporaryDirectory(prefix="pricebook-test-") as folder:
        Path(folder).chmod(0o755)
        with servers(Path(folder), durable=False) as running:
            yield running


@pytest.fixture(scope="session")
def databases(endpoints: Endpoints) -> Databases:
    return Databases(endpoints.database_url)


@pytest.fixture(scope="session")
def new_database(databases: Databases) -> Callable[..., str]:
    """Make databases: copies of the one that the shipped migrations make, or empty ones."""
    return databases.create


@pytest.fixture
def database_url(databases: Databases) -> Iterator[str]:
    """A migrated database for this test alone."""
    with databases.borrowed() as url:
        yield url


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    async with Database(database_url) as opened:
        yield opened


@pytest.fixture
async def conn(database: Database) -> AsyncIterator[Connection]:
    async with database.connection() as borrowed:
        yield borrowed


@pytest.fixture(params=get_args(DatabaseDriver))
def driver(request: pytest.FixtureRequest) -> DatabaseDriver:
    """Each value of DATABASE_DRIVER in turn."""
    return request.param


@pytest.fixture
def redis_url(endpoints: Endpoints) -> str:
    """A Redis that remembers nothing of other tests."""
    client: Any = Redis
    with client.from_url(endpoints.redis_url) as redis:
        redis.flushall()
    return endpoints.redis_url


@pytest.fixture
def settings(database_url: str, redis_url: str) -> Settings:
    """The settings of an API that connects with the rights that it has in production."""
    return Settings(
        database_url=make_conninfo(database_url, user=rights.API_ROLE),
        redis_url=redis_url,
        jwt_secret=JWT_SECRET,
        bcrypt_cost=4,  # under what a user may set: checks of passwords are not what is slow here
        db_pool_min=1,
        db_pool_max=4,
    )


@pytest.fixture(scope="session")
def app_for_settings() -> Callable[[Settings], Litestar]:
    """Make applications, one for the same settings: it holds nothing between its stop and start."""
    return cache(create_app)


@pytest.fixture
async def client(
    settings: Settings, app_for_settings: Callable[[Settings], Litestar]
) -> AsyncIterator[AsyncTestClient[Litestar]]:
    async with AsyncTestClient(app_for_settings(settings), raise_server_exceptions=False) as opened:
        yield opened


@pytest.fixture(scope="session")
def superuser() -> Callable[[str], str]:
    """Say where a database answers its administrator."""
    return lambda url: make_conninfo(url, user=SUPERUSER)


@pytest.fixture
def drop_database(endpoints: Endpoints) -> Callable[[str], None]:
    """Take a database away from those who are connected to it."""

    def drop(url: str) -> None:
        name = conninfo_to_dict(url)["dbname"]
        # Whoever emptied it may be a superuser on the way out, whom only another one may end.
        with psycopg.connect(endpoints.database_url, user=SUPERUSER, autocommit=True) as conn:
            conn.execute(sql.SQL("DROP DATABASE {} (FORCE)").format(sql.Identifier(str(name))))

    return drop


@pytest.fixture
def as_role(settings: Settings, conn: Connection) -> builders.AsRole:
    """Make a user of a role, and the header with which they call."""

    async def header(role: Role) -> dict[str, str]:
        name = f"{role} {uuid4()}"
        user = User(await builders.user(conn, name, role), name, role)
        key = TokenKey(JWT_SECRET, settings.jwt_issuer, settings.jwt_expiration_hours)
        token, _ = tokens.issue(key, user, datetime.now(UTC), uuid4())
        return {"Authorization": f"Bearer {token}"}

    return header


@pytest.fixture
async def sales(
    client: AsyncTestClient[Litestar], as_role: builders.AsRole
) -> AsyncTestClient[Litestar]:
    """The client, logged in; so are the next two. A test has one of them."""
    client.headers.update(await as_role("sales"))
    return client


@pytest.fixture
async def procurement(
    client: AsyncTestClient[Litestar], as_role: builders.AsRole
) -> AsyncTestClient[Litestar]:
    client.headers.update(await as_role("procurement"))
    return client


@pytest.fixture
async def admin(
    client: AsyncTestClient[Litestar], as_role: builders.AsRole
) -> AsyncTestClient[Litestar]:
    client.headers.update(await as_role("admin"))
    return client


@pytest.fixture
def statements(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every statement that is executed from here on."""
    executed: list[str] = []
    run_statement: Any = psycopg.AsyncCursor.execute
    run_public_query: Any = PreparedQueryRunner.fetch

    async def execute(self: Any, statement: Any, *values: Any, **options: Any) -> Any:
        executed.append(str(statement))
        return await run_statement(self, statement, *values, **options)

    async def fetch(
        self: Any, struct_type: Any, statement: Any, *values: Any, **options: Any
    ) -> Any:
        executed.append(str(statement))
        return await run_public_query(self, struct_type, statement, *values, **options)

    monkeypatch.setattr(psycopg.AsyncCursor, "execute", execute)
    monkeypatch.setattr(PreparedQueryRunner, "fetch", fetch)
    return executed
