"""Rate limits of failed logins, with Redis and without."""

import asyncio
from collections import Counter as StatusCounts
from collections.abc import AsyncIterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import msgspec
import pytest
from litestar import Litestar
from litestar.testing import AsyncTestClient

from builders import user
from pricebook.api.application import create_app
from pricebook.auth.passwords import hash_password
from pricebook.db.database import Connection
from pricebook.embedded import servers
from pricebook.settings import Settings

Client = AsyncTestClient[Litestar]
PASSWORD = "correct horse"
WRONG_PASSWORD = "wrong horse"
UNREACHABLE_REDIS_URL = "unix:///nowhere/redis.sock"


@pytest.fixture(params=["redis", "no redis"])
def limited(settings: Settings, request: pytest.FixtureRequest) -> Settings:
    """Settings with 3 failures per name and 5 per address."""
    return msgspec.structs.replace(
        settings,
        redis_url=UNREACHABLE_REDIS_URL if request.param == "no redis" else settings.redis_url,
        login_failures_per_name=3,
        login_failures_per_address=5,
    )


@pytest.fixture
async def client(limited: Settings) -> AsyncIterator[Client]:
    async with AsyncTestClient(create_app(limited)) as opened:
        yield opened


@pytest.fixture
async def anna(conn: Connection) -> str:
    await user(conn, "Anna", "sales", hash_password(PASSWORD, 4))
    return "Anna"


async def log_in(client: Client, username: str, password: str = WRONG_PASSWORD) -> Any:
    return await client.post(
        "/api/v1/auth/login", json={"username": username, "password": password}
    )


async def statuses(client: Client, username: str, times: int) -> list[int]:
    return [(await log_in(client, username)).status_code for _ in range(times)]


async def test_limit_per_name_refuses_the_correct_password_too(client: Client, anna: str) -> None:
    assert await statuses(client, anna, 2) == [401, 401]
    assert await statuses(client, anna.upper(), 2) == [401, 429]
    response = await log_in(client, anna, PASSWORD)
    assert response.status_code == 429
    body = response.json()
    assert body["error"]["code"] == "RATE_LIMIT_EXCEEDED"
    assert 0 < int(response.headers["retry-after"]) <= 300
    seconds = response.headers["retry-after"]
    assert response.headers["ratelimit"] == f'"login-name";r=0;t={seconds}'
    assert response.headers["ratelimit-policy"] == '"login-name";q=3;w=300'


async def test_every_counted_login_has_rate_limit_fields(client: Client, anna: str) -> None:
    for remaining in (2, 1):
        failed = await log_in(client, anna)
        assert failed.status_code == 401
        assert failed.headers["www-authenticate"] == "Bearer"
        assert failed.headers["ratelimit"].startswith(f'"login-name";r={remaining};t=')
        assert failed.headers["ratelimit-policy"] == '"login-name";q=3;w=300'
    succeeded = await log_in(client, anna, PASSWORD)
    assert succeeded.status_code == 200
    assert succeeded.headers["ratelimit"] == '"login-name";r=3;t=300'


async def test_limit_per_address_counts_all_names(client: Client, anna: str) -> None:
    for number in range(5):
        assert (await log_in(client, f"nobody {number}")).status_code == 401
    response = await log_in(client, anna, PASSWORD)
    assert response.status_code == 429
    assert "login-address" in response.headers["ratelimit-policy"]


async def test_only_failures_count_and_a_login_resets_those_of_the_name(
    client: Client, anna: str
) -> None:
    for _ in range(8):
        assert (await log_in(client, anna, PASSWORD)).status_code == 200
    assert await statuses(client, anna, 2) == [401, 401]
    assert (await log_in(client, anna, PASSWORD)).status_code == 200
    assert await statuses(client, anna, 3) == [401, 401, 401]
    assert await statuses(client, anna, 1) == [429]


async def test_unknown_name_has_the_same_limit(client: Client) -> None:
    assert await statuses(client, "nobody", 4) == [401, 401, 401, 429]


async def test_parallel_attempts_do_not_exceed_the_limit(client: Client, anna: str) -> None:
    responses = await asyncio.gather(*(log_in(client, anna) for _ in range(50)))
    assert StatusCounts(each.status_code for each in responses) == {401: 3, 429: 47}


async def test_parallel_logins_with_the_correct_password_all_succeed(
    client: Client, anna: str
) -> None:
    responses = await asyncio.gather(*(log_in(client, anna, PASSWORD) for _ in range(10)))
    assert {each.status_code for each in responses} == {200}


async def test_a_server_error_does_not_count_as_a_failed_login(
    client: Client, conn: Connection, anna: str
) -> None:
    await conn.execute("ALTER TABLE users RENAME TO hidden")
    response = await client.post(
        "/api/v1/auth/login", json={"username": anna, "password": PASSWORD}
    )
    assert response.status_code == 500
    await conn.execute("ALTER TABLE hidden RENAME TO users")
    assert await statuses(client, anna, 3) == [401, 401, 401]


async def test_limit_holds_when_redis_stops(settings: Settings, anna: str) -> None:
    with TemporaryDirectory(prefix="pricebook-test-") as folder:
        home = Path(folder)
        home.chmod(0o755)  # noqa: ASYNC240 (one short call)
        with servers(home, durable=False) as others:
            limited = msgspec.structs.replace(
                settings, redis_url=others.redis_url, login_failures_per_name=3
            )
            client = AsyncTestClient(create_app(limited))
            await client.__aenter__()
            assert await statuses(client, anna, 4) == [401, 401, 401, 429]
        assert await statuses(client, anna, 4) == [401, 401, 401, 429]
        await client.__aexit__(None, None, None)


async def test_two_processes_share_a_limit_in_redis(settings: Settings, anna: str) -> None:
    limited = msgspec.structs.replace(settings, login_failures_per_name=3)
    async with (
        AsyncTestClient(create_app(limited)) as one,
        AsyncTestClient(create_app(limited)) as other,
    ):
        assert await statuses(one, anna, 2) == [401, 401]
        assert await statuses(other, anna, 2) == [401, 429]
        assert (await log_in(one, anna, PASSWORD)).status_code == 429
