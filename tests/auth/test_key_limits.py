"""Limits of requests with wrong API keys, with Redis and without."""

from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID, uuid4

import msgspec
import pytest
from litestar import Litestar
from litestar.testing import AsyncTestClient

from builders import AsRole
from pricebook.api.application import create_app
from pricebook.auth.key_format import generate_key
from pricebook.settings import Settings

Client = AsyncTestClient[Litestar]
PRODUCTS = "/api/v1/admin/products"
KEYS = "/api/v1/admin/api-keys"


@pytest.fixture(params=["redis", "no redis"])
async def client(settings: Settings, request: pytest.FixtureRequest) -> AsyncIterator[Client]:
    """A client of an API that allows 5 failures per address."""
    redis_url = "unix:///nowhere/redis.sock" if request.param == "no redis" else settings.redis_url
    limited = msgspec.structs.replace(settings, redis_url=redis_url, login_failures_per_address=5)
    async with AsyncTestClient(create_app(limited)) as opened:
        yield opened


async def request_with(client: Client, key: str) -> Any:
    return await client.get(PRODUCTS, headers={"Authorization": f"Bearer {key}"})


async def create(client: Client, as_role: AsRole, name: str) -> tuple[UUID, str]:
    body = {"name": name, "role": "sales", "expires_at": None}
    created = (await client.post(KEYS, json=body, headers=await as_role("admin"))).json()
    return UUID(created["id"]), created["key"]


async def test_unknown_keys_of_an_address_are_limited_and_known_keys_are_not(
    client: Client, as_role: AsRole
) -> None:
    _, known = await create(client, as_role, "known")
    _, unused = await create(client, as_role, "unused")
    assert (await request_with(client, known)).status_code == 200
    responses = [await request_with(client, generate_key(uuid4())) for _ in range(7)]
    assert [response.status_code for response in responses] == [401] * 5 + [429] * 2
    assert responses[0].headers["ratelimit"].startswith('"api-key-address";r=4;t=')
    assert 290 <= int(responses[-1].headers["retry-after"]) <= 300
    assert (await request_with(client, known)).status_code == 200
    assert (await request_with(client, unused)).status_code == 429
    assert (await client.get(PRODUCTS, headers=await as_role("sales"))).status_code == 200


async def test_wrong_secrets_of_a_known_key_are_limited(client: Client, as_role: AsRole) -> None:
    key_id, known = await create(client, as_role, "known")
    assert (await request_with(client, known)).status_code == 200
    statuses = [(await request_with(client, generate_key(key_id))).status_code for _ in range(7)]
    assert statuses == [401] * 5 + [429] * 2
    assert (await request_with(client, known)).status_code == 200


async def test_malformed_keys_cost_nothing_and_are_not_counted(
    client: Client, as_role: AsRole, statements: list[str]
) -> None:
    _, known = await create(client, as_role, "known")
    statements.clear()
    statuses = [(await request_with(client, f"pbk_{number}")).status_code for number in range(7)]
    assert statuses == [401] * 7
    assert not [each for each in statements if "api_keys" in each]
    assert (await request_with(client, known)).status_code == 200
