"""A real PostgreSQL and a real Redis for the whole run, an empty database for each test."""

import os
import secrets
import signal
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
from coverage import Coverage
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
from pricebook.errors import DatabaseUnavailableError
from pricebook.pricelists.isolation.parser_pool import ParserPool
from pricebook.settings import DatabaseDriver, Settings

JWT_SECRET = secrets.token_hex(32)
CREDENTIALS_KEY = secrets.token_hex(32)

# Started in the background by a shell, a test run ignores SIGINT, and so would its commands.
signal.signal(signal.SIGINT, signal.default_int_handler)

# No test asserts a duration, those of hypothesis neither.
hypothesis.settings.register_profile("untimed", deadline=None)
hypothesis.settings.load_profile("untimed")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the size of the races of links, which `make bench-races` sets to 1,000."""
    parser.addoption("--pairs", type=int, default=60, help="items that writers race for")


def pytest_configure(config: pytest.Config) -> None:
    """Set TMPDIR to a folder that is deleted after the run: killed processes leave files."""
    folder = TemporaryDirectory(prefix="pricebook-test-")
    Path(folder.name).chmod(0o755)
    os.environ["TMPDIR"] = folder.name
    config.add_cleanup(folder.cleanup)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run the longest tests first, so that all processes end at about the same time."""
    items.sort(key=lambda item: "e2e" not in item.path.parts)


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish() -> None:
    """Store the coverage of this process: pytest-xdist kills one that ends in over ten seconds."""
    if coverage := Coverage.current():
        coverage.save()


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="session")
def parser_pool() -> Iterator[ParserPool]:
    with ParserPool() as parser_pool:
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
    """Return a function that creates databases: migrated ones, or copies of a template."""
    return databases.create


@pytest.fixture
def database_url(databases: Databases) -> Iterator[str]:
    """A migrated database for this test alone."""
    with databases.borrowed() as url:
        yield url


async def wait_for_connection(database: Database) -> None:
    """Wait until a new pool has a connection: a busy machine needs longer than a request waits."""
    for attempt in range(10):
        try:
            async with database.connection():
                return
        except DatabaseUnavailableError:
            if attempt == 9:
                raise


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    async with Database(database_url) as opened:
        await wait_for_connection(opened)
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
    """The address of an empty Redis."""
    client: Any = Redis
    with client.from_url(endpoints.redis_url) as redis:
        redis.flushall()
    return endpoints.redis_url


@pytest.fixture(scope="session")
def application_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the files of applications that have no other one."""
    return tmp_path_factory.mktemp("home")


@pytest.fixture
def settings(database_url: str, redis_url: str, application_home: Path) -> Settings:
    """The settings of an API that connects as the production role."""
    return Settings(
        pricebook_home=str(application_home),
        database_url=make_conninfo(database_url, user=rights.API_ROLE),
        redis_url=redis_url,
        jwt_secret=JWT_SECRET,
        credentials_key=CREDENTIALS_KEY,
        bcrypt_cost=4,  # below the minimum of the setting: tests check many passwords
        db_pool_min=1,
        db_pool_max=4,
    )


@pytest.fixture(scope="session")
def app_for_settings() -> Callable[[Settings], Litestar]:
    """Return a function that creates an application, one for equal settings."""
    return cache(create_app)


@pytest.fixture
async def client(
    settings: Settings, app_for_settings: Callable[[Settings], Litestar]
) -> AsyncIterator[AsyncTestClient[Litestar]]:
    async with AsyncTestClient(app_for_settings(settings), raise_server_exceptions=False) as opened:
        yield opened


@pytest.fixture(scope="session")
def superuser() -> Callable[[str], str]:
    """Return a function from the address of a database to the superuser's address."""
    return lambda url: make_conninfo(url, user=SUPERUSER)


@pytest.fixture
def drop_database(endpoints: Endpoints) -> Callable[[str], None]:
    """Return a function that drops a database with its connections."""

    def drop(url: str) -> None:
        name = conninfo_to_dict(url)["dbname"]
        # An ending session of a superuser can be terminated only by a superuser.
        with psycopg.connect(endpoints.database_url, user=SUPERUSER, autocommit=True) as conn:
            conn.execute(sql.SQL("DROP DATABASE {} (FORCE)").format(sql.Identifier(str(name))))

    return drop


@pytest.fixture
def as_role(settings: Settings, conn: Connection) -> builders.AsRole:
    """Return a function that creates a user of a role and returns its request header."""

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
    """The client with a token of the role; a test uses one of these three fixtures."""
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
    """A list of all statements executed from here on, but for the checks of connections."""
    executed: list[str] = []
    run_statement: Any = psycopg.AsyncCursor.execute
    run_public_query: Any = PreparedQueryRunner.fetch

    async def execute(self: Any, statement: Any, *values: Any, **options: Any) -> Any:
        if statement != "SELECT":
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
