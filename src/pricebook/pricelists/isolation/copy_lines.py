"""Formats the rows of a price list as lines of COPY into the staging table."""

import msgspec

from pricebook.pricelists.schemas import ItemRow, RejectedRow

COLUMNS = (
    "row_number",
    "supplier_sku",
    "name",
    "price",
    "characteristics",
    "error_type",
    "error_message",
    "row_data",
)
_NULL = r"\N"
_ITEM_LINE_END = b"\t\\N\t\\N\t\\N\n"
_encode = msgspec.json.Encoder().encode


def copy_line(row: ItemRow | RejectedRow, *, has_categories: bool) -> str:
    """Return a row as one line for COPY, its columns in the order of `COLUMNS`.

    With `has_categories` an empty category cell clears the category of the item.
    """
    if isinstance(row, ItemRow):
        characteristics = row.characteristics
        if has_categories or row.category:
            characteristics = {**characteristics, "category": row.category}
        sku, name = _escape(row.supplier_sku), _escape(row.name)
        encoded = _escape(_encode(characteristics).decode())
        return f"{row.row_number}\t{sku}\t{name}\t{row.price}\t{encoded}\t\\N\t\\N\t\\N\n"
    sku = _NULL if row.supplier_sku is None else _escape(row.supplier_sku)
    message = _escape(row.error_message)
    data = _escape(_encode(row.row_data).decode())
    return f"{row.row_number}\t{sku}\t\\N\t\\N\t\\N\t{row.error_type}\t{message}\t{data}\n"


def count_items(lines: bytes) -> int:
    """Count the items among lines."""
    return lines.count(_ITEM_LINE_END)


def _escape(text: str) -> str:
    """Escape backslash, tab and line ends for the text format of COPY (PostgreSQL manual, COPY)."""
    if "\\" in text:
        text = text.replace("\\", "\\\\")
    if text.isprintable():
        return text
    return text.replace("\t", "\\t").replace("\n", "\\n").replace("\r", "\\r")
