"""The HTTP application: routes, middleware, error handlers, and its start."""

import asyncio
import os
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import msgspec
from litestar import Litestar, Request, Response, Router
from litestar.datastructures import State
from litestar.di import Provide
from litestar.exceptions import HTTPException

from pricebook.api import error_responses
from pricebook.api.gauges import ServiceGauges
from pricebook.api.staff_routers import STAFF_ROUTERS
from pricebook.auth import guard
from pricebook.auth import routes as auth
from pricebook.auth.roles import PREFIX
from pricebook.catalog import routes as catalog
from pricebook.catalog.response_cache import ResponseCache
from pricebook.catalog.service import open_catalog, warn_without_price_indexes
from pricebook.console import routes as console
from pricebook.console.page_guard import require_page_permissions
from pricebook.db.resources import open_resources
from pricebook.diagnostics.service import open_monitor
from pricebook.errors import DatabaseRightsError, DatabaseUnavailableError, PricebookError
from pricebook.http import documentation, json_body, options, problems, query_string
from pricebook.http.asgi import AsgiApp
from pricebook.http.middleware.cache_lookup import ResponseCacheMiddleware
from pricebook.http.middleware.client_rate_limit import ClientRateLimitMiddleware
from pricebook.http.middleware.head_requests import HeadRequestMiddleware
from pricebook.http.middleware.path_length import PathLengthMiddleware
from pricebook.http.middleware.security_headers import SecurityHeadersMiddleware
from pricebook.http.middleware.slow_clients import SlowClientMiddleware
from pricebook.http.routing import make_route_finder
from pricebook.observability import health, metrics
from pricebook.observability.counters import Counters
from pricebook.observability.logs import configure_logging
from pricebook.observability.metrics import MetricSources, recording_metrics
from pricebook.observability.request_line import (
    SERVER_ERROR,
    RequestLogger,
    discard_request,
    make_request_logger,
)
from pricebook.observability.request_log import RequestContextMiddleware, RequestLogMiddleware
from pricebook.observability.tracing import add_tracing, require_tracing
from pricebook.server.listen_address import require_free_address
from pricebook.server.processes import IsStopping, Server
from pricebook.services import (
    credential_context_for,
    open_auth,
    open_redis,
    rate_context_for,
    standby_factory,
    submission_context_for,
)
from pricebook.settings import Settings
from pricebook.system.async_tasks import in_background
from pricebook.system.memory import memory_limits
from pricebook.system.recurring_warning import RecurringWarning

API_PREFIX = "/api/v1"
DATABASE_RETRY_SECONDS = 1.0
MEGABYTE = 1024 * 1024
SHARED_MEMORY = Path("/dev/shm")  # noqa: S108 (a folder with a random name is created in it)

# Attributes of the application's state that routes receive by name.
STATE_DEPENDENCIES = (
    *("settings", "database", "auth", "queue", "system_monitor"),
    *("submission_context", "rate_context", "credential_context"),
)


def never_stopping() -> bool:
    """Return False: the default outside a server process."""
    return False


def create_app(
    settings: Settings,
    log_request: RequestLogger = discard_request,
    counters_folder: Path | None = None,
    is_stopping: IsStopping = never_stopping,
    *,
    limits_memory: bool = False,
) -> Litestar:
    """Return the application; its lifespan opens and closes its resources.

    `log_request` is called for each completed request. Processes whose metrics are summed share
    `counters_folder`. With `limits_memory`, for a process that does nothing else, the caches
    shrink when the whole process holds too much.
    """
    counters = Counters(counters_folder)
    cache_bytes = settings.catalog_memory_mb * MEGABYTE
    response_cache = ResponseCache(cache_bytes)
    lifespan = [partial(_lifespan, settings, response_cache, counters)]
    if limits_memory:
        lifespan.append(partial(_limit_memory, cache_bytes, response_cache))

    app = Litestar(
        route_handlers=[
            health.router,
            metrics.router,
            documentation.router,
            console.router,
            Router(API_PREFIX, route_handlers=[catalog.router, auth.router]),
            Router(
                PREFIX,
                route_handlers=STAFF_ROUTERS,
                guards=[guard.require_role],
                security=guard.SECURITY,
            ),
        ],
        lifespan=lifespan,
        state=State({"is_stopping": is_stopping, "settings": settings}),
        before_request=_before_request,
        dependencies={
            **{name: _from_state(name) for name in STATE_DEPENDENCIES},
            "caller": Provide(guard.provide_caller),
        },
        request_max_body_size=json_body.MAX_BYTES,
        exception_handlers={
            PricebookError: problems.handle_error,
            DatabaseRightsError: problems.handle_unexpected_error,
            HTTPException: error_responses.handle_http_exception,
            Exception: problems.handle_unexpected_error,
        },
        openapi_config=documentation.openapi,
        logging_config=None,
    )
    guard.require_permissions(app)
    require_page_permissions(app)
    _add_middleware(app, settings, response_cache, counters, log_request)
    return app


def _add_middleware(
    app: Litestar,
    settings: Settings,
    response_cache: ResponseCache,
    counters: Counters,
    log_request: RequestLogger,
) -> None:
    """Wrap the framework in the middleware of all requests, the outermost last."""
    find_route = make_route_finder(route.path_format for route in app.routes)
    guarded = _wrap_handler(app.asgi_handler, settings, response_cache)
    app.asgi_handler = RequestLogMiddleware(
        HeadRequestMiddleware(guarded), find_route, counters, log_request
    )
    if settings.otel_exporter_otlp_endpoint:
        add_tracing(app, find_route, settings.otel_exporter_otlp_endpoint)


def _wrap_handler(app: AsgiApp, settings: Settings, response_cache: ResponseCache) -> AsgiApp:
    """Return the framework wrapped in middleware that may respond instead of it."""
    in_context = RequestContextMiddleware(SlowClientMiddleware(app))
    wrapped = ResponseCacheMiddleware(
        PathLengthMiddleware(in_context, error_responses.respond_outside), response_cache
    )
    if settings.catalog_rate_limit_per_minute:
        wrapped = ClientRateLimitMiddleware(
            wrapped, settings.catalog_rate_limit_per_minute, error_responses.respond_outside
        )
    return SecurityHeadersMiddleware(wrapped, settings.origins, settings.hsts_seconds)


@asynccontextmanager
async def _lifespan(
    settings: Settings, response_cache: ResponseCache, counters: Counters, app: Litestar
) -> AsyncGenerator[None]:
    """Open the resources of the routes, and close them at the end."""
    async with (
        open_resources(settings, statement_seconds=settings.api_statement_seconds) as resources,
        open_redis(settings) as redis,
        open_catalog(
            resources.database,
            response_cache,
            settings.catalog_prices,
            standby_factory(settings),
        ) as catalog_service,
        open_monitor(resources, redis) as app.state.system_monitor,
    ):
        with open_auth(resources, redis) as auth_service:
            app.state.database = resources.database
            app.state.catalog = catalog_service
            app.state.redis = redis
            app.state.migration_head = resources.migration_head
            app.state.auth = auth_service
            app.state.rate_context = rate_context_for(resources)
            app.state.credential_context = credential_context_for(resources)
            app.state.submission_context = submission_context_for(resources, redis)
            app.state.queue = app.state.submission_context.queue
            gauges = ServiceGauges(resources.database, app.state.queue)
            app.state.metrics = MetricSources(
                counters,
                resources.database,
                cached_bytes=lambda: response_cache.size,
                read_gauges=gauges.metrics,
                token=settings.metrics_token,
            )
            async with recording_metrics(app.state.metrics):
                yield


@asynccontextmanager
async def _limit_memory(max_cache: int, cache: ResponseCache, _: Litestar) -> AsyncGenerator[None]:
    """Limit the memory of this process."""
    async with in_background(*memory_limits(max_cache, cache.shrink)):
        yield


def serve(settings: Settings) -> None:
    """Serve the application until SIGTERM or Ctrl-C, in WORKERS processes.

    Raises PricebookError if the address is in use or the database is not usable.
    """
    configure_logging(settings.log_level, settings.log_format or "json")
    if settings.otel_exporter_otlp_endpoint:
        require_tracing()
    asyncio.run(_check_startup(settings))
    with TemporaryDirectory(prefix="pricebook-counters-", dir=_memory_folder()) as counters_folder:
        Server(settings).run(partial(_create_worker_app, settings, Path(counters_folder)))


def _memory_folder() -> Path | None:
    """Return the folder of shared memory, None (that is TMPDIR) on systems without it.

    Replacing a file on a disk can block the event loop for several milliseconds.
    """
    return SHARED_MEMORY if os.access(SHARED_MEMORY, os.W_OK) else None


def _create_worker_app(settings: Settings, counters_folder: Path, is_stopping: IsStopping) -> Any:
    log_request = _request_logger(settings)
    app = create_app(settings, log_request, counters_folder, is_stopping, limits_memory=True)
    asyncio.run(_wait_for_database(settings))
    return app


def _request_logger(settings: Settings) -> RequestLogger:
    """Configure logging of this process; return the function that logs requests."""
    log_format = settings.log_format or "json"
    logs_all_requests = settings.log_requests is not False and settings.log_level in {
        "debug",
        "info",
    }
    writer = configure_logging(settings.log_level, log_format)
    return make_request_logger(
        writer, log_format, min_status=0 if logs_all_requests else SERVER_ERROR
    )


async def _wait_for_database(settings: Settings) -> None:
    """Wait until the database is usable; a process may restart while it is unavailable."""
    warning = RecurringWarning(
        "the database is unavailable, this process serves no requests yet",
        "the database is available",
    )
    while True:
        try:
            async with open_resources(msgspec.structs.replace(settings, db_pool_min=1)):
                warning.ended()
                return
        except DatabaseUnavailableError as error:
            warning.occurred(error=error.message)
        await asyncio.sleep(DATABASE_RETRY_SECONDS)


async def _check_startup(settings: Settings) -> None:
    """Raise the errors that would fail every process, before the first one is started."""
    require_free_address(settings)
    async with open_resources(settings) as resources, open_redis(settings) as redis:
        with open_auth(resources, redis):
            await warn_without_price_indexes(resources.database, settings.catalog_prices)


async def _before_request(request: Request[Any, Any, Any]) -> Response[None] | None:
    """Respond to OPTIONS, and refuse unknown query parameters of the API."""
    response = await options.respond_to_options(request)
    if response is None and request.scope["path"].startswith(API_PREFIX):
        query_string.refuse_undeclared_query(request)
    return response


def _from_state(name: str) -> Provide:
    """Return the dependency that is a resource of the application, opened by its lifespan."""

    async def provide(state: State) -> Any:
        return state[name]

    return Provide(provide)
