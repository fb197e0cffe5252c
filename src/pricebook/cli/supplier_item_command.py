"""The command that lists the items of a supplier."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from cyclopts import Parameter

from pricebook.cli import output
from pricebook.cli.lookups import find_supplier_id
from pricebook.cli.option_types import Limit, PageNumber
from pricebook.cli.server_defaults import run_with_database
from pricebook.db.database import Database
from pricebook.http.pagination import CursorPage
from pricebook.suppliers.listed_item_schemas import ItemState, ListedItem, ListedItemQuery
from pricebook.suppliers.listed_items import list_items


@dataclass(frozen=True, kw_only=True)
class Filters:
    """Which items to list."""

    search: Annotated[str | None, Parameter(help="Words of the name or the code of the item.")] = (
        None
    )
    state: Annotated[
        ItemState | None, Parameter(help="Only linked, unmatched or absent items.")
    ] = None


def list_supplier_items(
    name: str,
    /,
    *,
    filters: Annotated[Filters, Parameter(name="*")] = Filters(),
    limit: Limit = 50,
    page: PageNumber = 1,
    json: bool = False,
) -> None:
    """List the items of a supplier by their codes, each with its price and its product.

    Args:
        name: The supplier's name, or a part that no other name has.
        filters: Which items to list.
        limit: The number of items on a page, up to 200.
        page: The number of the page.
        json: Print the page as JSON.
    """
    query = ListedItemQuery(page, limit, search=filters.search, state=filters.state)

    async def query_items(database: Database) -> CursorPage[ListedItem]:
        return await list_items(database, await find_supplier_id(database, name), query)

    listing = run_with_database(query_items)
    if json:
        output.print_json(listing)
    elif listing.data:
        _print_items(listing.data)
        output.print_line(
            f"{len(listing.data):,} of {output.counted(listing.total_count, 'item')}."
        )
    else:
        output.print_none("item", listing.total_count)


def _print_items(items: Sequence[ListedItem]) -> None:
    """Print each item on a line: its code, name, price, whether it is absent, its product."""
    for each in items:
        item, product = each.item, each.product
        absent = "  absent" if item.absent_since else ""
        linked = f"  =  {product.internal_sku}  {product.name}" if product else ""
        output.print_line(f"{item.supplier_sku}  {item.name}  {item.current_price}{absent}{linked}")
