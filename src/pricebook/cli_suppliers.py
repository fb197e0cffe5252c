"""The commands for suppliers and where their lists are."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Annotated, Any, TypeVar

import msgspec
from cyclopts import App, Parameter

from pricebook import console
from pricebook.connect import connected, find_settings
from pricebook.db import Database
from pricebook.errors import ValidationError, plain
from pricebook.resources import open_resources
from pricebook.suppliers import service
from pricebook.suppliers.schemas import (
    NewSupplier,
    SourceConfig,
    SourceType,
    SupplierOverview,
)
from pricebook.web.paging import Page, Paging

result = TypeVar("result")

app = App(name="suppliers", help="Suppliers, and where their lists are.")


@app.command
def add(
    name: str,
    *,
    type_: Annotated[SourceType, Parameter(name="--type")],
    said: Annotated[list[str] | None, Parameter(name="--set", negative="")] = None,
    email: str | None = None,
    json: bool = False,
) -> None:
    """Make a supplier.

    Args:
        name: The supplier's name.
        type_: What its list is.
        said: KEY=VALUE, where the list is or how it is read: url=https://..., sync_every=60,
            header_row=3, column_mapping.price="Net price".
        email: Where its people can be written to.
        json: Print the supplier as JSON.
    """
    supplier = NewSupplier(name, type_, _source_config(said or []), email)
    made = _run(lambda database: service.create_supplier(database, supplier))
    if json:
        console.print_json(made)
    else:
        console.say(f"Supplier {made.name} is {made.id}.")


@app.command(name="list")
def list_all(*, limit: int = 200, page: int = 1, json: bool = False) -> None:
    """List the suppliers by name.

    Args:
        limit: How many.
        page: Which page of them.
        json: Print them as JSON.
    """

    async def find(database: Database) -> Page[SupplierOverview]:
        return await service.list_suppliers(database, Paging(page, limit))

    found = _run(find)
    if json:
        console.print_json(found)
    else:
        console.print_suppliers(found.data, found.total_count)


def _source_config(said: list[str]) -> SourceConfig:
    """Read KEY=VALUE pairs; a dot in a key leads into an object, commas split a list."""
    given: dict[str, Any] = {}
    for pair in said:
        key, equals, value = pair.partition("=")
        if not equals:
            raise ValidationError(f"--set {pair}: expected KEY=VALUE.")
        outer, dot, inner = key.partition(".")
        if dot:
            given.setdefault(outer, {})[inner] = value
        else:
            given[key] = value.split(",") if key == "characteristic_columns" else value
    try:
        return msgspec.convert(given, SourceConfig, strict=False)
    except msgspec.ValidationError as error:
        raise ValidationError(f"--set: {plain(str(error))}.") from error


def _run(work: Callable[[Database], Awaitable[result]]) -> result:
    async def open_and_work() -> result:
        async with open_resources(settings) as resources:
            return await work(resources.database)

    with connected(find_settings()) as settings:
        return asyncio.run(open_and_work())
