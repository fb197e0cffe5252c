"""The commands for suppliers and the sources of their price lists."""

from typing import Annotated

from cyclopts import App, Parameter

from pricebook.cli import output
from pricebook.cli.key_values import convert_values, parse_assignments
from pricebook.cli.server_defaults import run_with_database
from pricebook.db.database import Database
from pricebook.http.pagination import Page, Paging
from pricebook.suppliers import service
from pricebook.suppliers.schemas import (
    NewSupplier,
    SourceType,
    SupplierOverview,
)
from pricebook.suppliers.source_config import SourceConfig

app = App(name="suppliers", help="Suppliers and the sources of their price lists.")


@app.command
def add(
    name: str,
    *,
    type_: Annotated[SourceType, Parameter(name="--type")],
    assignments: Annotated[list[str] | None, Parameter(name="--set", negative="")] = None,
    email: str | None = None,
    json: bool = False,
) -> None:
    """Create a supplier.

    Args:
        name: The supplier's name.
        type_: The type of its price list.
        assignments: KEY=VALUE of the source configuration: url=https://..., sync_every=60,
            header_row=3, column_mapping.price="Net price".
        email: The supplier's contact address.
        json: Print the supplier as JSON.
    """
    supplier = NewSupplier(name, type_, _source_config(assignments or []), email)
    created = run_with_database(lambda database: service.create_supplier(database, supplier))
    if json:
        output.print_json(created)
    else:
        output.print_line(f"Supplier {created.name} is {created.id}.")


@app.command(name="list")
def list_all(*, limit: int = 200, page: int = 1, json: bool = False) -> None:
    """List the suppliers, ordered by name.

    Args:
        limit: The number of suppliers on a page.
        page: The number of the page.
        json: Print the page as JSON.
    """

    async def query_suppliers(database: Database) -> Page[SupplierOverview]:
        return await service.list_suppliers(database, Paging(page, limit))

    listing = run_with_database(query_suppliers)
    if json:
        output.print_json(listing)
    else:
        output.print_suppliers(listing.data, listing.total_count)


def _source_config(assignments: list[str]) -> SourceConfig:
    values = parse_assignments("--set", assignments, SourceConfig)
    return convert_values("--set", values, SourceConfig)
