"""The columns of the list of products that a person chooses; they are in the address."""

from typing import Any
from urllib.parse import parse_qs

from pricebook.console.query_fields import MAX_QUERY

FIELD = "columns"
# Each column with the class of its header: numbers are right-aligned, wide ones left out on phones.
CLASSES = {
    "sku": "wide",
    "status": "wide",
    "brand": "wide",
    "mpn": "wide",
    "gtin": "wide",
    "suppliers": "number wide",
    "lowest_price": "number wide",
    "highest_price": "number wide",
    "spread": "number wide",
    "change": "number wide",
    "margin": "number",
    "updated": "wide",
}
# What a form sends beside the boxes that are ticked, so that none of them can be, too.
NONE = "none"
DEFAULT = ("sku", "status", "lowest_price", "change", "margin")


def chosen_columns(raw: bytes) -> tuple[str, ...]:
    """Return the columns that a query string chooses, in the order of the table."""
    values = parse_qs(raw[:MAX_QUERY].decode("latin-1")).get(FIELD)
    return columns_of(",".join(values) if values else None)


def columns_of(text: str | None) -> tuple[str, ...]:
    """Return the known ones of columns that are separated by commas; DEFAULT for None."""
    if text is None:
        return DEFAULT
    wanted = text.split(",")
    return tuple(name for name in CLASSES if name in wanted)


def address_field(columns: tuple[str, ...]) -> str:
    """Return that field, empty for DEFAULT, so that the address of a plain list stays short."""
    return "" if columns == DEFAULT else _field(columns)


def column_values(columns: tuple[str, ...]) -> dict[str, Any]:
    """Return what the templates of the list and of a row need to know of columns."""
    return {"columns": columns, "column_classes": CLASSES, "columns_field": _field(columns)}


def _field(columns: tuple[str, ...]) -> str:
    return ",".join(columns) or NONE
