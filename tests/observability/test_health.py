"""/health with the database or Redis unavailable."""

import asyncio
import socket
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import msgspec
import pytest
from litestar import Litestar
from litestar.testing import AsyncTestClient

from pricebook import __version__
from pricebook.api.application import create_app
from pricebook.settings import Settings

Client = AsyncTestClient[Litestar]


def statuses(body: dict[str, Any]) -> tuple[str, str, str]:
    parts = body["parts"]
    assert all(part["latency_ms"] >= 0 for part in parts.values())
    return body["status"], parts["database"]["status"], parts["redis"]["status"]


@pytest.fixture
def unresponsive_port() -> Iterator[int]:
    """A port that accepts connections and never responds."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


async def wait_for(client: Client, expected: tuple[str, str, str]) -> httpx.Response:
    """Query until the parts have these states: a busy machine may not respond in time."""
    async with asyncio.timeout(120):
        while statuses((response := await client.get("/health")).json()) != expected:  # noqa: ASYNC110
            await asyncio.sleep(0.1)
    return response


async def test_health_with_database_and_redis(client: Client) -> None:
    response = await wait_for(client, ("healthy", "up", "up"))
    body = response.json()
    assert response.status_code == 200
    assert body["version"] == __version__
    assert 1 <= body["pool"]["size"] <= 4
    assert body["pool"].keys() == {"size", "available", "waiting"}


@pytest.mark.parametrize("is_silent", [False, True])
async def test_health_is_degraded_without_redis(
    settings: Settings, unresponsive_port: int, *, is_silent: bool
) -> None:
    address = f"redis://127.0.0.1:{unresponsive_port if is_silent else 1}/0"
    app = create_app(msgspec.structs.replace(settings, redis_url=address))
    async with AsyncTestClient(app) as client:
        response = await wait_for(client, ("degraded", "up", "down"))
    assert response.status_code == 200


async def test_health_is_unhealthy_without_the_database(
    client: Client, settings: Settings, drop_database: Callable[[str], None]
) -> None:
    assert settings.database_url
    drop_database(settings.database_url)
    response = await wait_for(client, ("unhealthy", "down", "up"))
    assert response.status_code == 503
