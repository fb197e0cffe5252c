from typing import Any

import pytest

from pricebook.server.uvicorn_config import uvicorn_config
from pricebook.settings import Settings


@pytest.mark.parametrize(
    ("trusted", "peer", "seen"),
    [
        (None, "10.0.0.1", "10.0.0.1"),
        ("10.0.0.1", "10.0.0.1", "203.0.113.9"),
        ("10.0.0.0/8, 192.168.1.1", "10.0.0.1", "203.0.113.9"),
        ("10.0.0.1", "198.51.100.7", "198.51.100.7"),
    ],
)
async def test_only_a_trusted_proxy_sets_the_client_address(
    trusted: str | None, peer: str, seen: str
) -> None:
    clients: list[str] = []

    async def app(scope: Any, _receive: Any, _send: Any) -> None:
        clients.append(scope["client"][0])

    # The client sent the first address; the proxy appended the address of its peer.
    headers = [(b"x-forwarded-for", b"127.0.0.1, 203.0.113.9")]
    scope: dict[str, Any] = {"type": "http", "client": (peer, 1), "headers": headers}
    config: Any = uvicorn_config(app, Settings(trusted_proxies=trusted))
    config.load()
    await config.loaded_app(scope, None, None)
    assert clients == [seen]
