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
# The columns `currency` to `next_from` of a rejected row.
_NO_TERMS = "\t".join([_NULL] * 5)
_NO_UPCOMING = f"{_NULL}\t{_NULL}"
# JSON has no other characters to escape: tab and line ends are escaped by backslashes in it.
_ESCAPED_BACKSLASH = rb"\\"
_MAX_ENCODED = 4096
_encode = msgspec.json.Encoder(decimal_format="number").encode


class LineFormatter:
    """Formats the rows of one price list.

    With `has_categories` an empty category cell clears the category of the item.
    """

    def __init__(self, *, has_categories: bool) -> None:
        self._has_categories = has_categories
        self._encoded: dict[tuple[str | None, int, int], str] = {}
        self._kept: list[ItemRow] = []

    def format(self, row: ItemRow | RejectedRow) -> str:
        """Return a row as one line for COPY, its columns in the order of `COLUMNS`."""
        if isinstance(row, RejectedRow):
            return _rejected_line(row)
        characteristics = row.characteristics
        if self._has_categories or row.category:
            characteristics = {**characteristics, "category": row.category}
        key = row.currency, id(row.details), id(row.availability)
        terms = self._encoded.get(key) or self._encode(key, row)
        price = _NULL if row.price is None else row.price
        upcoming = f"{row.next_price!s}\t{row.next_from!s}" if row.next_from else _NO_UPCOMING
        return (
            f"{row.row_number}\t{_escape(row.supplier_sku)}\t{_escape(row.name)}\t{price!s}\t"
            f"{_json(characteristics)}{terms}{upcoming}{_LINE_END}"
        )

    def _encode(self, key: tuple[str | None, int, int], row: ItemRow) -> str:
        """Return the columns `currency` to `availability`; rows share what they have.

        Rows are kept as long as the ids of their parts are known, so that no other part gets them.
        """
        if len(self._kept) == _MAX_ENCODED:
            self._encoded.clear()
            self._kept.clear()
        self._kept.append(row)
        details, availability = (
            _NULL if part is None else _json(part) for part in (row.details, row.availability)
        )
        encoded = self._encoded[key] = f"\t{row.currency or _NULL}\t{details}\t{availability}\t"
        return encoded


def _rejected_line(row: RejectedRow) -> str:
    sku = _NULL if row.supplier_sku is None else _escape(row.supplier_sku)
    message = _escape(row.error_message)
    data = _json(row.row_data)
    section = _NULL if row.section is None else _section(row.section)
    values = f"\\N\t\\N\t{section}\t{_NO_TERMS}"
    return f"{row.row_number}\t{sku}\t{values}\t{row.error_type}\t{message}\t{data}\n"


def _section(title: str) -> str:
    """Return the section of a rejected row as the characteristics that its item would have."""
    return _json({"category": title})


def _json(value: object) -> str:
    return _encode(value).replace(b"\\", _ESCAPED_BACKSLASH).decode()


def _escape(text: str) -> str:
    """Escape backslash, tab and line ends for the text format of COPY (PostgreSQL manual, COPY)."""
    if "\\" in text:
        text = text.replace("\\", "\\\\")
    if text.isprintable():
        return text
    return text.replace("\t", "\\t").replace("\n", "\\n").replace("\r", "\\r")
