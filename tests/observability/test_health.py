"""/health with the database or Redis unavailable."""

import socket
from collections.abc import Callable, Iterator
from typing import Any

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


async def test_health_with_database_and_redis(client: Client) -> None:
    response = await client.get("/health")
    body = response.json()
    assert response.status_code == 200
    assert statuses(body) == ("healthy", "up", "up")
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
        response = await client.get("/health")
    assert response.status_code == 200
    assert statuses(response.json()) == ("degraded", "up", "down")


async def test_health_is_unhealthy_without_the_database(
    client: Client, settings: Settings, drop_database: Callable[[str], None]
) -> None:
    assert settings.database_url
    drop_database(settings.database_url)
    response = await client.get("/health")
    assert response.status_code == 503
    assert statuses(response.json()) == ("unhealthy", "down", "up")
