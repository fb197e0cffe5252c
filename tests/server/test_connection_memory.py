"""The memory of a connection: a process has thousands of them."""

from typing import Any

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.server import ServerState

from pricebook.server.uvicorn_config import uvicorn_config
from pricebook.settings import Settings


async def ignore(_scope: Any, _receive: Any, _send: Any) -> None:
    """Respond nothing."""


def attributes(config: uvicorn.Config) -> set[str]:
    """Return the names of the attributes of a new connection that are not slots."""
    config.load()
    protocol: Any = config.http_protocol_class
    return {*vars(protocol(config=config, server_state=ServerState(), app_state={}))}


async def test_only_attributes_of_uvicorn_are_in_the_dictionary_of_a_connection() -> None:
    stock = attributes(uvicorn.Config(ignore, http=HttpToolsProtocol, log_config=None))
    assert attributes(uvicorn_config(ignore, Settings())) == stock
