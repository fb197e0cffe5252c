"""Nobody locks a user out of the places that they log in from, by failing their name elsewhere."""

import asyncio
from collections.abc import AsyncGenerator, Iterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import msgspec
import pytest

from builders import user
from pricebook.api import behind_proxies, create_app
from pricebook.auth import passwords
from pricebook.auth.passwords import MAX_WAITING, MAX_WAITING_KNOWN, PasswordChecker, hash_password
from pricebook.db import Connection
from pricebook.errors import RateLimitExceededError
from pricebook.settings import Settings
from served_here import served_here

PASSWORD = "correct horse"
WRONG = "wrong horse"
AWAY = "unix:///nowhere/redis.sock"
HOME, OFFICE = "192.0.2.1", "2001:db8:1:1::1"


@pytest.fixture(params=["redis", "redis away"])
def limited(settings: Settings, request: pytest.FixtureRequest) -> Settings:
    return msgspec.structs.replace(
        settings,
        redis_url=AWAY if request.param == "redis away" else settings.redis_url,
        trusted_proxies="127.0.0.1",
        login_failures_per_name=3,
        login_failures_per_address=100,
        login_failures_from_new_networks=6,
    )


class Proxied:
    """Logins as a proxy that is trusted hands them on."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self._client = client

    async def log_in(self, address: str, name: str, password: str = WRONG) -> httpx.Response:
        return await self._client.post(
            "/api/v1/auth/login",
            json={"username": name, "password": password},
            headers={"X-Forwarded-For": address},
        )

    async def statuses(self, address: str, name: str, times: int) -> list[int]:
        return [(await self.log_in(address, name)).status_code for _ in range(times)]


@asynccontextmanager
async def proxied(settings: Settings) -> AsyncGenerator[Proxied]:
    app: Any = behind_proxies(create_app(settings), settings)
    async with (
        served_here(app, settings) as port,
        httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as client,
    ):
        yield Proxied(client)


@pytest.fixture
async def anna(conn: Connection) -> str:
    await user(conn, "Anna", "sales", hash_password(PASSWORD, 4))
    return "Anna"


async def test_a_stranger_cannot_lock_a_user_out_of_a_known_place(
    limited: Settings, anna: str
) -> None:
    async with proxied(limited) as api:
        assert (await api.log_in(HOME, anna, PASSWORD)).status_code == 200
        assert await api.statuses("198.51.100.1", anna, 4) == [401, 401, 401, 429]
        assert await api.statuses("198.51.100.2", anna, 4) == [401, 401, 401, 429]
        assert await api.statuses("198.51.100.3", anna, 1) == [429]
        assert (await api.log_in(HOME, anna, PASSWORD)).status_code == 200


async def test_one_stranger_does_not_even_lock_out_new_places(limited: Settings, anna: str) -> None:
    async with proxied(limited) as api:
        assert await api.statuses("198.51.100.1", anna, 4) == [401, 401, 401, 429]
        assert (await api.log_in(HOME, anna, PASSWORD)).status_code == 200


@pytest.mark.parametrize("name", ["Anna", "nobody"])
async def test_many_strangers_at_one_name_are_slowed_alike_for_known_and_unknown_names(
    limited: Settings, anna: str, name: str
) -> None:
    async with proxied(limited) as api:
        assert (await api.log_in(HOME, anna, PASSWORD)).status_code == 200
        answers = [await api.log_in(f"198.51.100.{n}", name) for n in range(8)]
        assert [each.status_code for each in answers] == [401] * 6 + [429] * 2
        assert "login-new-networks" in answers[-1].headers["ratelimit-policy"]


async def test_a_known_place_does_not_help_to_guess_there(limited: Settings, anna: str) -> None:
    async with proxied(limited) as api:
        assert (await api.log_in(HOME, anna, PASSWORD)).status_code == 200
        assert await api.statuses(HOME, anna, 4) == [401, 401, 401, 429]


async def test_a_success_elsewhere_gives_strangers_no_more_tries(
    limited: Settings, anna: str
) -> None:
    async with proxied(limited) as api:
        assert await api.statuses("198.51.100.1", anna, 3) == [401] * 3
        assert (await api.log_in("198.51.100.9", anna, PASSWORD)).status_code == 200
        assert await api.statuses("198.51.100.2", anna, 3) == [401] * 3
        assert await api.statuses("198.51.100.3", anna, 1) == [429]


async def test_a_network_of_ipv6_is_one_place(limited: Settings, anna: str) -> None:
    async with proxied(limited) as api:
        assert (await api.log_in(OFFICE, anna, PASSWORD)).status_code == 200
        for number in range(6):
            await api.log_in(f"198.51.100.{number}", anna)
        assert (await api.log_in("2001:db8:1:1::9", anna, PASSWORD)).status_code == 200
        assert (await api.log_in("2001:db8:1:2::9", anna, PASSWORD)).status_code == 429
        spread = [(await api.log_in(f"2001:db8:9:9::{n}", "nobody")).status_code for n in range(4)]
        assert spread == [401, 401, 401, 429]


@pytest.mark.parametrize("name", ["anna", "änne", "straße"])
async def test_spellings_of_a_name_do_not_multiply_the_tries(
    limited: Settings, conn: Connection, name: str
) -> None:
    await user(conn, name, "sales", hash_password(PASSWORD, 4))
    spellings = [name, name.upper(), name.title(), name[0] + name[1:].upper()]
    async with proxied(limited) as api:
        answers = [await api.statuses(HOME, each, 2) for each in spellings if each.lower() == name]
    assert [code for each in answers for code in each][:4] == [401, 401, 401, 429]


async def test_networks_are_kept_as_keyed_hashes_and_few(
    limited: Settings, conn: Connection, anna: str
) -> None:
    async with proxied(limited) as api:
        for number in range(25):
            address = f"203.0.113.{number}"
            assert (await api.log_in(address, anna, PASSWORD)).status_code == 200
    rows = await (await conn.execute("SELECT network_hash FROM login_networks")).fetchall()
    assert len(rows) == 20
    assert not any(b"203.0.113" in bytes(network) for (network,) in rows)


async def test_a_place_is_forgotten_after_a_while(
    limited: Settings, conn: Connection, anna: str
) -> None:
    async with proxied(limited) as api:
        assert (await api.log_in(HOME, anna, PASSWORD)).status_code == 200
        await conn.execute("UPDATE login_networks SET last_login_at = now() - interval '91 days'")
        for number in range(6):
            await api.log_in(f"198.51.100.{number}", anna)
        assert (await api.log_in(HOME, anna, PASSWORD)).status_code == 429


@pytest.fixture
def checker() -> Iterator[PasswordChecker]:
    with PasswordChecker(4) as checker:
        yield checker


async def test_strangers_who_fill_the_queue_leave_room_for_known_places(
    checker: PasswordChecker,
) -> None:
    release = asyncio.Event()

    async def wait(*, is_known: bool) -> None:
        async with checker.turn(is_known=is_known):
            await release.wait()

    strangers = [asyncio.create_task(wait(is_known=False)) for _ in range(MAX_WAITING)]
    await asyncio.sleep(0)
    with pytest.raises(RateLimitExceededError):
        await wait(is_known=False)
    room = MAX_WAITING_KNOWN - MAX_WAITING
    users = [asyncio.create_task(wait(is_known=True)) for _ in range(room)]
    await asyncio.sleep(0)
    with pytest.raises(RateLimitExceededError):
        await wait(is_known=True)
    release.set()
    await asyncio.gather(*strangers, *users)


async def test_known_places_come_before_strangers_who_wait(checker: PasswordChecker) -> None:
    served: list[bool] = []

    async def wait(*, is_known: bool) -> None:
        async with checker.turn(is_known=is_known):
            served.append(is_known)

    async with checker.turn():
        strangers = [asyncio.create_task(wait(is_known=False)) for _ in range(3)]
        await asyncio.sleep(0)
        users = [asyncio.create_task(wait(is_known=True)) for _ in range(3)]
        strangers[0].cancel()
        await asyncio.sleep(0)
    await asyncio.gather(*strangers, *users, return_exceptions=True)
    assert served == [True] * 3 + [False] * 2


async def test_strangers_who_would_wait_for_long_are_refused(
    checker: PasswordChecker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(passwords, "MAX_WAIT_SECONDS", 0.01)
    slow = hash_password(PASSWORD, 12)
    async with checker.turn():
        assert await checker.matches(PASSWORD, slow)
    async with checker.turn():
        with pytest.raises(RateLimitExceededError):
            async with asyncio.timeout(30), checker.turn():
                pass


async def test_strangers_who_have_waited_for_long_are_refused(
    checker: PasswordChecker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(passwords, "MAX_WAIT_SECONDS", 0.1)
    async with checker.turn():
        with pytest.raises(RateLimitExceededError):
            async with asyncio.timeout(30), checker.turn():
                pass
    async with checker.turn():
        pass
