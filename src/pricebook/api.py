"""The HTTP program: the URL map, and how errors are answered."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import msgspec
from litestar import Litestar, Router
from litestar.datastructures import State
from litestar.di import Provide
from litestar.exceptions import HTTPException
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from pricebook.address import require_free_address
from pricebook.auth import guard
from pricebook.auth import routes as auth
from pricebook.auth.roles import PREFIX
from pricebook.auth.service import Auth
from pricebook.catalog import routes as catalog
from pricebook.catalog.cache import Memory
from pricebook.catalog.service import open_catalog
from pricebook.categories import routes as categories
from pricebook.db import Database
from pricebook.errors import (
    DatabaseRightsError,
    DatabaseUnavailableError,
    PricebookError,
)
from pricebook.figures import Figures
from pricebook.freed_memory import returning_freed_memory
from pricebook.logs import RecurringWarning, write_logs
from pricebook.products import routes as products
from pricebook.queue.carrier import TaskQueue
from pricebook.resources import inbox_for, open_auth, open_redis, open_resources, standby_of
from pricebook.server import IsStopping, Server
from pricebook.settings import Settings
from pricebook.suppliers import routes as suppliers
from pricebook.sync import routes as sync
from pricebook.sync.service import Inbox
from pricebook.tasks import routes as tasks
from pricebook.web import body, docs, health, metrics, options, problems
from pricebook.web.fair_share import FairShare
from pricebook.web.head_method import HeadMethod
from pricebook.web.metrics import Metrics, telling
from pricebook.web.pace import Pace
from pricebook.web.request_line import FAILED, Tell, tell_nobody, teller
from pricebook.web.request_log import NamedLogs, RequestLog
from pricebook.web.routing import AsgiApp, route_finder
from pricebook.web.security import Security
from pricebook.web.short_paths import ShortPaths
from pricebook.web.shortcut import Shortcut
from pricebook.web.tally import Tally
from pricebook.web.tracing import Tracing, open_provider, require_tracing

DATABASE_RETRY_SECONDS = 1.0

# What stands under /api/v1/admin; every route in it needs a row in auth/roles.py.
STAFF_ROUTERS: list[Router] = [
    products.router,
    categories.router,
    suppliers.router,
    sync.router,
    tasks.router,
]


def never() -> bool:
    """Stand for a process that nobody tells to stop."""
    return False


def create_app(
    settings: Settings,
    tell: Tell = tell_nobody,
    counts: Path | None = None,
    is_stopping: IsStopping = never,
) -> Litestar:
    """Make the application; it opens its resources when it starts and closes them when it stops.

    `tell` is told of every request that has ended; processes that are to be counted together share
    the folder `counts`.
    """
    tally = Tally(counts)
    memory = Memory(settings.catalog_memory_mb * 1024 * 1024)

    app = Litestar(
        route_handlers=[
            health.router,
            metrics.router,
            docs.router,
            Router("/api/v1", route_handlers=[catalog.router, auth.router]),
            Router(
                PREFIX,
                route_handlers=STAFF_ROUTERS,
                guards=[guard.require_role],
                security=guard.SECURITY,
            ),
        ],
        lifespan=[partial(_opened, settings, memory, tally)],
        state=State({"is_stopping": is_stopping}),
        before_request=options.answer_options,
        dependencies={
            "database": Provide(_database),
            "auth": Provide(_auth),
            "inbox": Provide(_inbox),
            "queue": Provide(_queue),
            "caller": Provide(guard.provide_caller),
        },
        request_max_body_size=body.MAX_BYTES,
        exception_handlers={
            PricebookError: problems.answer_error,
            DatabaseRightsError: problems.answer_unexpected,
            HTTPException: problems.answer_http_exception,
            Exception: problems.answer_unexpected,
        },
        openapi_config=docs.openapi,
        logging_config=None,
    )
    guard.require_rows(app)
    _surround(app, settings, memory, tally, tell)
    return app


def _surround(app: Litestar, settings: Settings, memory: Memory, tally: Tally, tell: Tell) -> None:
    """Put around the framework what every request passes, the outermost last."""
    route_of = route_finder(route.path_format for route in app.routes)
    guarded = _guarded(app.asgi_handler, settings, memory)
    app.asgi_handler = RequestLog(HeadMethod(guarded), route_of, tally, tell)
    if settings.otel_exporter_otlp_endpoint:
        provider = open_provider(settings.otel_exporter_otlp_endpoint)
        app.asgi_handler = tracing = Tracing(app.asgi_handler, route_of, provider)
        app.on_shutdown.append(tracing.close)


def _guarded(app: AsgiApp, settings: Settings, memory: Memory) -> AsgiApp:
    """Put around the framework what is done for each request before it, or without it."""
    answering = Shortcut(ShortPaths(NamedLogs(Pace(app))), memory)
    if settings.catalog_rate_limit_per_minute:
        answering = FairShare(answering, settings.catalog_rate_limit_per_minute)
    return Security(answering, settings.origins, settings.hsts_seconds)


@asynccontextmanager
async def _opened(
    settings: Settings, memory: Memory, tally: Tally, app: Litestar
) -> AsyncGenerator[None]:
    """Hold open what the routes use, while the application runs."""
    async with (
        open_resources(settings, statement_seconds=settings.api_statement_seconds) as resources,
        open_redis(settings) as redis,
        open_catalog(resources.database, memory, standby_of(settings)) as browsed,
    ):
        with open_auth(resources, redis) as opened:
            app.state.database = resources.database
            app.state.catalog = browsed
            app.state.redis = redis
            app.state.migration_head = resources.migration_head
            app.state.auth = opened
            app.state.inbox = inbox = inbox_for(resources, redis)
            figures = Figures(resources.database, inbox.queue)
            app.state.metrics = Metrics(
                tally,
                resources.database,
                kept_bytes=lambda: memory.size,
                ask=figures.metrics,
                token=settings.metrics_token,
            )
            async with telling(app.state.metrics), returning_freed_memory():
                yield


def serve(settings: Settings) -> None:
    """Serve the application until SIGTERM or Ctrl-C, one process a worker.

    Raises PricebookError when the address is taken or the database does not fit.
    """
    write_logs(settings.log_level, settings.log_format or "json")
    if settings.otel_exporter_otlp_endpoint:
        require_tracing()
    asyncio.run(_check(settings))
    with TemporaryDirectory(prefix="pricebook-counts-") as counts:
        Server(settings).run(partial(_load, settings, Path(counts)))


def behind_proxies(app: Any, settings: Settings) -> Any:
    """Let the proxies that are trusted, and nobody else, say who is calling."""
    if settings.trusted_proxies is None:
        return app
    return ProxyHeadersMiddleware(app, trusted_hosts=settings.trusted_proxies)


def _load(settings: Settings, counts: Path, is_stopping: IsStopping) -> Any:
    app = create_app(settings, _telling(settings), counts, is_stopping)
    asyncio.run(_await_database(settings))
    return behind_proxies(app, settings)


def _telling(settings: Settings) -> Tell:
    """Write logs in this process, with a line for each request that is worth one."""
    log_format = settings.log_format or "json"
    all_of_them = settings.log_requests is not False and settings.log_level in {"debug", "info"}
    writer = write_logs(settings.log_level, log_format)
    return teller(writer, log_format, least_status=0 if all_of_them else FAILED)


async def _await_database(settings: Settings) -> None:
    """Wait until the database fits: a process may be started again while it is away."""
    warning = RecurringWarning("no requests are served: no database", "the database is there")
    while True:
        try:
            async with open_resources(msgspec.structs.replace(settings, db_pool_min=1)):
                warning.ended()
                return
        except DatabaseUnavailableError as error:
            warning.occurred(error=error.message)
        await asyncio.sleep(DATABASE_RETRY_SECONDS)


async def _check(settings: Settings) -> None:
    """Find out before any process is started what would keep all of them from starting."""
    require_free_address(settings)
    async with open_resources(settings) as resources, open_redis(settings) as redis:
        with open_auth(resources, redis):
            pass


async def _database(state: State) -> Database:
    return state.database


async def _auth(state: State) -> Auth:
    return state.auth


async def _inbox(state: State) -> Inbox:
    return state.inbox


async def _queue(state: State) -> TaskQueue:
    return state.inbox.queue
