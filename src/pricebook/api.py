"""The HTTP program: the URL map, and how errors are answered."""

import asyncio
import os
import signal
import socket
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from functools import partial

from granian import Granian
from granian.constants import Interfaces
from granian.log import LogLevels
from litestar import Litestar, Router
from litestar.datastructures import State
from litestar.di import Provide
from litestar.exceptions import HTTPException

from pricebook.catalog import routes as catalog
from pricebook.db import Database
from pricebook.errors import PricebookError, SettingsError
from pricebook.lifeline import end_with
from pricebook.resources import open_resources
from pricebook.settings import Settings
from pricebook.web import docs, health, problems


def create_app(settings: Settings) -> Litestar:
    """Make the application; it opens its resources when it starts and closes them when it stops."""

    @asynccontextmanager
    async def lifespan(app: Litestar) -> AsyncGenerator[None]:
        async with open_resources(settings) as resources:
            app.state.database = resources.database
            app.state.migration_head = resources.migration_head
            app.state.stopping = False
            yield
            app.state.stopping = True

    return Litestar(
        route_handlers=[
            health.router,
            docs.router,
            Router("/api/v1", route_handlers=[catalog.router]),
        ],
        lifespan=[lifespan],
        dependencies={"database": Provide(_database)},
        exception_handlers={
            PricebookError: problems.answer_error,
            HTTPException: problems.answer_http_exception,
            Exception: problems.answer_unexpected,
        },
        openapi_config=docs.openapi,
        logging_config=None,
    )


def serve(settings: Settings) -> None:
    """Serve the application until SIGTERM or Ctrl-C, one process a worker.

    Raises PricebookError when the address is taken or the database does not fit.
    """
    asyncio.run(_check(settings))
    Granian(
        "pricebook.api:create_app",
        address=settings.host,
        port=settings.port,
        interface=Interfaces.ASGI,
        workers=settings.workers,
        websockets=False,
        log_level=LogLevels.warning,
        respawn_failed_workers=True,
    ).serve(target_loader=partial(_load, settings, os.getpid()), wrap_loader=False)


def _load(settings: Settings, parent: int) -> Litestar:
    """Make the application in a worker process, which ends with the process that started it."""
    end_with(parent, signal.SIGTERM)
    return create_app(settings)


async def _check(settings: Settings) -> None:
    """Find out before any process is started what would keep all of them from starting."""
    with socket.socket(socket.AF_INET6 if ":" in settings.host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
        except OSError as error:
            raise SettingsError(
                f"HOST and PORT: {settings.host}:{settings.port} cannot be used: {error.strerror}."
            ) from error
    async with open_resources(settings):
        pass


async def _database(state: State) -> Database:
    return state.database
