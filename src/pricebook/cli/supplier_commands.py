"""The commands for suppliers and the sources of their price lists."""

from dataclasses import dataclass
from typing import Annotated, Any

from cyclopts import App, Parameter

from pricebook.cli import credential_commands, output, supplier_output
from pricebook.cli.key_values import convert_values, parse_assignments
from pricebook.cli.lookups import COMMAND_LINE, find_supplier_id
from pricebook.cli.option_types import Limit, PageNumber
from pricebook.cli.read_options import option
from pricebook.cli.server_defaults import load_settings, run_with_database
from pricebook.cli.supplier_item_command import list_supplier_items
from pricebook.db.database import Database
from pricebook.errors import ValidationError
from pricebook.http.pagination import CursorPage, CursorPaging
from pricebook.matching import service as matching
from pricebook.suppliers import service, source_urls
from pricebook.suppliers.schemas import (
    NewSupplier,
    SourceType,
    SupplierChange,
    SupplierOverview,
)
from pricebook.suppliers.source_config import SourceConfig


@dataclass(frozen=True, kw_only=True)
class ChangeOptions:
    """The options of `pricebook suppliers set`."""

    rename: Annotated[str | None, option("The new name.")] = None
    type_: Annotated[SourceType | None, option("The type of its price list.", name="--type")] = None
    email: Annotated[str | None, option("The contact address; empty removes it.")] = None
    active: Annotated[
        bool | None,
        Parameter(
            negative="--inactive",
            help="Whether price lists are imported and items count in the prices of products.",
        ),
    ] = None
    auto_link: Annotated[
        bool | None, Parameter(help="Whether certain matches are linked by themselves.")
    ] = None
    assignments: Annotated[
        list[str] | None,
        option(
            "KEY=VALUE of the source configuration: sync_every=60, currency=EUR, vat_rate=19,"
            ' row_price_factor=2, mode=partial, column_mapping.price="Net price".',
            name="--set",
        ),
    ] = None
    removals: Annotated[
        list[str] | None,
        option(
            "KEY of the source configuration to remove: sync_every, column_mapping.price.",
            name="--unset",
        ),
    ] = None
    json: Annotated[bool, option("Print the supplier as JSON.")] = False

    @property
    def change(self) -> SupplierChange | None:
        """The changed fields, None if only auto-link changes.

        Raises ValidationError for an invalid change and without any.
        """
        fields: dict[str, Any] = {
            "name": self.rename,
            "source_type": self.type_,
            "is_active": self.active,
            "source_config": self._config or None,
        }
        given = {name: value for name, value in fields.items() if value is not None}
        if self.email is not None:
            given["contact_email"] = self.email or None
        if given:
            return convert_values("suppliers set", given, SupplierChange)
        if self.auto_link is None:
            raise ValidationError("Nothing to change: `pricebook suppliers set --help` shows how.")
        return None

    @property
    def _config(self) -> dict[str, Any]:
        """The changes of the source configuration as JSON Merge Patch."""
        config = parse_assignments("--set", self.assignments or [], SourceConfig)
        for key in self.removals or []:
            name, dot, member = key.partition(".")
            config[name] = {**config.get(name, {}), member: None} if dot else None
        return config


_NO_CHANGE = ChangeOptions()

app = App(name="suppliers", help="Suppliers and the sources of their price lists.")
app.command(credential_commands.app)
app.command(list_supplier_items, name="items")


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
    allows_private = load_settings().allow_private_urls

    async def create(database: Database) -> SupplierOverview:
        await source_urls.check_new(supplier, allows_private=allows_private)
        return await service.create_supplier(database, supplier)

    created = run_with_database(create)
    if json:
        output.print_json(created)
    else:
        output.print_line(f"Supplier {created.name} is {created.id}.")


@app.command(name="list")
def list_all(*, limit: Limit = 200, page: PageNumber = 1, json: bool = False) -> None:
    """List the suppliers, ordered by name.

    Args:
        limit: The number of suppliers on a page.
        page: The number of the page.
        json: Print the page as JSON.
    """

    async def query_suppliers(database: Database) -> CursorPage[SupplierOverview]:
        return await service.list_suppliers(database, CursorPaging(page, limit))

    listing = run_with_database(query_suppliers)
    if json:
        output.print_json(listing)
    else:
        supplier_output.print_suppliers(listing.data, listing.total_count)


@app.command(name="set")
def change(
    name: str, *, options: Annotated[ChangeOptions, Parameter(name="*")] = _NO_CHANGE
) -> None:
    """Change a supplier; what is not named stays.

    Args:
        name: The supplier's name, case-insensitive.
        options: The changes.
    """
    supplier_change = options.change
    allows_private = load_settings().allow_private_urls

    async def change_supplier(database: Database) -> SupplierOverview:
        supplier_id = await find_supplier_id(database, name)
        if supplier_change is not None:
            await source_urls.check_change(
                database, supplier_id, supplier_change, allows_private=allows_private
            )
            await service.change_supplier(database, supplier_id, supplier_change)
        if options.auto_link is not None:
            await matching.set_auto_link(
                database, supplier_id, COMMAND_LINE, is_on=options.auto_link
            )
        return await service.get_supplier(database, supplier_id)

    changed = run_with_database(change_supplier)
    if options.json:
        output.print_json(changed)
    else:
        output.print_line(f"Supplier {changed.name} was changed.")


def _source_config(assignments: list[str]) -> SourceConfig:
    values = parse_assignments("--set", assignments, SourceConfig)
    return convert_values("--set", values, SourceConfig)
