"""Failed logins from other networks do not lock a user out of known networks."""

import asyncio
from collections.abc import AsyncGenerator, Iterator
from contextlib import asynccontextmanager

import httpx
import msgspec
import pytest

from builders import user
from pricebook.api.application import create_app
from pricebook.auth import passwords
from pricebook.auth.passwords import MAX_WAITING, MAX_WAITING_KNOWN, PasswordChecker, hash_password
from pricebook.db.database import Connection
from pricebook.errors import RateLimitExceededError
from pricebook.settings import Settings
from served_here import served_here

PASSWORD = "correct horse"
WRONG_PASSWORD = "wrong horse"
UNREACHABLE_REDIS_URL = "unix:///nowhere/redis.sock"
KNOWN_ADDRESS, KNOWN_IPV6_ADDRESS = "192.0.2.1", "2001:db8:1:1::1"


@pytest.fixture(params=["redis", "no redis"])
def limited(settings: Settings, request: pytest.FixtureRequest) -> Settings:
    return msgspec.structs.replace(
        settings,
        redis_url=UNREACHABLE_REDIS_URL if request.param == "no redis" else settings.redis_url,
        trusted_proxies="127.0.0.1",
        login_failures_per_name=3,
        login_failures_per_address=100,
        login_failures_from_new_networks=6,
    )


class ProxiedClient:
    """A client that logs in through a trusted proxy."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self._client = client

    async def log_in(
        self, address: str, name: str, password: str = WRONG_PASSWORD
    ) -> httpx.Response:
        return await self._client.post(
            "/api/v1/auth/login",
            json={"username": name, "password": password},
            headers={"X-Forwarded-For": address},
        )

    async def statuses(self, address: str, name: str, times: int) -> list[int]:
        return [(await self.log_in(address, name)).status_code for _ in range(times)]


@asynccontextmanager
async def proxied(settings: Settings) -> AsyncGenerator[ProxiedClient]:
    async with (
        served_here(create_app(settings), settings) as port,
        httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as client,
    ):
        yield ProxiedClient(client)


@pytest.fixture
async def anna(conn: Connection) -> str:
    await user(conn, "Anna", "sales", hash_password(PASSWORD, 4))
    return "Anna"


async def test_unknown_network_cannot_lock_a_user_out_of_a_known_network(
    limited: Settings, anna: str
) -> None:
    async with proxied(limited) as api:
        assert (await api.log_in(KNOWN_ADDRESS, anna, PASSWORD)).status_code == 200
        assert await api.statuses("198.51.100.1", anna, 4) == [401, 401, 401, 429]
        assert await api.statuses("198.51.100.2", anna, 4) == [401, 401, 401, 429]
        assert await api.statuses("198.51.100.3", anna, 1) == [429]
        assert (await api.log_in(KNOWN_ADDRESS, anna, PASSWORD)).status_code == 200


async def test_one_unknown_network_does_not_lock_out_other_new_networks(
    limited: Settings, anna: str
) -> None:
    async with proxied(limited) as api:
        assert await api.statuses("198.51.100.1", anna, 4) == [401, 401, 401, 429]
        assert (await api.log_in(KNOWN_ADDRESS, anna, PASSWORD)).status_code == 200


@pytest.mark.parametrize("name", ["Anna", "nobody"])
async def test_unknown_networks_have_the_same_limit_for_existing_and_missing_users(
    limited: Settings, anna: str, name: str
) -> None:
    async with proxied(limited) as api:
        assert (await api.log_in(KNOWN_ADDRESS, anna, PASSWORD)).status_code == 200
        responses = [await api.log_in(f"198.51.100.{n}", name) for n in range(8)]
        assert [each.status_code for each in responses] == [401] * 6 + [429] * 2
        assert "login-new-networks" in responses[-1].headers["ratelimit-policy"]


async def test_known_network_is_limited(limited: Settings, anna: str) -> None:
    async with proxied(limited) as api:
        assert (await api.log_in(KNOWN_ADDRESS, anna, PASSWORD)).status_code == 200
        assert await api.statuses(KNOWN_ADDRESS, anna, 4) == [401, 401, 401, 429]


async def test_login_from_another_network_does_not_reset_the_limit_of_unknown_networks(
    limited: Settings, anna: str
) -> None:
    async with proxied(limited) as api:
        assert await api.statuses("198.51.100.1", anna, 3) == [401] * 3
        assert (await api.log_in("198.51.100.9", anna, PASSWORD)).status_code == 200
        assert await api.statuses("198.51.100.2", anna, 3) == [401] * 3
        assert await api.statuses("198.51.100.3", anna, 1) == [429]


async def test_ipv6_prefix_of_64_bits_is_one_network(limited: Settings, anna: str) -> None:
    async with proxied(limited) as api:
        assert (await api.log_in(KNOWN_IPV6_ADDRESS, anna, PASSWORD)).status_code == 200
        for number in range(6):
            await api.log_in(f"198.51.100.{number}", anna)
        assert (await api.log_in("2001:db8:1:1::9", anna, PASSWORD)).status_code == 200
        assert (await api.log_in("2001:db8:1:2::9", anna, PASSWORD)).status_code == 429
        spread = [(await api.log_in(f"2001:db8:9:9::{n}", "nobody")).status_code for n in range(4)]
        assert spread == [401, 401, 401, 429]


@pytest.mark.parametrize("name", ["anna", "änne", "straße"])
async def test_spellings_of_a_name_share_one_limit(
    limited: Settings, conn: Connection, name: str
) -> None:
    await user(conn, name, "sales", hash_password(PASSWORD, 4))
    spellings = [name, name.upper(), name.title(), name[0] + name[1:].upper()]
    async with proxied(limited) as api:
        responses = [
            await api.statuses(KNOWN_ADDRESS, each, 2) for each in spellings if each.lower() == name
        ]
    assert [code for each in responses for code in each][:4] == [401, 401, 401, 429]


async def test_networks_are_stored_as_keyed_hashes_and_limited_in_number(
    limited: Settings, conn: Connection, anna: str
) -> None:
    async with proxied(limited) as api:
        for number in range(25):
            address = f"203.0.113.{number}"
            assert (await api.log_in(address, anna, PASSWORD)).status_code == 200
    rows = await (await conn.execute("SELECT network_hash FROM login_networks")).fetchall()
    assert len(rows) == 20
    assert not any(b"203.0.113" in bytes(network) for (network,) in rows)


async def test_known_network_expires(limited: Settings, conn: Connection, anna: str) -> None:
    async with proxied(limited) as api:
        assert (await api.log_in(KNOWN_ADDRESS, anna, PASSWORD)).status_code == 200
        await conn.execute("UPDATE login_networks SET last_login_at = now() - interval '91 days'")
        for number in range(6):
            await api.log_in(f"198.51.100.{number}", anna)
        assert (await api.log_in(KNOWN_ADDRESS, anna, PASSWORD)).status_code == 429


@pytest.fixture
def checker() -> Iterator[PasswordChecker]:
    with PasswordChecker(4) as checker:
        yield checker


async def test_unknown_networks_that_fill_the_queue_leave_room_for_known_networks(
    checker: PasswordChecker,
) -> None:
    release = asyncio.Event()

    async def wait(*, is_known_network: bool) -> None:
        async with checker.slot(is_known_network=is_known_network):
            await release.wait()

    unknown_logins = [asyncio.create_task(wait(is_known_network=False)) for _ in range(MAX_WAITING)]
    await asyncio.sleep(0)
    with pytest.raises(RateLimitExceededError):
        await wait(is_known_network=False)
    room = MAX_WAITING_KNOWN - MAX_WAITING
    known_logins = [asyncio.create_task(wait(is_known_network=True)) for _ in range(room)]
    await asyncio.sleep(0)
    with pytest.raises(RateLimitExceededError):
        await wait(is_known_network=True)
    release.set()
    await asyncio.gather(*unknown_logins, *known_logins)


async def test_known_networks_come_before_waiting_unknown_networks(
    checker: PasswordChecker,
) -> None:
    served: list[bool] = []

    async def wait(*, is_known_network: bool) -> None:
        async with checker.slot(is_known_network=is_known_network):
            served.append(is_known_network)

    async with checker.slot():
        unknown_logins = [asyncio.create_task(wait(is_known_network=False)) for _ in range(3)]
        await asyncio.sleep(0)
        known_logins = [asyncio.create_task(wait(is_known_network=True)) for _ in range(3)]
        unknown_logins[0].cancel()
        await asyncio.sleep(0)
    await asyncio.gather(*unknown_logins, *known_logins, return_exceptions=True)
    assert served == [True] * 3 + [False] * 2


async def test_unknown_networks_with_a_long_expected_wait_are_rejected(
    checker: PasswordChecker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(passwords, "MAX_WAIT_SECONDS", 0.01)
    slow = hash_password(PASSWORD, 12)
    async with checker.slot():
        assert await checker.matches(PASSWORD, slow)
    async with checker.slot():
        with pytest.raises(RateLimitExceededError):
            async with asyncio.timeout(120), checker.slot():
                pass


async def test_unknown_networks_that_waited_too_long_are_rejected(
    checker: PasswordChecker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(passwords, "MAX_WAIT_SECONDS", 0.1)
    async with checker.slot():
        with pytest.raises(RateLimitExceededError):
            async with asyncio.timeout(120), checker.slot():
                pass
    async with checker.slot():
        pass
