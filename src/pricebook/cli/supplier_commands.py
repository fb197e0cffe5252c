"""The commands for suppliers and where their lists are."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Annotated, Any, TypeVar

import msgspec
from cyclopts import App, Parameter

from pricebook.cli import output
from pricebook.cli.server_defaults import load_settings, settings_with_servers
from pricebook.db.database import Database
from pricebook.errors import ValidationError, as_issue_text
from pricebook.http.pagination import Page, Paging
from pricebook.services import open_resources
from pricebook.suppliers import service
from pricebook.suppliers.schemas import (
    NewSupplier,
    SourceType,
    SupplierOverview,
)
from pricebook.suppliers.source_config import SourceConfig

ResultT = TypeVar("ResultT")

app = App(name="suppliers", help="Suppliers, and where their lists are.")


@app.command
def add(
    name: str,
    *,
    type_: Annotated[SourceType, Parameter(name="--type")],
    assignments: Annotated[list[str] | None, Parameter(name="--set", negative="")] = None,
    email: str | None = None,
    json: bool = False,
) -> None:
    """Make a supplier.

    Args:
        name: The supplier's name.
        type_: What its list is.
        assignments: KEY=VALUE, where the list is or how it is read: url=https://..., sync_every=60,
            header_row=3, column_mapping.price="Net price".
        email: Where its people can be written to.
        json: Print the supplier as JSON.
    """
    supplier = NewSupplier(name, type_, _source_config(assignments or []), email)
    created = _run(lambda database: service.create_supplier(database, supplier))
    if json:
        output.print_json(created)
    else:
        output.print_line(f"Supplier {created.name} is {created.id}.")


@app.command(name="list")
def list_all(*, limit: int = 200, page: int = 1, json: bool = False) -> None:
    """List the suppliers by name.

    Args:
        limit: How many.
        page: Which page of them.
        json: Print them as JSON.
    """

    async def query_suppliers(database: Database) -> Page[SupplierOverview]:
        return await service.list_suppliers(database, Paging(page, limit))

    listing = _run(query_suppliers)
    if json:
        output.print_json(listing)
    else:
        output.print_suppliers(listing.data, listing.total_count)


def _source_config(assignments: list[str]) -> SourceConfig:
    """Read KEY=VALUE pairs; a dot in a key leads into an object, commas split a list."""
    fields: dict[str, Any] = {}
    for pair in assignments:
        key, separator, value = pair.partition("=")
        if not separator:
            raise ValidationError(f"--set {pair}: expected KEY=VALUE.")
        outer, dot, inner = key.partition(".")
        if dot:
            fields.setdefault(outer, {})[inner] = value
        else:
            fields[key] = value.split(",") if key == "characteristic_columns" else value
    try:
        return msgspec.convert(fields, SourceConfig, strict=False)
    except msgspec.ValidationError as error:
        raise ValidationError(f"--set: {as_issue_text(str(error))}.") from error


def _run(operation: Callable[[Database], Awaitable[ResultT]]) -> ResultT:
    async def open_and_run() -> ResultT:
        async with open_resources(settings) as resources:
            return await operation(resources.database)

    with settings_with_servers(load_settings()) as settings:
        return asyncio.run(open_and_run())
