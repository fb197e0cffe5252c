"""The columns of a file of own products, and what the cells of a row mean.

A column that the file does not have leaves its field unchanged; an empty cell clears the field, but
never name and status.
"""

import unicodedata
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Literal, get_args

from msgspec import Struct

from pricebook.errors import PriceListError
from pricebook.http.field_types import MAX_PRICE
from pricebook.pricelists.facts.gtin import parse_gtin
from pricebook.pricelists.schemas.table_rows import TableRow
from pricebook.pricelists.text import quote
from pricebook.product_imports.cell_texts import LinkName, parse_links, parse_path
from pricebook.products.schemas import GTIN_EXPECTED, MAX_MARK, MAX_NAME, MAX_SKU, ProductStatus

RowErrorKind = Literal[
    "malformed_row",
    "invalid_cell",
    "missing_name",
    "repeated_sku",
    "repeated_link",
    "unknown_item",
    "item_taken",
    "archived_product",
]
LinkMode = Literal["all", "add"]

# The accepted titles of each column; case, blanks, `-` and `_` do not matter.
TITLES: dict[str, tuple[str, ...]] = {
    "internal_sku": ("internal_sku", "sku"),
    "name": ("name",),
    "category": ("category", "category_path"),
    "status": ("status",),
    "target_price": ("target_price",),
    "gtin": ("gtin",),
    "mpn": ("mpn",),
    "brand": ("brand",),
    "links": ("links",),
    "supplier": ("supplier", "supplier_name"),
    "supplier_sku": ("supplier_sku", "supplier_code"),
}
KEY_COLUMNS = ("internal_sku", "name")
# The columns that the CSV of rejected rows adds.
HELPER_TITLES = ("row_number", "error_type", "error_message")
# Those of the file to edit, in their order.
FILE_COLUMNS = (
    *("internal_sku", "name", "category", "status", "target_price", "gtin", "mpn", "brand"),
    "links",
)
# They are compared as they are with what is stored, then in NFC.
CODE_COLUMNS = ("internal_sku", "links", "supplier", "supplier_sku")
MAX_CATEGORY = 255
MAX_CATEGORY_LEVELS = 20
MAX_DECIMALS = 4
MAX_LENGTHS = {"internal_sku": MAX_SKU, "name": MAX_NAME, "mpn": MAX_MARK, "brand": MAX_MARK}
STATUSES: tuple[ProductStatus, ...] = get_args(ProductStatus)


class ProductFields(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """The fields of a row; `columns` are those that its file has, all others are unchanged."""

    columns: tuple[str, ...]
    name: str | None = None
    category: list[str] = []
    status: ProductStatus | None = None
    target_price: Decimal | None = None
    gtin: str | None = None
    mpn: str | None = None
    brand: str | None = None


class Links(Struct, frozen=True):
    """The items that a row links: all that the product then has, or further ones."""

    mode: LinkMode
    names: list[LinkName]


class RowError(Struct, frozen=True):
    """Why a row is rejected."""

    error_type: RowErrorKind
    message: str


class ParsedRow(Struct, frozen=True):
    """A row of a file: its number, SKU (None for a new one), and its fields or its error."""

    number: int
    internal_sku: str | None
    fields: ProductFields | None
    links: Links | None
    error: RowError | None


class _CellError(Exception):
    """A cell that cannot be understood."""

    def __init__(self, message: str, error_type: RowErrorKind = "invalid_cell") -> None:
        super().__init__(message)
        self.error = RowError(error_type, message)


def check_columns(columns: Sequence[str]) -> None:
    """Raise PriceListError for columns that contradict each other or lack another one."""
    if ("supplier" in columns) != ("supplier_sku" in columns):
        raise PriceListError("A link needs both columns supplier and supplier_sku.")
    if "links" in columns and "supplier" in columns:
        raise PriceListError(
            "The column links has all links of a product, supplier and supplier_sku add one: keep"
            " either."
        )


def parse_row(row: TableRow, columns: Sequence[str]) -> ParsedRow:
    """Return what a row means; a row that cannot be understood has an error."""
    cells = {
        column: cell if column in CODE_COLUMNS else unicodedata.normalize("NFC", cell)
        for column, cell in zip(columns, row.cells, strict=True)
    }
    sku = cells.get("internal_sku") or None
    try:
        _check_readable(row)
        fields, links = _fields(cells, row.amount), _links(cells)
    except _CellError as error:
        return ParsedRow(row.number, (sku or "")[:MAX_SKU] or None, None, None, error.error)
    return ParsedRow(row.number, sku, fields, links, None)


def _check_readable(row: TableRow) -> None:
    if row.problem:
        raise _CellError(row.problem, "malformed_row")
    if row.amount_problem:
        raise _CellError(row.amount_problem)


def _fields(cells: Mapping[str, str], amount: Decimal | None) -> ProductFields:
    for column, limit in MAX_LENGTHS.items():
        if len(cells.get(column, "")) > limit:
            raise _CellError(f"The {column} {quote(cells[column])} is over {limit} characters.")
    if "name" in cells and not cells["name"]:
        raise _CellError("The name is empty; a product always has one.", "missing_name")
    return ProductFields(
        columns=tuple(column for column in cells if column in ProductFields.__struct_fields__),
        name=cells.get("name"),
        category=_category(cells.get("category", "")),
        status=_status(cells.get("status", "")),
        target_price=_target_price(amount),
        gtin=_gtin(cells.get("gtin", "")),
        mpn=cells.get("mpn") or None,
        brand=cells.get("brand") or None,
    )


def _category(cell: str) -> list[str]:
    names = parse_path(cell)
    if not all(names) or any(len(name) > MAX_CATEGORY for name in names):
        raise _CellError(
            f"The category {quote(cell)} is no path: expected names of at most {MAX_CATEGORY}"
            " characters between `>`; a `>` in a name is doubled."
        )
    if len(names) > MAX_CATEGORY_LEVELS:
        raise _CellError(f"The category {quote(cell)} has over {MAX_CATEGORY_LEVELS} levels.")
    return names


def _status(cell: str) -> ProductStatus | None:
    for status in STATUSES:
        if cell.casefold() == status:
            return status
    if cell:
        raise _CellError(f"The status {quote(cell)} is none of {', '.join(STATUSES)}.")
    return None


def _target_price(amount: Decimal | None) -> Decimal | None:
    if amount is None:
        return None
    if not 0 < amount <= MAX_PRICE:
        raise _CellError(f"The target price {amount} is not over 0 and at most {MAX_PRICE}.")
    if amount != round(amount, MAX_DECIMALS):
        raise _CellError(f"The target price {amount} has more than four decimals.")
    return round(amount, MAX_DECIMALS)


def _gtin(cell: str) -> str | None:
    if not cell:
        return None
    digits = parse_gtin(cell)
    if digits is None:
        raise _CellError(f"The GTIN {quote(cell)} is wrong: {GTIN_EXPECTED}.")
    return digits


def _links(cells: Mapping[str, str]) -> Links | None:
    if "links" in cells:
        names = parse_links(cells["links"])
        if names is None:
            raise _CellError(
                f"The links {quote(cells['links'])} are not one `supplier;code` a line."
            )
        return Links("all", names)
    supplier, code = cells.get("supplier", ""), cells.get("supplier_sku", "")
    if not supplier and not code:
        return None
    if not supplier or not code:
        raise _CellError("A link needs both supplier and supplier_sku.")
    return Links("add", [LinkName(supplier, code)])
