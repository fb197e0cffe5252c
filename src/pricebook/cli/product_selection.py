"""Which products a command is about."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated

from cyclopts import Parameter

from pricebook.cli.lookups import find_category_id, find_supplier_id
from pricebook.db.database import Database
from pricebook.product_batches.schemas import ProductSelection
from pricebook.products.schemas import ProductStatus


@dataclass(frozen=True, kw_only=True)
class Selection:
    """Which products are changed."""

    of_status: Annotated[ProductStatus | None, Parameter(help="Only products of this status.")] = (
        None
    )
    of_category: Annotated[
        str | None, Parameter(help="Only products of this category (Tools > Saws) and below it.")
    ] = None
    of_supplier: Annotated[
        str | None, Parameter(help="Only products with an item of this supplier.")
    ] = None
    search: Annotated[
        str | None, Parameter(help="Words of the name, or a code of the product.")
    ] = None
    max_margin: Annotated[
        Decimal | None, Parameter(help="Only products whose margin is at most this, in percent.")
    ] = None
    expect: Annotated[
        int | None, Parameter(help="How many products these are; otherwise nothing is done.")
    ] = None


async def find_selection(database: Database, selection: Selection) -> ProductSelection:
    """Return the filter of a selection; raises NotFoundError for an unknown name."""
    category, supplier = selection.of_category, selection.of_supplier
    return ProductSelection(
        status=selection.of_status,
        category_id=await find_category_id(database, category) if category else None,
        include_subcategories=category is not None,
        supplier_id=await find_supplier_id(database, supplier) if supplier else None,
        search=selection.search,
        max_margin=selection.max_margin,
        expected_count=selection.expect,
    )


ALL_PRODUCTS = Selection()
