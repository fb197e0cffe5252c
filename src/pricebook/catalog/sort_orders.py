"""The columns and sort keys of the catalog, by what it shows as prices (CATALOG_PRICES)."""

from typing import Literal, LiteralString

from msgspec import Struct

from pricebook.catalog.schemas import Sort
from pricebook.settings import CatalogPrices


class PriceColumns(Struct, frozen=True):
    """The SQL of the prices that the catalog shows, and the one that it filters by."""

    lowest: LiteralString
    highest: LiteralString
    filtered: LiteralString


# By CATALOG_PRICES.
PRICE_COLUMNS: dict[CatalogPrices, PriceColumns] = {
    "supplier": PriceColumns(
        "coalesce(min_price, 0.0000)", "coalesce(max_price, 0.0000)", "min_price"
    ),
    "target": PriceColumns("target_price", "target_price", "target_price"),
    "hidden": PriceColumns("NULL::numeric", "NULL::numeric", "NULL::numeric"),
}

COLUMNS: LiteralString = """
    id, internal_sku, products.name, category_id,
    {lowest} AS min_price, {highest} AS max_price,
    supplier_count
"""


SortOrder = tuple[LiteralString, LiteralString]
# For each sort: the indexed expression and the direction; the id breaks ties.
SORTS: dict[str, SortOrder] = {
    "name": ("name", "ASC"),
    "-name": ("name", "DESC"),
    "price": ("coalesce(min_price, 'Infinity')", "ASC"),
    "-price": ("coalesce(min_price, '-Infinity')", "DESC"),
    "newest": ("created_at", "DESC"),
}
TARGET_PRICE_SORTS: dict[str, SortOrder] = {
    "price": ("coalesce(target_price, 'Infinity')", "ASC"),
    "-price": ("coalesce(target_price, '-Infinity')", "DESC"),
}
ScanStart = Literal["start", "at", "after"]
KEY_TYPES: dict[str, LiteralString] = {"name": "text", "price": "numeric", "newest": "timestamptz"}


def sort_order(prices: CatalogPrices, sort: Sort) -> SortOrder:
    """Return the indexed expression and the direction of a sort."""
    if prices == "target" and sort in TARGET_PRICE_SORTS:
        return TARGET_PRICE_SORTS[sort]
    return SORTS[sort]


def shown_columns(prices: CatalogPrices) -> LiteralString:
    """Return the columns of a product."""
    columns = PRICE_COLUMNS[prices]
    return COLUMNS.format(lowest=columns.lowest, highest=columns.highest)


def position(sort: Sort, key: LiteralString, scan_start: ScanStart) -> LiteralString:
    """Return the condition for products at or after a sort key."""
    if scan_start == "start":
        return "true"
    operator: LiteralString = ">" if SORTS[sort][1] == "ASC" else "<"
    or_equal: LiteralString = "=" if scan_start == "at" else ""
    key_type = KEY_TYPES[sort.removeprefix("-")]
    return f"({key}, id) {operator}{or_equal} (%s::{key_type}, %s::uuid)"
