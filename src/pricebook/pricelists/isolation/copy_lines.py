"""Formats the rows of a price list as lines of COPY into the staging table."""

import msgspec

from pricebook.pricelists.schemas.price_list_rows import ItemRow, RejectedRow

COLUMNS = (
    "row_number",
    "supplier_sku",
    "name",
    "price",
    "characteristics",
    "currency",
    "details",
    "availability",
    "next_price",
    "next_from",
    "error_type",
    "error_message",
    "row_data",
)
_NULL = r"\N"
_LINE_END = f"\t{_NULL}\t{_NULL}\t{_NULL}\n"
# The columns `currency` to `next_from` of a row that says nothing but its price.
_NO_TERMS = "\t".join([_NULL] * 5)
_PLAIN_LINE_END = f"\t{_NO_TERMS}{_LINE_END}"
# JSON has no other characters to escape: tab and line ends are escaped by backslashes in it.
_ESCAPED_BACKSLASH = rb"\\"
_encode = msgspec.json.Encoder(decimal_format="number").encode


def copy_line(row: ItemRow | RejectedRow, *, has_categories: bool) -> str:
    """Return a row as one line for COPY, its columns in the order of `COLUMNS`.

    With `has_categories` an empty category cell clears the category of the item.
    """
    if isinstance(row, RejectedRow):
        return _rejected_line(row)
    characteristics = row.characteristics
    if has_categories or row.category:
        characteristics = {**characteristics, "category": row.category}
    sku, name = _escape(row.supplier_sku), _escape(row.name)
    encoded = _encode(characteristics).replace(b"\\", _ESCAPED_BACKSLASH).decode()
    if row.currency is row.details is row.availability is row.next_from is None:
        return f"{row.row_number}\t{sku}\t{name}\t{row.price}\t{encoded}{_PLAIN_LINE_END}"
    price, terms = _price_and_terms(row)
    return f"{row.row_number}\t{sku}\t{name}\t{price}\t{encoded}\t{terms}{_LINE_END}"


def _price_and_terms(row: ItemRow) -> tuple[str, str]:
    """Return the price and the columns `currency` to `next_from` of a row that has any of them."""
    details, availability = (
        _NULL if part is None else _encode(part).replace(b"\\", _ESCAPED_BACKSLASH).decode()
        for part in (row.details, row.availability)
    )
    price, *terms = (
        _NULL if value is None else str(value)
        for value in (row.price, row.currency, row.next_price, row.next_from)
    )
    currency, next_price, next_from = terms
    return price, f"{currency}\t{details}\t{availability}\t{next_price}\t{next_from}"


def _rejected_line(row: RejectedRow) -> str:
    sku = _NULL if row.supplier_sku is None else _escape(row.supplier_sku)
    message = _escape(row.error_message)
    data = _encode(row.row_data).replace(b"\\", _ESCAPED_BACKSLASH).decode()
    section = _NULL if row.section is None else _section(row.section)
    values = f"\\N\t\\N\t{section}\t{_NO_TERMS}"
    return f"{row.row_number}\t{sku}\t{values}\t{row.error_type}\t{message}\t{data}\n"


def _section(title: str) -> str:
    """Return the section of a rejected row as the characteristics that its item would have."""
    return _encode({"category": title}).replace(b"\\", _ESCAPED_BACKSLASH).decode()


def _escape(text: str) -> str:
    """Escape backslash, tab and line ends for the text format of COPY (PostgreSQL manual, COPY)."""
    if "\\" in text:
        text = text.replace("\\", "\\\\")
    if text.isprintable():
        return text
    return text.replace("\t", "\\t").replace("\n", "\\n").replace("\r", "\\r")
