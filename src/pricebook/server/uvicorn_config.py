"""The configuration of uvicorn, with our protocol class or the stock one."""

from functools import partial
from typing import Any

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from pricebook.http.middleware.security_headers import security_headers
from pricebook.server.buffer_limits import BufferLimits
from pricebook.server.protocol import KEEP_ALIVE_TIMEOUT_SECONDS, HttpProtocol
from pricebook.server.raw_cache import RawRequestCache
from pricebook.settings import Settings

BACKLOG = 4096


def uvicorn_config(app: Any, settings: Settings) -> uvicorn.Config:
    """Return the configuration with which one process serves an application.

    Only TRUSTED_PROXIES may set the client's address and scheme (X-Forwarded-For, -Proto).
    """
    is_stock = settings.http_protocol == "stock"
    http: Any = HttpToolsProtocol if is_stock else _protocol_factory(settings)
    return uvicorn.Config(
        app,
        http=http,
        ws="none",
        loop="uvloop",
        lifespan="on",
        log_config=None,
        log_level="error",
        access_log=False,
        proxy_headers=settings.trusted_proxies is not None,
        forwarded_allow_ips=settings.trusted_proxies,
        server_header=False,
        backlog=BACKLOG,
        timeout_keep_alive=KEEP_ALIVE_TIMEOUT_SECONDS,
        # uvicorn rejects a request at this number, its own connection included.
        limit_concurrency=settings.api_connections + 1 if is_stock else None,
        timeout_graceful_shutdown=settings.api_stop_seconds,
    )


def _protocol_factory(settings: Settings) -> Any:
    return partial(
        HttpProtocol,
        raw_cache=RawRequestCache(),
        buffer_limits=BufferLimits(),
        max_connections=settings.api_connections,
        response_headers=security_headers(settings.origins, settings.hsts_seconds),
    )
