"""The HTTP program: the URL map, and how errors are answered."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from litestar import Litestar, Router
from litestar.datastructures import State
from litestar.di import Provide
from litestar.exceptions import HTTPException

from pricebook.catalog import routes as catalog
from pricebook.db import Database
from pricebook.errors import PricebookError
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


async def _database(state: State) -> Database:
    return state.database
