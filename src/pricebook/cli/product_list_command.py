"""The command that lists own products."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated

from cyclopts import Parameter

from pricebook.cli import output
from pricebook.cli.lookups import find_category_id, find_supplier_id
from pricebook.cli.option_types import Limit, PageNumber, Time
from pricebook.cli.server_defaults import run_with_database
from pricebook.db.database import Database
from pricebook.http.pagination import CursorPage
from pricebook.products import service
from pricebook.products.list_filters import Sort, StaffProductQuery
from pricebook.products.schemas import ProductStatus, StaffProduct


def _help(text: str) -> Parameter:
    return Parameter(help=text)


@dataclass(frozen=True, kw_only=True)
class Filters:
    """Which products to list; they combine with AND."""

    search: Annotated[
        str | None, _help("Words of the name, an own SKU, or a supplier's code, GTIN or MPN.")
    ] = None
    status: Annotated[ProductStatus | None, _help("Only products of this status.")] = None
    category: Annotated[
        str | None, _help("Only products of this category (Tools > Saws) and below it.")
    ] = None
    supplier: Annotated[str | None, _help("Only products with an item of this supplier.")] = None
    min_margin: Annotated[
        Decimal | None, _help("Only products whose margin is at least this, in percent.")
    ] = None
    max_margin: Annotated[
        Decimal | None, _help("Only products whose margin is at most this, in percent.")
    ] = None
    priced: Annotated[
        bool | None,
        Parameter(help="Only products with a target price, or without.", negative="--unpriced"),
    ] = None
    updated_since: Annotated[
        Time | None, _help("Only products that changed on this day (UTC) or time, or later.")
    ] = None
    sort: Annotated[
        Sort | None, Parameter(help="The order; - reverses it.", allow_leading_hyphen=True)
    ] = None


def list_all(
    *,
    filters: Annotated[Filters, Parameter(name="*")] = Filters(),
    limit: Limit = 20,
    page: PageNumber = 1,
    json: bool = False,
) -> None:
    """List own products by name, or those that a search finds, with the codes of their items.

    Args:
        filters: Which products to list.
        limit: The number of products on a page, up to 200.
        page: The number of the page.
        json: Print the page as JSON.
    """

    async def query_products(database: Database) -> CursorPage[StaffProduct]:
        category, supplier, since = filters.category, filters.supplier, filters.updated_since
        query = StaffProductQuery(
            search=filters.search,
            status=filters.status,
            category_id=await find_category_id(database, category) if category else None,
            include_subcategories=category is not None,
            supplier_id=await find_supplier_id(database, supplier) if supplier else None,
            min_margin=filters.min_margin,
            max_margin=filters.max_margin,
            is_priced=filters.priced,
            updated_since=since and since.isoformat(),
            sort=filters.sort,
            page=page,
            limit=limit,
        )
        return await service.list_products(database, query)

    listing = run_with_database(query_products)
    if json:
        output.print_json(listing)
    elif listing.data:
        _print_products(listing.data)
        counted = output.counted(listing.total_count, "product")
        output.print_line(f"{len(listing.data):,} of {counted}.")
    else:
        output.print_none("product", listing.total_count)


def _print_products(products: Sequence[StaffProduct]) -> None:
    """Print each product on a line, and below it the codes of its items."""
    for product in products:
        target = f"  target {product.target_price}" if product.target_price is not None else ""
        margin = product.margin_percentage
        shown = f"  margin {margin} %" if margin is not None else ""
        items = [f"{each.supplier_name} {each.supplier_sku}" for each in product.supplier_items]
        output.print_line(
            f"{product.internal_sku}  {product.name}  {product.status}{target}{shown}"
        )
        if items:
            output.print_line(f"    {', '.join(items)}")
